"""Their own calendar in the diary: times come and go by the hour, trouble is said, and the address is sealed."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import User
from speakers import calendars
from speakers.fetch import Refused
from speakers.models import CalendarFeed, DiaryEntry, OwnCalendar, Speaker
from speakers.services import hold
from tests.factories import SpeakerFactory, at
from tests.speakers.conftest import HOST, give
from tests.speakers.test_busy_times import NEVER, bomb, calendar, event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _first_of_march(settings):
    settings.CALENDAR_HOSTS = [HOST]
    with time_machine.travel(at(10, day=1), tick=False):
        yield


@pytest.fixture
def speaker() -> Speaker:
    return SpeakerFactory()


@pytest.fixture
def own(speaker, calendar_server) -> OwnCalendar:
    """A calendar read from the test's server; its port is written in by hand, as an address of people has none."""
    kept = calendars.read_from(speaker, address=f"https://{HOST}/secret.ics", actor=speaker.user)
    kept.sealed_address = calendars.seal(calendar_server.address)
    kept.save()
    return kept


def serve(calendar_server, *events: str, **headers: str) -> None:
    calendar_server.answer = lambda request: give(request, calendar(*events), **headers)


def busy(start: str, end: str, uid: str = "1@them") -> str:
    return event(uid=uid, start=f";TZID=Europe/London:{start}", end=f";TZID=Europe/London:{end}")


def read(calendar_server) -> int:
    return calendars.read_due_calendars(outside=calendar_server.outside)


def own_times(speaker: Speaker) -> list[tuple[dt.datetime, dt.datetime]]:
    return [
        (entry.busy.lower, entry.busy.upper)
        for entry in speaker.diary.filter(kind=DiaryEntry.Kind.OWN).order_by("busy")
    ]


def test_times_come_and_go_with_the_calendar_and_what_stays_is_not_written_again(
    speaker, own, calendar_server
):
    serve(
        calendar_server,
        busy("20270309T090000", "20270309T100000"),
        busy("20270310T090000", "20270310T100000", uid="2@them"),
    )
    assert read(calendar_server) == 1
    first = speaker.diary.earliest("busy")

    serve(
        calendar_server,
        busy("20270309T090000", "20270309T100000"),
        busy("20270311T090000", "20270311T100000", uid="2@them"),
    )
    assert read(calendar_server) == 0
    with time_machine.travel(at(11, 1, day=1), tick=False):
        assert read(calendar_server) == 1

    assert own_times(speaker) == [(at(9), at(10)), (at(9, day=11), at(10, day=11))]
    assert speaker.diary.earliest("busy") == first
    own.refresh_from_db()
    assert (own.problem, own.read_at) == ("", at(11, 1, day=1))


def test_no_title_is_kept_anywhere(speaker, own, calendar_server):
    serve(calendar_server, busy("20270309T090000", "20270309T100000"))
    read(calendar_server)

    assert own_times(speaker)
    with connection.cursor() as cursor:
        for model in (DiaryEntry, OwnCalendar):
            cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t")  # noqa: S608 - our own table's name
            assert not any("Secret" in row or "secret" in row for (row,) in cursor.fetchall())


def test_a_session_stands_and_their_calendar_goes_around_it(speaker, own, calendar_server):
    hold(speaker, starts_at=at(8), ends_at=at(17), held_until=None)
    serve(calendar_server, busy("20270309T070000", "20270309T180000"))

    read(calendar_server)

    assert own_times(speaker) == [(at(7), at(8)), (at(17), at(18))]


def test_an_unchanged_calendar_is_not_sent_again_until_the_day_turns(speaker, own, calendar_server):
    serve(calendar_server, busy("20270309T090000", "20270309T100000"), ETag='"1"')
    read(calendar_server)
    calendar_server.answer = lambda request: give(request, b"", status=304)
    with time_machine.travel(at(12, day=1), tick=False):
        read(calendar_server)
    assert own_times(speaker) == [(at(9), at(10))]

    serve(calendar_server, busy("20270309T090000", "20270309T100000"), ETag='"1"')
    with time_machine.travel(at(12, day=2), tick=False):
        read(calendar_server)

    assert [request.headers["If-None-Match"] for request in calendar_server.asked] == [None, '"1"', None]


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (404, b"", "not_found"),
        (500, b"", "away"),
        (200, b"<html>Please sign in</html>", "unreadable"),
        (302, b"", "refused"),
    ],
)
def test_trouble_is_kept_in_a_word_and_yesterdays_times_stay(
    speaker, own, calendar_server, status, body, problem
):
    serve(calendar_server, busy("20270309T090000", "20270309T100000"))
    read(calendar_server)
    calendar_server.answer = lambda request: give(request, body, status=status, Location="http://127.0.0.1/")

    with time_machine.travel(at(12, day=1), tick=False):
        read(calendar_server)

    own.refresh_from_db()
    assert own.problem == problem
    assert own_times(speaker) == [(at(9), at(10))]


def test_one_calendar_in_trouble_keeps_no_other_from_being_read(own, speaker, calendar_server):
    other = SpeakerFactory()
    kept = calendars.read_from(other, address=f"https://{HOST}/other.ics", actor=other.user)
    kept.sealed_address = calendars.seal(calendar_server.address.replace("secret-path", "other"))
    kept.save()

    def answer(request):
        if request.path.startswith("/other"):
            give(request, calendar(busy("20270309T090000", "20270309T100000")))
        else:
            give(request, b"", status=500)

    calendar_server.answer = answer
    assert read(calendar_server) == 2

    assert (own_times(speaker), len(own_times(other))) == ([], 1)


def test_a_file_made_to_keep_us_counting_is_said_to_be_too_much_and_keeps_no_other_from_being_read(
    own, speaker, calendar_server, monkeypatch
):
    monkeypatch.setattr("speakers.busy_times.MOST_SECONDS", 0.5)
    other = SpeakerFactory()
    kept = calendars.read_from(other, address=f"https://{HOST}/other.ics", actor=other.user)
    kept.sealed_address = calendars.seal(calendar_server.address.replace("secret-path", "other"))
    kept.save()
    bombs = bomb(60, start=":20270301T100000Z", RRULE=f":{NEVER}")

    def answer(request):
        is_other = request.path.startswith("/other")
        give(request, calendar(*[busy("20270309T090000", "20270309T100000")] if is_other else bombs))

    calendar_server.answer = answer
    assert read(calendar_server) == 2

    own.refresh_from_db()
    assert (own.problem, len(own_times(other))) == ("too_large", 1)


def test_what_could_not_be_read_is_counted_and_an_unknown_zone_waits_for_its_owners_word(
    own, speaker, calendar_server
):
    custom = event(
        uid="2@them",
        start=";TZID=Customized Time Zone:20270310T090000",
        end=";TZID=Customized Time Zone:20270310T100000",
    )
    serve(
        calendar_server,
        custom,
        event(uid="3@them", start=":soon"),
        busy("20270309T090000", "20270309T100000"),
    )
    read(calendar_server)
    own.refresh_from_db()
    assert (own_times(speaker), own.left_out) == ([(at(9), at(10))], 2)
    assert (own.unknown_zones, own.problem) == (["Customized Time Zone"], "")

    calendars.read_unknown_zones_as_london(speaker, actor=speaker.user)
    read(calendar_server)

    own.refresh_from_db()
    assert (own.left_out, own.unknown_zones) == (1, [])
    assert own_times(speaker) == [(at(9), at(10)), (at(9, day=10), at(10, day=10))]


def test_a_calendar_taken_away_before_its_turn_leaves_nothing(own, speaker, calendar_server):
    serve(calendar_server, busy("20270309T090000", "20270309T100000"))
    stale = OwnCalendar.objects.get()
    calendars.stop_reading(speaker, actor=speaker.user)
    calendars.read_calendar(stale, outside=calendar_server.outside)

    assert (own_times(speaker), OwnCalendar.objects.count()) == ([], 0)


def test_who_left_is_forgotten(own, speaker, calendar_server):
    serve(calendar_server, busy("20270309T090000", "20270309T100000"))
    read(calendar_server)
    Speaker.objects.update(left_on=dt.date(2027, 3, 1))

    assert read(calendar_server) == 0
    assert (own_times(speaker), OwnCalendar.objects.count()) == ([], 0)


def test_the_address_is_sealed_and_only_its_server_is_shown(speaker):
    kept = calendars.read_from(speaker, address=f" webcal://{HOST}/secret.ics ", actor=speaker.user)

    kept.refresh_from_db()
    assert kept.host == HOST
    assert "secret" not in kept.sealed_address
    assert calendars.unseal(kept.sealed_address) == f"https://{HOST}/secret.ics"


@pytest.mark.parametrize("address", ["http://calendar.example.org/a", "https://evil.example/a", "what"])
def test_an_address_that_we_do_not_fetch_is_refused_and_the_old_one_stays(speaker, address):
    old = calendars.read_from(speaker, address=f"https://{HOST}/a.ics", actor=speaker.user)

    with pytest.raises(Refused):
        calendars.read_from(speaker, address=address, actor=speaker.user)

    assert OwnCalendar.objects.get() == old


def test_only_the_hash_of_a_feed_is_kept_and_a_new_one_ends_the_old(speaker):
    first = calendars.make_feed(speaker, with_detail=False, actor=speaker.user)
    second = calendars.make_feed(speaker, with_detail=True, actor=speaker.user)

    feed = CalendarFeed.objects.get()
    assert len(second) == 43
    assert second not in (feed.token_hash, first)
    assert (calendars.feed_of(first), calendars.feed_of(second)) == (None, feed)
    calendars.end_feed(speaker, actor=speaker.user)
    assert calendars.feed_of(second) is None


@pytest.mark.parametrize("gone", ["left", "closed"])
def test_a_feed_is_dead_when_its_owner_has_gone(speaker, gone):
    token = calendars.make_feed(speaker, with_detail=False, actor=speaker.user)
    if gone == "left":
        Speaker.objects.update(left_on=timezone.localdate())
    else:
        User.objects.filter(pk=speaker.user_id).update(is_active=False)

    assert calendars.feed_of(token) is None


def test_after_a_reset_of_the_second_factor_a_feed_shows_no_detail(speaker):
    token = calendars.make_feed(speaker, with_detail=True, actor=speaker.user)
    feed = calendars.feed_of(token)
    assert calendars.may_show_detail(feed)
    User.objects.filter(pk=speaker.user_id).update(factor_reset_at=timezone.now())

    assert not calendars.may_show_detail(calendars.feed_of(token))


def test_outside_is_what_the_settings_say(settings):
    settings.CALENDAR_HOSTS = ["calendar.example.com"]
    with pytest.raises(Refused):
        calendars.tidy_address(f"https://{HOST}/a.ics")
    assert calendars.tidy_address("https://calendar.example.com/a.ics")
