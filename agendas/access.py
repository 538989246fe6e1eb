"""Who may see or change an agenda. The tier comes from ``bookings/release.py``; who edits is said here and nowhere else.

The lead trainer and coordinators edit, with a second factor; speakers who accepted read; verified contacts read what was
issued. To everybody else the booking does not exist.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from accounts.models import User
from accounts.rights import has_second_factor, is_coordinator, is_settling
from agendas.models import Agenda
from bookings.models import Booking, Contact, DeskSettings, Engagement
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


def _read(
    user: User, reference: str
) -> tuple[Booking | None, Engagement | None, Contact | None, Agenda | None]:
    booking = (
        Booking.objects.filter(reference=reference).select_related("agency", "agenda__composition").first()
    )
    engagement = (
        Engagement.objects.filter(
            offer__booking__reference=reference,
            offer__state=OfferState.ACCEPTED,
            state=EngagementState.ACCEPTED,
            speaker__user=user,
            speaker__left_on__isnull=True,
        )
        .select_related("offer", "speaker")
        .order_by("pk")
        .first()
    )
    contacts = Contact.objects.filter(booking__reference=reference, user=user, revoked_at__isnull=True)
    contact = contacts.order_by("pk").first()
    if engagement is not None and booking is not None:
        engagement.offer.booking = booking
        engagement.speaker.user = user
    if contact is not None and booking is not None:
        contact.booking, contact.user = booking, user
    return booking, engagement, contact, getattr(booking, "agenda", None)


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
