"""What an agency may change, or has asked to change, as its own page shows it."""

from dataclasses import dataclass

from django.utils import timezone

from bookings.models import Booking, ChangeRequest, Contact
from bookings.release import SessionSeen, Tier
from bookings.services import may_remove
from bookings.services.requested import BEFORE_AGREED
from bookings.states import ChangeState
from trainingportal.requester.change_forms import KINDS, PARTS

MOST = 20


@dataclass(frozen=True)
class Person:
    """Somebody at the agency who follows the booking, with how far they are let in."""

    contact: Contact
    standing: str
    is_you: bool
    may_be_removed: bool


@dataclass(frozen=True)
class Changes:
    """What this contact may do now, and what was asked before."""

    may_change: bool
    may_ask: bool
    people: list[Person]
    waiting: list[ChangeRequest]
    answered: list[ChangeRequest]
    kinds: list[tuple[str, str]]
    parts: list[tuple[str, str]]


def of(contact: Contact, seen: SessionSeen) -> Changes:
    """Two queries: the people, and what was asked for."""
    booking = contact.booking
    people = list(booking.contacts.filter(revoked_at__isnull=True))
    asked = list(booking.change_requests.select_related("asked_by")[:MOST])
    waiting = [change for change in asked if change.is_open]
    still_wanted = [change.kind for change in waiting]
    return Changes(
        may_change=may_change(contact, seen, people),
        may_ask=may_ask(booking),
        people=[_person(contact, each) for each in people if _may_be_seen(contact, each)],
        waiting=waiting,
        answered=[change for change in asked if change.state in (ChangeState.AGREED, ChangeState.REFUSED)],
        kinds=[(key, title) for key, (title, _, _) in KINDS.items() if key not in still_wanted],
        parts=[(key, title) for key, (title, _) in PARTS.items()],
    )


def may_change(contact: Contact, seen: SessionSeen, people: list[Contact]) -> bool:
    """Before a day is agreed the agency changes what it asked for: who was rung back, or anybody while nobody was."""
    is_early = contact.booking.status in BEFORE_AGREED
    return is_early and (seen.tier >= Tier.T2 or not any(each.verified_at for each in people))


def may_ask(booking: Booking) -> bool:
    """Once a day is agreed, and until it begins, a change is asked for."""
    return booking.is_agreed and booking.starts_at is not None and booking.starts_at > timezone.now()


def _may_be_seen(viewer: Contact, each: Contact) -> bool:
    """Who asked sees everybody on the booking; a colleague sees themselves and whom they invited."""
    return (
        viewer.role == Contact.Role.REQUESTER or each.pk == viewer.pk or each.invited_by_id == viewer.user_id
    )


def _person(viewer: Contact, each: Contact) -> Person:
    if each.verified_at:
        standing = "Confirmed by phone"
    elif each.mailbox_confirmed_at:
        standing = "Email confirmed. We phone them before they see dates"
    else:
        standing = "Invited. They have not signed in yet"
    return Person(each, standing, is_you=each.pk == viewer.pk, may_be_removed=may_remove(viewer, each))
