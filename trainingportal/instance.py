"""Where the servers of a running ``bin/run`` listen, so that ``manage.py`` finds them by itself."""

import json
import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def adopt(environ: "os._Environ[str] | dict[str, str]" = os.environ) -> None:
    """Fill in what the environment leaves open from ``instance.json``, when ``bin/run`` has written one.

    It lies in ``var/``, or where ``VAR_DIR`` says, and holds a flat object of environment variables
    (``DATABASE_URL``, ``REDIS_URL``, ``SECRET_KEY``, ``DEMO`` …). What the environment names already wins.
    """
    try:
        found = json.loads(Path(environ.get("VAR_DIR") or BASE_DIR / "var", "instance.json").read_text())
    except (OSError, ValueError):
        return
    for name, value in found.items():
        environ.setdefault(name, str(value))
