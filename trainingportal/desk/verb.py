"""What a verb of the desk is, and the ways that many of them share. What it will do is never written here: see ``ahead``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from bookings.models import Contact, Engagement, Offer, Release
from trainingportal.desk.case import Case

Part = Contact | Offer | Engagement | Release | None
Typed = Mapping[str, Any]
Samples = Callable[[Case, Any], list[tuple[str, Typed]]]


class Several(LookupError):
    """The verb fits several parts, so somebody has to say which; ``parts`` are those."""

    def __init__(self, parts: list[Any]) -> None:
        super().__init__()
        self.parts = parts


def _nothing_known(case: Case, part: Any) -> list[tuple[str, Typed]]:
    return []


def _no_hint(case: Case, part: Any) -> str:
    return ""


@dataclass(frozen=True)
class Verb:
    """One thing to do. ``on`` names the part of the case it is about; ``look`` is the button's.

    ``run`` calls the one service; ``said`` names the deed ("Venue saved."), and what it did is told from the rows. With
    ``samples`` the page can look ahead before anything is typed: words for a choice ("If they said yes"), and what would be
    typed beside what the form is filled in with. ``hint`` helps who fills the form in and promises nothing.
    """

    key: str
    label: Callable[[Case, Any], str]
    fits: Callable[[Case, Any, User], bool]
    form: type[Any]
    run: Callable[[Case, Any, Any, User], object]
    said: Callable[[Case, Any, Any], str]
    samples: Samples = _nothing_known
    hint: Callable[[Case, Any], str] = _no_hint
    press: str = ""
    idle: str = "Nothing has changed: it was so already."
    on: str = ""
    look: str = ""

    def parts(self, case: Case) -> list[Any]:
        """The parts of a case that this verb could be about; the booking itself is ``None``."""
        parts: dict[str, list[Any]] = {
            "": [None],
            "contact": case.contacts,
            "offer": case.offers,
            "engagement": case.engagements,
            "release": case.releases,
        }
        return parts[self.on]

    def part(self, case: Case, key: int | None, actor: User) -> Part:
        """The part with this key; without one, the only part that the verb fits.

        Raises ``Several`` where it fits more than one, as nobody chooses for the one who presses, and ``LookupError`` where
        there is none.
        """
        if not self.on:
            return None
        if key is None:
            fitting = [part for part in self.parts(case) if self.fits(case, part, actor)]
        else:
            fitting = [part for part in self.parts(case) if part.pk == key]
        if len(fitting) > 1:
            raise Several(fitting)
        if not fitting:
            raise LookupError(self.key)
        found: Part = fitting[0]
        return found


# ---- how it is done


def simple(service: Callable[..., object]) -> Callable[[Case, Any, Any, User], object]:
    """A service that asks for nothing more than the booking or the part, and what was typed."""

    def run(case: Case, part: Any, form: Any, actor: User) -> object:
        return service(part.pk if part is not None else case.booking.pk, actor=actor, **form.cleaned_data)

    return run


def as_it_stands(case: Case, part: Any) -> list[tuple[str, Typed]]:
    """What the form is filled in with is enough to look ahead."""
    return [("", {})]


def typing(**typed: Any) -> Samples:
    """These words stand for whatever will be typed: what happens does not hang on them."""
    return lambda case, part: [("", typed)]


def either(*choices: tuple[str, Typed]) -> Samples:
    """What happens hangs on a choice: each of them is looked at."""
    return lambda case, part: list(choices)


def label(words: str) -> Callable[[Case, Any], str]:
    return lambda case, part: words


def said(words: str) -> Callable[[Case, Any, Any], str]:
    return lambda case, part, form: words
