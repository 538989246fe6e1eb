"""The feed says reference, times and region, to whoever has the key and nobody else; their own calendar is only read."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
import time_machine
import vobject
from django.urls import reverse

from accounts.models import User
from bookings.models import DetailRead, Engagement
from places.models import Region
from speakers.models import CalendarFeed, OwnCalendar, Speaker
from tests.factories import at
from tests.trainingportal.speaking.conftest import agree, ask

pytestmark = pytest.mark.django_db
PLANTED = ["Vexford", "Plover", "Oxenbrigg", "Northmere", "NE1"]


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


def make_feed(client, **typed) -> str:
    """Make the address by the page; gives its path and key."""
    page = client.post(reverse("speaking-feed-new"), typed).content.decode()
    (address,) = re.findall(r'id="feed-address" type="text" readonly value="([^"]+)"', page)
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def events(content: bytes) -> list:
    """The events as another library reads them, in the order of the file."""
    return list(vobject.readOne(content.decode()).contents.get("vevent", []))


@pytest.fixture
def feed(client, speaker, with_factor) -> str:
    with_factor(client, speaker)
    path = make_feed(client)
    client.logout()
    return path


def test_the_feed_holds_reference_times_and_region_only(client, speaker, feed):
    held, agreed = ask(speaker, starts_at=at(9, 15, day=16)), ask(speaker)
    booking = agree(agreed)
    Region.objects.create(name="North East")
    for each in (held.offer.booking, booking):
        each.region = Region.objects.get()
        each.save()

    response = client.get(feed)

    first, second = events(response.content)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert [first.summary.value, second.summary.value] == [
        f"Training {booking.reference}",
        f"Training {held.offer.booking.reference}",
    ]
    assert [first.status.value, second.status.value] == ["CONFIRMED", "TENTATIVE"]
    assert (first.dtstart.value, first.dtend.value) == (at(9, 15), at(16, 15))
    assert first.location.value == "North East"
    assert first.uid.value == f"{booking.reference.lower()}@workingtogether"
    assert [word for word in PLANTED if word in response.content.decode()] == []
    assert not DetailRead.objects.exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [(at(10, day=26, month=3), at(10, day=29, month=3)), (at(10, day=29, month=10), at(10, day=1, month=11))],
)
def test_ten_is_ten_in_both_weeks_in_which_the_clock_changes(client, speaker, feed, before, after):
    for moment in (before, after):
        ask(speaker, starts_at=moment)

    content = client.get(feed).content

    assert [each.dtstart.value for each in events(content)] == [before, after]
    assert [each.dtstart.value.hour for each in events(content)] == [10, 10]
    written = re.findall(r"DTSTART;TZID=Europe/London:(\S+)", content.decode())
    assert written == [f"{moment:%Y%m%dT100000}" for moment in (before, after)]
    assert before.utcoffset() != after.utcoffset()


def test_an_unchanged_feed_is_answered_without_its_content(client, speaker, feed):
    ask(speaker)
    first = client.get(feed)
    with time_machine.travel(at(10, day=2, month=2), tick=False):
        again = client.get(feed, headers={"If-None-Match": first["ETag"]})
    ask(speaker, starts_at=at(9, 15, day=16))
    changed = client.get(feed, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert (changed.status_code, len(events(changed.content))) == (200, 2)


def test_what_is_over_declined_or_run_out_is_not_in_it(client, speaker, feed):
    ask(speaker)
    declined = ask(speaker, starts_at=at(9, 15, day=16))
    client.force_login(speaker.user)
    client.post(
        reverse("speaking-invitation", args=[declined.offer.booking.reference, declined.offer.number]),
        {"answer": "no"},
    )
    client.logout()
    assert len(events(client.get(feed).content)) == 1

    with time_machine.travel(at(10, day=1, month=3), tick=False):
        assert events(client.get(feed).content) == []


@pytest.mark.parametrize("n", [1, 3])
def test_the_feed_asks_the_same_number_of_questions(client, speaker, feed, n, django_assert_num_queries):
    for week in range(n):
        ask(speaker, starts_at=at(9, 15) + dt.timedelta(weeks=week))
    client.get(feed)

    with django_assert_num_queries(4):
        client.get(feed)


def test_place_and_people_are_in_it_by_choice_and_their_reading_is_logged(client, speaker, with_factor):
    booking = agree(ask(speaker))
    with_factor(client, speaker)
    path = make_feed(client, detail="1")
    client.logout()

    (event,) = events(client.get(path).content)

    assert event.location.value == "Vexford Hall, 7 Plover Row, Vexford, NE1 9QZ"
    assert "Una Oxenbrigg" in event.description.value
    assert DetailRead.objects.get().booking == booking

    User.objects.filter(pk=speaker.user_id).update(factor_reset_at=at(10, day=1, month=2))
    content = client.get(path).content.decode()
    assert [word for word in PLANTED if word in content] == []


def test_a_feed_needs_a_second_factor_to_be_made_and_none_to_be_closed(client, speaker, feed):
    client.force_login(speaker.user)
    refused = client.post(reverse("speaking-feed-new"))
    assert refused.status_code == 302
    assert refused.url.startswith(reverse("second-factor"))
    assert CalendarFeed.objects.count() == 1

    client.post(reverse("speaking-feed-stop"))
    assert client.get(feed).status_code == 404


def test_the_address_is_shown_once_and_only_its_hash_is_kept(client, speaker, with_factor):
    with_factor(client, speaker)
    path = make_feed(client)
    key = path.partition("key=")[2]

    assert key not in client.get(reverse("speaking-calendars")).content.decode()
    row = str(CalendarFeed.objects.values().get())
    assert key not in row
    assert len(key) == 43


def test_a_new_address_ends_the_old_one(client, speaker, with_factor):
    with_factor(client, speaker)
    old, new = make_feed(client), make_feed(client)
    client.logout()

    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)


def test_a_feed_is_dead_when_its_owner_has_left(client, feed):
    Speaker.objects.update(left_on=dt.date(2027, 2, 1))

    assert client.get(feed).status_code == 404


def test_guessing_and_reading_too_often_are_turned_away(client, feed, monkeypatch):
    guess = reverse("speaking-feed") + "?key=guess"
    assert [client.get(guess).status_code for _ in range(61)] == [404] * 60 + [429]
    assert client.get(feed).status_code == 200

    codes = [client.get(feed).status_code for _ in range(120)]
    assert codes == [200] * 119 + [429]
    with time_machine.travel(at(12, day=1, month=2), tick=False):
        assert client.get(feed).status_code == 200


def test_the_feed_is_only_read(client, feed):
    assert client.post(feed).status_code == 405
    assert client.get(reverse("speaking-feed")).status_code == 404


def test_an_own_calendar_is_named_by_its_server_alone_and_forgotten_on_a_press(client, speaker):
    client.force_login(speaker.user)
    address = "https://outlook.office365.com/owa/calendar/secretpath/calendar.ics"

    client.post(reverse("speaking-calendars"), {"address": address})
    page = client.get(reverse("speaking-calendars")).content.decode()
    assert "We read from outlook.office365.com." in page
    assert "secretpath" not in page

    client.post(reverse("speaking-own-stop"))
    assert not OwnCalendar.objects.exists()


def test_the_feed_says_how_often_to_read_it_again(client, feed):
    lines = client.get(feed).content.decode().splitlines()

    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert "X-PUBLISHED-TTL:PT1H" in lines
    assert "METHOD:PUBLISH" in lines


@pytest.mark.parametrize("problem", OwnCalendar.Problem.values)
def test_trouble_with_an_own_calendar_is_said_in_plain_words(client, speaker, problem):
    client.force_login(speaker.user)
    client.post(reverse("speaking-calendars"), {"address": "https://calendar.google.com/x.ics"})
    OwnCalendar.objects.update(problem=problem)

    page = client.get(reverse("speaking-calendars")).content.decode()

    assert "wt-note--warn" in page
    assert problem not in re.sub(r"<[^>]+>", "", page) or problem == "away"


def test_what_could_not_be_read_is_said_and_one_press_answers_for_an_unknown_zone(client, speaker):
    client.force_login(speaker.user)
    client.post(reverse("speaking-calendars"), {"address": "https://calendar.google.com/x.ics"})
    OwnCalendar.objects.update(left_out=3, unknown_zones=["Customized <Time> Zone"])

    page = client.get(reverse("speaking-calendars")).content.decode()
    assert "3 entries could not be read and are left out." in page
    assert "“Customized &lt;Time&gt; Zone”. Are its times UK times?" in page

    client.post(reverse("speaking-own-london"))
    assert "Customized" not in client.get(reverse("speaking-calendars")).content.decode()
    assert OwnCalendar.objects.get().unknown_is_london


@pytest.mark.parametrize("address", ["http://calendar.google.com/x.ics", "https://10.0.0.1/x", "my calendar"])
def test_an_address_that_we_do_not_read_is_said_so(client, speaker, address):
    client.force_login(speaker.user)

    page = client.post(reverse("speaking-calendars"), {"address": address}).content.decode()

    assert "We can read calendars published by Outlook, Google" in page
    assert not OwnCalendar.objects.exists()


def test_nobody_makes_or_closes_another_speakers_feed(client, speaker, feed, with_factor):
    other = (
        Speaker.objects.exclude(pk=speaker.pk).first()
        or ask(speaker).offer.engagements.exclude(speaker=speaker).get().speaker
    )
    with_factor(client, other)
    client.post(reverse("speaking-feed-stop"))
    make_feed(client)
    client.logout()

    assert client.get(feed).status_code == 200
    assert Engagement.objects.count() == 2
