"""Whose turn it is on a booking, and what for: derived from its facts, kept on the row so that the queue has an index."""

import datetime as dt
from dataclasses import dataclass

from bookings.host import NEEDED_BEFORE
from bookings.models import (
    Booking,
    Contact,
    DeskSettings,
    Engagement,
    Matter,
    Offer,
    Place,
    Release,
    WaitingFor,
)
from bookings.release import call_back_covers_offer, place_is_unchecked
from bookings.states import (
    LIVE_OFFERS,
    BookingStatus,
    EngagementState,
    OfferState,
    ReleaseState,
)
from places.clock import LONDON, local
from places.nations import Nation
from places.working_days import add_working_days

CLOSE_OF_DAY = dt.time(17)
BEFORE_WHAT_CAME_IN = ("replace_speaker", "settle_condition", "second_look")
"""Steps with a hold or a clock of hours: what came in stands on the booking's page beside them, and is next after them."""

WORDS: dict[str, str] = {
    "answer_change": "The agency asks for a change: answer",
    "answer_agency": "The agency wrote: answer",
    "answer_speaker": "A speaker wrote: answer",
    "look_over": "The agency changed something: look it over",
    "confirm_mailbox": "Ring: mailbox not confirmed",
    "call_back": "Record the call-back",
    "make_offer": "Choose dates, then offer",
    "replace_speaker": "A speaker does not come: ask another",
    "settle_condition": "A speaker said yes, if: settle it",
    "agency_answers": "They answer our offer",
    "speakers_answer": "Speakers have not all answered",
    "name_venue": "They name a room",
    "name_link": "They send the link to join",
    "ring_about_place": "Ring about the place, new or changed",
    "release": "Share names and venue",
    "second_look": "Approve sharing names and venue",
    "issue_agenda": "Shape and issue the agenda",
    "deliver": "The day is set",
    "record_delivery": "Record how the day went",
    "close": "Close the booking",
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
    """Derive the next step from what came in, and the booking's contacts, offers, venue and releases (seven queries at most).

    What people outside the desk did comes before whatever else waits, also when the booking is over.
    """
    came_in = _what_came_in(booking)
    if came_in is not None and came_in.key == "answer_change":
        return came_in
    step = _by_status(booking, now)
    return step if came_in is None or step.key in BEFORE_WHAT_CAME_IN else came_in


def _what_came_in(booking: Booking) -> NextStep | None:
    """The next step for what nobody has answered or dealt with yet, a change to answer first, then what was written."""
    matters = list(
        booking.matters.filter(settled_at__isnull=True).select_related("change").order_by("at", "pk")
    )
    if not matters:
        return None
    kinds = {matter.kind for matter in matters}
    keys = [(matter, _key_of(matter, booking)) for matter in matters]
    order = ("answer_change", "answer_agency", "answer_speaker", "ring_about_place", "look_over")
    key = next(each for each in order if any(each == found for _, found in keys))
    first = next(matter for matter, found in keys if found == key)
    if Matter.Kind.FAR_ROOM in kinds and key == "ring_about_place":
        return NextStep(WaitingFor.US, key, first.at)
    return NextStep(WaitingFor.US, key, _answer_due(booking, first))


def _key_of(matter: Matter, booking: Booking) -> str:
    match matter.kind:
        case Matter.Kind.CHANGE:
            return "answer_change"
        case Matter.Kind.MESSAGE | Matter.Kind.COMMENT:
            return "answer_agency"
        case Matter.Kind.SPEAKER_MESSAGE:
            return "answer_speaker"
        case Matter.Kind.ROOM | Matter.Kind.FAR_ROOM if booking.is_open:
            return "ring_about_place"
        case _:
            return "look_over"


def _answer_due(booking: Booking, matter: Matter) -> dt.datetime:
    """When the answer is due: the day we promised, and never later than the session's start."""
    if matter.change is not None:
        day = matter.change.answer_due_on
    else:
        days = DeskSettings.kept().answer_within_days
        day = add_working_days(local(matter.at).date(), days, Nation(booking.nation))
    due = dt.datetime.combine(day, CLOSE_OF_DAY, tzinfo=LONDON)
    is_ahead = booking.starts_at is not None and booking.starts_at > matter.at
    return min(due, booking.starts_at) if is_ahead and booking.starts_at is not None else due


def _by_status(booking: Booking, now: dt.datetime) -> NextStep:
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
    venue = getattr(booking, "venue", None)
    if booking.place == Place.ONLINE:
        if venue is None or not venue.online_link:
            return NextStep(WaitingFor.AGENCY, "name_link", booking.starts_at - NEEDED_BEFORE)
    elif venue is None:
        return NextStep(WaitingFor.AGENCY, "name_venue", booking.starts_at - NEEDED_BEFORE)
    released = Contact.objects.filter(
        booking=booking, released_at__isnull=False, revoked_at__isnull=True
    ).exists()
    if not released:
        return NextStep(WaitingFor.US, "release", booking.starts_at - dt.timedelta(days=7))
    return NextStep(WaitingFor.THE_DAY, "deliver", booking.starts_at)


def _first_end(places: list[Engagement]) -> dt.datetime | None:
    """When the first of these holds ends."""
    return min((place.held_until for place in places if place.held_until is not None), default=None)
