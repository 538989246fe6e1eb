"""Free, busy and not asked are three things; limits are counted where they are read."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from speakers.availability import Session, Standing, availability, limits_touched
from speakers.models import Speaker
from speakers.services import add_absence, hold
from tests.factories import FormatFactory, SpeakerFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def speaker() -> Speaker:
    return SpeakerFactory(diary_seen_at=timezone.now())


def known_of(speaker: Speaker, *, first: dt.date = dt.date(2027, 3, 1), last: dt.date = dt.date(2027, 3, 31)):
    return availability([speaker], first=first, last=last)[speaker.pk]


def held(speaker: Speaker, *, day: int, month: int = 3, **changes):
    until = changes.pop("held_until", None)
    return hold(
        speaker,
        starts_at=at(8, day=day, month=month),
        ends_at=at(17, day=day, month=month),
        held_until=until,
        **changes,
    )


def session(**changes) -> Session:
    return Session(
        **{
            "starts_at": at(9),
            "is_online": False,
            "travel_minutes": 60,
            "format_id": None,
            "tells_account": True,
            "colleagues": 1,
            **changes,
        }
    )


def test_an_empty_day_is_free_for_sixty_days_after_its_owner_looked_and_then_not_asked(speaker):
    free = known_of(speaker).on(dt.date(2027, 3, 9))
    with time_machine.travel(timezone.now() + dt.timedelta(days=60), tick=False):
        later = known_of(speaker).on(dt.date(2027, 3, 9))
    never = known_of(SpeakerFactory()).on(dt.date(2027, 3, 9))

    assert (free, later, never) == (Standing.FREE, Standing.NOT_ASKED, Standing.NOT_ASKED)


def test_sessions_holds_and_absences_are_busy_and_a_hold_that_ran_out_is_not(speaker):
    held(speaker, day=9)
    held(speaker, day=10, held_until=timezone.now() + dt.timedelta(days=1))
    held(speaker, day=11, held_until=timezone.now())
    add_absence(speaker, starts_at=at(0, day=12), ends_at=at(0, day=13), private=True, actor=speaker.user)

    known = known_of(speaker)

    assert [known.on(dt.date(2027, 3, day)) for day in (8, 9, 10, 11, 12, 13)] == [
        Standing.FREE,
        Standing.BUSY,
        Standing.BUSY,
        Standing.FREE,
        Standing.BUSY,
        Standing.FREE,
    ]


def test_a_long_absence_is_found_behind_shorter_ones(speaker):
    add_absence(speaker, starts_at=at(0, day=1), ends_at=at(0, day=20), private=False, actor=speaker.user)
    for day in range(2, 12):
        add_absence(
            speaker, starts_at=at(9, day=day), ends_at=at(10, day=day), private=False, actor=speaker.user
        )

    known = known_of(speaker)

    assert known.standing(at(12, day=15), at(13, day=15)) == Standing.BUSY
    assert known.standing(at(0, day=20), at(9, day=20)) == Standing.FREE


@pytest.mark.parametrize("count", [1, 4])
def test_two_queries_answer_for_any_number_of_speakers(count, django_assert_num_queries):
    speakers = [SpeakerFactory() for _ in range(count)]
    for speaker in speakers:
        held(speaker, day=9)

    with django_assert_num_queries(2):
        known = availability(speakers, first=dt.date(2027, 3, 1), last=dt.date(2027, 6, 30))

    assert [each.on(dt.date(2027, 3, 9)) for each in known.values()] == [Standing.BUSY] * count


def test_a_month_holds_as_many_sessions_as_they_said(speaker):
    speaker.most_sessions_a_month = 2
    entry = held(speaker, day=2)
    held(speaker, day=30)
    held(speaker, day=30, month=4)

    march = limits_touched(known_of(speaker), session())
    without_one = limits_touched(known_of(speaker), session(leave_out={entry.pk}))
    april = limits_touched(known_of(speaker), session(starts_at=at(9, day=1, month=4)))

    assert [each.key for each in march] == ["month"]
    assert march[0].words == "gives at most 2 sessions a month and has 2 in March already"
    assert (without_one, april) == ([], [])


def test_the_days_between_tellings_count_only_tellings_also_outside_the_days_asked_for(speaker):
    speaker.days_between_accounts = 21
    held(speaker, day=23, month=2, tells_account=True)
    held(speaker, day=8)

    known = known_of(speaker, first=dt.date(2027, 3, 9), last=dt.date(2027, 3, 20))

    assert [each.words for each in limits_touched(known, session())] == [
        "asked for 21 days between tellings; here there would be 14"
    ]
    assert limits_touched(known, session(tells_account=False)) == []
    assert limits_touched(known, session(starts_at=at(9, day=16))) == []


def test_reach_format_and_colleague_are_minded(speaker):
    half, full = FormatFactory(slug="half-day"), FormatFactory()
    speaker.reach_minutes, speaker.only_with_colleague = 120, True
    speaker.formats.set([half])
    known = known_of(speaker)

    def keys(**changes):
        return [each.key for each in limits_touched(known, session(**changes))]

    assert keys(format_id=half.pk) == []
    assert keys(travel_minutes=125, format_id=full.pk, colleagues=0) == ["reach", "format", "colleague"]
    assert keys(travel_minutes=125, is_online=True) == []


def test_online_only_is_minded_even_where_the_journey_is_not_known(speaker):
    speaker.reach_minutes = 0

    assert [each.key for each in limits_touched(known_of(speaker), session(travel_minutes=0))] == ["reach"]


def test_a_long_journey_the_evening_before_does_not_move_the_session_to_another_day(speaker):
    hold(speaker, starts_at=at(22, day=28, month=2), ends_at=at(2, day=2), held_until=None)

    assert [each.session_day for each in known_of(speaker).sessions] == [dt.date(2027, 3, 1)]


def test_a_pause_is_told_apart_from_being_busy(speaker):
    speaker.paused_until = dt.date(2027, 2, 20)

    known = known_of(speaker)

    assert (known.on(dt.date(2027, 3, 9)), known.paused_until) == (Standing.FREE, dt.date(2027, 2, 20))
    speaker.save()
    assert not Speaker.objects.who_may_be_chased().exists()
    with time_machine.travel(at(9, day=20, month=2)):
        assert Speaker.objects.who_may_be_chased().get() == speaker
