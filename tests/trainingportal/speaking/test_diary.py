"""A speaker's month, and days away: every week, over a session, and seen by nobody who should not."""

import datetime as dt
import re

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse

from bookings.models import Engagement
from places.clock import LONDON
from speakers.models import DiaryEntry, Speaker
from speakers.services import add_absence, hold
from tests.factories import SpeakerFactory, UserFactory, at
from tests.trainingportal.speaking.conftest import agree, ask, day
from trainingportal.speaking.month import month_for

pytestmark = pytest.mark.django_db

NINTH = day("first_day", dt.date(2027, 3, 9))


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


def words(speaker: Speaker, first: dt.date) -> dict[str, str]:
    month = month_for(speaker, first)
    return {
        f"{each.date:%d %b}": each.word
        for week in month.weeks
        for each in week
        if each.word and each.in_month
    }


def test_the_month_says_what_stands_on_each_day(client, speaker):
    agree(ask(speaker))
    ask(speaker, starts_at=at(9, 15, day=16))
    add_absence(speaker, starts_at=at(0, day=20), ends_at=at(0, day=22), private=True, actor=speaker.user)
    DiaryEntry.objects.create(speaker=speaker, kind="own", busy=(at(14, day=23), at(15, day=23)))
    hold(
        speaker,
        starts_at=at(8, day=25),
        ends_at=at(9, day=25),
        held_until=at(9, day=1, month=2),
    )
    client.force_login(speaker.user)

    page = client.get(reverse("speaking-diary"), {"month": "2027-03"}).content.decode()

    assert words(speaker, dt.date(2027, 3, 1)) == {
        "09 Mar": "You give",
        "16 Mar": "Asked",
        "20 Mar": "Away",
        "21 Mar": "Away",
        "23 Mar": "Busy",
    }
    for said in (
        "Tuesday 9 March 2027, 9.15am to 4.15pm",
        "You set out about",
        "Saturday 20 March 2027 to Sunday 21 March 2027",
        "Tuesday 23 March 2027, 2pm to 3pm",
        "Busy in your own calendar",
    ):
        assert said in page
    assert "Vexford" not in page


@pytest.mark.parametrize("sunday", [dt.date(2027, 3, 28), dt.date(2027, 10, 31)])
def test_whole_days_stay_whole_on_the_days_the_clock_changes(speaker, sunday):
    midnight = dt.datetime.combine(sunday, dt.time(), tzinfo=LONDON)
    add_absence(
        speaker,
        starts_at=midnight,
        ends_at=dt.datetime.combine(sunday + dt.timedelta(days=1), dt.time(), tzinfo=LONDON),
        private=False,
        actor=speaker.user,
    )

    month = month_for(speaker, sunday.replace(day=1))

    assert words(speaker, sunday.replace(day=1)) == {f"{sunday:%d %b}": "Away"}
    assert [row.when for row in month.rows] == [f"{sunday:%A} {sunday.day} {sunday:%B} {sunday.year}"]
    busy = speaker.diary.get().busy
    assert (busy.upper - busy.lower).total_seconds() / 3600 == (23 if sunday.month == 3 else 25)


@pytest.mark.parametrize("month", [3, 10])
def test_a_month_in_which_the_clock_changes_has_each_day_once(speaker, month):
    days = [each.date for week in month_for(speaker, dt.date(2027, month, 1)).weeks for each in week]

    assert days == sorted(set(days))
    assert sum(each.month == month for each in days) == 31


def test_a_session_at_ten_is_at_ten_on_both_sides_of_the_clock_change(speaker):
    for each in (25, 30):
        ask(speaker, starts_at=at(10, day=each))

    rows = month_for(speaker, dt.date(2027, 3, 1)).rows

    assert [row.when for row in rows] == [
        "Thursday 25 March 2027, 10am to 5pm",
        "Tuesday 30 March 2027, 10am to 5pm",
    ]


@pytest.mark.parametrize("n", [1, 3])
def test_the_page_asks_the_same_number_of_questions(client, speaker, n, django_assert_num_queries):
    for week in range(n):
        ask(speaker, starts_at=at(9, 15) + dt.timedelta(weeks=week))
    client.force_login(speaker.user)

    with django_assert_num_queries(4):
        client.get(reverse("speaking-diary"), {"month": "2027-03"})


def test_a_diary_of_thousands_shows_its_month_and_says_how_much_more_there_is(client, speaker):
    DiaryEntry.objects.bulk_create(
        DiaryEntry(
            speaker=speaker,
            kind="absence",
            busy=DateTimeTZRange(at(9, day=1) + dt.timedelta(hours=n), at(10, day=1) + dt.timedelta(hours=n)),
        )
        for n in range(300)
    )
    client.force_login(speaker.user)

    page = client.get(reverse("speaking-diary"), {"month": "2027-03"}).content.decode()

    assert page.count("<br>Away") == 120
    assert "And 180 more in this month." in page


def test_who_has_not_looked_for_sixty_days_gets_one_gentle_line_and_one_press(client, speaker):
    client.force_login(speaker.user)
    before = client.get(reverse("speaking-diary")).content.decode()
    speaker.refresh_from_db()
    assert speaker.diary_seen_at is None

    client.post(reverse("speaking-diary-right"))
    after = client.get(reverse("speaking-diary")).content.decode()

    words = "It has been a while since you told us that your diary is right"
    assert (before.count(words), after.count(words)) == (1, 0)
    assert "You last told us on Monday 1 February 2027" in after


def test_an_absence_comes_every_week_as_one_row(client, speaker):
    client.force_login(speaker.user)
    response = client.post(
        reverse("speaking-away"),
        {
            **NINTH,
            "from_time": "2pm",
            "to_time": "4pm",
            **day("weekly_until", dt.date(2027, 4, 6)),
        },
    )
    assert response.status_code == 302

    page = client.get(reverse("speaking-away")).content.decode()
    assert page.count("Tuesday 9 March 2027, 2pm to 4pm") == 3  # once to read, twice named by its buttons
    assert "and every week until Tuesday 6 April 2027" in page
    assert speaker.diary.count() == 5

    client.post(
        reverse("speaking-away-remove", args=[speaker.diary.earliest("busy").pk]), {"every_week": "1"}
    )
    assert speaker.diary.count() == 0


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (day("weekly_until", dt.date(2027, 3, 9)), "Choose a later day than the last day away."),
        (day("weekly_until", dt.date(2029, 3, 9)), "Choose at most a year at a time."),
        (
            {**day("last_day", dt.date(2027, 3, 16)), **day("weekly_until", dt.date(2027, 4, 9))},
            "Only what is shorter than a week can come every week.",
        ),
    ],
)
def test_weeks_that_make_no_sense_are_said_so(client, speaker, typed, words):
    client.force_login(speaker.user)

    assert words in client.post(reverse("speaking-away"), {**NINTH, **typed}).content.decode()
    assert not speaker.diary.exists()


def hidden(page: str) -> dict[str, str]:
    """What the page's form would send as it stands."""
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    return {name: value for name, value in sent.items() if name != "csrfmiddlewaretoken"}


def test_an_absence_over_a_confirmed_session_asks_before_it_gives_the_session_back(client, speaker):
    engagement = ask(speaker)
    booking = agree(engagement)
    client.force_login(speaker.user)

    first = client.post(reverse("speaking-away"), NINTH)
    page = first.content.decode()
    engagement.refresh_from_db()
    assert (first.status_code, engagement.state) == (409, "accepted")
    assert "I can no longer give this session" in page
    assert booking.reference in page

    client.post(reverse("speaking-away"), hidden(page))

    engagement.refresh_from_db()
    booking.refresh_from_db()
    assert (engagement.state, engagement.leaves_a_gap) == ("declined", True)
    assert [entry.kind for entry in speaker.diary.all()] == ["absence"]
    assert booking.status == "confirmed"


def test_an_absence_over_an_invitation_declines_it_in_the_same_press(client, speaker):
    engagement = ask(speaker)
    client.force_login(speaker.user)

    page = client.post(reverse("speaking-away"), NINTH).content.decode()
    assert "Not this time" in page
    client.post(reverse("speaking-away"), {**NINTH, "gives_up": str(engagement.pk)})

    engagement.refresh_from_db()
    assert engagement.state == "declined"
    assert [entry.kind for entry in speaker.diary.all()] == ["absence"]


def test_nothing_is_given_back_that_does_not_lie_in_that_time_or_is_somebody_elses(client, speaker):
    mine, other = ask(speaker), ask(SpeakerFactory(), starts_at=at(9, 15, day=10))
    client.force_login(speaker.user)

    for entry in (mine, other):
        client.post(
            reverse("speaking-away"),
            {**day("first_day", dt.date(2027, 3, 10)), "gives_up": str(entry.pk)},
        )

    assert set(Engagement.objects.filter(pk__in=[mine.pk, other.pk]).values_list("state", flat=True)) == {
        "asked"
    }


def test_two_sessions_in_the_way_are_given_back_together_or_not_at_all(client, speaker):
    first, second = ask(speaker), ask(speaker, starts_at=at(9, 15, day=10))
    client.force_login(speaker.user)
    days = {**NINTH, **day("last_day", dt.date(2027, 3, 10))}

    response = client.post(reverse("speaking-away"), {**days, "gives_up": str(first.pk)})
    first.refresh_from_db()
    assert (response.status_code, first.state) == (409, "asked")

    client.post(reverse("speaking-away"), {**days, "gives_up": [str(first.pk), str(second.pk)]})
    assert {each.state for each in Engagement.objects.filter(speaker=speaker)} == {"declined"}


@pytest.mark.parametrize("name", ["speaking-diary", "speaking-limits", "speaking-calendars", "speaking-away"])
def test_these_pages_are_their_owners_alone(client, speaker, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(UserFactory())
    assert client.get(reverse(name)).status_code == 404
    client.force_login(speaker.user)
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["speaking-diary-right", "speaking-own-stop", "speaking-feed-new", "speaking-feed-stop"],
)
def test_what_changes_something_is_never_done_by_a_get(client, speaker, name):
    client.force_login(speaker.user)
    assert client.get(reverse(name)).status_code == 405
