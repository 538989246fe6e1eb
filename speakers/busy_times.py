"""When a published calendar says that its owner is busy. Only times are read; no title, place or person leaves here.

The file is a stranger's. So only the lines that tell times are read at all, zones count by their name and never by rules
of the file's own, a rule is looked at before it is followed, each entry is read by itself so that an odd one spoils no
other, and the work is bounded in seconds of the processor: each series, and the file as a whole.
"""

import datetime as dt
import re
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component
from icalendar.prop import vRecur

from places.clock import LONDON
from speakers.zones import zone_named

Stretch = tuple[dt.datetime, dt.datetime]

MOST_EVENTS = 10_000
MOST_SERIES = 1_000
MOST_STRETCHES = 6_000
MOST_STEPS = 25_000
"""So many repeats may lie between a rule's first day and the end of what we read: every day since 1970."""
MOST_SECONDS = 10.0
MOST_SECONDS_A_SERIES = 0.5
OUR_UID = re.compile(r"@workingtogether$")
"""Our own calendar files come back to us from the calendar they were sent to: those times are in the diary already."""

FREE_WORDS = {"FREE", "WORKINGELSEWHERE"}
DAYS_A_STEP = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
"""No diary repeats more often than daily; a file that does could keep us counting for hours."""

ODD = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""Whatever the parser trips over in a stranger's file is one and the same to its owner."""


class Unreadable(Exception):
    """Not a calendar, or more than anybody's diary holds."""


class TooLong(Exception):
    """It would take longer to read than we give to one calendar."""


class _TimeIsUp(BaseException):
    """Goes through whatever a library catches."""


@dataclass(frozen=True)
class BusyTimes:
    """What a calendar comes to: the stretches joined where they touch, in order, and what could not be read."""

    stretches: list[Stretch]
    left_out: int = 0
    """Entries that could not be read, those of zones that we do not know among them."""
    unknown_zones: tuple[str, ...] = ()


def busy_times(
    content: bytes, *, start: dt.datetime, end: dt.datetime, unknown_is_london: bool = False
) -> BusyTimes:
    """Read when the owner is busy between two moments.

    Whole days are London days, and times without a zone are London times, unless the calendar names another zone for
    them. Not busy: what is marked free, what is cancelled, and sessions that we sent. An entry in a zone that we do not
    know is left out, or read as London's where its owner said so. Needs the main thread, as the clock that bounds it does.
    Raises ``Unreadable`` and ``TooLong``.
    """
    ends_at = time.process_time() + MOST_SECONDS
    try:
        with _at_most(MOST_SECONDS):
            lines = _Lines(unknown_is_london=unknown_is_london)
            calendar = _parsed(lines.of(content))
    except _TimeIsUp as error:
        raise TooLong from error
    reading = _Reading(calendar, start, end, ends_at)
    stretches = _joined((max(begins, start), min(ends, end)) for begins, ends in reading.stretches())
    left_out = lines.left_out + reading.left_out
    return BusyTimes(stretches, left_out, tuple(dict.fromkeys(lines.unknown)))


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Stop what runs inside after so much of the processor's time, however busy the machine is."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise _TimeIsUp

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, max(seconds, 0.001), 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


# ---- the lines that tell times

_READ = {"VCALENDAR", "VEVENT", "VFREEBUSY"}
_ENTRIES = {"VEVENT", "VFREEBUSY"}
_TOLD = {
    *(
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "UID",
        "SEQUENCE",
        "FREEBUSY",
    ),
    *("TRANSP", "STATUS", "X-MICROSOFT-CDO-BUSYSTATUS"),
}
_NAME = re.compile(r"[A-Za-z0-9-]+")
_ZONE = re.compile(r';TZID=("[^"]*"|[^;:"]*)', re.IGNORECASE)


class _Lines:
    """Picks the lines out, entry by entry, and puts zones' names in the form that everybody knows."""

    def __init__(self, *, unknown_is_london: bool) -> None:
        self.unknown_is_london = unknown_is_london
        self.unknown: list[str] = []
        self.left_out = 0

    def of(self, content: bytes) -> str:
        """The file again, with nothing but times in it. Raises ``Unreadable`` where it holds too many entries."""
        text = re.sub(r"\r?\n[ \t]", "", content.decode("utf-8", "replace"))
        kept: list[str] = []
        entry: list[str] | None = None
        passed_by = ""
        count = 0
        for line in text.splitlines():
            name, value = self._name(line), line.partition(":")[2].strip().upper()
            if passed_by:
                if name == "END" and value == passed_by:
                    passed_by = ""
            elif name == "BEGIN" and value not in _READ:
                passed_by = value
            elif name == "BEGIN" and value in _ENTRIES:
                entry = [line]
                count += 1
            elif name == "END" and value in _ENTRIES and entry is not None:
                kept += self._whole([*entry, line])
                entry = None
            elif entry is not None:
                entry += [line] if name in _TOLD else []
            elif name in ("BEGIN", "END"):
                kept.append(line)
            elif name == "X-WR-TIMEZONE" and (zone := zone_named(line.partition(":")[2])):
                kept.append(f"X-WR-TIMEZONE:{zone}")
        if entry is not None or count > MOST_EVENTS:
            raise Unreadable
        return "\r\n".join([*kept, ""])

    def _name(self, line: str) -> str:
        found = _NAME.match(line)
        return found[0].upper() if found else ""

    def _whole(self, entry: list[str]) -> list[str]:
        """An entry with its zones' names put right; nothing where one of them is unknown."""
        words: list[str] = []

        def known(found: re.Match[str]) -> str:
            said = found[1].strip('" ')
            zone = zone_named(said)
            if zone is None:
                words.append(said[:60])
            return f";TZID={zone or LONDON.key}"

        entry = [_ZONE.sub(known, line, count=1) for line in entry]
        if words and not self.unknown_is_london:
            self.unknown += words
            self.left_out += 1
            return []
        return entry


def _parsed(text: str) -> Component:
    try:
        calendar = Calendar.from_ical(text)
    except ODD as error:
        raise Unreadable from error
    if calendar.name != "VCALENDAR":
        raise Unreadable
    return calendar


# ---- entries to stretches


class _Reading:
    """Reads each entry by itself; counts those that it cannot read."""

    def __init__(self, calendar: Component, start: dt.datetime, end: dt.datetime, ends_at: float) -> None:
        self.calendar, self.start, self.end, self.ends_at = calendar, start, end, ends_at
        self.zone = ZoneInfo(str(calendar.get("X-WR-TIMEZONE", LONDON.key)))
        self.left_out = 0

    def stretches(self) -> Iterator[Stretch]:
        """Every busy stretch of the span. Raises ``Unreadable`` for more than a diary holds, ``TooLong`` for too much work."""
        series: dict[str, list[Component]] = {}
        once: list[Component] = []
        for part in self.calendar.subcomponents:
            if OUR_UID.search(str(part.get("UID", ""))):
                continue
            if part.name == "VEVENT" and any(name in part for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
                series.setdefault(str(part.get("UID", "")), []).append(part)
            else:
                once.append(part)
        if sum(map(len, series.values())) > MOST_SERIES:
            raise Unreadable
        count = 0
        for found in (*map(self._once, once), *map(self._series, series.values())):
            count += len(found)
            if count > MOST_STRETCHES:
                raise Unreadable
            yield from found

    def _once(self, part: Any) -> list[Stretch]:
        try:
            if part.name == "VFREEBUSY":
                return self._told_busy(part)
            if not _is_busy(part):
                return []
            if part.errors or "DTSTART" not in part:
                raise ValueError("no start that we can read")
            return self._within([(self._moment(part.start), self._moment(part.end))])
        except ODD:
            self.left_out += 1
            return []

    def _told_busy(self, part: Component) -> list[Stretch]:
        """The times of a VFREEBUSY, all but those said to be free."""
        if part.errors:
            raise ValueError("times that we cannot read")
        periods = part.get("FREEBUSY", [])
        return self._within(
            (self._moment(period.start), self._moment(period.end))
            for period in (periods if isinstance(periods, list) else [periods])
            if str(period.params.get("FBTYPE", "BUSY")).upper() != "FREE"
        )

    def _series(self, parts: list[Component]) -> list[Stretch]:
        """A series with the weeks that differ, repeated as its rules say, as far as the span goes."""
        seconds = min(MOST_SECONDS_A_SERIES, self.ends_at - time.process_time())
        if seconds <= 0:
            raise TooLong
        sound = [part for part in parts if not part.errors and self._may_be_expanded(part)]
        self.left_out += sum(_is_busy(part) for part in parts) - sum(_is_busy(part) for part in sound)
        calendar = Calendar()
        calendar.subcomponents = list(sound)
        if "X-WR-TIMEZONE" in self.calendar:
            calendar.add("X-WR-TIMEZONE", self.zone.key)
        try:
            with _at_most(seconds):
                found = recurring_ical_events.of(calendar, components=["VEVENT"]).between(
                    self.start, self.end
                )
                return self._within(
                    (self._moment(each.start), self._moment(each.end)) for each in found if _is_busy(each)
                )
        except (*ODD, _TimeIsUp):
            self.left_out += sum(map(_is_busy, sound))
            return []

    def _may_be_expanded(self, part: Any) -> bool:
        """Whether a rule repeats at most daily, began not so long ago that counting it takes long, and is whole."""
        if "DTSTART" not in part:
            return False
        begins = self._moment(part.start)
        rules = part.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            if not isinstance(rule, vRecur):
                return False
            often = {str(word).upper() for word in rule.get("FREQ", [])}
            if len(often) != 1 or not often <= DAYS_A_STEP.keys():
                return False
            if any(len(rule.get(name, [])) > 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND")):
                return False
            steps = (self.end - begins).days / DAYS_A_STEP[often.pop()]
            if steps > MOST_STEPS or int(rule.get("INTERVAL", [1])[0]) < 1:
                return False
        return True

    def _within(self, stretches: Iterable[Stretch]) -> list[Stretch]:
        return [
            (begins, ends)
            for begins, ends in stretches
            if ends > begins and begins < self.end and ends > self.start
        ]

    def _moment(self, day: dt.date) -> dt.datetime:
        """A moment in UTC; a day begins at midnight in London, and a clock without a zone is the calendar's own."""
        if not isinstance(day, dt.datetime):
            day = dt.datetime.combine(day, dt.time(), tzinfo=LONDON)
        elif day.tzinfo is None:
            day = day.replace(tzinfo=self.zone)
        return day.astimezone(dt.UTC)


def _is_busy(event: Component) -> bool:
    return (
        str(event.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT"
        and str(event.get("STATUS", "")).upper() != "CANCELLED"
        and str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() not in FREE_WORDS
    )


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
