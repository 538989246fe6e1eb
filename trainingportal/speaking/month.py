"""A month of one speaker's diary as rows of days, each with one word. What has no word was never said."""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from bookings.models import Engagement
from bookings.states import EngagementState
from places.clock import LONDON, local
from speakers.models import DiaryEntry, Speaker

CALENDAR = calendar.Calendar(firstweekday=calendar.MONDAY)


@dataclass(frozen=True)
class Day:
    """One cell: the day, and the word for what stands on it ("" for nothing known)."""

    date: dt.date
    in_month: bool
    word: str
    kind: str


@dataclass(frozen=True)
class Month:
    """A month as weeks of seven days."""

    first: dt.date
    weeks: tuple[tuple[Day, ...], ...]

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


def month_for(speaker: Speaker, first: dt.date) -> Month:
    """The month of one speaker, in two queries."""
    shown = list(CALENDAR.itermonthdates(first.year, first.month))
    words = _words(speaker, shown[0], shown[-1])
    days = [Day(day, day.month == first.month, *words.get(day, ("", ""))) for day in shown]
    return Month(first, tuple(tuple(days[i : i + 7]) for i in range(0, len(days), 7)))


def _words(speaker: Speaker, first: dt.date, last: dt.date) -> dict[dt.date, tuple[str, str]]:
    """Day → (word, kind). A session is worth more than a journey, and both more than an absence."""
    after = last + dt.timedelta(days=1)
    start, end = _midnight(first), _midnight(after)
    entries = DiaryEntry.objects.filter(speaker=speaker, busy__overlap=(start, end))
    engagements = Engagement.objects.filter(
        speaker=speaker,
        state__in=[EngagementState.ASKED, EngagementState.ACCEPTED],
        offer__starts_at__lt=end,
        offer__ends_at__gt=start,
    ).select_related("offer")
    away = (
        (day, ("Away", "away")) for entry in entries if entry.kind != "engagement" for day in _days(entry)
    )
    travel = (
        (day, ("Travel", "held")) for entry in entries if entry.kind == "engagement" for day in _days(entry)
    )
    sessions = (
        (
            local(engagement.offer.starts_at).date(),
            ("You give", "on") if engagement.state == EngagementState.ACCEPTED else ("Asked", "held"),
        )
        for engagement in engagements
    )
    return dict(chain(away, travel, sessions))


def _days(entry: DiaryEntry) -> Iterable[dt.date]:
    assert entry.busy.lower is not None
    assert entry.busy.upper is not None
    day = local(entry.busy.lower).date()
    last = local(entry.busy.upper - dt.timedelta(seconds=1)).date()
    while day <= last:
        yield day
        day += dt.timedelta(days=1)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=LONDON)
