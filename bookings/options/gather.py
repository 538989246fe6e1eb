"""What the options rest on, read from the database with the same number of queries whatever the diaries hold."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from bookings.audiences import audience_keys
from bookings.models import Booking, DeskSettings, Engagement, Offer, Place
from bookings.options import avoiding
from bookings.options.avoiding import Wish
from bookings.options.facts import Asked, Day, Need, Neighbour, Person, Question, Taken
from bookings.options.standing import CLOSE
from bookings.states import AGREED_BOOKINGS, LIVE_ENGAGEMENTS, LIVE_OFFERS, BookingStatus, OfferState
from courses.models import Topic, TopicForAudience
from places.clock import LONDON, local, say_short_date
from places.nations import Nation
from places.travel import crossing_allowances, estimate
from places.working_days import bank_holiday
from speakers.availability import Availability, Session, availability, limits_touched
from speakers.availability import Taken as InDiary
from speakers.models import Speaker

SOONEST = dt.timedelta(days=21)
"""An agency needs three weeks to bring its people together."""

HORIZON = 120
"""So many dates are looked at: those in the months asked for, or from the soonest on."""

NEAR_KM = 60
"""Two sessions so near, by road, could share a trip or a room."""

MOST_NEIGHBOURS = 200
TIMES = (dt.time(9, 30), dt.time(16))
MANY_TEAMS = 9


@dataclass(frozen=True)
class Pins:
    """What a coordinator holds fast while asking again: a date, speakers and topics by key."""

    day: dt.date | None = None
    speakers: frozenset[int] = frozenset()
    topics: frozenset[int] = frozenset()


def gather(booking: Booking, speakers: Sequence[Speaker], pins: Pins = Pins()) -> Question:
    """Read what the options of a booking rest on. ``speakers`` come with their ``expertise``, in order of choice."""
    question = _read(booking, speakers, list(_days(booking, pins.day)), tuple(_asked(booking, pins.topics)))
    return replace(
        question,
        pinned_people=pins.speakers & {speaker.pk for speaker in speakers},
        each_day=1 if pins.day is None else MANY_TEAMS,
    )


def gather_session(
    booking: Booking,
    speakers: Sequence[Speaker],
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    topics: Sequence[Topic] = (),
) -> Question:
    """The same for one session at these times, about these topics; without any, those that the booking asks for."""
    day = Day(local(starts_at).date(), starts_at, ends_at)
    asked = tuple(Asked(topic.pk, topic.title, _need(topic, Need.NEEDED)) for topic in topics)
    return _read(booking, speakers, [day], asked or tuple(_asked(booking, ())))


def _read(
    booking: Booking, speakers: Sequence[Speaker], days: Sequence[Day], asked: tuple[Asked, ...]
) -> Question:
    settings = DeskSettings.current()
    first, last = (days[0].date, days[-1].date) if days else (timezone.localdate(),) * 2
    diaries = availability(speakers, first=first - CLOSE, last=last + CLOSE)
    owners = _owners(diaries.values())
    allowances = crossing_allowances()
    return Question(
        days=tuple(days),
        asked=asked,
        people=tuple(
            _person(booking, diaries[speaker.pk], owners, allowances, days[0] if days else None)
            for speaker in speakers
        ),
        neighbours=tuple(_neighbours(booking, first, last, allowances)),
        trips=settings.trip_rules,
        would_share=booking.would_share,
    )


# ---- days


def _days(booking: Booking, pinned: dt.date | None) -> Iterator[Day]:
    """The dates they asked for, or the pinned one, each with what stands in its way whoever is free."""
    starts, ends = (booking.format.starts_at, booking.format.ends_at) if booking.format is not None else TIMES
    today = timezone.localdate()
    known = _dates_offered(booking)
    wish = avoiding.read(booking.dates_to_avoid)
    for date in [pinned] if pinned is not None else _dates_asked_for(booking, today):
        yield Day(
            date=date,
            starts_at=dt.datetime.combine(date, starts, tzinfo=LONDON),
            ends_at=dt.datetime.combine(date, ends, tzinfo=LONDON),
            no=_say_no(date, today, booking.nation, known, wish, is_pinned=pinned is not None),
        )


def _dates_asked_for(booking: Booking, today: dt.date) -> list[dt.date]:
    """Weekdays in the months they named that are still to come; with none left, from today on."""
    weekdays = set(booking.weekdays) or set(range(5))
    months = {(month.year, month.month) for month in booking.months}
    months = {month for month in months if month >= (today.year, today.month)}
    dates: list[dt.date] = []
    day = today
    end = max(months, default=None)
    while len(dates) < HORIZON and (end is None or (day.year, day.month) <= end):
        day += dt.timedelta(days=1)
        if day.weekday() in weekdays and (not months or (day.year, day.month) in months):
            dates.append(day)
    return dates


def _dates_offered(booking: Booking) -> dict[dt.date, str]:
    """What became of dates already offered to them."""
    words = {
        OfferState.OPEN: "Offered already",
        OfferState.ACCEPTED: "Offered already",
        OfferState.DECLINED: "The agency has said that this date does not suit",
    }
    rows = Offer.objects.filter(booking=booking, state__in=words).order_by("number")
    return {
        local(starts_at).date(): words[OfferState(state)]
        for starts_at, state in rows.values_list("starts_at", "state")
    }


def _say_no(
    date: dt.date, today: dt.date, nation: str, known: dict[dt.date, str], wish: Wish, *, is_pinned: bool
) -> str:
    if date <= today:
        return "The day has begun or is over"
    if date in known:
        return known[date]
    if words := wish.why_not(date):
        return f"They asked to avoid it: “{words}”"
    if holiday := bank_holiday(date, nation):
        return f"Bank holiday in {Nation(nation).label}: {holiday}"
    if date < today + SOONEST and not is_pinned:
        return "Sooner than three weeks from today"
    return ""


# ---- topics


def _asked(booking: Booking, pinned: Collection[int]) -> Iterator[Asked]:
    """The topics that we would bring: always given, asked for, pinned, and where they want a suggestion, first choices."""
    musts = set(booking.musts.values_list("pk", flat=True))
    leave_outs = set(booking.leave_outs.values_list("pk", flat=True))
    suggested: set[int] = set()
    if booking.cover == Booking.Cover.SUGGEST:
        suggested = set(
            TopicForAudience.objects.filter(
                audience__in=audience_keys(booking), emphasis=TopicForAudience.Emphasis.FIRST
            ).values_list("topic_id", flat=True)
        )
    for topic in Topic.objects.active().for_nation(booking.nation).filter(given_by_host=False):
        if topic.pk in pinned:
            need = Need.NEEDED
        elif topic.pk in leave_outs and not topic.is_core:
            continue
        elif topic.is_core or topic.pk in musts:
            need = _need(topic, Need.NEEDED)
        elif topic.pk in suggested:
            need = _need(topic, Need.SUGGESTED)
        else:
            continue
        yield Asked(topic.pk, topic.title, need)


def _need(topic: Topic, otherwise: Need) -> Need:
    return Need.ACCOUNT if topic.kind == Topic.Kind.ACCOUNT else otherwise


# ---- people


@dataclass(frozen=True)
class Owner:
    """Which booking and which offer a session in a diary belongs to."""

    booking_id: int
    reference: str
    number: int


def _person(
    booking: Booking,
    known: Availability,
    owners: dict[int, Owner],
    allowances: dict[str, int],
    any_day: Day | None,
) -> Person:
    speaker = known.speaker
    minutes, kilometres = _journey(speaker, booking, allowances)
    expertise = list(speaker.expertise.all())
    sessions = {each.entry_id: each for each in (*known.taken, *known.sessions)}
    return Person(
        key=speaker.pk,
        name=speaker.name,
        covers=frozenset(each.topic_id for each in expertise),
        unconfirmed=frozenset(each.topic_id for each in expertise if each.confirmed_at is None),
        is_family=speaker.is_family,
        partner=speaker.organisation.short_name,
        only_with_colleague=known.limits.only_with_colleague,
        travel_minutes=minutes,
        kilometres=kilometres,
        looked_on=local(speaker.diary_seen_at).date() if speaker.diary_seen_at else None,
        diary_counts=known.was_asked,
        taken=tuple(
            _taken(each, owners.get(each.entry_id), booking)
            for each in sorted(sessions.values(), key=lambda each: (each.begins, each.entry_id))
        ),
        refuses=(
            f"has asked for no invitations until {say_short_date(known.paused_until)}"
            if known.paused_until
            else ""
        ),
        most_sessions_a_month=known.limits.most_sessions_a_month,
        days_between_accounts=known.limits.days_between_accounts,
        limits=_lasting_limits(booking, known, minutes or 0, any_day),
    )


def _lasting_limits(
    booking: Booking, known: Availability, minutes: int, any_day: Day | None
) -> tuple[str, ...]:
    """Limits that this booking goes past on any day: how far, how long. The rest depends on the day and the team."""
    if any_day is None:
        return ()
    session = Session(
        starts_at=any_day.starts_at,
        is_online=booking.place == Place.ONLINE,
        travel_minutes=minutes,
        format_id=booking.format_id,
        tells_account=False,
        colleagues=1,
    )
    return tuple(each.words for each in limits_touched(known, session) if each.key in ("reach", "format"))


def _journey(speaker: Speaker, booking: Booking, allowances: dict[str, int]) -> tuple[int | None, int]:
    """Minutes one way and kilometres; no minutes where we cannot tell."""
    if booking.place == Place.ONLINE:
        return 0, 0
    travel = estimate(speaker.home_outcode, booking.outcode, allowances=allowances)
    return (None, 0) if travel is None else (travel.minutes, travel.kilometres)


def _taken(each: InDiary, owner: Owner | None, booking: Booking) -> Taken:
    """A stretch of the diary in the desk's words. Dates of this same booking are busy and do not count for limits."""
    is_ours = owner is not None and owner.booking_id == booking.pk
    if not each.is_session:
        words = "is away"
    elif owner is None:
        words = "has a session"
    elif is_ours:
        words = f"is held for offer {owner.number} of this booking"
    else:
        words = f"is held for {owner.reference}" if each.is_held else f"gives {owner.reference}"
    return Taken(
        each.begins,
        each.ends,
        is_session=each.is_session,
        words=words,
        has_account=each.tells_account,
        counts=not is_ours,
    )


def _owners(diaries: Iterable[Availability]) -> dict[int, Owner]:
    """Whose session it is, by diary entry. One query."""
    entries = [each.entry_id for known in diaries for each in known.taken if each.is_session]
    rows = Engagement.objects.filter(diary_entry__in=entries).order_by()
    return {
        entry: Owner(booking, reference, number)
        for entry, booking, reference, number in rows.values_list(
            "diary_entry_id", "offer__booking_id", "offer__booking__reference", "offer__number"
        )
    }


# ---- neighbours


def _neighbours(
    booking: Booking, first: dt.date, last: dt.date, allowances: dict[str, int]
) -> Iterator[Neighbour]:
    """Bookings near enough to share a trip or a session. Two queries, none for a session online."""
    if booking.place == Place.ONLINE or not booking.outcode:
        return
    begin = dt.datetime.combine(first - CLOSE, dt.time(), tzinfo=LONDON)
    end = dt.datetime.combine(last + CLOSE + dt.timedelta(days=1), dt.time(), tzinfo=LONDON)
    dated = (
        Engagement.objects.filter(
            state__in=LIVE_ENGAGEMENTS,
            offer__state__in=LIVE_OFFERS,
            offer__starts_at__gte=begin,
            offer__starts_at__lt=end,
            offer__booking__status__in=[BookingStatus.OFFERED, *AGREED_BOOKINGS],
            offer__booking__invented=booking.invented,
        )
        .exclude(offer__booking=booking)
        .exclude(offer__booking__place=Place.ONLINE)
        .order_by("offer__starts_at", "offer_id")
    )
    speakers: dict[tuple[str, str, dt.date], set[int]] = {}
    for reference, outcode, starts_at, speaker in dated.values_list(
        "offer__booking__reference", "offer__booking__outcode", "offer__starts_at", "speaker_id"
    ):
        speakers.setdefault((reference, outcode, local(starts_at).date()), set()).add(speaker)
    for (reference, outcode, day), who in speakers.items():
        if (distance := _near(booking, outcode, allowances)) is not None:
            yield Neighbour(reference, distance, day=day, speakers=frozenset(who))
    undated = (
        Booking.objects.filter(
            would_share=True,
            invented=booking.invented,
            status__in=[BookingStatus.REQUESTED, BookingStatus.WAITING_LIST],
        )
        .exclude(pk=booking.pk)
        .exclude(place=Place.ONLINE)
        .order_by("-created_at", "-pk")[:MOST_NEIGHBOURS]
    )
    for reference, outcode, months, weekdays in undated.values_list(
        "reference", "outcode", "months", "weekdays"
    ):
        if (distance := _near(booking, outcode, allowances)) is not None:
            yield Neighbour(
                reference,
                distance,
                would_share=True,
                months=frozenset((month.year, month.month) for month in months),
                weekdays=frozenset(weekdays),
            )


def _near(booking: Booking, outcode: str, allowances: dict[str, int]) -> int | None:
    """How far it is, by road, where that is near."""
    travel = estimate(booking.outcode, outcode, allowances=allowances)
    return travel.kilometres if travel is not None and travel.kilometres <= NEAR_KM else None
