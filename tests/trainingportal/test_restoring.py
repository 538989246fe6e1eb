"""A backup that was restored opens no door that was shut since, and sends nothing twice."""

import datetime as dt

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import rights, services
from accounts.models import Invitation
from outbox.models import Message
from tests.accounts.conftest import app_code, ask_for_code, make_staff, newest_code, sign_in
from tests.factories import VerifiedContactFactory

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def owen():
    return make_staff("owen@desk.example.org", rights.COORDINATORS, secret=SECRET)


def test_everybody_is_signed_out_and_no_device_stands_for_a_second_factor(owen):
    browser = Client()
    sign_in(browser, owen)
    browser.post("/sign-in/second-factor/", {"code": app_code(SECRET)})
    browser.post("/sign-in/trust/", {"action": "trust"})
    assert browser.get("/desk/").status_code == 200

    call_command("after_restore", "--yes")

    assert browser.get("/desk/").status_code != 200
    assert sign_in(browser, owen)["Location"].startswith("/sign-in/second-factor/")


def test_a_code_on_its_way_and_an_open_invitation_are_void(owen):
    browser = Client()
    ask_for_code(browser, owen.email)
    code = newest_code(owen.email)
    services.invite_staff("new@desk.example.org", name="New", group=rights.COORDINATORS, actor=owen)

    call_command("after_restore", "--yes")

    browser.post("/sign-in/code/", {"code": code})
    assert SESSION_KEY not in browser.session
    assert not Invitation.objects.open().exists()


def test_waiting_mail_is_held_back_and_what_is_to_leave_later_stays(owen, capsys):
    services.invite_staff("new@desk.example.org", name="New", group=rights.COORDINATORS, actor=owen)
    later = services.invite_staff(
        "later@desk.example.org", name="Later", group=rights.COORDINATORS, actor=owen
    )
    Message.objects.filter(to=later.user.email).update(not_before=timezone.now() + dt.timedelta(days=2))
    ask_for_code(Client(), owen.email)
    due = Message.objects.exclude(to=later.user.email).count()

    call_command("after_restore", "--yes")

    assert f"Held back: {due} emails" in capsys.readouterr().out
    assert set(Message.objects.exclude(to=later.user.email).values_list("state", flat=True)) == {"withheld"}
    assert Message.objects.get(to=later.user.email).state == "queued"


def test_rights_are_listed_and_without_yes_nothing_changes(owen, capsys):
    contact = VerifiedContactFactory(released_at=timezone.now())
    stamp = owen.security_stamp

    call_command("after_restore")

    said = capsys.readouterr().out
    owen.refresh_from_db()
    assert owen.security_stamp == stamp
    assert "Nothing was changed." in said
    assert f"owen@desk.example.org: {rights.COORDINATORS}" in said
    assert f"{contact.booking.reference}: names and venue are shared" in said
