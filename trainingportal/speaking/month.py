"""A month of one speaker's diary: rows of days, each with one word, and the same as a list. No word: nobody told us."""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from bookings.models import Engagement
from bookings.states import EngagementState
from places.clock import LONDON, local, say_date, say_moment, say_time, say_times
from speakers.models import DiaryEntry, Speaker

CALENDAR = calendar.Calendar(firstweekday=calendar.MONDAY)
MOST_ENTRIES = 600
MOST_ROWS = 120
AWAY = (DiaryEntry.Kind.ABSENCE, DiaryEntry.Kind.BLACKOUT)


@dataclass(frozen=True)
class Day:
    """One cell: the day, and the word for what stands on it ("" for nothing known)."""

    date: dt.date
    in_month: bool
    word: str
    kind: str

    @property
    def is_today(self) -> bool:
        return self.date == timezone.localdate()


@dataclass(frozen=True)
class Row:
    """One line of the list. ``engagement`` for a session; an absence can be removed by its ``entry``."""

    entry: DiaryEntry
    when: str
    engagement: Engagement | None = None
    journey: str = ""

    @property
    def is_away(self) -> bool:
        return self.entry.kind in AWAY


@dataclass(frozen=True)
class Month:
    """A month as weeks of seven days, and its list from the first day on; ``more`` rows are not shown."""

    first: dt.date
    weeks: tuple[tuple[Day, ...], ...]
    rows: tuple[Row, ...] = ()
    more: int = 0

    @property
    def previous(self) -> str:
        return f"{self.first - dt.timedelta(days=1):%Y-%m}"

    @property
    def following(self) -> str:
        return f"{self.first + dt.timedelta(days=32):%Y-%m}"


def month_of(text: str, *, today: dt.date) -> dt.date:
    """The first day of the month that ``YYYY-MM`` names; this month when it names none within ten years."""
    try:
        first = dt.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return today.replace(day=1)
    return first if abs(first.year - today.year) <= 10 else today.replace(day=1)


def month_for(speaker: Speaker, first: dt.date, *, with_rows: bool = True) -> Month:
    """The month of one speaker, in one query, with or without its list. Holds that ran out are not in it."""
    shown = list(CALENDAR.itermonthdates(first.year, first.month))
    around = DateTimeTZRange(_midnight(shown[0]), _midnight(shown[-1] + dt.timedelta(days=1)), "[)")
    bookings = ["engagement__offer__booking__region", "engagement__offer__booking__format"]
    entries = list(
        DiaryEntry.objects.filter(speaker=speaker, busy__overlap=around)
        .exclude(held_until__lte=timezone.now())
        .select_related(*(bookings if with_rows else ["engagement__offer"]))
        .order_by("busy")[:MOST_ENTRIES]
    )
    words = _words(entries, shown[0], shown[-1])
    days = [Day(day, day.month == first.month, *words.get(day, ("", ""))) for day in shown]
    weeks = tuple(tuple(days[i : i + 7]) for i in range(0, len(days), 7))
    if not with_rows:
        return Month(first, weeks)
    start, end = _midnight(first), _midnight((first + dt.timedelta(days=32)).replace(day=1))
    inside = [each for each in entries if _begins(each) < end and _ends(each) > start]
    return Month(
        first,
        weeks,
        tuple(_row(each) for each in inside[:MOST_ROWS]),
        max(len(inside) - MOST_ROWS, 0),
    )


def _words(entries: Iterable[DiaryEntry], first: dt.date, last: dt.date) -> dict[dt.date, tuple[str, str]]:
    """Day → (word, kind). A session is worth more than a journey, that more than an absence, and their own calendar least."""
    own = (
        (day, ("Busy", "away"))
        for entry in entries
        if entry.kind == DiaryEntry.Kind.OWN
        for day in _days(entry, first, last)
    )
    away = (
        (day, ("Away", "away"))
        for entry in entries
        if entry.kind in AWAY
        for day in _days(entry, first, last)
    )
    sessions = [entry for entry in entries if entry.kind == DiaryEntry.Kind.ENGAGEMENT]
    travel = ((day, ("Travel", "held")) for entry in sessions for day in _days(entry, first, last))
    given = (
        (
            local(engagement.offer.starts_at).date(),
            ("You give", "on") if engagement.state == EngagementState.ACCEPTED else ("Asked", "held"),
        )
        for entry in sessions
        if (engagement := _engagement(entry)) is not None
    )
    return dict(chain(own, away, travel, given))


def _row(entry: DiaryEntry) -> Row:
    engagement = _engagement(entry)
    if engagement is None:
        return Row(entry, stretch(entry))
    offer = engagement.offer
    when = f"{say_date(offer.starts_at)}, {say_times(offer.starts_at, offer.ends_at)}"
    journey = ""
    if engagement.travel_minutes:
        out, back = _clock(_begins(entry), offer.starts_at), _clock(_ends(entry), offer.ends_at)
        journey = f"You set out about {out} and are back about {back}."
    return Row(entry, when, engagement, journey)


def _clock(moment: dt.datetime, session: dt.datetime) -> str:
    """A time, with its day where that is not the session's."""
    return say_time(moment) if local(moment).date() == local(session).date() else say_moment(moment)


def stretch(entry: DiaryEntry) -> str:
    """A stretch of time in words: whole days by date, anything else with its times."""
    start, end = local(_begins(entry)), local(_ends(entry))
    if start.time() == end.time() == dt.time():
        last = (end - dt.timedelta(days=1)).date()
        return say_date(start) if last == start.date() else f"{say_date(start)} to {say_date(last)}"
    if start.date() == end.date():
        return f"{say_date(start)}, {say_times(start, end)}"
    return f"{say_moment(start)} to {say_moment(end)}"


def _engagement(entry: DiaryEntry) -> Engagement | None:
    return getattr(entry, "engagement", None)


def _days(entry: DiaryEntry, first: dt.date, last: dt.date) -> Iterable[dt.date]:
    """The days that an entry touches, of those from ``first`` to ``last``."""
    day = max(local(_begins(entry)).date(), first)
    last = min(local(_ends(entry) - dt.timedelta(seconds=1)).date(), last)
    while day <= last:
        yield day
        day += dt.timedelta(days=1)


def _begins(entry: DiaryEntry) -> dt.datetime:
    assert entry.busy.lower is not None
    return entry.busy.lower


def _ends(entry: DiaryEntry) -> dt.datetime:
    assert entry.busy.upper is not None
    return entry.busy.upper


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=LONDON)
