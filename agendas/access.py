"""Who may see or change an agenda. The tier comes from ``bookings/release.py``; who edits is said here and nowhere else.

The lead trainer and coordinators edit, with a second factor; speakers who accepted read; verified contacts read what was
issued. To everybody else the booking does not exist.
"""

from dataclasses import dataclass
from functools import cache

from django.db import connection
from django.http import Http404, HttpRequest

from accounts.models import User
from accounts.rights import has_second_factor, is_coordinator, is_settling, remember_roles
from agendas.models import Agenda
from agendas.plain import Tables, columns, hang, rows
from bookings.models import Agency, Booking, Contact, DeskSettings, Engagement, Offer
from bookings.release import (
    SessionSeen,
    Tier,
    seen_by_contact,
    seen_by_desk,
    seen_by_speaker,
    team_words_are_open,
    tier_of_contact,
    tier_of_speaker,
)
from bookings.states import EngagementState, OfferState
from speakers.models import Speaker


class SecondFactorNeeded(Exception):
    """This person may come in, but this session has not shown a second factor."""


@dataclass(frozen=True)
class Asker:
    """A person before one booking: as what they come, and what they may know."""

    user: User
    booking: Booking
    engagement: Engagement | None
    contact: Contact | None
    is_desk: bool
    second_factor: bool
    sees_detail: bool
    agenda: Agenda | None = None

    @property
    def is_lead(self) -> bool:
        return self.engagement is not None and self.engagement.speaker_id == self.booking.lead_id

    @property
    def is_ours(self) -> bool:
        """A coordinator, or a speaker who gives this session."""
        return self.is_desk or self.engagement is not None

    @property
    def may_edit(self) -> bool:
        return self.second_factor and (self.is_desk or self.is_lead)

    @property
    def tier(self) -> Tier:
        """How much of the session this person may know, without reading any of it."""
        if self.is_desk and self.second_factor:
            return Tier.T4
        settings = DeskSettings.kept()
        if self.engagement is not None:
            return tier_of_speaker(self.engagement, second_factor=self.sees_detail, settings=settings)
        if self.contact is not None:
            return tier_of_contact(self.contact, self.booking, settings)
        return Tier.T0

    @property
    def shows_detail(self) -> bool:
        """Whether names and place are open to this person."""
        return self.tier >= Tier.T3

    @property
    def reads_team_words(self) -> bool:
        """Whether this person may read what the team writes to one another."""
        return self.is_ours and team_words_are_open(self.booking, self.tier, second_factor=self.sees_detail)

    def seen(self, *, page: str | None) -> SessionSeen:
        """What this person may know of the session; with ``page`` a read of names and place is logged."""
        if self.is_desk and self.second_factor:
            return seen_by_desk(self.booking, self.user, page=page)
        if self.engagement is not None:
            return seen_by_speaker(self.engagement, second_factor=self.sees_detail, page=page)
        if self.contact is not None:
            return seen_by_contact(self.contact, page=page)
        return SessionSeen(tier=Tier.T0, reference=self.booking.reference)


def asker_of(request: HttpRequest, reference: str) -> Asker:
    """The signed-in person before this booking. Raises ``Http404`` for a stranger, as for a booking that is not there.

    To both the database is asked the same, so that a guessed reference takes no longer when it is right.
    """
    user = request.user
    if not isinstance(user, User):
        raise Http404
    booking, engagement, contact, agenda = _read(user, reference.upper())
    desk = user.is_active and user.is_staff and is_coordinator(user)
    if booking is None or not (desk or engagement or contact):
        raise Http404
    second_factor = has_second_factor(request)
    return Asker(
        user=user,
        booking=booking,
        engagement=engagement,
        contact=None if desk or engagement else contact,
        is_desk=desk,
        second_factor=second_factor,
        sees_detail=second_factor and not is_settling(user),
        agenda=agenda,
    )


# of those beside the booking what ``bookings/release.py`` asks about them, and what its answer holds
_TABLES: Tables = {
    "booking": Booking,
    "agency": Agency,
    "agenda": Agenda,
    "engagement": (Engagement, frozenset({"id", "offer_id", "speaker_id", "state"})),
    "offer": (Offer, frozenset({"id", "booking_id", "number", "state", "starts_at", "ends_at"})),
    "speaker": (Speaker, frozenset({"id", "user_id", "name", "left_on"})),
    "contact": (
        Contact,
        frozenset(
            {
                "id",
                "booking_id",
                "user_id",
                "name",
                "email",
                "mailbox_confirmed_at",
                "verified_at",
                "released_at",
                "revoked_at",
            }
        ),
    ),
}


@cache
def _statement() -> str:
    """Everything about a person before a booking, in one row. Of the ORM it is five queries, and building them takes longer."""
    return f"""
SELECT
    (SELECT coalesce(array_agg(named.name), '{{}}') FROM auth_group named
        JOIN accounts_user_groups held ON held.group_id = named.id WHERE held.user_id = %(user)s),
    {columns(_TABLES)}
FROM (SELECT 1) AS one
LEFT JOIN bookings_booking booking ON booking.reference = %(reference)s
LEFT JOIN bookings_agency agency ON agency.id = booking.agency_id
LEFT JOIN agendas_agenda agenda ON agenda.booking_id = booking.id
LEFT JOIN bookings_engagement engagement ON engagement.id = (
    SELECT min(place.id) FROM bookings_engagement place
        JOIN bookings_offer proposed ON proposed.id = place.offer_id
        JOIN speakers_speaker giver ON giver.id = place.speaker_id
    WHERE proposed.booking_id = booking.id AND proposed.state = %(accepted_offer)s AND place.state = %(accepted)s
        AND giver.user_id = %(user)s AND giver.left_on IS NULL)
LEFT JOIN bookings_offer offer ON offer.id = engagement.offer_id
LEFT JOIN speakers_speaker speaker ON speaker.id = engagement.speaker_id
LEFT JOIN bookings_contact contact ON contact.id = (
    SELECT min(asked.id) FROM bookings_contact asked
    WHERE asked.booking_id = booking.id AND asked.user_id = %(user)s AND asked.revoked_at IS NULL)
"""  # noqa: S608 - names of our own columns


def _read(
    user: User, reference: str
) -> tuple[Booking | None, Engagement | None, Contact | None, Agenda | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(),
            {
                "user": user.pk,
                "reference": reference,
                "accepted_offer": OfferState.ACCEPTED.value,
                "accepted": EngagementState.ACCEPTED.value,
            },
        )
        roles, *values = cursor.fetchone()
    remember_roles(user, roles)
    found = rows(_TABLES, values)
    booking, agenda, engagement, contact = (
        found[name] for name in ("booking", "agenda", "engagement", "contact")
    )
    if booking is not None:
        hang(booking, "agency", found["agency"])
    if agenda is not None:
        hang(agenda, "booking", booking)
    if engagement is not None:
        offer, speaker = found["offer"], found["speaker"]
        hang(engagement, "offer", offer)
        hang(offer, "booking", booking)
        hang(engagement, "speaker", speaker)
        hang(speaker, "user", user)
    if contact is not None:
        hang(contact, "booking", booking)
        hang(contact, "user", user)
    return booking, engagement, contact, agenda


def reader_of(request: HttpRequest, reference: str) -> Asker:
    """Somebody of ours who may open the studio. Raises ``Http404``, or ``SecondFactorNeeded`` for the desk without one."""
    asker = asker_of(request, reference)
    if not asker.is_ours:
        raise Http404
    if asker.is_desk and not asker.is_lead and not asker.second_factor:
        raise SecondFactorNeeded
    return asker


def editor_of(request: HttpRequest, reference: str) -> Asker:
    """Somebody who may change the draft. Raises ``Http404`` for anyone else, or ``SecondFactorNeeded``."""
    asker = reader_of(request, reference)
    if not (asker.is_desk or asker.is_lead):
        raise Http404
    if not asker.second_factor:
        raise SecondFactorNeeded
    return asker
