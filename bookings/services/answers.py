"""What speakers say to a place in a session, and how a gap is closed: asked, yes, yes if, no, no longer."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings import mail
from bookings.models import Booking, DeskSettings, Engagement, Matter, Offer
from bookings.services.hearing import open_matter
from bookings.services.limits import mind_company, mind_limits
from bookings.services.moves import doing, locked, settle
from bookings.services.offers import lock_with_expired_holds
from bookings.services.places import (
    TooLate,
    check_may_be_asked,
    close_gap_without,
    confirm_if_all_agree,
    had_it_in_their_calendar,
    hold_ends,
    hold_for,
    join,
    leave,
    refuse_family_only,
)
from bookings.states import (
    AGREED_BOOKINGS,
    LIVE_ENGAGEMENTS,
    BookingStatus,
    EngagementState,
    InvalidMove,
)
from courses.models import Topic
from speakers.models import Speaker
from speakers.services import lock_speakers


def _in_hand(engagement_id: int) -> tuple[Booking, Engagement]:
    """A place with its booking locked."""
    booking = locked(Engagement.objects.values_list("offer__booking_id", flat=True).get(pk=engagement_id))
    engagement = Engagement.objects.select_related("offer", "speaker__user", "diary_entry").get(
        pk=engagement_id
    )
    engagement.offer.booking = booking
    return booking, engagement


@transaction.atomic
def answer_invitation(engagement_id: int, *, accepts: bool, condition: str = "", actor: User) -> Engagement:
    """A speaker says yes, yes with a condition, or no (no reason needed). A no frees their time at once.

    Raises ``TooLate`` when the offer ended, the hold ran out or they answered already.
    """
    booking, engagement = _in_hand(engagement_id)
    if engagement.state == EngagementState.FREED or not engagement.offer.is_live:
        raise TooLate("This invitation has ended. Your time is free again; nothing is needed from you.")
    if engagement.state != EngagementState.ASKED:
        raise TooLate(
            "You have answered this invitation already. To change your answer, contact the training desk."
        )
    if engagement.held_until is not None and engagement.held_until <= timezone.now():
        raise TooLate("The time for an answer has passed, and your time is free again.")
    with doing("accept invitation" if accepts else "decline invitation", actor):
        engagement.answered_at = timezone.now()
        if accepts:
            engagement.condition = condition
            engagement.state = EngagementState.ACCEPTED
            engagement.save(update_fields=["state", "answered_at", "condition"])
            _count_the_yes(booking, engagement, actor=actor)
        else:
            leave(booking, engagement, EngagementState.DECLINED, "answered_at")
            if had_it_in_their_calendar(engagement):
                mail.given_up(engagement)
            confirm_if_all_agree(booking)
        settle(booking)
        _tell_desk(booking, engagement, _said(engagement), actor=actor)
    return engagement


def _said(engagement: Engagement) -> Matter.Kind:
    if engagement.state != EngagementState.ACCEPTED:
        return Matter.Kind.SPEAKER_NO
    return Matter.Kind.SPEAKER_IF if engagement.condition else Matter.Kind.SPEAKER_YES


def _tell_desk(booking: Booking, engagement: Engagement, kind: Matter.Kind, *, actor: User) -> None:
    """Tell the desk what a speaker did; what a coordinator records for them is no news to the desk."""
    if engagement.speaker.user_id == actor.pk:
        open_matter(booking, kind, by=actor, speaker=engagement.speaker)


def _count_the_yes(booking: Booking, engagement: Engagement, *, actor: User) -> None:
    """A yes without an open condition agrees the session, or joins the one that is agreed."""
    if not engagement.is_plain_yes:
        return
    if booking.status in AGREED_BOOKINGS:
        join(booking, engagement, actor=actor)
    else:
        confirm_if_all_agree(booking)


@transaction.atomic
def settle_condition(engagement_id: int, *, is_possible: bool, actor: User) -> Engagement:
    """The desk settles what a speaker's yes depends on: from now on it is a plain yes, or they do not come and are free.

    Raises ``TooLate`` when there is nothing to settle any more, or the hold has ended.
    """
    booking, engagement = _in_hand(engagement_id)
    if not engagement.has_open_condition or not engagement.offer.is_live:
        raise TooLate("There is no condition to settle any more.")
    if engagement.held_until is not None and engagement.held_until <= timezone.now():
        raise TooLate("The hold has ended.")
    with doing("settle condition", actor):
        if is_possible:
            engagement.condition_settled_at = timezone.now()
            engagement.save(update_fields=["condition_settled_at"])
            mail.condition_met(engagement)
            _count_the_yes(booking, engagement, actor=actor)
        else:
            leave(booking, engagement, EngagementState.DECLINED)
            mail.given_up(engagement, why="condition")
        settle(booking)
    return engagement


@transaction.atomic
def give_up_session(engagement_id: int, *, actor: User) -> Engagement:
    """A speaker can no longer give a session they said yes to. Nobody asks why; the desk is told what is missing.

    Their time is free at once and their calendar entry is taken back; everything else of the booking stays.
    Raises ``TooLate`` when they gave it back already, the session is off, or it has begun.
    """
    booking, engagement = _in_hand(engagement_id)
    if engagement.state != EngagementState.ACCEPTED or not engagement.offer.is_live:
        raise TooLate("This session is not in your diary any more. Nothing is needed from you.")
    if booking.status not in (BookingStatus.OFFERED, *AGREED_BOOKINGS):
        raise TooLate("This session is over.")
    if engagement.offer.starts_at <= timezone.now():
        raise TooLate("The session has begun. Please contact the training desk.")
    with doing("give session up", actor):
        leave(booking, engagement, EngagementState.DECLINED)
        settle(booking)
        mail.given_up(engagement)
        _tell_desk(booking, engagement, Matter.Kind.SPEAKER_OFF, actor=actor)
    return engagement


# ---- a gap is closed


@transaction.atomic
def add_speaker(
    offer_id: int,
    *,
    speaker: Speaker,
    topics: Sequence[Topic] = (),
    instead_of: int | None = None,
    expires_at: dt.datetime | None = None,
    set_aside_because: str = "",
    actor: User,
) -> Engagement:
    """Ask one more speaker for a live offer: in the place ``instead_of`` (a key), of the first gap, or beside the others.

    Without ``topics`` they are asked for those of the gap. For an agreed day they are held so long as any new hold.
    Raises ``SpeakerBusy``, ``BadTeam`` when they may not be asked for this booking, ``LimitTouched`` when it goes past
    their limits and ``set_aside_because`` is empty, or ``TooLate`` when the offer has ended.
    """
    booking_id = Offer.objects.values_list("booking_id", flat=True).get(pk=offer_id)
    booking = lock_with_expired_holds(booking_id, [speaker.pk])
    offer = booking.offers.get(pk=offer_id)
    offer.booking = booking
    agreed = booking.status in AGREED_BOOKINGS
    if not offer.is_live or (not agreed and offer.has_run_out()) or offer.starts_at <= timezone.now():
        raise TooLate("This offer has ended.")
    until = expires_at or hold_ends(booking, offer)
    if not timezone.now() < until <= offer.starts_at:
        raise InvalidMove("The hold has to end after now and before the session.")
    with doing("ask another speaker", actor):
        asked = lock_speakers([speaker.pk])[speaker.pk]
        check_may_be_asked(booking, [asked])
        gaps = offer.engagements.filter(leaves_a_gap=True).order_by("pk")
        gap = (gaps.filter(pk=instead_of) if instead_of else gaps).first()
        if instead_of and gap is None:
            raise TooLate("This gap is closed already.")
        wanted = list(topics) or (list(gap.topics.all()) if gap else [])
        mind_limits(
            offer,
            {asked: wanted},
            together=1 + offer.engagements.filter(state__in=LIVE_ENGAGEMENTS).count(),
            set_aside_because=set_aside_because,
            actor=actor,
        )
        engagement = hold_for(offer, asked, wanted, DeskSettings.current(), until=until, instead_of=gap)
        if gap is not None:
            gap.leaves_a_gap = False
            gap.save(update_fields=["leaves_a_gap"])
        settle(booking)
        mail.invitation(engagement)
    return engagement


@transaction.atomic
def go_on_without(engagement_id: int, *, set_aside_because: str = "", actor: User) -> Engagement:
    """Give the session without the speaker who does not come.

    Raises ``BadTeam`` when only family members would be left, and ``LimitTouched`` when somebody would be alone who gives
    sessions only with a colleague and ``set_aside_because`` is empty.
    """
    return _close_gap(engagement_id, is_recorded=False, set_aside_because=set_aside_because, actor=actor)


@transaction.atomic
def use_recorded_account(engagement_id: int, *, set_aside_because: str = "", actor: User) -> Engagement:
    """Let the recorded account take the place of the live one. Raises as ``go_on_without``."""
    return _close_gap(engagement_id, is_recorded=True, set_aside_because=set_aside_because, actor=actor)


def _close_gap(engagement_id: int, *, is_recorded: bool, set_aside_because: str, actor: User) -> Engagement:
    booking, engagement = _in_hand(engagement_id)
    if not engagement.leaves_a_gap or not engagement.offer.is_live:
        raise TooLate("This gap is closed already.")
    with doing("use the recorded account" if is_recorded else "go on without", actor):
        refuse_family_only(engagement.offer)
        mind_company(engagement.offer, set_aside_because=set_aside_because, actor=actor)
        close_gap_without(booking, engagement, is_recorded=is_recorded, actor=actor)
        confirm_if_all_agree(booking)
        settle(booking)
    return engagement
