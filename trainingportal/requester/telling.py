"""What an act of the agency did, told by the act itself: who was emailed, and what we do before names are shared."""

from collections.abc import Callable
from typing import TypeVar

from bookings.effects import Audience, Effects, recording
from bookings.models import Contact

Result = TypeVar("Result")


def doing(contact: Contact, act: Callable[[], Result]) -> tuple[Result, list[str]]:
    """Do it for this contact's booking, and say what followed, naming nobody of the team. Raises what the act raises."""
    result, effects = recording(act, contact.booking)
    return result, _said(contact, effects)


def doing_for(contact: Contact, email: str, act: Callable[[], Result]) -> tuple[Result, list[str]]:
    """The same for an act that concerns somebody else at the agency, whom the sentence about the mail names."""
    result, effects = recording(act, contact.booking)
    named = [f"We emailed {email}."] if effects.writes_to(email) else []
    return result, [*named, *_said(contact, effects.apart_from(email))]


def _said(contact: Contact, effects: Effects) -> list[str]:
    return effects.sentences_for(Audience.AGENCY, email=contact.email, done=True)
