import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from places import clock

UTC = dt.UTC


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (dt.time(9, 15), "9.15am"),
        (dt.time(9, 5), "9.05am"),
        (dt.time(16), "4pm"),
        (dt.time(12), "12 noon"),
        (dt.time(12, 30), "12.30pm"),
        (dt.time(0), "12 midnight"),
        (dt.time(0, 30), "12.30am"),
        (dt.time(11, 59), "11.59am"),
        (dt.time(23, 59), "11.59pm"),
    ],
)
def test_a_time_is_said_as_people_say_it(time: dt.time, words: str):
    assert clock.say_time(time) == words


# Clocks go forward on 28 March 2027 and back on 31 October 2027, both at 1am UTC.
@pytest.mark.parametrize(
    ("utc", "words"),
    [
        (dt.datetime(2027, 3, 26, 9, 15, tzinfo=UTC), "Friday 26 March, 9.15am"),
        (dt.datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "Sunday 28 March, 12.59am"),
        (dt.datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "Sunday 28 March, 2am"),
        (dt.datetime(2027, 3, 29, 8, 15, tzinfo=UTC), "Monday 29 March, 9.15am"),
        (dt.datetime(2027, 10, 29, 8, 15, tzinfo=UTC), "Friday 29 October, 9.15am"),
        (dt.datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "Sunday 31 October, 1.30am"),
        (dt.datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "Sunday 31 October, 1.30am"),
        (dt.datetime(2027, 11, 1, 9, 15, tzinfo=UTC), "Monday 1 November, 9.15am"),
        (dt.datetime(2027, 6, 30, 23, 30, tzinfo=UTC), "Thursday 1 July, 12.30am"),
    ],
)
def test_a_moment_is_said_in_london_time_in_both_clock_change_weeks(utc: dt.datetime, words: str):
    assert clock.say_moment(utc) == words


def test_a_span_is_said_in_london_time():
    start = dt.datetime(2027, 7, 1, 8, 15, tzinfo=UTC)

    assert clock.say_times(start, dt.datetime(2027, 7, 1, 15, 15, tzinfo=UTC)) == "9.15am to 4.15pm"
    assert clock.say_times(dt.time(9, 15), dt.time(12)) == "9.15am to 12 noon"


def test_a_date_is_said_in_full_and_short():
    assert clock.say_date(dt.date(2027, 1, 19)) == "Tuesday 19 January 2027"
    assert clock.say_short_date(dt.date(2027, 1, 9)) == "9 January"


def test_the_date_of_a_moment_is_londons_date():
    late = dt.datetime(2027, 6, 30, 23, 30, tzinfo=UTC)

    assert clock.say_date(late) == "Thursday 1 July 2027"
    assert clock.say_short_date(late) == "1 July"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (50, "50 minutes"),
        (60, "1 hour"),
        (61, "1 hour 1 minute"),
        (110, "1 hour 50 minutes"),
        (120, "2 hours"),
        (1501, "25 hours 1 minute"),
    ],
)
def test_a_length_is_said_in_hours_and_minutes(minutes: int, words: str):
    assert clock.say_minutes(minutes) == words


def test_a_length_is_not_negative():
    with pytest.raises(ValueError, match="not negative"):
        clock.say_minutes(-1)


@pytest.mark.parametrize(
    "say", [clock.local, clock.say_time, clock.say_date, clock.say_short_date, clock.say_moment]
)
def test_a_moment_without_a_zone_is_refused(say):
    with pytest.raises(ValueError, match="time zone"):
        say(dt.datetime(2027, 1, 19, 9, 15))


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2037, 1, 1), timezones=st.just(UTC)))
def test_local_keeps_the_moment(moment: dt.datetime):
    there = clock.local(moment)

    assert there.astimezone(UTC) == moment
    assert there.tzinfo is clock.LONDON
