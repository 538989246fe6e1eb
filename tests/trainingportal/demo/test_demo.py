"""The demo: invented people only, made once, and nowhere but in a demo."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from bookings.models import Booking, Enquiry
from bookings.states import BookingStatus
from outbox.models import Message
from speakers.models import Speaker
from trainingportal.demo import cases, people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo(settings, caught_mail):
    settings.DEMO = True
    call_command("load_catalogue", verbosity=0)
    return caught_mail


def build(stage: str | None = None) -> int:
    return cases.build(stage, lambda words: None)


def test_twelve_cases_stand_in_every_stage_and_a_second_run_adds_nothing(demo, client):
    assert build() == 12
    before = Message.objects.count()
    assert build() == 0

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

    # each of the four buttons leads somewhere, and the mailbox shows each mail
    for role in ("coordinator", "lead", "agency", "speaker"):
        response = client.post(reverse("demo-enter"), {"as": role}, follow=True)
        assert response.status_code == 200, role
        assert "Invented demonstration data" in response.content.decode()
    for message in Message.objects.order_by("kind", "pk").distinct("kind"):
        page = client.get(reverse("demo-mail", args=[message.pk])).content.decode()
        assert "Invented demonstration data" in page
        sent = client.get(reverse("demo-mail-as-sent", args=[message.pk]))
        assert "Invented demonstration data" in sent.content.decode()
        assert "sandbox" in sent["Content-Security-Policy"]


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
