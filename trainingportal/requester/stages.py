"""At which stage a booking is for one contact: one word, from which everything on their page follows."""

import dataclasses
import datetime as dt
from enum import Enum, auto

from bookings.models import Booking
from bookings.release import HostTold, OfferSeen, SessionSeen, Tier
from bookings.states import BookingStatus, OfferState
from places.clock import local


@dataclasses.dataclass(frozen=True)
class Facts:
    """What a page's state follows from, beside the booking and what the contact may see of it.

    ``told`` says which of our questions the host has answered. ``had_names``: names and venue were open to this contact
    once, whether or not they still are.
    """

    now: dt.datetime
    told: HostTold | None = None
    issue_number: int | None = None
    issue_withdrawn: bool = False
    had_names: bool = False


class Stage(Enum):
    """Where the booking stands for this contact. ``*_HIDDEN``: others at the agency know the date, they do not yet."""

    PHONE_CHECK = auto()
    LOOKING = auto()
    LOOKING_AGAIN = auto()
    POSTPONED = auto()
    WAITING_LIST = auto()
    OFFERED_HIDDEN = auto()
    ANSWER = auto()
    EXPIRED = auto()
    ACCEPTED = auto()
    AGREED_HIDDEN = auto()
    CONFIRMED = auto()
    READY = auto()
    TODAY = auto()
    OVER = auto()
    OVER_HIDDEN = auto()
    DECLINED = auto()
    CANCELLED = auto()


ENDED = (Stage.DECLINED, Stage.CANCELLED)
PAST = (Stage.OVER, Stage.OVER_HIDDEN)
AGREED = (Stage.CONFIRMED, Stage.READY, Stage.TODAY)


def open_offers(seen: SessionSeen) -> tuple[OfferSeen, ...]:
    """The dates that wait for an answer and still hold."""
    return tuple(offer for offer in seen.offers if offer.state == OfferState.OPEN and not offer.has_run_out)


def accepted_offer(seen: SessionSeen) -> OfferSeen | None:
    """The date the agency said yes to."""
    return next((offer for offer in seen.offers if offer.state == OfferState.ACCEPTED), None)


def ended_offers(seen: SessionSeen) -> tuple[OfferSeen, ...]:
    """Dates that were offered and are offered no more."""
    return tuple(
        offer
        for offer in seen.offers
        if offer.state in (OfferState.DECLINED, OfferState.LAPSED, OfferState.WITHDRAWN)
        or (offer.state == OfferState.OPEN and offer.has_run_out)
    )


def gave_way(offer: OfferSeen) -> bool:
    """Whether this date had been accepted and was taken back."""
    return offer.state == OfferState.WITHDRAWN and offer.answered_at is not None


def was_postponed(booking: Booking, seen: SessionSeen) -> bool:
    """Whether a date was confirmed once and is no more: accepted, in calendars (their count rises then), and taken back."""
    return booking.calendar_sequence > 0 and booking.starts_at is None and any(map(gave_way, seen.offers))


def stage_of(booking: Booking, seen: SessionSeen, facts: Facts) -> Stage:
    """The stage of this booking for a contact who sees ``seen``."""
    knows_dates = seen.tier >= Tier.T2
    match booking.status:
        case BookingStatus.REQUESTED:
            if not knows_dates:
                return Stage.PHONE_CHECK
            if was_postponed(booking, seen):
                return Stage.POSTPONED
            return Stage.LOOKING_AGAIN if ended_offers(seen) else Stage.LOOKING
        case BookingStatus.WAITING_LIST:
            return Stage.WAITING_LIST
        case BookingStatus.OFFERED:
            if not knows_dates:
                return Stage.OFFERED_HIDDEN
            if accepted_offer(seen) is not None:
                return Stage.ACCEPTED
            return Stage.ANSWER if open_offers(seen) else Stage.EXPIRED
        case BookingStatus.CONFIRMED | BookingStatus.READY:
            return _while_agreed(booking, facts, knows_dates=knows_dates)
        case BookingStatus.DELIVERED | BookingStatus.CLOSED:
            return Stage.OVER if knows_dates else Stage.OVER_HIDDEN
        case BookingStatus.DECLINED:
            return Stage.DECLINED
        case _:
            return Stage.CANCELLED


def _while_agreed(booking: Booking, facts: Facts, *, knows_dates: bool) -> Stage:
    assert booking.starts_at is not None
    assert booking.ends_at is not None
    if booking.ends_at <= facts.now:
        return Stage.OVER if knows_dates else Stage.OVER_HIDDEN
    if not knows_dates:
        return Stage.AGREED_HIDDEN
    if local(booking.starts_at).date() == local(facts.now).date():
        return Stage.TODAY
    return Stage.CONFIRMED if facts.issue_number is None else Stage.READY
