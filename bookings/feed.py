"""A speaker's sessions as a calendar that their own programme reads again and again: reference, times and region.

Place and people are in it only where the speaker chose so with a second factor, and ``bookings/release.py`` opens them.
"""

import datetime as dt

from django.utils import timezone
from icalendar import Event

from bookings.models import Booking, DeskSettings, Engagement, Place
from bookings.release import SessionSeen, Tier, seen_by_speaker, tier_of_speaker
from bookings.states import LIVE_ENGAGEMENTS, LIVE_OFFERS, EngagementState, OfferState
from outbox.calendar import calendar_of, session_event
from speakers.models import Speaker

BACK = dt.timedelta(days=30)
MOST = 200


def feed_ics(speaker: Speaker, *, with_detail: bool) -> bytes:
    """The speaker's sessions from a month ago on, held ones as tentative. The same sessions give the same bytes.

    Two queries, and three for each session whose place and people are shown; those reads are logged.
    """
    settings = DeskSettings.current()
    events = []
    for engagement in _sessions(speaker):
        tier = tier_of_speaker(engagement, second_factor=with_detail, settings=settings)
        seen = None
        if tier == Tier.T3:
            seen = seen_by_speaker(engagement, second_factor=with_detail, page="calendar feed")
        events.append(_event(engagement, seen))
    return calendar_of(events, method="PUBLISH", name="Training")


def _sessions(speaker: Speaker) -> list[Engagement]:
    now = timezone.now()
    rows = (
        Engagement.objects.filter(
            speaker=speaker,
            state__in=LIVE_ENGAGEMENTS,
            offer__state__in=LIVE_OFFERS,
            offer__ends_at__gt=now - BACK,
        )
        .exclude(diary_entry__held_until__lte=now)
        .select_related("offer__booking__region", "speaker__user")
        .order_by("offer__starts_at", "pk")[:MOST]
    )
    return list(rows)


def _event(engagement: Engagement, seen: SessionSeen | None) -> Event:
    """One session. An agreed one has the same UID as the calendar file that was mailed, so that nobody has it twice."""
    offer, booking = engagement.offer, engagement.offer.booking
    is_agreed = (
        booking.starts_at is not None
        and engagement.state == EngagementState.ACCEPTED
        and offer.state == OfferState.ACCEPTED
    )
    reference = booking.reference.lower()
    return session_event(
        uid=f"{reference}@workingtogether" if is_agreed else f"{reference}-{offer.number}@workingtogether",
        sequence=booking.calendar_sequence,
        stamp=engagement.answered_at or engagement.asked_at,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        summary=f"Training {booking.reference}",
        description=_who(seen) if seen is not None else "",
        location=_where(booking, seen),
        status="CONFIRMED" if is_agreed else "TENTATIVE",
    )


def own_calendar_file(booking: Booking, seen: SessionSeen) -> bytes:
    """The agreed session as a file for a contact to put into their calendar, with what they may know (T2, or T3).

    It is the same event as the one in the mail that confirmed the day, so that nobody has it twice.
    """
    assert seen.starts_at is not None
    assert seen.ends_at is not None
    shows_detail = seen.tier >= Tier.T3
    event = session_event(
        uid=f"{booking.reference.lower()}@workingtogether",
        sequence=booking.calendar_sequence,
        stamp=timezone.now(),
        starts_at=seen.starts_at,
        ends_at=seen.ends_at,
        summary=f"Training {booking.reference}",
        description=_who(seen) if shows_detail and seen.speakers else "",
        location=_where(booking, seen) if shows_detail else "",
    )
    return calendar_of([event], method="PUBLISH", name=f"Training {booking.reference}")


def _where(booking: Booking, seen: SessionSeen | None) -> str:
    if seen is not None and seen.venue is not None and seen.venue.online_link:
        return seen.venue.online_link
    if seen is not None and seen.venue is not None:
        venue = seen.venue
        parts = [venue.name, venue.room, *venue.address.splitlines(), venue.postcode]
        return ", ".join(part.strip() for part in parts if part.strip())
    if booking.place == Place.ONLINE:
        return "Online"
    return booking.region.name if booking.region else ""


def _who(seen: SessionSeen) -> str:
    lines = [f"With {', '.join(person.name for person in seen.speakers if person.has_accepted)}"]
    if seen.venue is not None and seen.venue.contact_name:
        meets = ", ".join(part for part in (seen.venue.contact_name, seen.venue.contact_telephone) if part)
        lines.append(f"Who meets you: {meets}")
    return "\n".join(lines)
