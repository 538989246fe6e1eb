"""Offers once they are made: what the agency says to them, and how they end."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings import mail
from bookings.models import Booking, Matter, Offer
from bookings.services.hearing import is_contact, open_matter
from bookings.services.moves import doing, free, locked, move, move_offer, settle
from bookings.services.places import (
    BadTeam,
    TooLate,
    confirm_if_all_agree,
    let_places_lapse,
    places_past_their_time,
)
from bookings.states import (
    AGREED_BOOKINGS,
    LIVE_ENGAGEMENTS,
    LIVE_OFFERS,
    BookingStatus,
    EngagementState,
    InvalidMove,
    OfferState,
)
from speakers.models import DiaryEntry, Speaker


def check_team(team: Sequence[Speaker], lead: Speaker | None) -> None:
    """Raise ``BadTeam`` for an empty team, a lead who is not in it, and one of family members only."""
    if not team:
        raise BadTeam("Choose at least one speaker.")
    if lead is None or lead.pk not in {speaker.pk for speaker in team}:
        raise BadTeam("The lead trainer has to be one of the speakers.")
    if all(speaker.is_family for speaker in team):
        raise BadTeam("A family member is never the only speaker: add a colleague who stays the whole day.")


def lock_with_expired_holds(booking_id: int, speaker_ids: Sequence[int]) -> Booking:
    """Lock the booking and let lapse what still holds these speakers past its time: a stale hold never stands in the way.

    All the bookings are locked in the order of their keys, so that two coordinators never wait for one another in a ring.
    """
    now = timezone.now()
    offers = Offer.objects.filter(
        state__in=LIVE_OFFERS,
        expires_at__lte=now,
        booking__status=BookingStatus.OFFERED,
        engagements__speaker__in=speaker_ids,
    )
    places = places_past_their_time(now).filter(speaker__in=speaker_ids)
    stale = {
        *offers.values_list("booking_id", flat=True),
        *places.values_list("offer__booking_id", flat=True),
    }
    for pk in sorted(stale | {booking_id}):
        locked(pk)
    for pk in sorted(stale):
        expire_offers_of(pk)
    return locked(booking_id)


@transaction.atomic
def withdraw_offer(offer_id: int, *, actor: User) -> Offer:
    """Take an offer back: its speakers are free, and agency and speakers are told. Raises ``InvalidMove``."""
    booking = locked(Offer.objects.values_list("booking_id", flat=True).get(pk=offer_id))
    offer = booking.offers.select_related("booking").get(pk=offer_id)
    if booking.status != BookingStatus.OFFERED:
        raise InvalidMove("The date is agreed already. Cancel the booking instead.")
    with doing("withdraw offer", actor):
        end_offer(booking, offer, OfferState.WITHDRAWN)
        mail.offers_closed([offer], why="withdrawn")
        _back_to_requested_if_none_left(booking)
        settle(booking)
    return offer


def end_offer(booking: Booking, offer: Offer, state: OfferState, *fields: str) -> None:
    """End an offer of a locked booking, free its speakers and tell them; an entry that moved to its day is taken back."""
    offer.booking = booking
    freed = list(offer.engagements.filter(state__in=LIVE_ENGAGEMENTS).select_related("speaker__user"))
    for engagement in freed:
        engagement.offer = offer
        free(engagement, EngagementState.FREED)
    offer.engagements.filter(leaves_a_gap=True).update(leaves_a_gap=False)
    move_offer(offer, state, *fields)
    if offer.moves_the_day:
        booking.calendar_sequence += 1
        booking.save(update_fields=["calendar_sequence"])
    mail.stood_down(freed)


def _back_to_requested_if_none_left(booking: Booking) -> None:
    live = booking.offers.filter(state__in=LIVE_OFFERS).exists()
    if booking.status == BookingStatus.OFFERED and not live:
        move(booking, BookingStatus.REQUESTED)


# ---- what the agency says


@transaction.atomic
def accept_offer(offer_id: int, *, actor: User) -> Booking:
    """The agency says yes to one date: the other dates are let go, the agency has a receipt, and the desk is told.

    The session is agreed once every speaker has said yes too. Raises ``TooLate`` when the offer ended or was answered.
    """
    booking = locked(Offer.objects.values_list("booking_id", flat=True).get(pk=offer_id))
    offer = booking.offers.select_related("booking").get(pk=offer_id)
    if offer.state == OfferState.ACCEPTED:
        raise TooLate("This date was accepted already. Nothing more is needed from you.")
    if offer.state != OfferState.OPEN or booking.status != BookingStatus.OFFERED:
        raise TooLate("This offer is no longer open.")
    if offer.has_run_out():
        raise TooLate("This offer ended before you answered, and the date is no longer held.")
    with doing("accept offer", actor):
        for other in (
            booking.offers.filter(state=OfferState.OPEN).exclude(pk=offer.pk).select_related("booking")
        ):
            end_offer(booking, other, OfferState.WITHDRAWN)
        offer.answered_by, offer.answered_at = actor, timezone.now()
        move_offer(offer, OfferState.ACCEPTED, "answered_by", "answered_at")
        confirm_if_all_agree(booking)
        settle(booking)
        if booking.status == BookingStatus.OFFERED:  # else the mail that confirms it says all of this
            mail.accepted(booking, offer)
        if is_contact(booking, actor):
            open_matter(booking, Matter.Kind.ACCEPTED, by=actor)
    return booking


@transaction.atomic
def decline_offers(booking_id: int, *, note: str, actor: User) -> Booking:
    """The agency says that no open date suits: the speakers are free, and the desk is told what would be better.

    Raises ``TooLate`` when nothing is open any more.
    """
    booking = locked(booking_id)
    open_offers = list(booking.offers.filter(state=OfferState.OPEN).select_related("booking"))
    if booking.status != BookingStatus.OFFERED or not open_offers:
        raise TooLate("There is no open offer to decline.")
    with doing("decline offers", actor):
        for offer in open_offers:
            offer.answered_by, offer.answered_at, offer.answer_note = actor, timezone.now(), note
            end_offer(booking, offer, OfferState.DECLINED, "answered_by", "answered_at", "answer_note")
        if is_contact(booking, actor):
            open_matter(booking, Matter.Kind.DECLINED, by=actor)
        _back_to_requested_if_none_left(booking)
        settle(booking)
    return booking


# ---- the end of a hold


@transaction.atomic
def expire_offers_of(booking_id: int) -> int:
    """Let lapse what one booking holds past its time, offers or single places; tells those concerned. Gives how many."""
    booking = locked(booking_id)
    if booking.status in AGREED_BOOKINGS:
        with doing("let place lapse", None):
            count = let_places_lapse(booking)
            if count:
                settle(booking)
        return count
    if booking.status != BookingStatus.OFFERED:
        return 0
    lapsed = list(booking.offers.filter(state__in=LIVE_OFFERS, expires_at__lte=timezone.now()))
    with doing("let offer lapse", None):
        for offer in lapsed:
            end_offer(booking, offer, OfferState.LAPSED)
        if lapsed:
            mail.offers_closed(lapsed, why="lapsed")
            _back_to_requested_if_none_left(booking)
            settle(booking)
    return len(lapsed)


def expire_due_offers() -> int:
    """Let lapse every hold whose time has run out, one booking at a time. Gives back how many offers and places.

    One booking that fails keeps no other waiting: its error is raised when the rest is done.
    """
    now = timezone.now()
    offers = Offer.objects.filter(
        state__in=LIVE_OFFERS, expires_at__lte=now, booking__status=BookingStatus.OFFERED
    )
    booking_ids = {
        *offers.values_list("booking_id", flat=True),
        *places_past_their_time(now).values_list("offer__booking_id", flat=True),
    }
    count, errors = 0, []
    for booking_id in sorted(booking_ids):
        try:
            count += expire_offers_of(booking_id)
        except Exception as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("Some holds could not lapse", errors)
    return count


@transaction.atomic
def extend_hold(offer_id: int, *, expires_at: dt.datetime, actor: User) -> Offer:
    """Hold longer, for the offer and its speakers. Raises ``TooLate`` once it has ended."""
    booking = locked(Offer.objects.values_list("booking_id", flat=True).get(pk=offer_id))
    offer = booking.offers.get(pk=offer_id)
    if not offer.is_live or offer.has_run_out() or booking.status != BookingStatus.OFFERED:
        raise TooLate("This offer has ended.")
    if not timezone.now() < expires_at <= offer.starts_at:
        raise InvalidMove("The hold has to end after now and before the session.")
    with doing("extend hold", actor):
        offer.expires_at = expires_at
        offer.save(update_fields=["expires_at"])
        DiaryEntry.objects.filter(engagement__offer=offer).update(held_until=expires_at)
        settle(booking)
    return offer
