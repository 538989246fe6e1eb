"""The demo: invented people only, made once, and nowhere but in a demo."""

import datetime as dt
import signal
from collections.abc import Iterable

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.urls import reverse

from bookings.models import Booking, CallBack, Enquiry, Note, Offer
from bookings.states import BookingStatus
from outbox.models import Message
from places.clock import local
from speakers.models import Speaker
from trainingportal.demo import cases, people, views
from trainingportal.invariants import look_over

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo(settings, caught_mail, invented_by_default):
    settings.DEMO = True
    call_command("load_catalogue", verbosity=0)
    return caught_mail


def build(stage: str | None = None) -> int:
    return cases.build(stage, lambda words: None)


def out_of_hours(moments: Iterable[dt.datetime]) -> list[dt.datetime]:
    return [m for m in map(local, moments) if m.weekday() > 4 or not 8 <= m.hour < 18]


def trail() -> list[dt.datetime]:
    """When each event of the bookings' history was, which the database's own clock says."""
    return [
        moment
        for model in apps.get_app_config("bookings").get_models()
        if model.__name__.endswith("Event")
        for moment in model._default_manager.values_list("pgh_created_at", flat=True)
    ]


def test_twelve_cases_stand_in_every_stage_and_a_second_run_adds_nothing(demo, client):
    assert build() == 12
    before = Message.objects.count()
    assert build() == 0
    assert len(trail()) > 100
    assert out_of_hours(trail()) == []

    statuses = sorted(Booking.objects.values_list("status", flat=True))
    assert statuses == sorted(
        [BookingStatus.REQUESTED] * 3
        + [BookingStatus.OFFERED] * 3
        + [BookingStatus.CONFIRMED] * 2
        + [BookingStatus.READY, BookingStatus.DELIVERED]
    )
    assert Enquiry.objects.count() == 2
    assert Message.objects.count() == before
    assert set(Message.objects.values_list("state", flat=True)) <= {"sent", "withheld"}
    assert not Booking.objects.filter(invented=False).exists()

    # real people are never booked, written to, or given a way in
    real = Speaker.objects.filter(invented=False)
    assert real.count() == 5
    assert not real.filter(engagements__isnull=False).exists()
    assert not real.filter(user__isnull=False).exists()
    assert all(address.endswith("example.org") for address in Message.objects.values_list("to", flat=True))

    # each button leads somewhere, and the mailbox shows each mail
    for role in views.ROLES:
        response = client.post(reverse("demo-enter"), {"as": role}, follow=True)
        assert response.status_code == 200, role
        assert "Invented demonstration data" in response.content.decode()
    for message in Message.objects.order_by("kind", "pk").distinct("kind"):
        page = client.get(reverse("demo-mail", args=[message.pk])).content.decode()
        assert "Invented demonstration data" in page
        sent = client.get(reverse("demo-mail-as-sent", args=[message.pk]))
        assert "Invented demonstration data" in sent.content.decode()
        assert "sandbox" in sent["Content-Security-Policy"]


def test_until_its_cases_are_made_the_page_says_how_many_are_to_come(demo, client):
    page = client.get(reverse("demo")).content.decode()
    assert "12 of the invented bookings are still to come" in page
    entered = client.post(reverse("demo-enter"), {"as": "agency"})
    assert (entered.status_code, entered["Location"]) == (302, reverse("demo"))

    answers = iter([True] * 11 + [False])
    assert cases.build(None, lambda words: None, lambda: next(answers)) == 11
    assert "1 of the invented bookings is still to come" in client.get(reverse("demo")).content.decode()

    assert build() == 1
    assert "still to come" not in client.get(reverse("demo")).content.decode()


def test_a_signal_ends_the_making_between_two_cases(demo, monkeypatch):
    first, *rest = cases.CASES

    def interrupted(desk, say):
        made = first[1](desk, say)
        signal.raise_signal(signal.SIGTERM)
        return made

    monkeypatch.setattr(cases, "CASES", ((first[0], interrupted), *rest))

    with pytest.raises(CommandError, match="Stopped between two cases"):
        call_command("demo", verbosity=0)

    assert (Enquiry.objects.count(), Booking.objects.count()) == (1, 0)


@pytest.mark.parametrize(("stage", "made"), [("enquiry", 2), ("requested", 3)])
def test_a_stage_can_be_built_alone(demo, stage, made):
    assert build(stage) == made


def test_outside_the_demo_nothing_of_it_exists(settings, client):
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo")
    for name in ("demo", "demo-mailbox"):
        assert client.get(reverse(name)).status_code == 404
    assert client.post(reverse("demo-enter"), {"as": "coordinator"}).status_code == 404


def test_entering_is_never_done_by_a_link(demo, client):
    people.coordinators()

    assert client.get(reverse("demo-enter")).status_code == 405
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("n", [1, 3])
def test_the_mailbox_asks_the_same_number_of_questions(demo, client, n, django_assert_num_queries):
    build("enquiry")
    Message.objects.filter(pk__in=list(Message.objects.values_list("pk", flat=True)[n:])).delete()

    with django_assert_num_queries(2):
        client.get(reverse("demo-mailbox"))


def test_the_demo_holds_to_the_same_rules_as_real_data_and_was_lived_by_day(demo):
    with time_machine.travel(dt.datetime(2026, 11, 29, 2, 29, tzinfo=dt.UTC), tick=True):  # a Sunday night
        build()
        assert look_over() == []

    moments = [
        *CallBack.objects.values_list("at", flat=True),
        *Offer.objects.values_list("made_at", flat=True),
        *Note.objects.values_list("at", flat=True),
        *Booking.objects.values_list("created_at", flat=True),
        *Enquiry.objects.values_list("created_at", flat=True),
    ]
    assert len(moments) >= 30
    assert out_of_hours(moments) == []


def test_whatever_is_added_in_the_demo_is_invented_and_nothing_elsewhere(settings, invented_by_default):
    settings.DEMO = True
    assert (Booking().invented, Enquiry().invented, Speaker().invented) == (True, True, True)
    settings.DEMO = False
    assert (Booking().invented, Enquiry().invented, Speaker().invented) == (False, False, False)
