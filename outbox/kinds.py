"""The kinds of message there are. Each app registers its own in ``AppConfig.ready()``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the registry is filled while apps load, before models may be imported
    from outbox.models import Message

CODE_LASTS = timedelta(minutes=60)


class UnknownKindError(LookupError):
    """No app has registered this kind of message."""


@dataclass(frozen=True)
class Kind:
    """One kind of message: how the desk calls it, and who is asked before one leaves."""

    name: str
    label: str
    still_wanted: "Callable[[Message], str | None]"
    is_code: bool
    lasts: timedelta | None


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    *,
    label: str,
    still_wanted: "Callable[[Message], str | None]",
    is_code: bool = False,
    lasts: timedelta | None = None,
) -> None:
    """Make a kind known. Registering a name again replaces it.

    ``still_wanted`` is asked in the worker just before a message leaves: it returns None when the message
    may go, else the reason to hold it back, in words for the desk. It looks at the state of the case *and*
    at what the recipient may know today. ``lasts`` is how long after it was due a message is still worth
    sending (none: for ever; a code: 60 minutes); after that it is ``missed``. A code (``is_code``) is never
    sent twice, and its body is blanked once it is over.
    """
    if is_code and lasts is None:
        lasts = CODE_LASTS
    _kinds[name] = Kind(name=name, label=label, still_wanted=still_wanted, is_code=is_code, lasts=lasts)


def find(name: str) -> Kind:
    """The kind of this name; raises UnknownKindError."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKindError(f"No app has registered mail of the kind {name!r}.") from None


def label_of(name: str) -> str:
    """How the desk calls a kind; old rows of a kind that is gone keep their bare name."""
    kind = _kinds.get(name)
    return kind.label if kind else name


def every() -> list[Kind]:
    """All kinds, by label."""
    return sorted(_kinds.values(), key=lambda kind: kind.label)


def always_wanted(message: "Message") -> str | None:
    """For kinds that nothing can overtake, such as a receipt."""
    return None
