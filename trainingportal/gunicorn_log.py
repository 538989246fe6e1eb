"""How gunicorn writes its log: in the portal's lines, and with routes in place of addresses."""

import datetime as dt
from typing import Any

from gunicorn.glogging import Logger

from trainingportal.logs import LINE, LineFormatter, route_of


class PortalLogger(Logger):
    """gunicorn's own, without the addresses that visitors ask for: those hold references, invitations and codes."""

    def setup(self, cfg: Any) -> None:
        """Let every handler of errors write the portal's lines."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(LineFormatter(LINE, style="{"))

    def atoms(
        self, resp: Any, req: Any, environ: dict[str, Any], request_time: dt.timedelta
    ) -> dict[str, Any]:
        """What a line of access may say: the route's pattern for the path; no query, and nothing a browser sent."""
        said: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        route = route_of(environ.get("PATH_INFO") or "")
        kept = {name: said[name] for name in ("t", "m", "s", "H", "B", "T", "D", "M", "L", "p")}
        return {**kept, "U": route, "r": f"{said['m']} {route} {said['H']}"}
