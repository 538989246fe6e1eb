"""A speaker's first passkey or app is set up at sign-in with a code alone, and opens nothing until the desk has rung."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import User
from accounts.rights import COORDINATORS
from outbox.models import Message
from tests.accounts.conftest import app_code, make_staff, sign_in
from tests.factories import SpeakerFactory

pytestmark = pytest.mark.django_db
SET_UP = "/sign-in-settings/app/"


@pytest.fixture
def speaker():
    user = services.ensure_user("ivo@speakers.example.org", name="Ivo Thistlewood")
    return SpeakerFactory(name="Ivo Thistlewood", user=user)


def set_up(browser: Client) -> str:
    """Set an authenticator app up through the pages; gives its secret."""
    page = browser.get(SET_UP)
    secret = page.context["form"].secret
    answer = browser.post(SET_UP, {"code": app_code(secret)})
    assert answer.status_code == 302, answer.content
    return secret


def test_a_speakers_page_leads_to_it_and_it_may_be_skipped(client, speaker):
    sign_in(client, speaker.user)

    assert "set up a passkey or authenticator app" in client.get("/speaking/").content.decode()
    page = client.get("/sign-in-settings/").content.decode()
    assert "Skip for now" in page
    assert client.get("/speaking/away/").status_code == 200


def test_it_opens_nothing_until_the_desk_confirms_and_then_what_it_should(client, speaker):
    desk = make_staff("priya@desk.example.org", COORDINATORS)
    sign_in(client, speaker.user)
    set_up(client)

    assert client.get("/second-factor/?next=/speaking/").status_code == 403
    assert b"We will ring you to confirm" in client.get("/second-factor/").content
    assert client.get("/speaking/").status_code == 200
    mail = Message.objects.get(kind="second-factor-waits")
    assert (mail.to, "Ivo Thistlewood" in mail.text) == (desk.email, True)

    assert services.confirm_factor(speaker.user, actor=desk)

    assert client.get("/second-factor/?next=/speaking/")["Location"] == "/speaking/"
    assert not services.confirm_factor(speaker.user, actor=desk)


def test_a_second_device_waits_as_well_until_the_first_was_confirmed(client, speaker):
    sign_in(client, speaker.user)
    set_up(client)

    other = Client()
    sign_in(other, speaker.user)
    assert other.get("/second-factor/").status_code in (302, 403)
    assert User.objects.get(pk=speaker.user_id).factor_waits_since is not None


@pytest.mark.parametrize("who", ["requester", "staff", "reset", "left"])
def test_nobody_else_sets_up_a_first_factor_with_a_code_alone(client, speaker, who):
    user = speaker.user
    if who == "requester":
        user = services.ensure_user("req@example.org", name="Rae Rings")
    elif who == "staff":
        user.is_staff = True
        user.save()
    elif who == "reset":
        services.reset_second_factor(user, actor=make_staff("priya@desk.example.org", COORDINATORS))
    else:
        speaker.left_on = "2020-01-01"
        speaker.save()
    sign_in(client, user)

    assert client.get(SET_UP)["Location"] == reverse("second-factor")
    assert not Authenticator.objects.exists()
