"""The calendar file of a session: reference and times; the place is never in it below T3.

One booking is one event for ever, whoever gives it and whenever: same UID, a SEQUENCE that grows with every change. So a
day that is put off moves the entry, and whoever no longer comes loses it.
"""

from typing import Literal

from django.conf import settings
from django.utils import timezone

from bookings.models import Booking, Offer
from outbox.calendar import session_ics
from outbox.models import Attachment
from outbox.queue import FileToSend
from places.email import tidy

Standing = Literal["agreed", "tentative", "cancelled"]


def calendar_attachment(
    booking: Booking, *, attendee: str, when: Booking | Offer | None = None, standing: Standing = "agreed"
) -> FileToSend:
    """The event of a session for one person, at the times of ``when``: the booking's agreed ones, or an offer's."""
    when = when or booking
    assert when.starts_at is not None
    assert when.ends_at is not None
    cancelled = standing == "cancelled"
    method: Literal["REQUEST", "CANCEL"] = "CANCEL" if cancelled else "REQUEST"
    content = session_ics(
        uid=f"{booking.reference.lower()}@workingtogether",
        sequence=booking.calendar_sequence,
        method=method,
        stamp=timezone.now(),
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        summary=f"Training {booking.reference}",
        description="",
        location="",
        organizer=settings.DEFAULT_FROM_EMAIL,
        attendee=attendee,
        cancelled=cancelled,
        tentative=standing == "tentative",
    )
    return FileToSend(
        filename=f"{booking.reference}.ics", content_type=_content_type(method), content=content
    )


def _content_type(method: str) -> str:
    return f"text/calendar; method={method}"


def holds_event(booking: Booking, mailbox: str) -> bool:
    """Whether the last calendar file that left for this mailbox put the event there, so that it has to be taken back."""
    last = (
        Attachment.objects.filter(
            message__reference=booking.reference,
            message__to=tidy(mailbox),
            content_type__startswith="text/calendar",
        )
        .order_by("-message__pk")
        .values_list("content_type", flat=True)
        .first()
    )
    return last == _content_type("REQUEST")


def taken_back(booking: Booking, *, mailbox: str, when: Booking | Offer) -> list[FileToSend]:
    """The file that takes the event back from a calendar that holds it; nothing for one that does not."""
    if not holds_event(booking, mailbox):
        return []
    return [calendar_attachment(booking, attendee=mailbox, when=when, standing="cancelled")]
