"""Dates that an agency asked to avoid, read from what they wrote. What is not plainly a date stays words.

"12 March", "12-16 March", "12, 13 and 16 March 2027", "12/3", "20 December to 4 January", "week of 8 March", "Mondays",
"Mondays in June", "all of March", "weekends". Each part between commas, semicolons or line ends is read whole or not at
all, so that "12 March would be best" and "not before 12 March" rule no day out. A date without a year stands for that
day of every year.
"""

import datetime as dt
import re
from calendar import day_name, month_name
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

Test = Callable[[dt.date], bool]


@dataclass(frozen=True)
class Avoided:
    """One part of what they wrote that names days. ``words`` are theirs."""

    words: str
    names: Test


@dataclass(frozen=True)
class Wish:
    """What they wrote: the parts that name days, and the rest in their own words."""

    avoided: tuple[Avoided, ...] = ()
    not_read: tuple[str, ...] = ()

    def why_not(self, day: dt.date) -> str:
        """The words that name this day, "" where none does."""
        return next((each.words for each in self.avoided if each.names(day)), "")


def read(text: str) -> Wish:
    """Read what somebody wrote beside "dates to avoid"."""
    avoided: list[Avoided] = []
    not_read: list[str] = []
    for part in _parts(text):
        names = _understand(part)
        if names is None:
            not_read.append(part)
        else:
            avoided.append(Avoided(part, names))
    return Wish(tuple(avoided), tuple(not_read))


def _parts(text: str) -> Iterator[str]:
    """What stands between line ends, semicolons, full stops and commas; "12, 13 and 16 March" stays together."""
    text = re.sub(r",(?=\s*20\d\d(?![-\d]))", " ", text)
    for sentence in re.split(r"[\n;]+|\.(?=\s+[A-Z]|\s*$)", text, flags=re.MULTILINE):
        numbers: list[str] = []
        for piece in filter(None, map(str.strip, sentence.split(","))):
            signs = _signs(piece)
            if re.fullmatch(rf"{_DAYS}(?: \+ {_DAYS})*", signs):
                numbers.append(piece)
            elif numbers and re.match(rf"(?:{_DAYS} \+ )*{_DAYS} (?:of )?m", signs):
                yield ", ".join([*numbers, piece])
                numbers = []
            else:
                yield from [*numbers, piece]
                numbers = []
        yield from numbers


# ---- words to signs: "Friday 12th March" becomes "w4 n12 m3"

_MONTHS = {name.lower(): number for number, name in enumerate(month_name) if name}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(day_name)}
_SHORT = {
    **{name[:3]: f"m{number}" for name, number in _MONTHS.items()},
    **{name[:3]: f"w{number}" for name, number in _WEEKDAYS.items()},
    "sept": "m9",
    "tues": "w1",
    "weds": "w2",
    "thur": "w3",
    "thurs": "w3",
}
_WORDS = {
    **_SHORT,
    **{name: f"m{number}" for name, number in _MONTHS.items()},
    **{name: f"w{number}" for name, number in _WEEKDAYS.items()},
    **{f"{name}s": f"each w{number}" for name, number in _WEEKDAYS.items()},
    **dict.fromkeys(["weekend", "weekends"], "weekend"),
    **dict.fromkeys(["any", "every", "each"], "each"),
    **dict.fromkeys(["and", "or", "&", ","], "+"),
    **dict.fromkeys(["-", "–", "—", "to", "until", "till"], "-"),
    **dict.fromkeys(["beginning", "commencing", "starting"], "of"),
    **{word: word for word in ("of", "in", "from", "week")},
    "w/c": "week of",
}
_SILENT = re.compile(
    r"\b(?:please|not available|unavailable|cannot do|can['’]t do|not|no|never|avoid|avoiding|on|the|all|whole|we)\b"
    r"|\b(?:inclusive|incl)\b"
)
_TOKEN = re.compile(
    r"(?P<iso>20\d\d-\d\d-\d\d)(?!\d)|(?P<dated>\d{1,2}([./])\d{1,2}\3(?:20)?\d\d)(?!\d)|(?P<short>\d{1,2}/\d{1,2})(?![\d/])"
    r"|(?P<year>20\d\d)(?!\d)|(?P<number>\d{1,2})(?:st|nd|rd|th)?(?![\d:\w])|(?P<word>w/c|[^\W\d_]+|[-–—&,])\.?|(?P<other>\S+)"
)


def _signs(piece: str) -> str:
    """The piece in signs, apart by spaces; a word that means nothing here is a "?"."""
    signs: list[str] = []
    for token in _TOKEN.finditer(_SILENT.sub(" ", piece.lower())):
        if token["iso"]:
            year, month, day = token["iso"].split("-")
            signs += [f"n{int(day)}", f"m{int(month)}", f"y{year}"]
        elif token["dated"]:
            day, month, year = re.split(r"[./]", token["dated"])
            signs += [f"n{int(day)}", f"m{int(month)}", f"y20{year[-2:]}"]
        elif token["short"]:
            day, month = token["short"].split("/")
            signs += [f"n{int(day)}", f"m{int(month)}"]
        elif token["year"]:
            signs.append(f"y{token['year']}")
        elif token["number"]:
            signs.append(f"n{int(token['number'])}")
        else:
            signs.append(_WORDS.get(token["word"] or "", "?"))
    return " ".join(signs).replace("each each", "each")


# ---- signs to days

_DAYS = r"n\d+(?: - n\d+)?"
_DATE = r"(?:w\d )?(?:n\d+ (?:of )?m\d+|m\d+ n\d+)(?: y\d+)?"
_MONTH = r"m\d+(?: y\d+)?"


class _Date(NamedTuple):
    """A day as written, perhaps without its year or its weekday."""

    month: int
    day: int
    year: int | None = None
    weekday: int | None = None

    def in_year(self, year: int) -> dt.date | None:
        """The day in that year, or in the year written; None where there is no such day."""
        try:
            day = dt.date(self.year or year, self.month, self.day)
        except ValueError:
            return None
        return None if self.weekday is not None and day.weekday() != self.weekday else day

    @property
    def is_a_day(self) -> bool:
        """Whether any year has it."""
        return self._replace(weekday=None if self.year is None else self.weekday).in_year(2000) is not None


def _understand(part: str) -> Test | None:
    """Which days a part names; None where any of it is not plainly a date."""
    items = _signs(part).split(" + ")
    if len(items) > 1 and any(" in " in item for item in items):
        return None  # "Mondays and Fridays in June": who knows whether the month is meant for both
    tests: list[Test] = []
    loose: list[str] = []
    for item in items:
        if re.fullmatch(_DAYS, item):
            loose.append(item)
            continue
        month = re.match(rf"(?:{_DAYS}|n\d+) (?:of )?(m\d+(?: y\d+)?)$", item)
        if loose and month is None:
            return None
        for each in [*(f"{days} {month[1]}" for days in loose if month), item]:
            test = _item(each)
            if test is None:
                return None
            tests.append(test)
        loose = []
    if loose or not tests:
        return None
    return lambda day: any(test(day) for test in tests)


def _item(item: str) -> Test | None:
    """Which days one thing names: a date, a stretch, a weekday, a week, a month."""
    for pattern, reading in _READINGS:
        if found := re.fullmatch(pattern, item):
            return reading(*found.groups())
    return None


def _date(signs: str, year: str | None = None) -> _Date:
    """The date that signs of the form ``_DATE`` stand for; ``year`` where they have none."""
    parts = {sign[0]: int(sign[1:]) for sign in signs.split() if sign != "of"}
    return _Date(parts["m"], parts["n"], parts.get("y", int(year) if year else None), parts.get("w"))


def _on(signs: str) -> Test | None:
    date = _date(signs)
    return (lambda day: date.in_year(day.year) == day) if date.is_a_day else None


def _from_to(first: str, last: str) -> Test | None:
    """Both ends included. With one year written, the other end is the nearest that makes a stretch of less than a year."""
    begin, end = _date(first), _date(last)
    if not (begin.is_a_day and end.is_a_day):
        return None
    turns = (begin.month, begin.day) > (end.month, end.day)  # over New Year
    if begin.year is None and end.year is None:
        return lambda day: any(
            _within(begin, end, day, year, year + turns) for year in {day.year - turns, day.year}
        )
    begin_year = begin.year or (end.year or 0) - turns
    end_year = end.year or begin_year + turns
    begins, ends = begin.in_year(begin_year), end.in_year(end_year)
    if begins is None or ends is None or begins > ends:
        return None
    return lambda day: begins <= day <= ends


def _within(begin: _Date, end: _Date, day: dt.date, begin_year: int, end_year: int) -> bool:
    begins, ends = begin.in_year(begin_year), end.in_year(end_year)
    return begins is not None and ends is not None and begins <= day <= ends


def _days_of(first: str, last: str, month: str) -> Test | None:
    """ "12-16 March"."""
    if int(first[1:]) > int(last[1:]):
        return None
    return _from_to(f"{first} {month}", f"{last} {month}")


def _week_of(signs: str) -> Test | None:
    """Monday to Sunday around a date."""
    date = _date(signs)
    if not date.is_a_day:
        return None

    def names(day: dt.date) -> bool:
        around = (date.in_year(day.year + years) for years in (-1, 0, 1))
        return any(each is not None and each.isocalendar()[:2] == day.isocalendar()[:2] for each in around)

    return names


def _month(signs: str) -> Test | None:
    month, _, year = signs.partition(" ")
    number = int(month[1:])
    if not 1 <= number <= 12:
        return None
    return lambda day: day.month == number and (not year or day.year == int(year[1:]))


def _weekday(weekday: str, month: str | None) -> Test | None:
    within = _month(month) if month else lambda day: True
    return (lambda day: day.weekday() == int(weekday[1:]) and within(day)) if within else None


def _weekend() -> Test:
    return lambda day: day.weekday() >= 5


_READINGS: list[tuple[str, Callable[..., Test | None]]] = [
    (rf"({_DATE})", _on),
    (rf"(?:from )?({_DATE}) - ({_DATE})", _from_to),
    (rf"(?:from )?(n\d+) - (n\d+) (?:of )?({_MONTH})", _days_of),
    (rf"(?:each )?week of ({_DATE})", _week_of),
    (rf"(?:of |in )?({_MONTH})", _month),
    (rf"each (w\d)(?: in ({_MONTH}))?", _weekday),
    (r"(?:each )?weekend", _weekend),
]
