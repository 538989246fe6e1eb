"""Mail to speakers: the day and themselves, never the place nor anybody else by name."""

from collections.abc import Iterable

from bookings.calendar_files import calendar_attachment, taken_back
from bookings.mail.parts import moved_entry, say_when
from bookings.mail.wanted import REMINDER, occasion_of
from bookings.models import Booking, Engagement, Offer
from bookings.release import others_asked, seen_by_speaker
from outbox.queue import FileToSend, link, queue_message
from places.clock import say_date, say_minutes, say_moment
from places.trips import say_whole_trip


def invitation(engagement: Engagement) -> None:
    """Ask a speaker: date, region, format, topics asked of them, travel, and who else by role. Never the venue."""
    _to_asked("invitation", engagement, occasion=_asked_as(engagement))


def invitations(places: Iterable[Engagement]) -> None:
    """Ask speakers for dates offered together: whoever is asked for several of them gets one mail."""
    by_speaker: dict[int, list[Engagement]] = {}
    for place in sorted(places, key=lambda place: (place.speaker_id, place.offer.starts_at)):
        by_speaker.setdefault(place.speaker_id, []).append(place)
    for theirs in by_speaker.values():
        if len(theirs) == 1:
            invitation(theirs[0])
        else:
            _several_dates(theirs)


def _several_dates(places: list[Engagement]) -> None:
    """One mail for dates of which one at most is given; each is answered on the speaker's page."""
    until = min(place.held_until or place.offer.expires_at for place in places)
    _to_asked(
        "invitation",
        places[0],
        occasion=occasion_of([place.offer for place in places]),
        link=link("/speaking/"),
        until=say_moment(until),
        days=[
            {
                **say_when(seen_by_speaker(place, second_factor=False)),
                "topics": [topic.title for topic in place.topics.all()],
                "trip": say_whole_trip(place.trip),
            }
            for place in places
        ],
    )


def reminder(engagement: Engagement, *, occasion: str) -> None:
    """Ask a speaker who has not answered once more, with all they need to answer."""
    _to_asked(REMINDER, engagement, occasion=occasion)


def asked_again(engagement: Engagement) -> None:
    """Ask a speaker again, as the place has moved and their journey has grown. The place itself stays behind the sign-in."""
    _to_asked("asked-again", engagement, occasion=_asked_as(engagement))


def postponed_speaker(engagement: Engagement, *, old: Offer) -> None:
    """Ask a speaker for the new day of a session that is put off; the entry in their calendar moves to it."""
    mailbox = engagement.speaker.user.email if engagement.speaker.user else ""
    _to_asked(
        "postponed-speaker",
        engagement,
        occasion=_asked_as(engagement),
        attachments=moved_entry(engagement.offer.booking, mailbox, old=old, new=engagement.offer),
        old_date=say_date(old.starts_at),
    )


def _asked_as(engagement: Engagement) -> str:
    return occasion_of([engagement.offer])


def _to_asked(
    kind: str,
    engagement: Engagement,
    *,
    occasion: str,
    attachments: Iterable[FileToSend] = (),
    **context: object,
) -> None:
    """What an asked speaker may know of a session, with the way to answer it. Nobody without a mailbox is written to."""
    speaker = engagement.speaker
    if speaker.user is None:
        return
    booking = engagement.offer.booking
    seen = seen_by_speaker(engagement, second_factor=False)
    queue_message(
        kind,
        to=speaker.user.email,
        about=engagement,
        occasion=occasion,
        reference=booking.reference,
        context={
            "name": speaker.name,
            "reference": booking.reference,
            "link": link(f"/speaking/{booking.reference}/{engagement.offer.number}/"),
            **say_when(seen),
            "region": booking.region.name if booking.region else "",
            "place": booking.get_place_display(),
            "format": booking.format.name if booking.format else "",
            "topics": [topic.title for topic in engagement.topics.all()],
            "travel": say_minutes(engagement.travel_minutes) if engagement.travel_minutes else "",
            "trip": say_whole_trip(engagement.trip),
            "others": others_asked(engagement),
            "until": say_moment(engagement.held_until or engagement.offer.expires_at),
            **context,
        },
        attachments=attachments,
    )


def given_up(engagement: Engagement, *, why: str = "") -> None:
    """Tell a speaker that they no longer give a session and that nothing is asked of them; their entry is taken back.

    ``why`` is ``condition`` when theirs could not be met.
    """
    if engagement.speaker.user is None:
        return
    booking, mailbox = engagement.offer.booking, engagement.speaker.user.email
    queue_message(
        "given-up",
        to=mailbox,
        about=engagement,
        occasion="given-up",
        reference=booking.reference,
        context={
            "name": engagement.speaker.name,
            "reference": booking.reference,
            "why": why,
            **say_when(engagement.offer),
        },
        attachments=taken_back(booking, mailbox=mailbox, when=engagement.offer),
    )


def condition_met(engagement: Engagement) -> None:
    """Tell a speaker that what their yes depended on is settled; the words stay on their page."""
    if engagement.speaker.user is None:
        return
    booking = engagement.offer.booking
    queue_message(
        "condition-met",
        to=engagement.speaker.user.email,
        about=engagement,
        occasion="settled",
        reference=booking.reference,
        context={
            "name": engagement.speaker.name,
            "reference": booking.reference,
            "link": link(f"/speaking/{booking.reference}/{engagement.offer.number}/"),
            **say_when(engagement.offer),
        },
    )


def stood_down(engagements: Iterable[Engagement]) -> None:
    """Tell speakers whose time is free again; nothing is asked of them any more, and no entry stays in their calendar."""
    for engagement in engagements:
        if engagement.speaker.user is None:
            continue
        booking, mailbox = engagement.offer.booking, engagement.speaker.user.email
        queue_message(
            "stood-down",
            to=mailbox,
            about=engagement,
            occasion="freed",
            reference=booking.reference,
            context={
                "name": engagement.speaker.name,
                "reference": booking.reference,
                **say_when(engagement.offer),
            },
            attachments=taken_back(booking, mailbox=mailbox, when=engagement.offer),
        )


def confirmed_speaker(booking: Booking, engagement: Engagement) -> None:
    """Tell a speaker that a session which they give is agreed, with a calendar file without a place."""
    if engagement.speaker.user is None:
        return
    queue_message(
        "confirmed-speaker",
        to=engagement.speaker.user.email,
        about=engagement,
        occasion=f"date-{booking.calendar_sequence}",
        reference=booking.reference,
        context={
            "name": engagement.speaker.name,
            "reference": booking.reference,
            "link": link("/speaking/"),
            **say_when(engagement.offer),
            "region": booking.region.name if booking.region else "",
            "topics": [topic.title for topic in engagement.topics.all()],
            "is_lead": engagement.speaker_id == booking.lead_id,
        },
        attachments=[calendar_attachment(booking, attendee=engagement.speaker.user.email)],
    )
