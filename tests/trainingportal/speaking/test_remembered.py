"""A remembered device: from the mail to the answer in two presses, for 60 days, and nothing beyond answers and absences."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts import services as people
from accounts.models import RememberedDevice
from tests.factories import UserFactory, at
from tests.trainingportal.speaking.conftest import agree, ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _february(settings):
    settings.DEMO = False
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def phone(client, speaker) -> Client:
    """A browser with the device's cookie and no session."""
    client.force_login(speaker.user)
    answer = client.post(
        reverse("speaking-remember-device"), headers={"User-Agent": "Mozilla (iPhone) Safari"}
    )
    assert answer.status_code == 302
    phone = Client()
    phone.cookies["device"] = answer.cookies["device"].value
    return phone


def invitation_of(engagement) -> str:
    return reverse("speaking-invitation", args=[engagement.offer.booking.reference, 1])


def test_the_link_in_the_mail_opens_the_invitation_and_one_press_answers_it(phone, speaker):
    engagement = ask(speaker)

    page = phone.get(invitation_of(engagement))
    phone.post(invitation_of(engagement), {"answer": "yes"})

    engagement.refresh_from_db()
    assert (page.status_code, engagement.state) == (200, "accepted")
    assert f"Remembered on this device: {speaker.user}" in " ".join(page.content.decode().split())


def test_it_asks_for_a_code_for_place_people_papers_and_feed(phone, speaker):
    booking = agree(ask(speaker))

    for address in (
        reverse("speaking-session", args=[booking.reference, 1]),
        reverse("studio", args=[booking.reference]),
        reverse("speaking-calendars"),
        reverse("mfa_index"),
        reverse("home-for-me"),
    ):
        assert phone.get(address)["Location"].startswith("/sign-in/?next=")
    assert f'name="login" value="{speaker.user.email}"' in phone.get("/sign-in/").content.decode()


def test_the_cookie_is_kept_as_a_hash_and_lasts_sixty_days(phone, speaker):
    device = RememberedDevice.objects.get()
    assert (device.user, str(device)) == (speaker.user, "Safari on iPhone")
    assert phone.cookies["device"].value not in (device.token_hash, device.stamp)

    with time_machine.travel(at(9, day=1, month=2) + dt.timedelta(days=60), tick=False):
        assert phone.get("/speaking/").status_code == 200
    with time_machine.travel(at(11, day=1, month=2) + dt.timedelta(days=60), tick=False):
        assert phone.get("/speaking/").status_code == 302


@pytest.mark.parametrize(
    "end",
    [
        lambda user: people.end_sessions(user, actor=UserFactory()),
        lambda user: people.reset_second_factor(user, actor=UserFactory()),
        lambda user: people.change_email(user, email="new@example.org", actor=UserFactory()),
        lambda user: people.close_account(user, actor=UserFactory()),
    ],
)
def test_whatever_ends_sessions_ends_it(phone, speaker, end):
    assert phone.get("/speaking/").status_code == 200

    end(speaker.user)

    assert phone.get("/speaking/").status_code == 302


def test_its_owner_sees_it_in_the_list_and_forgets_it(client, phone, speaker):
    page = client.get(reverse("mfa_index")).content.decode()
    assert "Safari on iPhone" in page

    client.post(reverse("forget-device", args=[RememberedDevice.objects.get().pk]))

    assert phone.get("/speaking/").status_code == 302
    assert not RememberedDevice.objects.exists()


def test_signing_out_forgets_the_device(phone):
    phone.post(reverse("account_logout"))

    assert not RememberedDevice.objects.exists()


def test_nobody_forgets_somebody_elses_device(client, phone):
    client.force_login(UserFactory())

    client.post(reverse("forget-device", args=[RememberedDevice.objects.get().pk]))

    assert phone.get("/speaking/").status_code == 200


def test_who_left_the_programme_finds_nothing(phone, speaker):
    speaker.left_on = dt.date(2027, 1, 1)
    speaker.save()

    assert phone.get("/speaking/").status_code == 404
