"""The states of a booking, an offer, an engagement, an enquiry and a release, and what may follow what.

Each table reads top to bottom; the services are the one writer, and the database refuses any other move.
"""

from collections.abc import Mapping

from django.db import models


class BookingStatus(models.TextChoices):
    """Where a booking stands."""

    REQUESTED = "requested", "Requested"
    WAITING_LIST = "waiting_list", "On the waiting list"
    OFFERED = "offered", "Dates offered"
    CONFIRMED = "confirmed", "Confirmed"
    READY = "ready", "Agenda issued"
    DELIVERED = "delivered", "Delivered"
    CLOSED = "closed", "Closed"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"


class OfferState(models.TextChoices):
    """What became of a dated proposal."""

    OPEN = "open", "Waiting for the agency"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    LAPSED = "lapsed", "Lapsed"


class EngagementState(models.TextChoices):
    """What a speaker said to a place in a session."""

    ASKED = "asked", "Asked"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    FREED = "freed", "Freed"


class EnquiryState(models.TextChoices):
    """What became of a question."""

    NEW = "new", "To answer"
    ANSWERED = "answered", "Answered"
    CONVERTED = "converted", "Became a booking"
    CLOSED = "closed", "Closed"


class ReleaseState(models.TextChoices):
    """Whether a contact may see names and venue."""

    ASKED = "asked", "Waiting for a second person"
    IN_EFFECT = "in_effect", "Released"
    REFUSED = "refused", "Refused"
    ENDED = "ended", "Ended"


class ChangeState(models.TextChoices):
    """What became of a change that an agency asked for."""

    ASKED = "asked", "Waiting for us"
    AGREED = "agreed", "Agreed"
    REFUSED = "refused", "Declined"
    WITHDRAWN = "withdrawn", "No longer asked for"
    OVERTAKEN = "overtaken", "No longer needed"


B, O, G, Q, R = BookingStatus, OfferState, EngagementState, EnquiryState, ReleaseState  # noqa: E741 - tables below

BOOKING_MOVES: Mapping[str, frozenset[str]] = {
    B.REQUESTED: frozenset({B.WAITING_LIST, B.OFFERED, B.DECLINED, B.CANCELLED}),
    B.WAITING_LIST: frozenset({B.REQUESTED, B.OFFERED, B.DECLINED, B.CANCELLED}),
    B.OFFERED: frozenset({B.REQUESTED, B.CONFIRMED, B.DECLINED, B.CANCELLED}),
    # back to requested: the day was put off, and everything but the day is kept
    B.CONFIRMED: frozenset({B.READY, B.DELIVERED, B.REQUESTED, B.CANCELLED}),
    B.READY: frozenset({B.CONFIRMED, B.DELIVERED, B.REQUESTED, B.CANCELLED}),
    B.DELIVERED: frozenset({B.CLOSED}),
    B.CLOSED: frozenset(),
    B.DECLINED: frozenset({B.REQUESTED}),
    B.CANCELLED: frozenset(),
}
OFFER_MOVES: Mapping[str, frozenset[str]] = {
    O.OPEN: frozenset({O.ACCEPTED, O.DECLINED, O.WITHDRAWN, O.LAPSED}),
    O.ACCEPTED: frozenset({O.WITHDRAWN, O.LAPSED}),
    O.DECLINED: frozenset(),
    O.WITHDRAWN: frozenset(),
    O.LAPSED: frozenset(),
}
ENGAGEMENT_MOVES: Mapping[str, frozenset[str]] = {
    G.ASKED: frozenset({G.ACCEPTED, G.DECLINED, G.FREED}),
    G.ACCEPTED: frozenset({G.DECLINED, G.FREED}),
    G.DECLINED: frozenset(),
    G.FREED: frozenset(),
}
ENQUIRY_MOVES: Mapping[str, frozenset[str]] = {
    Q.NEW: frozenset({Q.ANSWERED, Q.CONVERTED, Q.CLOSED}),
    Q.ANSWERED: frozenset({Q.CONVERTED, Q.CLOSED}),
    Q.CONVERTED: frozenset(),
    Q.CLOSED: frozenset({Q.NEW}),
}
RELEASE_MOVES: Mapping[str, frozenset[str]] = {
    R.ASKED: frozenset({R.IN_EFFECT, R.REFUSED, R.ENDED}),
    R.IN_EFFECT: frozenset({R.ENDED}),
    R.REFUSED: frozenset(),
    R.ENDED: frozenset(),
}
CHANGE_MOVES: Mapping[str, frozenset[str]] = {
    ChangeState.ASKED: frozenset(set(ChangeState) - {ChangeState.ASKED}),
    ChangeState.AGREED: frozenset(),
    ChangeState.REFUSED: frozenset(),
    ChangeState.WITHDRAWN: frozenset(),
    ChangeState.OVERTAKEN: frozenset(),
}
del B, O, G, Q, R

OPEN_BOOKINGS = [
    BookingStatus.REQUESTED,
    BookingStatus.WAITING_LIST,
    BookingStatus.OFFERED,
    BookingStatus.CONFIRMED,
    BookingStatus.READY,
    BookingStatus.DELIVERED,
]
OPEN_ENQUIRIES = [EnquiryState.NEW, EnquiryState.ANSWERED]
AGREED_BOOKINGS = [BookingStatus.CONFIRMED, BookingStatus.READY]
NOT_YET_AGREED = [BookingStatus.REQUESTED, BookingStatus.WAITING_LIST, BookingStatus.OFFERED]
LIVE_OFFERS = [OfferState.OPEN, OfferState.ACCEPTED]
LIVE_ENGAGEMENTS = [EngagementState.ASKED, EngagementState.ACCEPTED]

STEPS_BEFORE_AN_OFFER = ("confirm_mailbox", "call_back", "make_offer")
"""Next steps for which our promise to answer is the clock."""
STEPS_AT_ONCE = (
    "answer_change",
    "replace_speaker",
    "settle_condition",
    "answer_agency",
    "answer_speaker",
    "ring_about_place",
    "look_over",
    "second_look",
    "record_delivery",
)
"""Next steps that the desk sees from the first hour."""


class InvalidMove(Exception):
    """What is asked for cannot follow the state it is in. The message says so in words for the person who asked."""


def as_pairs(moves: Mapping[str, frozenset[str]]) -> list[tuple[str, str]]:
    """The table as (old, new) pairs, in a stable order, for the database trigger."""
    return [(str(old), str(new)) for old, news in moves.items() for new in sorted(news)]
