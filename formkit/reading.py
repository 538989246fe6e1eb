"""Reads dates and times as people in uniform, in schools and in charities write them, and as we write them ourselves."""

import datetime as dt
import re
import unicodedata

from places.email import is_unseen

MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
LONG_AGO = dt.timedelta(days=366)
FAR_AHEAD = dt.timedelta(days=2 * 366)
MORNING, NIGHT = dt.time(7), dt.time(22)
"""Before the one and from the other on, a training session, and a slip of am and pm, is unlikely to be meant."""
LONGEST = 60
_NAMED = {
    "noon": dt.time(12), "midday": dt.time(12), "12 noon": dt.time(12), "12 midday": dt.time(12),
    "midnight": dt.time(0), "12 midnight": dt.time(0),
}  # fmt: skip
_HALF = re.compile(r"(?<=[\d ])([ap])\.? ?m\.?$")
_HOURS = re.compile(r"(?<=\d) ?(?:hours|hour|hrs|hr|h|o'clock)\.?$")
_CLOCK = re.compile(r"(\d{1,2})(?: ?[.:;,h] ?(\d{2}))?(?:[.:]00)?")
_FIGURES = re.compile(r"(\d{1,2})(\d{2})")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
_WHOLE = re.compile(
    r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)?(?: of)?[ /.-]([a-z]+|\d{1,2})[ /.,-]+(\d{2}|\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})"
)


def plain(typed: str) -> str:
    """The words in lower case and common signs, without what nobody sees; nothing of more than a line is read."""
    text = unicodedata.normalize("NFKC", typed[: 4 * LONGEST])
    text = "".join(" " if sign.isspace() else sign for sign in text if not is_unseen(sign))
    for dash in "\u2010\u2011\u2012\u2013\u2014\u2212":
        text = text.replace(dash, "-")
    return " ".join(text.replace("\u2019", "'").lower().split())[:LONGEST]


def time(typed: str) -> dt.time | None:
    """Read a time of day, or None where the words are none."""
    text = plain(typed)
    text = re.sub(r"^12[.:]?00 ?(?=noon|midday|midnight)", "12 ", text)
    if text in _NAMED:
        return _NAMED[text]
    half = _HALF.search(text)
    if half:
        text = text[: half.start()].strip()
    text = _HOURS.sub("", text).strip()
    said = _CLOCK.fullmatch(text) or _FIGURES.fullmatch(text)
    if said is None:
        return None
    hour, minute = int(said[1]), int(said[2] or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[1] == "p" else 0)
    if (hour, minute) == (24, 0):
        hour = 0
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def says_which_half(typed: str) -> bool:
    """Whether the words leave no doubt which half of the day is meant: am, pm, midnight, or four figures."""
    text = plain(typed)
    return (
        bool(_HALF.search(text))
        or not text[:1].isdecimal()
        or "mid" in text
        or "noon" in text
        or bool(re.match(r"0|\d{4}", text))
    )


def date_parts(boxes: list[str]) -> list[str]:
    """What stands in the three boxes; a whole date in the first is spread over them."""
    parts = [plain(part) for part in boxes]
    if parts and parts[0] and not any(parts[1:]) and (whole := _WHOLE.fullmatch(parts[0])):
        day, month, year, *backwards = whole.groups()
        return [day, month, year] if day else backwards[::-1]
    return parts


def date(day: str, month: str, year: str) -> dt.date | None:
    """Read a date; a year of two figures is one of this century. None where there is no such day."""
    ordinal = _ORDINAL.fullmatch(day)
    try:
        number = int(year)
        if len(year) <= 2:
            number += 2000
        return dt.date(number, MONTHS.get(month[:3]) or int(month), int(ordinal[1] if ordinal else day))
    except (ValueError, OverflowError):  # no such day, or a number beyond all days
        return None
