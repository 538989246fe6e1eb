"""The desk's calendar by month and by week, right in both weeks in which the clocks change."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bookings.models import Booking, Engagement, Offer
from places.clock import LONDON
from speakers.models import DiaryEntry, Speaker
from tests.factories import BookingFactory, SpeakerFactory, UserFactory
from trainingportal.desk import diaries

pytestmark = pytest.mark.django_db

SPRING, AUTUMN = dt.date(2027, 3, 28), dt.date(2027, 10, 31)


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


def session(speaker: Speaker, day: dt.date, *, travel: int, held: bool = False) -> Booking:
    """A session from 9.15am to 4.15pm with so many minutes of travel, half an hour to set up and a quarter to pack."""
    booking = BookingFactory()
    starts, ends = at(day, 9, 15).astimezone(dt.UTC), at(day, 16, 15).astimezone(dt.UTC)
    until = starts - dt.timedelta(days=1) if held else None
    offer = Offer.objects.create(
        booking=booking,
        number=1,
        starts_at=starts,
        ends_at=ends,
        lead=speaker,
        expires_at=starts,
        made_by=UserFactory(),
    )
    busy = DateTimeTZRange(
        starts - dt.timedelta(minutes=travel + 30), ends + dt.timedelta(minutes=travel + 15)
    )
    entry = DiaryEntry.objects.create(speaker=speaker, kind="engagement", busy=busy, held_until=until)
    Engagement.objects.create(offer=offer, speaker=speaker, diary_entry=entry, travel_minutes=travel)
    return booking


def entries(calendar: diaries.Calendar) -> dict[str, list[tuple[str, ...]]]:
    """What stands on each day of the calendar that holds something, by date."""
    return {
        day.date.isoformat(): [(each.state, each.words, each.times, each.travel) for each in day.entries]
        for week in calendar.weeks
        for day in week
        if day and day.entries
    }


@pytest.mark.parametrize("day", [SPRING, AUTUMN, dt.date(2027, 6, 9)])
@pytest.mark.parametrize("look", [diaries.week_of, diaries.month_of])
def test_a_session_stands_on_its_day_with_its_times_and_its_journey(look, day):
    speaker = SpeakerFactory()
    booking = session(speaker, day, travel=120)

    calendar = look(day, [speaker])

    assert entries(calendar) == {
        day.isoformat(): [("on", "agreed", "9.15am to 4.15pm", "away from home 6.45am to 6.30pm")]
    }
    assert calendar.bookings == (booking,)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_whole_day_away_is_one_day_though_it_has_23_or_25_hours(day):
    speaker = SpeakerFactory()
    midnight, next_midnight = at(day, 0), at(day + dt.timedelta(days=1), 0)
    DiaryEntry.objects.create(speaker=speaker, kind="blackout", busy=DateTimeTZRange(midnight, next_midnight))

    assert entries(diaries.week_of(day, [speaker])) == {day.isoformat(): [("away", "away", "", "")]}
    assert entries(diaries.week_of(day + dt.timedelta(days=1), [speaker])) == {}


def test_a_journey_that_begins_the_evening_before_is_shown_as_on_the_way():
    speaker = SpeakerFactory()
    day = dt.date(2027, 6, 9)
    session(speaker, day, travel=600)

    assert entries(diaries.week_of(day, [speaker])) == {
        "2027-06-08": [("on", "agreed, on the way", "", "")],
        "2027-06-09": [("on", "agreed", "9.15am to 4.15pm", "away from home 10.45pm to 2.30am")],
        "2027-06-10": [("on", "agreed, on the way", "", "")],
    }


def test_a_hold_is_told_from_an_agreed_session_and_an_ended_one_is_gone():
    speaker = SpeakerFactory()
    day = dt.date(2027, 6, 9)
    session(speaker, day, travel=0, held=True)

    assert entries(diaries.week_of(day, [speaker])) == {
        day.isoformat(): [("held", "held", "9.15am to 4.15pm", "")]
    }
    DiaryEntry.objects.update(held_until=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert entries(diaries.week_of(day, [speaker])) == {}


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_the_weeks_follow_one_another_through_the_change(day):
    calendar = diaries.week_of(day, [])

    (week,) = calendar.weeks
    assert [each.date for each in week] == [day - dt.timedelta(days=back) for back in range(6, -1, -1)]
    assert calendar.after[1] == f"week={(day + dt.timedelta(days=1)).isoformat()}"
    assert calendar.before[1] == f"week={(day - dt.timedelta(days=13)).isoformat()}"


@pytest.mark.parametrize("week", ["2027-02-30", "next", "9999-01-01"])
def test_a_week_out_of_reason_is_this_month(week):
    assert diaries.shown("", week, []).title == f"{dt.datetime.now(LONDON):%B %Y}"


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("look", [diaries.week_of, diaries.month_of])
def test_a_calendar_is_one_query_whatever_stands_in_it(look, count, django_assert_num_queries):
    day = dt.date(2027, 6, 9)
    people = SpeakerFactory.create_batch(count)
    for speaker in people:
        session(speaker, day, travel=30)

    with django_assert_num_queries(1):
        calendar = look(day, people)

    assert len(calendar.bookings) == count
