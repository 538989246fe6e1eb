"""The calendar file of a session: reference and times; the place is never in it below T3."""

from typing import Literal

from django.conf import settings
from django.utils import timezone

from bookings.models import Booking
from outbox.calendar import session_ics
from outbox.queue import FileToSend


def calendar_attachment(booking: Booking, *, attendee: str, cancelled: bool = False) -> FileToSend:
    """The event of an agreed session for one person: same UID for ever, a higher SEQUENCE each time it changes."""
    assert booking.starts_at is not None
    assert booking.ends_at is not None
    method: Literal["REQUEST", "CANCEL"] = "CANCEL" if cancelled else "REQUEST"
    content = session_ics(
        uid=f"{booking.reference.lower()}@workingtogether",
        sequence=booking.calendar_sequence,
        method=method,
        stamp=timezone.now(),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=f"Training {booking.reference}",
        description="",
        location="",
        organizer=settings.DEFAULT_FROM_EMAIL,
        attendee=attendee,
        cancelled=cancelled,
    )
    return FileToSend(
        filename=f"{booking.reference}.ics", content_type=f"text/calendar; method={method}", content=content
    )
