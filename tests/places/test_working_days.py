import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from places.nations import Nation
from places.working_days import (
    add_working_days,
    bank_holiday,
    is_working_day,
    known_until,
    working_days_between,
)

NATIONS = st.sampled_from(Nation.values)
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2028, 6, 1))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (dt.date(2026, 11, 20), {"ew": True, "sc": True, "ni": True}),  # a Friday
        (dt.date(2026, 11, 21), {"ew": False, "sc": False, "ni": False}),  # a Saturday
        (dt.date(2026, 11, 30), {"ew": True, "sc": False, "ni": True}),  # St Andrew's Day
        (dt.date(2027, 3, 17), {"ew": True, "sc": True, "ni": False}),  # St Patrick's Day
        (dt.date(2027, 7, 12), {"ew": True, "sc": True, "ni": False}),  # Battle of the Boyne
        (dt.date(2027, 1, 4), {"ew": True, "sc": False, "ni": True}),  # 2 January, moved from a Saturday
        (dt.date(2027, 3, 29), {"ew": False, "sc": True, "ni": False}),  # Easter Monday
        (dt.date(2027, 8, 2), {"ew": True, "sc": False, "ni": True}),  # Scotland's summer holiday
        (dt.date(2027, 8, 30), {"ew": False, "sc": True, "ni": False}),  # the others' summer holiday
        (dt.date(2026, 12, 25), {"ew": False, "sc": False, "ni": False}),
    ],
)
def test_each_nation_keeps_its_own_bank_holidays(day: dt.date, working: dict[str, bool]):
    assert {nation: is_working_day(day, nation) for nation in Nation.values} == working


@pytest.mark.parametrize(
    ("day", "count", "nation", "expected"),
    [
        (dt.date(2026, 11, 20), 1, "ew", dt.date(2026, 11, 23)),
        (dt.date(2026, 11, 22), 1, "ew", dt.date(2026, 11, 23)),  # asked on a Sunday
        (dt.date(2026, 11, 22), 0, "ew", dt.date(2026, 11, 22)),
        (dt.date(2026, 12, 24), 3, "ew", dt.date(2026, 12, 31)),  # Boxing Day is kept on Monday the 28th
        (dt.date(2026, 11, 27), 1, "sc", dt.date(2026, 12, 1)),
        (dt.date(2026, 11, 27), 1, "ew", dt.date(2026, 11, 30)),
        (dt.date(2026, 11, 23), -1, "ew", dt.date(2026, 11, 20)),
        (dt.date(2026, 12, 1), -1, "sc", dt.date(2026, 11, 27)),
    ],
)
def test_working_days_are_added_over_weekends_and_holidays(
    day: dt.date, count: int, nation: str, expected: dt.date
):
    assert add_working_days(day, count, nation) == expected


def test_working_days_between_leave_out_the_first_day_and_count_the_last():
    friday, monday = dt.date(2026, 11, 20), dt.date(2026, 11, 23)

    assert working_days_between(friday, monday, "ew") == 1
    assert working_days_between(monday, friday, "ew") == -1
    assert working_days_between(friday, friday, "ew") == 0
    assert working_days_between(friday, dt.date(2026, 11, 22), "ew") == 0


@given(day=DAYS, count=st.integers(-40, 40), nation=NATIONS)
def test_counting_undoes_adding(day: dt.date, count: int, nation: str):
    assert working_days_between(day, add_working_days(day, count, nation), nation) == count


@given(day=DAYS, count=st.integers(-40, 40).filter(bool), nation=NATIONS)
def test_adding_ends_on_a_working_day(day: dt.date, count: int, nation: str):
    assert is_working_day(add_working_days(day, count, nation), nation)


def test_the_list_says_how_far_it_reaches():
    assert known_until() >= dt.date(2028, 12, 25)


def test_an_unknown_nation_is_refused():
    with pytest.raises(ValueError, match="xx"):
        is_working_day(dt.date(2026, 11, 20), "xx")


@pytest.mark.parametrize(
    ("day", "nation", "name"),
    [
        (dt.date(2026, 11, 30), "sc", "St Andrew’s Day"),
        (dt.date(2026, 11, 30), "ew", ""),
        (dt.date(2027, 3, 17), "ni", "St Patrick’s Day"),
        (dt.date(2027, 3, 29), "ew", "Easter Monday"),
        (dt.date(2027, 3, 29), "sc", ""),
    ],
)
def test_a_bank_holiday_is_named_in_the_nation_that_keeps_it(day: dt.date, nation: str, name: str):
    assert bank_holiday(day, nation) == name
