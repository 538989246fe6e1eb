"""Working days: Monday to Friday without one nation's bank holidays, from a list that comes with a package.

The list reaches some years ahead (``known_until``); a newer release of govuk-bank-holidays brings the next.
"""

import datetime as dt
import functools
from bisect import bisect_right

from govuk_bank_holidays.bank_holidays import BankHolidays

from places.nations import Nation

DIVISIONS = {
    Nation.ENGLAND_WALES: BankHolidays.ENGLAND_AND_WALES,
    Nation.SCOTLAND: BankHolidays.SCOTLAND,
    Nation.NORTHERN_IRELAND: BankHolidays.NORTHERN_IRELAND,
}
ONE_DAY = dt.timedelta(days=1)


def is_working_day(day: dt.date, nation: str) -> bool:
    """Say whether people in this nation are at work: no weekend, no bank holiday."""
    return _holidays().is_work_day(day, division=DIVISIONS[Nation(nation)])


def bank_holiday(day: dt.date, nation: str) -> str:
    """Give the name of the bank holiday that this day is in this nation, or nothing."""
    return _names(Nation(nation)).get(day, "")


def add_working_days(day: dt.date, count: int, nation: str) -> dt.date:
    """Give the day that is so many working days later, or earlier where the count is negative.

    The first working day after ``day`` is one; none is ``day`` itself, even on a Sunday.
    """
    step = ONE_DAY if count > 0 else -ONE_DAY
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day, nation)
    return day


def working_days_between(start: dt.date, end: dt.date, nation: str) -> int:
    """Count the working days after ``start`` up to and with ``end``.

    Where ``end`` is earlier, the count is negative and runs from ``end`` to the day before ``start``: so
    ``add_working_days`` undoes it.
    """
    if end < start:
        return _worked_until(end - ONE_DAY, nation) - _worked_until(start - ONE_DAY, nation)
    return _worked_until(end, nation) - _worked_until(start, nation)


def _worked_until(day: dt.date, nation: str) -> int:
    """Count the working days from the beginning of the calendar up to and with ``day``: counted in weeks, not in days."""
    weeks, left = divmod(day.toordinal(), 7)  # day 1 was a Monday
    return weeks * 5 + min(left, 5) - bisect_right(_lost_weekdays(Nation(nation)), day)


def known_until() -> dt.date:
    """Give the last day that the list of bank holidays knows about, in the nation it knows least of."""
    return min(_holidays().get_holidays(division=division)[-1]["date"] for division in DIVISIONS.values())


@functools.cache
def _names(nation: Nation) -> dict[dt.date, str]:
    return {each["date"]: each["title"] for each in _holidays().get_holidays(division=DIVISIONS[nation])}


@functools.cache
def _lost_weekdays(nation: Nation) -> list[dt.date]:
    """The bank holidays that fall from Monday to Friday, in order."""
    return sorted(day for day in _names(nation) if day.weekday() < 5)


@functools.cache
def _holidays() -> BankHolidays:
    """Read the list that came with the package: without the option it would ask the network."""
    return BankHolidays(use_cached_holidays=True)
