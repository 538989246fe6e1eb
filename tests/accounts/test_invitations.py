"""Invitations, the first run, and what a person may do before their second factor works."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.contrib.auth import SESSION_KEY
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts import kinds, rights, sealing, services
from accounts.models import Invitation, User
from outbox.models import Message
from tests.accounts.conftest import (
    app_code,
    factor_count,
    make_staff,
    newest_code,
    newest_invitation,
    sign_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def invited(coordinator) -> str:
    """Invite Ada as a coordinator and return the path in her mail."""
    services.invite_staff(
        "ada@desk.example.org", name="Ada Brook", group=rights.COORDINATORS, actor=coordinator
    )
    return newest_invitation("ada@desk.example.org")


def set_up_app(client: Client):
    """Set up an authenticator app, as somebody with a phone would."""
    client.get("/sign-in-settings/app/")
    return client.post("/sign-in-settings/app/", {"code": app_code(client.session[SECRET_SESSION_KEY])})


def ada() -> User:
    return User.objects.get(email="ada@desk.example.org")


def test_an_invited_person_sets_up_an_app_and_then_holds_the_role(client, invited):
    assert client.post(invited).url == "/sign-in-settings/"
    assert b"Choose how you will sign in" in client.get("/sign-in-settings/").content
    assert (ada().is_staff, rights.is_coordinator(ada())) == (False, False)

    reply = set_up_app(client)

    assert reply.url == "/sign-in-settings/codes/"
    assert (ada().is_staff, rights.is_coordinator(ada())) == (True, True)
    assert client.get("/sign-in-settings/codes/").status_code == 200
    assert Authenticator.objects.filter(user=ada(), type="recovery_codes").exists()


def test_the_session_that_set_it_up_may_open_the_desk(client, invited, rf):
    client.post(invited)
    set_up_app(client)
    request = rf.get("/desk/")
    request.session, request.user = client.session, ada()

    assert rights.may_open_desk(request)
    assert client.get("/sign-in-settings/").status_code == 200


def test_opening_the_link_spends_nothing(client, invited):
    for _ in range(3):
        assert b"You are invited" in client.get(invited).content

    assert Invitation.objects.get().used_at is None
    assert SESSION_KEY not in client.session


def test_the_link_works_once(client, invited):
    client.post(invited)

    other = Client()
    assert (other.get(invited).status_code, other.post(invited).status_code) == (410, 410)
    assert SESSION_KEY not in other.session


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_spend_it_once(coordinator_for_races):
    services.invite_staff(
        "ada@desk.example.org", name="Ada Brook", group=rights.COORDINATORS, actor=coordinator_for_races
    )
    path = newest_invitation("ada@desk.example.org")

    def press(_: int) -> int:
        try:
            return Client().post(path).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as together:
        answers = sorted(together.map(press, range(4)))

    assert answers == [302, 410, 410, 410]


@pytest.fixture
def coordinator_for_races(transactional_db) -> User:
    return make_staff("owen@desk.example.org", rights.COORDINATORS)


def test_the_link_runs_out_after_seven_days(client, coordinator):
    with time_machine.travel("2027-01-19T10:00:00Z", tick=False) as clock:
        services.invite_speaker("ada@desk.example.org", name="Ada Brook", actor=coordinator)
        path = newest_invitation("ada@desk.example.org")
        clock.shift(7 * 24 * 3600 - 1)
        assert client.get(path).status_code == 200
        clock.shift(1)
        assert client.post(path).status_code == 410


def test_a_new_invitation_withdraws_the_older_one(client, invited, coordinator):
    services.invite_staff("ada@desk.example.org", name="", group=rights.READERS, actor=coordinator)

    assert client.post(invited).status_code == 410


def test_a_withdrawn_invitation_gives_nothing_even_where_it_was_opened(client, invited, coordinator):
    client.post(invited)
    services.withdraw_invitation(Invitation.objects.get(), actor=coordinator)

    client.get("/sign-in-settings/app/")

    assert client.post("/sign-in-settings/app/", {"code": "123456"}).url == "/second-factor/"
    assert (factor_count(ada()), ada().is_staff) == (0, False)


def test_only_a_hash_of_the_token_is_kept_and_the_mail_is_blanked_like_a_code(invited):
    token = invited.split("/")[2]

    assert Invitation.objects.get().token_hash != token
    assert token not in str(Invitation.objects.values().get())
    assert Message.objects.get(kind="staff-invitation").is_code


def test_a_withdrawn_invitation_is_held_back_in_the_outbox(invited, coordinator):
    mail = Message.objects.get(kind="staff-invitation")
    assert kinds.invitation_still_wanted(mail) is None

    services.withdraw_invitation(Invitation.objects.get(), actor=coordinator)

    assert kinds.invitation_still_wanted(mail) == "The invitation is no longer open."


def test_a_code_is_held_back_from_somebody_who_may_no_longer_sign_in(client, person):
    client.post("/sign-in/", {"login": person.email})
    mail = Message.objects.get(kind="code")
    assert kinds.code_still_wanted(mail) is None

    User.objects.update(is_active=False)

    assert kinds.code_still_wanted(mail) == "This person may no longer sign in at this address."


def test_an_invited_speaker_gets_a_second_factor_and_no_role(client, coordinator, rf):
    services.invite_speaker("ada@desk.example.org", name="Ada Brook", actor=coordinator)
    client.post(newest_invitation("ada@desk.example.org"))
    set_up_app(client)
    request = rf.get("/")
    request.session, request.user = client.session, ada()

    assert rights.may_see_details(request)
    assert not rights.may_open_desk(request)
    assert not ada().groups.exists()


def test_who_has_a_second_factor_must_show_it_to_take_up_a_role(client, coordinator, secret):
    services.invite_speaker("ada@desk.example.org", name="Ada Brook", actor=coordinator)
    client.post(newest_invitation("ada@desk.example.org"))
    set_up_app(client)
    services.invite_staff("ada@desk.example.org", name="", group=rights.READERS, actor=coordinator)
    path = newest_invitation("ada@desk.example.org")

    stranger = Client()
    assert stranger.post(path).url == f"/sign-in/?next={path}"
    assert (SESSION_KEY in stranger.session, ada().is_staff) == (False, False)

    client.post(path)
    assert rights.is_reader(ada())
    assert client.get("/sign-in-settings/").status_code == 200


def test_whoever_was_signed_in_here_is_not_kept(client, invited, coordinator):
    client.force_login(coordinator)

    client.post(invited)

    assert client.session[SESSION_KEY] == str(ada().pk)


def test_the_invitation_proves_the_mailbox(client, invited):
    client.post(invited)

    assert EmailAddress.objects.get(user=ada()).verified


# ---- the first run


@pytest.fixture
def link(db) -> str:
    said = StringIO()
    call_command("first_coordinator_link", stdout=said)
    return said.getvalue().strip().removeprefix("http://testserver")


FIRST = {"name": "Owen Marsh", "email": "owen@desk.example.org"}


def test_without_the_link_the_first_run_page_only_says_what_to_type(client, db):
    reply = client.get("/first-run/")

    assert b"manage.py first_coordinator_link" in reply.content
    assert b"<form" not in reply.content.partition(b"<main")[2].partition(b"</main")[0]
    assert client.post("/first-run/", FIRST).status_code == 405


def test_the_link_makes_the_first_coordinator_once_a_second_factor_works(client, link):
    client.get(link)
    assert client.post(link, FIRST).url == "/sign-in-settings/"
    assert not User.objects.filter(is_staff=True).exists()

    set_up_app(client)

    owen = User.objects.get()
    assert (owen.is_staff, rights.is_coordinator(owen), owen.is_superuser) == (True, True, False)
    assert not owen.has_usable_password()


def test_the_first_run_is_closed_afterwards(client, link):
    client.post(link, FIRST)
    set_up_app(client)

    other = Client()
    answers = [other.get("/first-run/"), other.get(link), other.post(link, FIRST)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    with pytest.raises(CommandError):
        call_command("first_coordinator_link")


def test_the_first_run_link_works_once(client, link):
    client.post(link, FIRST)

    assert Client().post(link, FIRST | {"email": "mallory@example.org"}).status_code == 410
    assert User.objects.count() == 1


def test_of_two_who_began_only_one_becomes_the_first_coordinator(client, link):
    second_link = services.first_run_link().removeprefix("http://testserver")
    other = Client()
    client.post(link, FIRST)
    other.post(second_link, {"name": "Mal", "email": "mallory@example.org"})

    set_up_app(client)
    late = set_up_app(other)

    assert late.status_code == 410
    assert User.objects.filter(is_staff=True).get().email == "owen@desk.example.org"
    assert factor_count(User.objects.get(email="mallory@example.org")) == 0


@pytest.mark.parametrize("token", ["guessed", "ImEi:1abcde:forged"])
def test_a_made_up_first_run_link_does_nothing(client, db, token):
    assert client.post(f"/first-run/{token}/", FIRST).status_code == 410
    assert not User.objects.exists()


def test_a_first_run_link_runs_out_after_a_day(client, db):
    with time_machine.travel("2027-01-19T10:00:00Z", tick=False) as clock:
        path = services.first_run_link().removeprefix("http://testserver")
        clock.shift(24 * 3600 + 1)
        assert client.get(path).status_code == 410


def test_the_first_coordinator_signs_in_again_with_code_and_app(client, link):
    client.post(link, FIRST)
    set_up_app(client)
    owen = User.objects.get()
    secret = sealing.unseal(Authenticator.objects.get(user=owen, type="totp").data["secret"])
    client.post("/sign-out/")

    assert sign_in(client, owen).url == "/sign-in/second-factor/"
    assert newest_code(owen.email)
    assert (
        client.post("/sign-in/second-factor/", {"code": app_code(secret, ahead=1)}).url == "/sign-in/trust/"
    )
