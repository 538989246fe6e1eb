"""Changes to what is agreed: a day put off, and a place that moves and takes longer to reach."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings import following, mail
from bookings.models import Booking, ChangeRequest, DeskSettings, Engagement, Offer, Venue
from bookings.services.hearing import end_changes
from bookings.services.limits import mind_limits, note_limits
from bookings.services.moves import doing, free, move, move_offer, settle
from bookings.services.offers import check_team, lock_with_expired_holds
from bookings.services.places import (
    check_may_be_asked,
    default_expiry,
    hold_ends,
    hold_for,
    travel_minutes,
)
from bookings.services.releases import close_detail
from bookings.states import (
    AGREED_BOOKINGS,
    LIVE_ENGAGEMENTS,
    LIVE_OFFERS,
    BookingStatus,
    EngagementState,
    InvalidMove,
    OfferState,
)
from places import outcodes
from places.models import Region
from places.trips import plan_trip
from speakers.models import Speaker
from speakers.services import SpeakerBusy, lock_speakers


@dataclass(frozen=True)
class NewDay:
    """The day an agreed session is put off to. ``agency_agreed``: they have said yes to it already, on the telephone.

    ``set_aside_because`` says why a speaker's limit is gone past.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime
    agency_agreed: bool = False
    expires_at: dt.datetime | None = None
    set_aside_because: str = ""


@transaction.atomic
def postpone_session(
    booking_id: int, *, to: NewDay | None, without: Collection[int] = (), actor: User
) -> Booking:
    """Put an agreed day off, to another or to none yet, and keep everything else of the booking.

    The speakers are free of the old day at once and asked again for the new one, all but ``without`` (keys of speakers).
    Names and place close to the agency: a release was for that day. The call-back stands, as contact, mailbox and place
    stay. Nothing is changed where it raises: ``SpeakerBusy`` when somebody cannot be held on the new day, ``BadTeam`` (also
    for somebody who paused invitations), ``LimitTouched`` when the new day goes past a speaker's limit without a reason, and
    ``InvalidMove`` when no day is agreed, it has begun, or the new one has passed.
    """
    engagements = Engagement.objects.filter(
        offer__booking=booking_id, offer__state=OfferState.ACCEPTED, state__in=LIVE_ENGAGEMENTS
    )
    booking = lock_with_expired_holds(booking_id, list(engagements.values_list("speaker_id", flat=True)))
    now = timezone.now()
    if booking.status not in AGREED_BOOKINGS or booking.starts_at is None or booking.starts_at <= now:
        raise InvalidMove("Only a session that is agreed and has not begun can be put off.")
    if to is not None and to.starts_at <= now:
        raise InvalidMove("The new day has to be in the future.")
    with doing("postpone", actor):
        old = booking.offers.get(state=OfferState.ACCEPTED)
        old.booking = booking
        places = list(engagements.select_related("speaker__user").prefetch_related("topics").order_by("pk"))
        speakers = lock_speakers([place.speaker_id for place in places])
        for place in places:
            place.offer = old
            free(place, EngagementState.FREED)
        old.engagements.filter(leaves_a_gap=True).update(leaves_a_gap=False)
        move_offer(old, OfferState.WITHDRAWN)
        booking.starts_at = booking.ends_at = None
        booking.calendar_sequence += 1
        move(booking, BookingStatus.REQUESTED, "starts_at", "ends_at", "calendar_sequence")
        close_detail(booking)
        end_changes(booking, agreed=ChangeRequest.Kind.ANOTHER_DAY, actor=actor)
        following.tell_postponed(booking)
        kept = [place for place in places if place.speaker_id not in set(without)]
        new = _offer_again(booking, to, kept, speakers, actor=actor) if to is not None else None
        settle(booking)
        mail.postponed(booking, old=old, new=new)
        mail.stood_down(place for place in places if new is None or place not in kept)
        if new is not None:
            for engagement in new.engagements.select_related("speaker__user", "diary_entry"):
                engagement.offer = new
                mail.postponed_speaker(engagement, old=old)
    return booking


def _offer_again(
    booking: Booking, to: NewDay, kept: list[Engagement], speakers: dict[int, Speaker], *, actor: User
) -> Offer:
    """The same team held for the new day; the lead leads, if still among them."""
    team = [speakers[place.speaker_id] for place in kept]
    lead = next((speaker for speaker in team if speaker.pk == booking.lead_id), team[0] if team else None)
    check_team(team, lead)
    assert lead is not None  # check_team refuses an empty team
    check_may_be_asked(booking, team)
    expires_at = to.expires_at or min(default_expiry(booking), to.starts_at)
    if not timezone.now() < expires_at <= to.starts_at:
        raise InvalidMove("The hold has to end after now and before the session.")
    agreed = {"state": OfferState.ACCEPTED, "answered_by": actor, "answered_at": timezone.now()}
    offer = Offer.objects.create(
        booking=booking,
        number=booking.offers.count() + 1,
        starts_at=to.starts_at,
        ends_at=to.ends_at,
        lead=lead,
        expires_at=expires_at,
        made_by=actor,
        moves_the_day=True,
        **(agreed if to.agency_agreed else {}),
    )
    mind_limits(
        offer,
        {speakers[place.speaker_id]: list(place.topics.all()) for place in kept},
        together=len(kept),
        set_aside_because=to.set_aside_because,
        actor=actor,
    )
    settings = DeskSettings.current()
    for place in sorted(kept, key=lambda place: place.speaker_id):
        hold_for(offer, speakers[place.speaker_id], list(place.topics.all()), settings, instead_of=place)
    move(booking, BookingStatus.OFFERED)
    return offer


# ---- the place moves


def follow_the_place(booking: Booking, *, actor: User) -> list[Engagement]:
    """Take the region of a locked booking from its venue, and ask those again whose journey grows by more than the desk's
    threshold. Gives the new places.

    Within the threshold a speaker's time stays as it was held. Who is busy around the longer journey keeps their place
    too: the booking's page says that their journey has grown (``journey_has_grown``), and the desk rings them. A limit that
    the longer journey goes past becomes a note of the desk: the place has moved, whoever minds.
    """
    venue = Venue.objects.filter(booking=booking).first()
    found = outcodes.find(venue.postcode) if venue is not None and venue.postcode else None
    if found is not None and found.outcode != booking.outcode:
        booking.outcode, booking.nation = found.outcode, found.nation
        booking.region = Region.objects.filter(name=found.region).first()
        booking.save(update_fields=["outcode", "nation", "region"])
    if booking.status != BookingStatus.OFFERED and booking.status not in AGREED_BOOKINGS:
        return []
    settings, now = DeskSettings.current(), timezone.now()
    places = (
        Engagement.objects.filter(
            offer__booking=booking,
            offer__state__in=LIVE_OFFERS,
            offer__starts_at__gt=now,
            state__in=LIVE_ENGAGEMENTS,
        )
        .select_related("offer", "speaker__user", "diary_entry")
        .prefetch_related("topics")
        .order_by("speaker_id", "pk")
    )
    grown = []
    for place in places:
        place.offer.booking = booking
        over = booking.status == BookingStatus.OFFERED and place.offer.has_run_out(now)
        if not over and journey_has_grown(place, settings):
            grown.append(place)
    lock_speakers(place.speaker_id for place in grown)
    asked = [again for place in grown if (again := _ask_again(place, settings)) is not None]
    for again in asked:
        together = sum(place.offer_id == again.offer_id for place in places)
        topics = list(again.topics.all())
        note_limits(again.offer, {again.speaker: topics}, together=together, actor=actor)
    return asked


def journey_has_grown(
    engagement: Engagement, settings: DeskSettings, *, allowances: Mapping[str, int] | None = None
) -> bool:
    """Whether the journey is longer than the one the speaker was asked about: by more than the desk's threshold, or so
    that it now needs a night away.
    """
    now = travel_minutes(engagement.speaker, engagement.offer.booking, allowances=allowances)
    if now <= engagement.travel_minutes:
        return False
    offer, asked = engagement.offer, engagement.trip
    trip = plan_trip(offer.starts_at, offer.ends_at, minutes=now, rules=settings.trip_rules)
    needs_a_night = trip.night_away and asked is not None and not asked.night_away
    return needs_a_night or now - engagement.travel_minutes > settings.travel_grows_minutes


def _ask_again(place: Engagement, settings: DeskSettings) -> Engagement | None:
    """Hold the longer journey in the place of the shorter one; ``None``, and nothing changed, when they are busy around it."""
    offer = place.offer
    until = hold_ends(offer.booking, offer)
    try:
        with transaction.atomic():
            free(place, EngagementState.FREED)
            again = hold_for(
                offer, place.speaker, list(place.topics.all()), settings, until=until, instead_of=place
            )
    except SpeakerBusy:
        return None
    mail.asked_again(again)
    return again
