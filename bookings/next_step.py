"""Whose turn it is on a booking, and what for: derived from its facts, kept on the row so that the queue has an index."""

import datetime as dt
from dataclasses import dataclass

from bookings.models import Booking, Contact, Engagement, Offer, Release, WaitingFor
from bookings.release import call_back_covers_offer, place_is_unchecked
from bookings.states import (
    LIVE_OFFERS,
    BookingStatus,
    EngagementState,
    OfferState,
    ReleaseState,
)

WORDS: dict[str, str] = {
    "confirm_mailbox": "Ring: mailbox not confirmed",
    "call_back": "Record the call-back",
    "make_offer": "Choose dates, then offer",
    "replace_speaker": "A speaker does not come: ask another",
    "settle_condition": "A speaker said yes, if: settle it",
    "agency_answers": "They answer our offer",
    "speakers_answer": "Speakers have not all answered",
    "name_venue": "They name a room",
    "ring_about_place": "Ring about the place, new or changed",
    "release": "Release names and place",
    "second_look": "Second look at a release",
    "issue_agenda": "Shape and issue the agenda",
    "deliver": "The day is set",
    "record_delivery": "Record how the day went",
    "close": "Send for feedback, then close",
    "waiting_list": "On the waiting list",
    "nothing": "Closed",
}


@dataclass(frozen=True)
class NextStep:
    """Who is waited for, the key of what is due (see ``WORDS``), and by when, where there is a clock."""

    waiting_for: WaitingFor
    key: str
    due_at: dt.datetime | None = None

    @property
    def words(self) -> str:
        return WORDS[self.key]


def work_out(booking: Booking, *, now: dt.datetime) -> NextStep:
    """Derive the next step from the booking's contacts, offers, engagements, venue and releases (six queries at most)."""
    match booking.status:
        case BookingStatus.REQUESTED:
            return _before_an_offer(booking)
        case BookingStatus.WAITING_LIST:
            return NextStep(WaitingFor.US, "waiting_list")
        case BookingStatus.OFFERED:
            return _while_offered(booking)
        case BookingStatus.CONFIRMED | BookingStatus.READY:
            return _once_agreed(booking, now)
        case BookingStatus.DELIVERED:
            return NextStep(WaitingFor.US, "close")
        case _:
            return NextStep(WaitingFor.NOBODY, "nothing")


def _before_an_offer(booking: Booking) -> NextStep:
    contacts = list(Contact.objects.filter(booking=booking, revoked_at__isnull=True))
    if any(contact.verified_at for contact in contacts):
        is_covered = booking.asks_for_call_since is None or _is_covered(booking, contacts)
        return NextStep(WaitingFor.US, "make_offer" if is_covered else "call_back")
    if any(contact.mailbox_confirmed_at for contact in contacts):
        return NextStep(WaitingFor.US, "call_back")
    return NextStep(WaitingFor.US, "confirm_mailbox")


def _is_covered(booking: Booking, contacts: list[Contact]) -> bool:
    """Whether somebody was rung since the place that is asked for changed."""
    for contact in contacts:
        contact.booking = booking
    return any(call_back_covers_offer(contact) for contact in contacts)


def _while_offered(booking: Booking) -> NextStep:
    offers = list(Offer.objects.filter(booking=booking, state__in=LIVE_OFFERS))
    due_at = min((offer.expires_at for offer in offers), default=None)
    engagements = list(Engagement.objects.filter(offer__in=offers))
    accepted = next((offer for offer in offers if offer.state == OfferState.ACCEPTED), None)
    if accepted is not None:
        engagements = [engagement for engagement in engagements if engagement.offer_id == accepted.pk]
    if any(engagement.leaves_a_gap for engagement in engagements):
        return NextStep(WaitingFor.US, "replace_speaker", due_at)
    if any(engagement.has_open_condition for engagement in engagements):
        return NextStep(WaitingFor.US, "settle_condition", due_at)
    if accepted is None:
        return NextStep(WaitingFor.AGENCY, "agency_answers", due_at)
    return NextStep(WaitingFor.SPEAKERS, "speakers_answer", due_at)


def _once_agreed(booking: Booking, now: dt.datetime) -> NextStep:
    assert booking.starts_at is not None
    assert booking.ends_at is not None
    places = list(
        Engagement.objects.filter(offer__booking=booking, offer__state=OfferState.ACCEPTED).select_related(
            "diary_entry"
        )
    )
    if any(place.leaves_a_gap for place in places):
        return NextStep(WaitingFor.US, "replace_speaker", booking.starts_at)
    if booking.ends_at <= now:
        return NextStep(WaitingFor.US, "record_delivery", booking.ends_at)
    conditional = [place for place in places if place.has_open_condition]
    if conditional:
        return NextStep(WaitingFor.US, "settle_condition", _first_end(conditional))
    asked = (
        Release.objects.filter(contact__booking=booking, state=ReleaseState.ASKED)
        .order_by("asked_at")
        .first()
    )
    if asked is not None:
        return NextStep(WaitingFor.US, "second_look", asked.takes_effect_at)
    if place_is_unchecked(booking):
        return NextStep(WaitingFor.US, "ring_about_place", booking.starts_at - dt.timedelta(days=21))
    silent = [place for place in places if place.state == EngagementState.ASKED]
    if silent:
        return NextStep(WaitingFor.SPEAKERS, "speakers_answer", _first_end(silent))
    if booking.status == BookingStatus.CONFIRMED:
        return NextStep(WaitingFor.US, "issue_agenda", booking.starts_at - dt.timedelta(days=21))
    if booking.place != "online" and not hasattr(booking, "venue"):
        return NextStep(WaitingFor.AGENCY, "name_venue", booking.starts_at - dt.timedelta(days=14))
    released = Contact.objects.filter(
        booking=booking, released_at__isnull=False, revoked_at__isnull=True
    ).exists()
    if not released:
        return NextStep(WaitingFor.US, "release", booking.starts_at - dt.timedelta(days=7))
    return NextStep(WaitingFor.THE_DAY, "deliver", booking.starts_at)


def _first_end(places: list[Engagement]) -> dt.datetime | None:
    """When the first of these holds ends."""
    return min((place.held_until for place in places if place.held_until is not None), default=None)
