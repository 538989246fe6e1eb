"""Dates and times in London words: moments are stored in UTC and said in London time, summer and winter."""

import datetime as dt
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def local(moment: dt.datetime) -> dt.datetime:
    """Give the same moment on the London clock.

    Raises ValueError for a moment without a zone: guessing one is how an hour goes missing in summer.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(LONDON)


def say_time(moment: dt.datetime | dt.time) -> str:
    """Say a time as GOV.UK writes it: "9.15am", "4pm", "12 noon", "12 midnight".

    A datetime is taken to London first; a plain time is taken to be London time already.
    """
    clock = local(moment) if isinstance(moment, dt.datetime) else moment
    if clock.minute == 0 and clock.hour in (0, 12):
        return "12 noon" if clock.hour else "12 midnight"
    hour = clock.hour % 12 or 12
    minutes = f".{clock.minute:02}" if clock.minute else ""
    return f"{hour}{minutes}{'am' if clock.hour < 12 else 'pm'}"


def say_times(start: dt.datetime | dt.time, end: dt.datetime | dt.time) -> str:
    """Say a span within one day: "9.15am to 4.15pm"."""
    return f"{say_time(start)} to {say_time(end)}"


def say_date(day: dt.date | dt.datetime) -> str:
    """Say a date in full: "Tuesday 19 January 2027"."""
    day = _london_day(day)
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def say_short_date(day: dt.date | dt.datetime) -> str:
    """Say a date where the year is plain: "19 January"."""
    day = _london_day(day)
    return f"{day.day} {day:%B}"


def say_moment(moment: dt.datetime) -> str:
    """Say a day and time, as for a deadline: "Friday 27 November, 5pm"."""
    return f"{local(moment):%A} {say_short_date(moment)}, {say_time(moment)}"


def say_minutes(minutes: int) -> str:
    """Say a length: "50 minutes", "1 hour", "1 hour 50 minutes".

    Raises ValueError for a negative length.
    """
    if minutes < 0:
        raise ValueError("a length is not negative")
    hours, rest = divmod(minutes, 60)
    parts = [_count(hours, "hour")] if hours else []
    if rest or not hours:
        parts.append(_count(rest, "minute"))
    return " ".join(parts)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _london_day(day: dt.date | dt.datetime) -> dt.date:
    return local(day).date() if isinstance(day, dt.datetime) else day
