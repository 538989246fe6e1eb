"""The desk's calendar: a month or a week of every diary, holds apart from agreed sessions, with the journeys around them."""

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from bookings.models import Booking
from places.clock import LONDON, local, say_short_date, say_times
from speakers.models import DiaryEntry, Speaker

FURTHEST_YEARS = 10
WEEK = dt.timedelta(days=7)
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """Time that is taken in one diary, from when to when, and by what."""

    begins: dt.datetime
    ends: dt.datetime
    is_session: bool
    is_held: bool
    booking: Booking | None
    session: tuple[dt.datetime, dt.datetime] | None = None
    """From when to when the session itself is, without travel and set-up."""
    travel_minutes: int = 0

    @property
    def last_day(self) -> dt.date:
        return local(self.ends - dt.timedelta(seconds=1)).date()


def _stretch(entry: DiaryEntry) -> Stretch:
    engagement = getattr(entry, "engagement", None)
    begins, ends = entry.busy.lower, entry.busy.upper
    assert begins is not None and ends is not None  # noqa: PT018 - the table keeps both ends
    return Stretch(
        begins=begins,
        ends=ends,
        is_session=entry.kind == DiaryEntry.Kind.ENGAGEMENT,
        is_held=entry.held_until is not None,
        booking=engagement.offer.booking if engagement else None,
        session=(engagement.offer.starts_at, engagement.offer.ends_at) if engagement else None,
        travel_minutes=engagement.travel_minutes if engagement else 0,
    )


def taken(speakers: Iterable[Speaker], start: dt.datetime, end: dt.datetime) -> dict[int, list[Stretch]]:
    """What stands in these diaries between two moments, run-out holds left aside, by speaker. One query."""
    now = timezone.now()
    entries = (
        DiaryEntry.objects.filter(speaker__in=list(speakers), busy__overlap=DateTimeTZRange(start, end, "[)"))
        .select_related("engagement__offer__booking")
        .order_by("busy")
    )
    by_speaker: dict[int, list[Stretch]] = {}
    for entry in entries:
        if entry.held_until is None or entry.held_until > now:
            by_speaker.setdefault(entry.speaker_id, []).append(_stretch(entry))
    return by_speaker


@dataclass(frozen=True)
class InDiary:
    """One speaker's stretch of a day. ``state``: on, held, away."""

    name: str
    state: str
    words: str
    reference: str = ""
    times: str = ""
    travel: str = ""


@dataclass(frozen=True)
class DayInDiary:
    """One day of the calendar: what is held, agreed and away."""

    date: dt.date
    is_today: bool
    is_past: bool
    entries: tuple[InDiary, ...]

    @property
    def number(self) -> int:
        return self.date.day


@dataclass(frozen=True)
class Calendar:
    """A month or a week in rows of seven days, None outside the month. ``before`` and ``after`` are addresses."""

    title: str
    weeks: tuple[tuple[DayInDiary | None, ...], ...]
    bookings: tuple[Booking, ...]
    before: tuple[str, str]
    after: tuple[str, str]
    other: tuple[str, str]
    """The way to the other view: (words, address)."""

    @property
    def is_empty(self) -> bool:
        return not any(day and day.entries for week in self.weeks for day in week)


def month_of(month: dt.date, speakers: Sequence[Speaker]) -> Calendar:
    """The month that this day is in. One query."""
    first = month.replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    days, bookings = _days(first, last, speakers)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    today = timezone.localdate()
    within = today if first <= today <= last else first
    return Calendar(
        title=f"{first:%B %Y}",
        weeks=tuple(tuple(days.get(day) for day in week) for week in weeks),
        bookings=bookings,
        before=_to_month(first - ONE_DAY),
        after=_to_month(last + ONE_DAY),
        other=("By the week", f"week={within.isoformat()}"),
    )


def week_of(day: dt.date, speakers: Sequence[Speaker]) -> Calendar:
    """The week that this day is in, from Monday. One query."""
    monday = day - dt.timedelta(days=day.weekday())
    sunday = monday + WEEK - ONE_DAY
    days, bookings = _days(monday, sunday, speakers)
    return Calendar(
        title=f"{say_short_date(monday)} to {say_short_date(sunday)} {sunday.year}",
        weeks=(tuple(days.values()),),
        bookings=bookings,
        before=_to_week(monday - WEEK),
        after=_to_week(monday + WEEK),
        other=("By the month", f"month={day:%Y-%m}"),
    )


def _days(
    first: dt.date, last: dt.date, speakers: Sequence[Speaker]
) -> tuple[dict[dt.date, DayInDiary], tuple[Booking, ...]]:
    """Every day from first to last with what stands in it, in order, and the bookings seen. Days are London days."""
    begin = dt.datetime.combine(first, dt.time.min, tzinfo=LONDON)
    end = dt.datetime.combine(last + ONE_DAY, dt.time.min, tzinfo=LONDON)
    names = {speaker.pk: speaker.name for speaker in speakers}
    on: dict[dt.date, list[InDiary]] = {day: [] for day in _each_day(first, last)}
    bookings: dict[int, Booking] = {}
    for speaker, stretches in taken(speakers, begin, end).items():
        for each in stretches:
            if each.booking is not None:
                bookings[each.booking.pk] = each.booking
            for day in _each_day(max(local(each.begins).date(), first), min(each.last_day, last)):
                on[day].append(_in_diary(each, names[speaker], day))
    today = timezone.localdate()
    days = {day: DayInDiary(day, day == today, day < today, tuple(entries)) for day, entries in on.items()}
    return days, tuple(bookings.values())


def _each_day(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first += ONE_DAY


def _in_diary(stretch: Stretch, name: str, day: dt.date) -> InDiary:
    if not stretch.is_session:
        return InDiary(name, "away", "away")
    state, words = ("held", "held") if stretch.is_held else ("on", "agreed")
    reference = stretch.booking.reference if stretch.booking else ""
    if stretch.session is None:
        return InDiary(name, state, words, reference)
    if local(stretch.session[0]).date() != day:
        return InDiary(name, state, f"{words}, on the way", reference)
    return InDiary(
        name, state, words, reference, times=say_times(*stretch.session), travel=_say_travel(stretch)
    )


def _say_travel(stretch: Stretch) -> str:
    """When they leave home and are back, set-up included: "away from home 6.40am to 6.45pm"."""
    if not stretch.travel_minutes:
        return ""
    return f"away from home {say_times(stretch.begins, stretch.ends)}"


def _to_month(day: dt.date) -> tuple[str, str]:
    return f"{day:%B %Y}", f"month={day:%Y-%m}"


def _to_week(monday: dt.date) -> tuple[str, str]:
    return f"Week of {say_short_date(monday)}", f"week={monday.isoformat()}"


# ---- what was typed into the address


def shown(month: str, week: str, speakers: Sequence[Speaker]) -> Calendar:
    """The week written as 2027-03-08, or the month written as 2027-03; this month when neither makes sense."""
    if week and (day := _near(week, "%Y-%m-%d")):
        return week_of(day, speakers)
    return month_of(_near(month, "%Y-%m") or timezone.localdate(), speakers)


def _near(typed: str, form: str) -> dt.date | None:
    """The day that was typed, unless it is none or out of all reason."""
    try:
        day = dt.datetime.strptime(typed, form).replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None
    return day if abs(day.year - timezone.localdate().year) <= FURTHEST_YEARS else None
