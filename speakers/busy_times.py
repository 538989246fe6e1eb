"""When a published calendar says that its owner is busy. Only times are read; no title, place or person leaves here."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator

import recurring_ical_events
from icalendar import Calendar, Component, Event
from icalendar.prop import vRecur

from places.clock import LONDON

Stretch = tuple[dt.datetime, dt.datetime]

MOST_EVENTS = 10_000
MOST_SERIES = 1_000
MOST_STRETCHES = 6_000
STEP = dt.timedelta(days=28)
OUR_UID = re.compile(r"@workingtogether$")
"""Our own calendar files come back to us from the calendar they were sent to: those times are in the diary already."""

FREE_WORDS = {"FREE", "WORKINGELSEWHERE"}
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
"""No diary repeats so often; a file that does could keep us counting for hours."""


class Unreadable(Exception):
    """Not a calendar, or more than anybody's diary holds."""


def busy_times(content: bytes, *, start: dt.datetime, end: dt.datetime) -> list[Stretch]:
    """The stretches between two moments in which the owner is busy, joined where they touch, in order.

    Whole days are London days, and times without a zone are London times, unless the calendar names another zone for
    them. Left out: what is marked free, what is cancelled, and sessions that we sent. Raises ``Unreadable``.
    """
    try:
        calendar = Calendar.from_ical(content)
        _keep_what_counts(calendar, start, end)
        stretches = list(_expanded(calendar, start, end))
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OverflowError,
        RecursionError,
    ) as error:
        # a stranger's file: whatever the parser trips over is one and the same to its owner
        raise Unreadable from error
    return _joined((max(begins, start), min(ends, end)) for begins, ends in stretches)


def _keep_what_counts(calendar: Component, start: dt.datetime, end: dt.datetime) -> None:
    """Drop what need not be expanded: most of a calendar is long past, and some of it must not be expanded at all."""
    if calendar.name != "VCALENDAR" or len(calendar.subcomponents) > MOST_EVENTS:
        raise Unreadable
    events = [part for part in calendar.subcomponents if isinstance(part, Event) and _may_be_expanded(part)]
    series = [event for event in events if _repeats(event)]
    if len(series) > MOST_SERIES:
        raise Unreadable
    once = [event for event in events if not _repeats(event) and _touches(event, start, end)]
    zones = [part for part in calendar.subcomponents if part.name == "VTIMEZONE"]
    calendar.subcomponents = [*zones, *series, *once]


def _repeats(event: Component) -> bool:
    """Whether an event is a series, or stands for one week of one."""
    return any(name in event for name in ("RRULE", "RDATE", "RECURRENCE-ID"))


def _touches(event: Event, start: dt.datetime, end: dt.datetime) -> bool:
    return _moment(event.start) < end and _moment(event.end) > start


def _may_be_expanded(event: Component) -> bool:
    """Whether an event is one of theirs, and no rule of it repeats within a day."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if not isinstance(rule, vRecur) or {str(word).upper() for word in rule.get("FREQ", [])} & TOO_OFTEN:
            return False
        if any(len(rule.get(part, [])) > 1 for part in ("BYHOUR", "BYMINUTE", "BYSECOND")):
            return False
    return "DTSTART" in event and not OUR_UID.search(str(event.get("UID", "")))


def _is_busy(event: Component) -> bool:
    return (
        str(event.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT"
        and str(event.get("STATUS", "")).upper() != "CANCELLED"
        and str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() not in FREE_WORDS
    )


def _expanded(calendar: Component, start: dt.datetime, end: dt.datetime) -> Iterator[Stretch]:
    """The busy stretches of every event, repeated as its rules say; month by month, so that too many stop us early."""
    occurrences = recurring_ical_events.of(calendar, components=["VEVENT"])
    count = 0
    while start < end:
        for event in occurrences.between(start, min(start + STEP, end)):
            count += 1
            if count > MOST_STRETCHES:
                raise Unreadable
            begins, ends = _moment(event.start), _moment(event.end)
            if ends > begins and _is_busy(event):
                yield begins, ends
        start += STEP


def _moment(day: dt.date) -> dt.datetime:
    """A moment in UTC; a day begins at midnight in London, and a clock without a zone is London's."""
    if not isinstance(day, dt.datetime):
        day = dt.datetime.combine(day, dt.time(), tzinfo=LONDON)
    elif day.tzinfo is None:
        day = day.replace(tzinfo=LONDON)
    return day.astimezone(dt.UTC)


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for begins, ends in sorted(stretches):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        elif ends > begins:
            joined.append((begins, ends))
    return joined


def without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """What is left of the stretches outside ``taken``, in order."""
    left = _joined(stretches)
    for start, end in _joined(taken):
        left = [
            part
            for begins, ends in left
            for part in ((begins, min(ends, start)), (max(begins, end), ends))
            if part[1] > part[0]
        ]
    return left
