"""The page for when the database is away: it keeps what was typed, and says nothing about how the portal is built."""

import dataclasses
import re

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

TRY_AGAIN_SECONDS = 20
TOKEN = "csrfmiddlewaretoken"  # noqa: S105  a field's name
# what opens something is typed anew, never written into a page: codes, passkeys and their kin
NEVER_SHOWN = {"code", "password", "credential", "token", "otp", "secret"}


@dataclasses.dataclass(frozen=True)
class Kept:
    """What was posted and may stand on the page: the fields to send again, and whether all are among them."""

    fields: tuple[tuple[str, str], ...]
    is_whole: bool

    @property
    def words(self) -> list[str]:
        """What somebody wrote themselves, to read or to copy: of single words and of our own keys nothing."""
        return [value for _, value in self.fields if " " in value.strip()]


def is_away(error: BaseException | None) -> bool:
    """Whether an error says that the database cannot be reached, or hung up, or has no room left."""
    return isinstance(error, OperationalError | InterfaceError)


def keep(posted: QueryDict) -> Kept:
    """The posted fields without the form's token and without what opens something."""
    names = [name for name in posted if name != TOKEN]
    fields = [(name, value) for name in names if not _opens_something(name) for value in posted.getlist(name)]
    return Kept(tuple(fields), is_whole=not any(map(_opens_something, names)))


def _opens_something(name: str) -> bool:
    return not NEVER_SHOWN.isdisjoint(re.split(r"\W|_|\d", name.lower()))


def page(request: HttpRequest) -> HttpResponse:
    """Answer 503 with a button that sends the same again. Nothing here asks the database."""
    is_form = request.method == "POST"
    kept = keep(request.POST) if is_form else None
    response = HttpResponse(
        render_to_string(
            "503.html",
            {
                "address": request.get_full_path(),
                "kept": kept,
                "csrf_token": get_token(request) if kept and kept.is_whole else "",
            },
        ),
        status=503,
    )
    response["Retry-After"] = str(TRY_AGAIN_SECONDS)
    return response
