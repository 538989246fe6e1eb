"""Words, links and people that many mails share."""

import datetime as dt

from bookings.calendar_files import calendar_attachment, holds_event, taken_back
from bookings.models import Booking, Contact, Engagement, Offer
from bookings.release import SessionSeen
from bookings.states import EngagementState, OfferState
from outbox.queue import FileToSend, link
from places.clock import say_date, say_times


def say_when(session: SessionSeen | Offer) -> dict[str, str]:
    """The day and the times in words, London's."""
    assert session.starts_at is not None
    assert session.ends_at is not None
    return {"date": say_date(session.starts_at), "times": say_times(session.starts_at, session.ends_at)}


def say_day(day: dt.date | None) -> str:
    return say_date(day) if day else ""


def booking_link(booking: Booking) -> str:
    return link(f"/your/{booking.reference}/")


def desk_link(booking: Booking) -> str:
    return link(f"/desk/bookings/booking/{booking.pk}/change/")


def verified_contacts(booking: Booking) -> list[Contact]:
    """The contacts who may know the date (T2): rung back, mailbox confirmed, not taken off."""
    return list(
        booking.contacts.filter(
            verified_at__isnull=False, mailbox_confirmed_at__isnull=False, revoked_at__isnull=True
        )
    )


def moved_entry(booking: Booking, mailbox: str, *, old: Offer, new: Offer | None) -> list[FileToSend]:
    """The file that moves an entry to a day which is not agreed yet, or takes it back; nothing where there is none."""
    if new is None:
        return taken_back(booking, mailbox=mailbox, when=old)
    if not holds_event(booking, mailbox):
        return []
    return [calendar_attachment(booking, attendee=mailbox, when=new, standing="tentative")]


def accepted_engagements(booking: Booking) -> list[Engagement]:
    """The places of the speakers who give the session, as agreed."""
    return list(
        Engagement.objects.filter(
            offer__booking=booking, offer__state=OfferState.ACCEPTED, state=EngagementState.ACCEPTED
        )
        .select_related("speaker__user", "offer__booking__region")
        .prefetch_related("topics")
    )
