"""Who may see or change an agenda. The tier comes from ``bookings/release.py``; who edits is said here and nowhere else.

The lead trainer and coordinators edit, with a second factor; speakers who accepted read; verified contacts read what was
issued. To everybody else the booking does not exist.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from accounts.models import User
from accounts.rights import has_second_factor, is_coordinator, may_see_details
from bookings.models import Booking, Contact, DeskSettings, Engagement
from bookings.release import (
    SessionSeen,
    Tier,
    seen_by_contact,
    seen_by_desk,
    seen_by_speaker,
    tier_of_contact,
    tier_of_speaker,
)
from bookings.states import EngagementState, OfferState
from places.kept_queries import Blank, KeptQuery


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

    def seen(self, *, page: str | None) -> SessionSeen:
        """What this person may know of the session; with ``page`` a read of names and place is logged."""
        if self.is_desk and self.second_factor:
            return seen_by_desk(self.booking, self.user, page=page)
        if self.engagement is not None:
            return seen_by_speaker(self.engagement, second_factor=self.sees_detail, page=page)
        if self.contact is not None:
            return seen_by_contact(self.contact, page=page)
        return SessionSeen(tier=Tier.T0, reference=self.booking.reference)


_BOOKING = KeptQuery(
    lambda: Booking.objects.select_related("agency").filter(reference=Blank("reference")).order_by()
)
_ENGAGEMENT = KeptQuery(
    lambda: (
        Engagement.objects.select_related("speaker", "offer")
        .filter(
            speaker__user=Blank("user"),
            speaker__left_on__isnull=True,
            offer__booking__reference=Blank("reference"),
            offer__state=OfferState.ACCEPTED,
            state=EngagementState.ACCEPTED,
        )
        .order_by("pk")[:1]
    )
)
_CONTACT = KeptQuery(
    lambda: (
        Contact.objects.select_related("user")
        .filter(user=Blank("user"), booking__reference=Blank("reference"), revoked_at__isnull=True)
        .order_by("pk")[:1]
    )
)


def asker_of(request: HttpRequest, reference: str) -> Asker:
    """The signed-in person before this booking. Raises ``Http404`` for a stranger, as for a booking that is not there.

    To both the database is asked the same, so that a guessed reference takes no longer when it is right.
    """
    user = request.user
    if not isinstance(user, User):
        raise Http404
    reference = reference.upper()
    booking = _BOOKING.first(reference=reference)
    desk = user.is_active and user.is_staff and is_coordinator(user)
    engagement = _ENGAGEMENT.first(user=user.pk, reference=reference)
    contact = None
    if not desk and engagement is None:
        contact = _CONTACT.first(user=user.pk, reference=reference)
        if contact is None:
            raise Http404
    if booking is None:
        raise Http404
    if contact is not None:
        contact.booking = booking
    if engagement is not None:
        engagement.offer.booking = booking
        engagement.speaker.user = user
    return Asker(
        user=user,
        booking=booking,
        engagement=engagement,
        contact=contact,
        is_desk=desk,
        second_factor=has_second_factor(request),
        sees_detail=may_see_details(request),
    )


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
