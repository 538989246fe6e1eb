"""What a verb of the desk is, and the words and ways that many of them share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from bookings.models import Contact, Engagement, Offer, Release
from bookings.words import say_names
from trainingportal.desk.case import Case, still_asked

Part = Contact | Offer | Engagement | Release | None


@dataclass(frozen=True)
class Verb:
    """One thing to do. ``on`` names the part of the case it is about; ``look`` is the button's."""

    key: str
    label: Callable[[Case, Any], str]
    effect: Callable[[Case, Any], str]
    fits: Callable[[Case, Any, User], bool]
    form: type[Any]
    act: Callable[[Case, Any, Any, User], str]
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
        """The part with this key; without one, the first that the verb fits. Raises LookupError when there is none."""
        if not self.on:
            return None
        for part in self.parts(case):
            if part.pk == key or (key is None and self.fits(case, part, actor)):
                return part
        raise LookupError(self.key)


# ---- who will be told


def mailed(people: list[Contact]) -> str:
    if not people:
        return "Nobody at the agency is mailed."
    return f"Mail goes to {say_names([person.name for person in people])}."


def speakers_told(names: list[str]) -> str:
    return (
        f"{say_names(names)} {'is' if len(names) == 1 else 'are'} told that their time is free again."
        if names
        else ""
    )


def held(case: Case) -> list[str]:
    return [engagement.speaker.name for offer in case.live_offers for engagement in still_asked(offer)]


def join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


# ---- how it is done


def simple(service: Callable[..., object], said: str) -> Callable[[Case, Any, Any, User], str]:
    """A service that asks for nothing more than the booking or the part."""

    def act(case: Case, part: Any, form: Any, actor: User) -> str:
        service(part.pk if part is not None else case.booking.pk, actor=actor, **form.cleaned_data)
        return said

    return act


def said(words: str) -> Callable[[Case, Any], str]:
    return lambda case, part: words
