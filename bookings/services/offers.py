"""Offers: a date with the right speakers held, the answers to it, and its end."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings import mail
from bookings.models import Booking, Contact, DeskSettings, Engagement, Offer, Place
from bookings.release import call_back_covers_offer
from bookings.services.moves import doing, free, locked, move, move_offer, settle
from bookings.states import (
    AGREED_BOOKINGS,
    LIVE_ENGAGEMENTS,
    LIVE_OFFERS,
    BookingStatus,
    EngagementState,
    InvalidMove,
    OfferState,
)
from courses.models import Topic
from places.clock import local
from places.nations import Nation
from places.travel import estimate
from places.working_days import add_working_days
from speakers.models import DiaryEntry, Speaker
from speakers.services import hold, lock_speakers

CLOSE_OF_DAY = dt.time(17)


class NotVerified(InvalidMove):
    """No offer is sent before the call-back."""


class BadTeam(InvalidMove):
    """The team cannot give this session; the message says why."""


class TooLate(InvalidMove):
    """The offer has ended, or was answered already. The message is for the person who answered."""


def default_expiry(booking: Booking, *, now: dt.datetime | None = None) -> dt.datetime:
    """5pm in London, so many working days of the booking's nation from today as the desk has set."""
    today = local(now or timezone.now()).date()
    last = add_working_days(today, DeskSettings.current().hold_days, Nation(booking.nation))
    return dt.datetime.combine(last, CLOSE_OF_DAY, tzinfo=local(timezone.now()).tzinfo)


def travel_minutes(speaker: Speaker, booking: Booking) -> int:
    """The estimated travel each way in minutes; none online or when one of the two places is not known."""
    if booking.place == Place.ONLINE or not speaker.home_outcode or not booking.outcode:
        return 0
    travel = estimate(speaker.home_outcode, booking.outcode)
    return travel.minutes if travel is not None else 0


def _check_team(team: Sequence[Speaker], lead: Speaker) -> None:
    if not team:
        raise BadTeam("Choose at least one speaker.")
    if lead.pk not in {speaker.pk for speaker in team}:
        raise BadTeam("The lead trainer has to be one of the speakers.")
    if all(speaker.is_family for speaker in team):
        raise BadTeam("A family member is never the only speaker: add a colleague who stays the whole day.")


def _check_may_be_asked(booking: Booking, speakers: Iterable[Speaker]) -> None:
    for speaker in speakers:
        if speaker.invented != booking.invented:
            raise BadTeam(
                "Invented speakers are for invented bookings only, and real ones for real bookings."
            )
        if speaker.left_on is not None:
            raise BadTeam(f"{speaker.name} has left the programme.")


def _hold_for(offer: Offer, speaker: Speaker, topics: Sequence[Topic], settings: DeskSettings) -> Engagement:
    """Hold one locked speaker for an offer. Raises ``SpeakerBusy``."""
    travel = travel_minutes(speaker, offer.booking)
    around = 0 if offer.booking.place == Place.ONLINE else travel
    entry = hold(
        speaker,
        starts_at=offer.starts_at - dt.timedelta(minutes=settings.setup_minutes + around),
        ends_at=offer.ends_at + dt.timedelta(minutes=settings.pack_up_minutes + around),
        held_until=offer.expires_at,
    )
    engagement = Engagement.objects.create(
        offer=offer, speaker=speaker, diary_entry=entry, travel_minutes=travel
    )
    engagement.topics.set(topics)
    return engagement


def _lock_with_expired_holds(booking_id: int, speaker_ids: Sequence[int]) -> Booking:
    """Lock the booking and let the run-out offers lapse that still hold these speakers: a stale hold never stands in the way.

    All the bookings are locked in the order of their keys, so that two coordinators never wait for one another in a ring.
    """
    stale = set(
        Offer.objects.filter(
            state__in=LIVE_OFFERS,
            expires_at__lte=timezone.now(),
            booking__status=BookingStatus.OFFERED,
            engagements__speaker__in=speaker_ids,
        ).values_list("booking_id", flat=True)
    )
    for pk in sorted(stale | {booking_id}):
        locked(pk)
    for pk in sorted(stale):
        expire_offers_of(pk)
    return locked(booking_id)


@transaction.atomic
def make_offer(
    booking_id: int,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    team: Mapping[int, Sequence[Topic]],
    lead: Speaker,
    expires_at: dt.datetime | None = None,
    actor: User,
) -> Offer:
    """Offer a date, hold every speaker of ``team`` (speaker key → topics asked of them) and mail everyone.

    Raises ``NotVerified`` before the call-back, ``BadTeam`` when the team cannot give it, ``SpeakerBusy`` when the
    database refuses a hold (nothing is then written), ``InvalidMove`` when the booking is past offering or the date is.
    """
    booking = _lock_with_expired_holds(booking_id, list(team))
    settings = DeskSettings.current()
    now = timezone.now()
    if booking.status not in (BookingStatus.REQUESTED, BookingStatus.WAITING_LIST, BookingStatus.OFFERED):
        raise InvalidMove(
            f"{booking.reference} is “{booking.get_status_display().lower()}”: no offer can be made."
        )
    if booking.offers.filter(state=OfferState.ACCEPTED).exists():
        raise InvalidMove("The agency has accepted an offer already. Withdraw it first.")
    if starts_at <= now:
        raise InvalidMove("The session has to be in the future.")
    if not any(call_back_covers_offer(contact) for contact in Contact.objects.filter(booking=booking)):
        raise NotVerified("No offer is sent before the call-back. Record it first.")
    expires_at = expires_at or min(default_expiry(booking), starts_at)
    if not now < expires_at <= starts_at:
        raise InvalidMove("The hold has to end after now and before the session.")
    with doing("make offer", actor):
        speakers = lock_speakers(team)
        _check_team(list(speakers.values()), lead)
        _check_may_be_asked(booking, speakers.values())
        offer = Offer.objects.create(
            booking=booking,
            number=booking.offers.count() + 1,
            starts_at=starts_at,
            ends_at=ends_at,
            lead=lead,
            expires_at=expires_at,
            made_by=actor,
        )
        engagements = [_hold_for(offer, speakers[pk], team[pk], settings) for pk in sorted(speakers)]
        booking.owner = booking.owner or actor
        if booking.status != BookingStatus.OFFERED:
            move(booking, BookingStatus.OFFERED, "owner")
        settle(booking)
        mail.offer(offer)
        for engagement in engagements:
            mail.invitation(engagement)
    return offer


@transaction.atomic
def add_speaker(offer_id: int, *, speaker: Speaker, topics: Sequence[Topic] = (), actor: User) -> Engagement:
    """Ask one more speaker for a live offer, in place of one who said no or beside the others.

    Raises ``SpeakerBusy``, ``BadTeam`` when they may not be asked for this booking, or ``TooLate`` when the offer has ended.
    """
    booking_id = Offer.objects.values_list("booking_id", flat=True).get(pk=offer_id)
    booking = _lock_with_expired_holds(booking_id, [speaker.pk])
    offer = booking.offers.select_related("booking__format", "booking__region").get(pk=offer_id)
    agreed = booking.status in AGREED_BOOKINGS
    if not offer.is_live or (not agreed and offer.has_run_out()):
        raise TooLate("This offer has ended.")
    with doing("ask another speaker", actor):
        locked_speaker = lock_speakers([speaker.pk])[speaker.pk]
        _check_may_be_asked(booking, [locked_speaker])
        engagement = _hold_for(offer, locked_speaker, topics, DeskSettings.current())
        gap = offer.engagements.filter(leaves_a_gap=True).first()
        if gap is not None:
            gap.leaves_a_gap = False
            gap.save(update_fields=["leaves_a_gap"])
        settle(booking)
        mail.invitation(engagement)
    return engagement


@transaction.atomic
def go_on_without(engagement_id: int, *, actor: User) -> Engagement:
    """Give the session without the speaker who said no. Raises ``BadTeam`` when only family members would be left."""
    booking = locked(Engagement.objects.values_list("offer__booking_id", flat=True).get(pk=engagement_id))
    engagement = Engagement.objects.select_related("offer").get(pk=engagement_id)
    with doing("go on without", actor):
        _refuse_family_only(engagement.offer)
        engagement.leaves_a_gap = False
        engagement.save(update_fields=["leaves_a_gap"])
        _confirm_if_all_agree(booking, actor=actor)
        settle(booking)
    return engagement


def _refuse_family_only(offer: Offer) -> None:
    left = Speaker.objects.filter(engagements__offer=offer, engagements__state__in=LIVE_ENGAGEMENTS)
    if not left.filter(is_family=False).exists():
        raise BadTeam("A family member is never the only speaker: ask a colleague first.")


@transaction.atomic
def withdraw_offer(offer_id: int, *, actor: User) -> Offer:
    """Take an offer back: its speakers are free, and agency and speakers are told. Raises ``InvalidMove``."""
    booking = locked(Offer.objects.values_list("booking_id", flat=True).get(pk=offer_id))
    offer = booking.offers.select_related("booking").get(pk=offer_id)
    if booking.status != BookingStatus.OFFERED:
        raise InvalidMove("The date is agreed already. Cancel the booking instead.")
    with doing("withdraw offer", actor):
        _end(offer, OfferState.WITHDRAWN)
        mail.offer_closed(offer, why="withdrawn")
        _back_to_requested_if_none_left(booking)
        settle(booking)
    return offer


def _end(offer: Offer, state: OfferState, *fields: str) -> None:
    """End an offer, free its speakers and tell them."""
    freed = list(
        offer.engagements.filter(state__in=LIVE_ENGAGEMENTS).select_related("speaker__user", "offer__booking")
    )
    for engagement in freed:
        free(engagement, EngagementState.FREED)
    offer.engagements.filter(leaves_a_gap=True).update(leaves_a_gap=False)
    move_offer(offer, state, *fields)
    mail.stood_down(freed)


def _back_to_requested_if_none_left(booking: Booking) -> None:
    live = booking.offers.filter(state__in=LIVE_OFFERS).exists()
    if booking.status == BookingStatus.OFFERED and not live:
        move(booking, BookingStatus.REQUESTED)


# ---- the answers


@transaction.atomic
def accept_offer(offer_id: int, *, actor: User) -> Booking:
    """The agency says yes to one date: the other dates are let go, and the desk is told.

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
            _end(other, OfferState.WITHDRAWN)
        offer.answered_by, offer.answered_at = actor, timezone.now()
        move_offer(offer, OfferState.ACCEPTED, "answered_by", "answered_at")
        _confirm_if_all_agree(booking, actor=actor)
        settle(booking)
        mail.agency_answered(offer, accepted=True)
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
            _end(offer, OfferState.DECLINED, "answered_by", "answered_at", "answer_note")
            mail.agency_answered(offer, accepted=False)
        _back_to_requested_if_none_left(booking)
        settle(booking)
    return booking


@transaction.atomic
def answer_invitation(engagement_id: int, *, accepts: bool, condition: str = "", actor: User) -> Engagement:
    """A speaker says yes, yes with a condition, or no (no reason needed). A no frees their time at once.

    Raises ``TooLate`` when the offer ended, the hold ran out or they answered already.
    """
    booking = locked(Engagement.objects.values_list("offer__booking_id", flat=True).get(pk=engagement_id))
    engagement = Engagement.objects.select_related("offer__booking", "speaker__user", "diary_entry").get(
        pk=engagement_id
    )
    offer = engagement.offer
    if engagement.state == EngagementState.FREED or not offer.is_live:
        raise TooLate("This invitation has ended. Your time is free again; nothing is needed from you.")
    if engagement.state != EngagementState.ASKED:
        raise TooLate("You have answered this invitation already. To change your answer, ring the desk.")
    if booking.status == BookingStatus.OFFERED and offer.has_run_out():
        raise TooLate("The time for an answer has passed, and your time is free again.")
    with doing("accept invitation" if accepts else "decline invitation", actor):
        engagement.answered_at = timezone.now()
        if accepts:
            engagement.condition = condition
            engagement.state = EngagementState.ACCEPTED
            engagement.save(update_fields=["state", "answered_at", "condition"])
            if booking.status in AGREED_BOOKINGS and engagement.diary_entry is not None:
                DiaryEntry.objects.filter(pk=engagement.diary_entry.pk).update(held_until=None)
        else:
            engagement.leaves_a_gap = True
            free(engagement, EngagementState.DECLINED, "answered_at", "leaves_a_gap")
        _confirm_if_all_agree(booking, actor=actor)
        settle(booking)
        mail.speaker_answered(engagement)
    return engagement


def _confirm_if_all_agree(booking: Booking, *, actor: User) -> None:
    """Agree the session when the agency and every speaker of the accepted offer have said yes."""
    if booking.status != BookingStatus.OFFERED:
        return
    offer = booking.offers.filter(state=OfferState.ACCEPTED).select_related("lead").first()
    if offer is None:
        return
    engagements = list(offer.engagements.all())
    live = [engagement for engagement in engagements if engagement.state in LIVE_ENGAGEMENTS]
    if any(engagement.leaves_a_gap for engagement in engagements):
        return
    if not live or any(engagement.state != EngagementState.ACCEPTED for engagement in live):
        return
    leads = {engagement.speaker_id for engagement in live}
    booking.starts_at, booking.ends_at = offer.starts_at, offer.ends_at
    booking.lead_id = offer.lead_id if offer.lead_id in leads else live[0].speaker_id
    booking.calendar_sequence += 1
    move(booking, BookingStatus.CONFIRMED, "starts_at", "ends_at", "lead", "calendar_sequence")
    DiaryEntry.objects.filter(engagement__in=live).update(held_until=None)
    mail.confirmed(booking)


# ---- the end of a hold


@transaction.atomic
def expire_offers_of(booking_id: int) -> int:
    """Lapse the offers of one booking whose time has run out; tells agency and speakers. Gives back how many."""
    booking = locked(booking_id)
    if booking.status != BookingStatus.OFFERED:
        return 0
    due = booking.offers.filter(state__in=LIVE_OFFERS, expires_at__lte=timezone.now()).select_related(
        "booking"
    )
    lapsed = list(due)
    with doing("let offer lapse", None):
        for offer in lapsed:
            _end(offer, OfferState.LAPSED)
            mail.offer_closed(offer, why="lapsed")
        if lapsed:
            _back_to_requested_if_none_left(booking)
            settle(booking)
    return len(lapsed)


def expire_due_offers() -> int:
    """Lapse every offer whose time has run out, one booking at a time. Gives back how many."""
    booking_ids = (
        Offer.objects.filter(
            state__in=LIVE_OFFERS, expires_at__lte=timezone.now(), booking__status=BookingStatus.OFFERED
        )
        .values_list("booking_id", flat=True)
        .distinct()
    )
    return sum(expire_offers_of(booking_id) for booking_id in list(booking_ids))


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
