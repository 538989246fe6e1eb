"""Absences as their owner wrote them, every week on the London clock, and what of them leaves a trail."""

import datetime as dt

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, transaction

from courses.models import Format
from places.clock import local
from speakers.models import DiaryEntry, Expertise, Speaker
from speakers.services import (
    SpeakerBusy,
    add_absence,
    confirm_expertise,
    forget_past_absences,
    hold,
    remove_absence,
    set_limits,
)
from tests.factories import FormatFactory, SpeakerFactory, TopicFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def speaker() -> Speaker:
    return SpeakerFactory()


def away(speaker: Speaker, **changes) -> list[DiaryEntry]:
    return add_absence(
        speaker,
        **{
            "starts_at": at(14),
            "ends_at": at(16),
            "private": False,
            "actor": speaker.user,
            **changes,
        },
    )


def clocks(speaker: Speaker) -> list[str]:
    return [
        f"{local(entry.busy.lower):%d %b %H:%M}–{local(entry.busy.upper):%H:%M}"
        for entry in speaker.diary.order_by("busy")
    ]


@pytest.mark.parametrize(
    ("begins", "until", "expected"),
    [
        (at(14, day=23), dt.date(2027, 3, 31), ["23 Mar 14:00–16:00", "30 Mar 14:00–16:00"]),
        (at(14, day=26, month=10), dt.date(2027, 11, 2), ["26 Oct 14:00–16:00", "02 Nov 14:00–16:00"]),
    ],
)
def test_every_week_keeps_its_time_through_both_clock_changes(speaker, begins, until, expected):
    away(speaker, starts_at=begins, ends_at=begins + dt.timedelta(hours=2), weekly_until=until)

    assert clocks(speaker) == expected


@pytest.mark.parametrize(("day", "month", "hours"), [(28, 3, 23), (31, 10, 25)])
def test_a_whole_day_is_as_long_as_the_clock_makes_it(speaker, day, month, hours):
    start = at(0, day=day, month=month)
    away(speaker, starts_at=start, ends_at=start + dt.timedelta(days=1))

    busy = speaker.diary.get().busy
    assert busy.upper - busy.lower == dt.timedelta(hours=hours)


def test_one_week_that_meets_a_session_stops_them_all(speaker):
    hold(speaker, starts_at=at(8, day=16), ends_at=at(17, day=16), held_until=None)

    with pytest.raises(SpeakerBusy):
        away(speaker, weekly_until=dt.date(2027, 4, 30))

    assert speaker.diary.exclude(kind="engagement").count() == 0


def test_one_week_or_all_weeks_to_come_are_taken_away(speaker):
    first, second, *_ = away(speaker, weekly_until=dt.date(2027, 4, 30))

    remove_absence(speaker, second.pk, actor=speaker.user)
    assert "16 Mar 14:00–16:00" not in clocks(speaker)

    with time_machine.travel(at(9, day=10)):
        remove_absence(speaker, speaker.diary.latest("busy").pk, whole_series=True, actor=speaker.user)
    assert list(speaker.diary.all()) == [first]


def test_neither_a_session_nor_a_time_of_their_own_calendar_is_taken_away(speaker):
    session = hold(speaker, starts_at=at(8), ends_at=at(17), held_until=None)
    own = DiaryEntry.objects.create(speaker=speaker, kind="own", busy=(at(18), at(19)))

    for entry in (session, own):
        remove_absence(speaker, entry.pk, actor=speaker.user)

    assert speaker.diary.count() == 2


def test_times_of_their_own_calendar_leave_no_trail_and_stop_a_hold(speaker):
    entry = DiaryEntry.objects.create(speaker=speaker, kind="own", busy=(at(9), at(10)))
    with pytest.raises(SpeakerBusy):
        hold(speaker, starts_at=at(8), ends_at=at(17), held_until=None)
    entry.delete()
    away(speaker)

    trail = apps.get_model("speakers", "DiaryEntryEvent").objects
    assert list(trail.values_list("kind", flat=True)) == ["absence"]


def test_what_is_long_past_is_forgotten_and_sessions_stay(speaker):
    hold(speaker, starts_at=at(8), ends_at=at(17), held_until=None)
    away(speaker, starts_at=at(14, day=10), ends_at=at(16, day=10), private=True)
    away(speaker, starts_at=at(14, day=20), ends_at=at(16, day=20))

    with time_machine.travel(at(17, day=9, month=4)):
        assert forget_past_absences() == 1

    assert clocks(speaker) == ["09 Mar 08:00–17:00", "20 Mar 14:00–16:00"]


def test_only_a_session_tells_an_account(speaker):
    with pytest.raises(IntegrityError, match="only_a_session_tells_an_account"), transaction.atomic():
        DiaryEntry.objects.create(speaker=speaker, kind="absence", busy=(at(9), at(10)), tells_account=True)


def test_limits_are_kept_and_every_length_is_no_limit(speaker):
    half, full = FormatFactory(slug="half-day"), FormatFactory()

    def keep(formats):
        set_limits(
            speaker,
            most_sessions_a_month=2,
            days_between_accounts=21,
            reach_minutes=120,
            only_with_colleague=True,
            formats=formats,
            actor=speaker.user,
        )
        speaker.refresh_from_db()
        return list(speaker.formats.all())

    assert keep([half]) == [half]
    assert keep([half, full]) == []
    assert Format.objects.count() == 2
    assert (speaker.most_sessions_a_month, speaker.days_between_accounts, speaker.reach_minutes) == (
        2,
        21,
        120,
    )
    assert speaker.only_with_colleague


def test_what_they_confirm_is_what_they_give(speaker):
    guessed, dropped, new = (TopicFactory() for _ in range(3))
    for topic in (guessed, dropped):
        Expertise.objects.create(speaker=speaker, topic=topic)

    confirm_expertise(speaker, topics=[guessed, new], actor=speaker.user)

    given = speaker.expertise.all()
    assert {each.topic_id for each in given} == {guessed.pk, new.pk}
    assert all(each.confirmed_at is not None for each in given)
