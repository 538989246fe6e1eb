import datetime as dt

import pytest
import time_machine
from django.test import RequestFactory, override_settings
from django.utils import timezone

from tests.bookings.test_races import at_once
from trainingportal import guard, tasks
from trainingportal.models import Attempts

NOON = dt.datetime(2027, 3, 9, 12, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_a_mailbox_has_five_tries_an_hour_however_it_is_written():
    with time_machine.travel(NOON, tick=False):
        answers = [
            guard.may_go_on("question", address=f"192.0.2.{number}", mailbox=mailbox)
            for number, mailbox in enumerate(
                [
                    "a@example.org",
                    " A@Example.org ",
                    "a\u200b@example.org",
                    "a@exam\u00adple.org",
                    "\u202aa@example.org\u202c",
                    "A <mailto:a@example.org>",
                ]
            )
        ]

    assert answers == [True] * 5 + [False]


@pytest.mark.django_db
def test_an_address_has_thirty_tries_whatever_mailbox_it_names():
    with time_machine.travel(NOON, tick=False):
        answers = [
            guard.may_go_on("question", address="192.0.2.1", mailbox=f"m{number}@example.org")
            for number in range(31)
        ]

    assert answers == [True] * 30 + [False]


@pytest.mark.django_db
def test_a_window_ends_and_what_is_counted_for_one_thing_does_not_count_for_another():
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(6):
            guard.may_go_on("question", address="192.0.2.1", mailbox="a@example.org")
        assert guard.may_go_on("training", address="192.0.2.1", mailbox="a@example.org") is True
        clock.shift(dt.timedelta(hours=1))
        assert guard.may_go_on("question", address="192.0.2.1", mailbox="a@example.org") is True


@pytest.mark.django_db
def test_counts_name_nobody_and_are_dropped_by_a_task_when_their_window_is_over():
    with time_machine.travel(NOON, tick=False) as clock:
        guard.may_go_on("question", address="192.0.2.1", mailbox="a@example.org")
        kept = " ".join(Attempts.objects.values_list("who", flat=True))
        assert ("192.0.2.1" in kept, "example" in kept) == (False, False)
        clock.shift(dt.timedelta(hours=2))
        guard.count_attempt("other", "somebody", per=dt.timedelta(hours=1))
        tasks.forget_attempts()

    assert Attempts.objects.count() == 1


@pytest.mark.django_db
def test_both_limits_are_counted_in_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        guard.may_go_on("question", address="192.0.2.1", mailbox="a@example.org")

    assert sorted(Attempts.objects.values_list("count", flat=True)) == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_attempts_made_at_once_are_all_counted():
    counts = at_once(*[lambda: guard.count_attempt("race", "one", per=dt.timedelta(hours=1))] * 8)

    assert sorted(counts) == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("remote", "expected"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"), ("", "unknown")],
)
def test_the_visitors_address_is_whole_or_its_network(remote, expected):
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": "198.51.100.1"})

    assert guard.client_address(request) == expected


@override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
def test_behind_our_proxy_only_what_the_proxy_wrote_counts():
    request = RequestFactory().get(
        "/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "203.0.113.5, 198.51.100.1"}
    )

    assert guard.client_address(request) == "198.51.100.1"


def form_drawn(before: dt.timedelta, **data: str) -> guard.GuardedForm:
    with time_machine.travel(timezone.now() - before, tick=False):
        drawn = guard.stamp()
    return guard.GuardedForm({"drawn": drawn, **data})


def test_a_person_who_takes_their_time_passes():
    assert form_drawn(dt.timedelta(seconds=20)).is_valid() is True


@pytest.mark.parametrize(
    "form",
    [
        lambda: form_drawn(dt.timedelta(seconds=1)),
        lambda: form_drawn(dt.timedelta(hours=25)),
        lambda: form_drawn(dt.timedelta(seconds=20), web_page="https://spam.example"),
        lambda: guard.GuardedForm({"drawn": "made up"}),
        lambda: guard.GuardedForm({}),
    ],
    ids=["too quick", "too old", "fell into the trap", "forged", "without a stamp"],
)
def test_a_robot_is_asked_to_send_again(form):
    assert form().non_field_errors() == [guard.SEND_AGAIN]


def test_an_old_stamp_is_drawn_anew_and_a_good_one_kept():
    old, good = form_drawn(dt.timedelta(hours=25)), form_drawn(dt.timedelta(minutes=5))

    assert str(old["drawn"].value()) != old.data["drawn"]
    assert str(good["drawn"].value()) == good.data["drawn"]


def test_people_do_not_see_the_trap():
    page = str(guard.GuardedForm()["web_page"])

    assert page.startswith("<span hidden>")
    assert 'tabindex="-1"' in page
