"""An answer that can be read and is hardly meant is asked about; what we write ourselves we read."""

import datetime as dt

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formkit import reading
from formkit.fields import DayField, TimeOfDayField
from formkit.forms import PortalForm
from places.clock import say_date, say_time
from tests.formkit.test_forms import draw

TODAY = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


class SessionForm(PortalForm):
    day = DayField(label="Date", weekend_is_odd=True)
    starts_at = TimeOfDayField(label="From")
    ends_at = TimeOfDayField(label="To", any_hour=True)


def typed(**changed):
    return {
        "day_day": "9", "day_month": "3", "day_year": "2027", "starts_at": "9.15am", "ends_at": "4.15pm",
    } | {name.replace("_sure", "-sure"): value for name, value in changed.items()}  # fmt: skip


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(TODAY, tick=False):
        yield


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.times())
def test_every_time_that_we_write_we_read(moment):
    moment = moment.replace(second=0, microsecond=0, tzinfo=None)

    assert TimeOfDayField().clean(say_time(moment)) == moment
    assert TimeOfDayField().clean(f"{moment:%H:%M}") == moment
    assert reading.says_which_half(say_time(moment))


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dates(dt.date(1970, 1, 1), dt.date(2200, 1, 1)))
def test_every_date_that_we_write_we_read(day):
    assert DayField().clean([say_date(day), "", ""]) == day
    assert DayField().clean([str(day.day), f"{day:%B}", str(day.year)]) == day


def test_a_likely_day_is_not_asked_about():
    assert SessionForm(typed()).is_valid()


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"starts_at": "1.30"}, "starts_at", "1.30am is in the night"),
        ({"starts_at": "0130"}, "starts_at", "1.30am is in the night"),
        ({"starts_at": "10pm"}, "starts_at", "10pm is in the night"),
        ({"ends_at": "4.30"}, "ends_at", "4.30am is in the night"),
        ({"day_year": "2127"}, "day", "Sunday 9 March 2127 is more than two years from now"),
        ({"day_year": "1927"}, "day", "Wednesday 9 March 1927 is long past"),
        ({"day_day": "13"}, "day", "Saturday 13 March 2027 is at a weekend"),
    ],
)
def test_what_is_hardly_meant_is_asked_about(changed, field, said):
    form = SessionForm(typed(**changed))

    assert form.errors == {field: [f"{said}. Change it, or tick the box below if it is right."]}


def test_a_tick_confirms_the_very_answer_and_no_other():
    assert SessionForm(typed(starts_at="5.30", starts_at_sure="05:30:00")).is_valid()
    assert "starts_at" in SessionForm(typed(starts_at="5.45", starts_at_sure="05:30:00")).errors
    form = SessionForm(typed(day_day="13", day_sure="2027-03-13"))
    assert form.is_valid()
    assert form.cleaned_data["day"] == dt.date(2027, 3, 13)


def test_a_field_of_any_hour_asks_only_where_the_half_of_the_day_is_open():
    for words in ("5.30am", "0530", "05:30", "12 midnight", "2300"):
        assert SessionForm(typed(ends_at=words)).is_valid(), words
    assert "ends_at" in SessionForm(typed(ends_at="5.30")).errors


def test_the_tick_stands_under_its_field_and_stays_ticked():
    asked = draw(SessionForm(typed(starts_at="1.30")))
    kept = draw(SessionForm(typed(starts_at="1.30", starts_at_sure="01:30:00", ends_at="")))

    assert 'name="starts_at-sure" value="01:30:00">' in asked
    assert "Yes, 1.30am is right" in asked
    assert 'name="starts_at-sure" value="01:30:00" checked>' in kept
    assert "-sure" not in draw(SessionForm(typed()))
