"""A session that the agency and two invented speakers have agreed on, for tests of what may change about it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from icalendar import Calendar

from accounts.models import User
from bookings import services
from bookings.models import Booking, Contact, Engagement, Offer
from outbox.models import Attachment
from speakers.models import Speaker
from tests.factories import SpeakerFactory, UserFactory, VerifiedContactFactory, at

STARTS, ENDS = at(9, 15), at(16, 15)


@dataclass(frozen=True)
class Agreed:
    """The parts of one session."""

    contact: Contact
    offer: Offer
    desk: User

    @property
    def booking(self) -> Booking:
        return self.contact.booking

    @property
    def places(self) -> list[Engagement]:
        """The live places, in the order in which they were asked."""
        rows = self.offer.engagements.select_related("speaker__user", "diary_entry", "offer__booking")
        return list(rows.order_by("pk"))

    def now(self) -> Booking:
        """The booking as it stands."""
        return Booking.objects.get(pk=self.booking.pk)


def agreed(
    *,
    team: list[Speaker] | None = None,
    answers: bool = True,
    starts_at: dt.datetime = STARTS,
    ends_at: dt.datetime = ENDS,
) -> Agreed:
    """Offer a day to a verified contact, let the agency accept it, and (with ``answers``) both speakers too."""
    desk = UserFactory(name="Priya Desk", is_staff=True)
    contact = VerifiedContactFactory()
    team = team or [SpeakerFactory(), SpeakerFactory(is_family=True)]
    offer = services.make_offer(
        contact.booking_id,
        starts_at=starts_at,
        ends_at=ends_at,
        team={speaker.pk: [] for speaker in team},
        lead=team[0],
        actor=desk,
    )
    services.accept_offer(offer.pk, actor=contact.user)
    session = Agreed(contact, offer, desk)
    if answers:
        for place in session.places:
            services.answer_invitation(place.pk, accepts=True, actor=place.speaker.user)
    return session


@dataclass(frozen=True)
class EventFile:
    """One mailed calendar file, as an independent parser reads it."""

    method: str
    uid: str
    sequence: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    status: str


def files_to(mailbox: str) -> list[EventFile]:
    """Every calendar file that left for a mailbox, in order."""
    files = Attachment.objects.filter(message__to=mailbox, content_type__startswith="text/calendar").order_by(
        "message__pk"
    )
    return [_read(bytes(file.content)) for file in files]


def _read(content: bytes) -> EventFile:
    calendar = Calendar.from_ical(content)
    event: Any
    [event] = calendar.walk("VEVENT")
    return EventFile(
        method=str(calendar["method"]),
        uid=str(event["uid"]),
        sequence=int(event["sequence"]),
        starts_at=event["dtstart"].dt,
        ends_at=event["dtend"].dt,
        status=str(event["status"]),
    )
