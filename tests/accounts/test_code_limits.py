"""Who asks for codes of somebody else keeps nobody out, and a database without room is not taken for too many tries."""

import datetime as dt
import hashlib

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import RememberedDevice
from outbox.models import Message
from tests.accounts.conftest import app_code, ask_for_code, newest_code, sign_in
from trainingportal.models import Sighting

pytestmark = pytest.mark.django_db


def at(network: str) -> Client:
    return Client(REMOTE_ADDR=network)


def reopened(browser: Client) -> Client:
    """The same browser, closed and opened again: only what it remembers stays."""
    fresh = Client(REMOTE_ADDR="192.0.2.20")
    fresh.cookies[settings.MFA_TRUST_COOKIE_NAME] = browser.cookies[settings.MFA_TRUST_COOKIE_NAME].value
    return fresh


def is_asked_for_code(client: Client, email: str) -> bool:
    return ask_for_code(client, email).status_code == 302


def codes_to(email: str) -> int:
    return Message.objects.filter(kind="code", to=email).count()


@pytest.fixture
def stranger_who_knows_the_address(coordinator) -> Client:
    """Somebody who has asked for as many codes of the coordinator's as one network may."""
    asked = [is_asked_for_code(at("203.0.113.9"), coordinator.email) for _ in range(7)]
    assert asked == [True] * 5 + [False] * 2
    return at("203.0.113.9")


def test_a_stranger_who_asks_for_codes_keeps_their_owner_out_of_nothing(
    stranger_who_knows_the_address, coordinator, secret
):
    own = at("192.0.2.20")
    sign_in(own, coordinator)
    own.post("/sign-in/second-factor/", {"code": app_code(secret)})
    own.post("/sign-in/trust/", {"action": "no"})

    assert SESSION_KEY in own.session


def test_no_other_spelling_of_an_address_has_a_budget_of_its_own(stranger_who_knows_the_address, coordinator):
    name, _, domain = coordinator.email.partition("@")
    for spelling in (
        coordinator.email.upper(),
        f" {coordinator.email} ",
        f"{name}\u200b@{domain}",
        f"\u202a{name}\u00ad@{domain}\u202c",
        f"mailto:{name}@\u2060{domain}",
    ):
        assert not is_asked_for_code(stranger_who_knows_the_address, spelling)


def test_many_networks_together_send_a_mailbox_twenty_codes_an_hour_and_no_more(coordinator):
    asked = [is_asked_for_code(at(f"203.0.113.{number}"), coordinator.email) for number in range(25)]

    assert asked == [True] * 20 + [False] * 5
    assert codes_to(coordinator.email) == 20


def test_a_remembered_device_has_a_budget_that_nobody_else_spends(coordinator, secret):
    own = at("192.0.2.20")
    sign_in(own, coordinator)
    own.post("/sign-in/second-factor/", {"code": app_code(secret)})
    own.post("/sign-in/trust/", {"action": "trust"})
    for number in range(25):
        is_asked_for_code(at(f"203.0.113.{number}"), coordinator.email)

    assert not is_asked_for_code(at("192.0.2.20"), coordinator.email)
    asked = [is_asked_for_code(reopened(own), coordinator.email) for _ in range(4)]
    own = reopened(own)
    assert [*asked, is_asked_for_code(own, coordinator.email)] == [True] * 5
    assert not is_asked_for_code(reopened(own), coordinator.email)
    own.post("/sign-in/code/", {"code": newest_code(coordinator.email)})
    assert SESSION_KEY in own.session


def test_a_speaker_s_remembered_device_has_a_budget_of_its_own(person):
    token = "t" * 40
    RememberedDevice.objects.create(
        user=person,
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        stamp=person.security_stamp,
        expires_at=timezone.now() + dt.timedelta(days=60),
    )
    for number in range(25):
        is_asked_for_code(at(f"203.0.113.{number}"), person.email)
    own = at("192.0.2.20")
    own.cookies[settings.DEVICE_COOKIE_NAME] = token

    assert not is_asked_for_code(at("192.0.2.20"), person.email)
    assert is_asked_for_code(own, person.email)


def test_a_device_remembered_for_one_person_opens_no_budget_of_another(coordinator, secret, person):
    own = at("192.0.2.20")
    sign_in(own, coordinator)
    own.post("/sign-in/second-factor/", {"code": app_code(secret)})
    own.post("/sign-in/trust/", {"action": "trust"})

    assert [is_asked_for_code(reopened(own), person.email) for _ in range(6)] == [True] * 5 + [False]


def test_what_is_refused_is_counted_alike_for_an_address_that_nobody_has(
    stranger_who_knows_the_address, coordinator
):
    asked = [is_asked_for_code(at("203.0.113.10"), "nobody@example.org") for _ in range(7)]

    assert asked == [True] * 5 + [False] * 2
    counted = dict(Sighting.objects.filter(kind="asked").values_list("who", "tries"))
    assert counted == {coordinator.email: 2, "nobody@example.org": 2}


@pytest.mark.django_db(transaction=True)
def test_with_a_full_disk_signing_in_answers_503_in_words_and_not_too_often(coordinator):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END$$"
        )
        cursor.execute(
            "CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON portal_cache EXECUTE FUNCTION no_room()"
        )
    try:
        answer = ask_for_code(Client(raise_request_exception=False), coordinator.email)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER no_room ON portal_cache")
            cursor.execute("DROP FUNCTION no_room")

    assert answer.status_code == 503
    assert "<h1>Back in a moment</h1>" in answer.content.decode()
