"""One speaker's place in a session: how it is held and agreed, how it is given back, and what follows for the others."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from bookings import following, mail
from bookings.calendar_files import holds_event
from bookings.models import Booking, DeskSettings, Engagement, Matter, Offer, Place
from bookings.release import district_named_since
from bookings.services.hearing import open_matter
from bookings.services.moves import free, move
from bookings.states import (
    AGREED_BOOKINGS,
    LIVE_ENGAGEMENTS,
    BookingStatus,
    EngagementState,
    InvalidMove,
    OfferState,
)
from courses.models import Topic
from places import outcodes
from places.clock import LONDON, local
from places.nations import Nation
from places.travel import estimate
from places.trips import plan_trip
from places.working_days import add_working_days
from speakers.models import DiaryEntry, Speaker
from speakers.services import hold

CLOSE_OF_DAY = dt.time(17)
KILOMETRES_A_MILE = 1.609


class BadTeam(InvalidMove):
    """The team cannot give this session; the message says why."""


class TooLate(InvalidMove):
    """The offer has ended, or was answered already. The message is for the person who answered."""


def default_expiry(booking: Booking, *, now: dt.datetime | None = None) -> dt.datetime:
    """5pm in London, so many working days of the booking's nation from today as the desk has set."""
    today = local(now or timezone.now()).date()
    last = add_working_days(today, DeskSettings.current().hold_days, Nation(booking.nation))
    return dt.datetime.combine(last, CLOSE_OF_DAY, tzinfo=LONDON)


def travel_minutes(speaker: Speaker, booking: Booking, *, allowances: Mapping[str, int] | None = None) -> int:
    """The estimated travel each way in minutes; none online or when one of the two places is not known.

    ``allowances`` are those of ``places.travel.crossing_allowances``, read once where several people are looked at.
    """
    if booking.place == Place.ONLINE or not speaker.home_outcode or not booking.outcode:
        return 0
    travel = estimate(speaker.home_outcode, booking.outcode, allowances=allowances)
    return travel.minutes if travel is not None else 0


def how_far(booking: Booking, postcode: str) -> str:
    """How far a venue is from where training was asked for, in words for the desk; nothing where it is about the same place."""
    travel = estimate(booking.outcode, postcode) if booking.outcode and postcode else None
    if travel is None or travel.minutes <= DeskSettings.current().travel_grows_minutes:
        return ""
    miles = 5 * max(1, round(travel.kilometres / KILOMETRES_A_MILE / 5))
    found = outcodes.find(postcode)
    assert found is not None  # there is an estimate to it
    return f"{found.outcode}, {found.region}: about {miles} miles from {booking.outcode}, where they asked for training."


@dataclass(frozen=True)
class NamedSince:
    """Where the agency has named a venue since a speaker was asked, and their journey there: nobody has rung about it yet."""

    region: str
    minutes: int


def named_since(engagement: Engagement) -> NamedSince | None:
    """What a speaker who was asked for another place has to know; ``None`` where they were asked for this one."""
    district = district_named_since(engagement.offer.booking)
    travel = estimate(engagement.speaker.home_outcode, district) if district else None
    if travel is None:
        return None
    found = outcodes.find(district)
    assert found is not None  # there is an estimate to it
    return NamedSince(found.region, travel.minutes)


def check_may_be_asked(booking: Booking, speakers: Iterable[Speaker]) -> None:
    """Raise ``BadTeam`` for somebody who left, and where invented people and real bookings would meet."""
    for speaker in speakers:
        if speaker.invented != booking.invented:
            raise BadTeam(
                "Invented speakers are for invented bookings only, and real ones for real bookings."
            )
        if speaker.left_on is not None:
            raise BadTeam(f"{speaker.name} has left the programme.")


def hold_for(
    offer: Offer,
    speaker: Speaker,
    topics: Sequence[Topic],
    settings: DeskSettings,
    *,
    until: dt.datetime | None = None,
    instead_of: Engagement | None = None,
) -> Engagement:
    """Hold one locked speaker for an offer, as long as the offer holds or ``until``. Raises ``SpeakerBusy``."""
    travel = travel_minutes(speaker, offer.booking)
    trip = plan_trip(offer.starts_at, offer.ends_at, minutes=travel, rules=settings.trip_rules)
    entry = hold(
        speaker,
        starts_at=trip.leaves_at,
        ends_at=trip.back_at,
        held_until=until or offer.expires_at,
        tells_account=tells_account(speaker, topics),
    )
    engagement = Engagement.objects.create(
        offer=offer, speaker=speaker, diary_entry=entry, travel_minutes=travel, instead_of=instead_of
    )
    engagement.topics.set(topics)
    return engagement


def tells_account(speaker: Speaker, topics: Sequence[Topic]) -> bool:
    """Whether they tell their own story: a family member who is asked for it, or not asked for anything in particular."""
    return speaker.is_family and (not topics or any(topic.kind == Topic.Kind.ACCOUNT for topic in topics))


def hold_ends(booking: Booking, offer: Offer) -> dt.datetime:
    """Until when somebody asked now is held: with the offer, or for an agreed day so long as any new hold."""
    if booking.status in AGREED_BOOKINGS:
        return min(default_expiry(booking), offer.starts_at)
    return offer.expires_at


def refuse_family_only(offer: Offer, *, without: Engagement | None = None) -> None:
    """Raise ``BadTeam`` when nobody but family members would be left to give the session."""
    left = Engagement.objects.filter(offer=offer, state__in=LIVE_ENGAGEMENTS, speaker__is_family=False)
    if without is not None:
        left = left.exclude(pk=without.pk)
    if not left.exists():
        raise BadTeam("A family member is never the only speaker: ask a colleague first.")


# ---- agreed


def everybody_has_agreed(offer: Offer) -> bool:
    """Whether every speaker asked for this date has said a plain yes, and no place is open: a yes of the agency confirms it."""
    engagements = list(offer.engagements.all())
    live = [engagement for engagement in engagements if engagement.state in LIVE_ENGAGEMENTS]
    gap = any(engagement.leaves_a_gap for engagement in engagements)
    return bool(live) and not gap and all(engagement.is_plain_yes for engagement in live)


def confirm_if_all_agree(booking: Booking) -> None:
    """Agree the session when the agency and every speaker of the accepted offer have said yes.

    A yes with a condition is none until the desk has settled it: a day agreed on "if I can bring a colleague" would be
    taken back later, from people who have told their own by then.
    """
    if booking.status != BookingStatus.OFFERED:
        return
    offer = booking.offers.filter(state=OfferState.ACCEPTED).select_related("lead").first()
    if offer is None:
        return
    if not everybody_has_agreed(offer):
        return
    live = list(offer.engagements.filter(state__in=LIVE_ENGAGEMENTS))
    leads = {engagement.speaker_id for engagement in live}
    booking.starts_at, booking.ends_at = offer.starts_at, offer.ends_at
    booking.lead_id = offer.lead_id if offer.lead_id in leads else live[0].speaker_id
    booking.calendar_sequence += 1
    move(booking, BookingStatus.CONFIRMED, "starts_at", "ends_at", "lead", "calendar_sequence")
    DiaryEntry.objects.filter(engagement__in=live).update(held_until=None)
    mail.confirmed(booking)


def join(booking: Booking, engagement: Engagement, *, actor: User) -> None:
    """Take a plain yes into a session that is agreed already: their time, their calendar, the lead, the agenda, the mail."""
    DiaryEntry.objects.filter(engagement=engagement).update(held_until=None)
    booking.calendar_sequence += 1
    booking.lead_id = booking.lead_id or engagement.speaker_id
    booking.save(update_fields=["calendar_sequence", "lead"])
    mail.confirmed_speaker(booking, engagement)
    left = _stood_in_for(engagement) - {engagement.speaker_id}
    if left:
        _team_changed(booking, left, joined=engagement.speaker_id, actor=actor)


def close_gap_without(booking: Booking, engagement: Engagement, *, is_recorded: bool, actor: User) -> None:
    """Let a session go on without somebody; a recording may take the place of their own telling."""
    engagement.leaves_a_gap = False
    engagement.save(update_fields=["leaves_a_gap"])
    if booking.status in AGREED_BOOKINGS:
        left = _stood_in_for(engagement) | {engagement.speaker_id}
        _team_changed(booking, left, joined=None, is_recorded=is_recorded, actor=actor)


def _team_changed(
    booking: Booking, left: set[int], *, joined: int | None, is_recorded: bool = False, actor: User
) -> None:
    following.tell_team_changed(following.TeamChange(booking, frozenset(left), joined, is_recorded, actor))
    mail.team_changed(booking)


def _stood_in_for(engagement: Engagement) -> set[int]:
    """The speakers whose place this one fills, back to the first."""
    found: set[int] = set()
    before = engagement.instead_of_id
    while before is not None:
        speaker_id, before = Engagement.objects.values_list("speaker_id", "instead_of_id").get(pk=before)
        found.add(speaker_id)
    return found


# ---- given back


def leave(
    booking: Booking, engagement: Engagement, state: EngagementState, *fields: str, leaves_a_gap: bool = True
) -> None:
    """End a place in a locked booking: the time is free at once, the lead passes on, the calendar entry is taken back.

    ``engagement.offer`` comes with its booking and ``engagement.speaker`` with its user.
    """
    engagement.offer.booking = booking
    engagement.leaves_a_gap = leaves_a_gap
    free(engagement, state, "leaves_a_gap", *fields)
    if booking.status in AGREED_BOOKINGS:
        booking.calendar_sequence += 1
        if booking.lead_id == engagement.speaker_id:
            booking.lead_id = _next_lead(engagement.offer)
        booking.save(update_fields=["calendar_sequence", "lead"])


def _next_lead(offer: Offer) -> int | None:
    """Who said yes first of those still there; a colleague before a family member."""
    return (
        offer.engagements.filter(state=EngagementState.ACCEPTED)
        .order_by("speaker__is_family", "pk")
        .values_list("speaker_id", flat=True)
        .first()
    )


def had_it_in_their_calendar(engagement: Engagement) -> bool:
    """Whether the speaker has an entry of ours for this booking in their calendar."""
    user = engagement.speaker.user
    return user is not None and holds_event(engagement.offer.booking, user.email)


def places_past_their_time(now: dt.datetime) -> "QuerySet[Engagement]":
    """Places in agreed sessions whose hold has ended without a yes to count on."""
    return Engagement.objects.filter(
        Q(offer__state=OfferState.ACCEPTED, offer__booking__status__in=AGREED_BOOKINGS),
        state__in=LIVE_ENGAGEMENTS,
        diary_entry__held_until__lte=now,
    )


def let_places_lapse(booking: Booking) -> int:
    """Free the places of a locked, agreed booking that were held too long; the desk is told what is missing. Gives how many."""
    due = list(
        places_past_their_time(timezone.now())
        .filter(offer__booking=booking)
        .select_related("offer", "speaker__user", "diary_entry")
    )
    for engagement in due:
        leave(booking, engagement, EngagementState.FREED)
        mail.stood_down([engagement])
        open_matter(booking, Matter.Kind.PLACE_LAPSED, by=None, speaker=engagement.speaker)
    return len(due)
