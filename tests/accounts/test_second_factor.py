"""A second factor cannot be walked around."""

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client

from accounts import demo, rights, services
from accounts.models import User, UserGroup
from outbox.models import Message
from tests.accounts.conftest import app_code, factor_count, make_staff, sign_in

pytestmark = pytest.mark.django_db


def request_of(rf, client: Client, user: User):
    """Return a request as a view would see it from this browser."""
    request = rf.get("/desk/")
    request.session = client.session
    request.user = user if request.session.get("_auth_user_id") == str(user.pk) else AnonymousUser()
    return request


def test_a_code_alone_leaves_staff_at_the_door(client, coordinator):
    reply = sign_in(client, coordinator)

    assert reply.url == "/sign-in/second-factor/"
    assert SESSION_KEY not in client.session
    assert client.get("/sign-in-settings/").url == "/sign-in/?next=/sign-in-settings/"


def test_code_and_app_open_the_desk(client, coordinator, secret, rf):
    sign_in(client, coordinator)
    client.post("/sign-in/second-factor/", {"code": app_code(secret)})
    client.post("/sign-in/trust/", {"action": "no"})

    assert rights.may_open_desk(request_of(rf, client, coordinator))


def test_a_session_without_a_second_factor_does_not_open_the_desk(client, coordinator, rf):
    client.force_login(coordinator)
    request = request_of(rf, client, coordinator)

    assert request.user == coordinator
    assert not rights.has_second_factor(request)
    assert not rights.may_open_desk(request)


def test_another_person_s_second_factor_does_not_count(client, coordinator, secret, rf, enter):
    enter(coordinator, secret=secret)
    other = make_staff("ada@desk.example.org", rights.COORDINATORS)
    request = request_of(rf, client, coordinator)
    request.user = other

    assert not rights.has_second_factor(request)


def test_a_second_factor_alone_does_not_make_staff(client, person, secret, rf, enter):
    TOTP.activate(person, secret)
    enter(person, secret=secret)
    request = request_of(rf, client, person)

    assert rights.has_second_factor(request)
    assert not rights.may_open_desk(request)


def test_a_wrong_code_from_the_app_does_not_let_in_and_five_close_the_door(client, coordinator, secret):
    sign_in(client, coordinator)
    for _ in range(5):
        client.post("/sign-in/second-factor/", {"code": "000000"})

    reply = client.post("/sign-in/second-factor/", {"code": app_code(secret)})

    assert "That was too many tries" in reply.content.decode()
    assert SESSION_KEY not in client.session


def test_an_app_code_counts_once(client, coordinator, secret, enter):
    with time_machine.travel("2027-01-19T10:00:00Z", tick=False) as clock:
        enter(coordinator, secret=secret)
        used = app_code(secret)
        other = Client()
        sign_in(other, coordinator)
        answers = []
        for _ in range(4):
            answers.append(other.post("/sign-in/second-factor/", {"code": used}).status_code)
            clock.shift(15)

        assert answers == [200, 200, 200, 200]
        assert other.post("/sign-in/second-factor/", {"code": app_code(secret)}).status_code == 302


def test_an_app_code_is_still_good_when_typed_slowly(client, coordinator, secret):
    with time_machine.travel("2027-01-19T10:00:29Z", tick=False) as clock:
        sign_in(client, coordinator)
        shown = app_code(secret)
        clock.shift(3)

        assert client.post("/sign-in/second-factor/", {"code": shown}).url == "/sign-in/trust/"


def test_a_recovery_code_counts_once(client, coordinator, secret):
    held = Authenticator.objects.get(user=coordinator, type=Authenticator.Type.RECOVERY_CODES)
    [code, *_] = RecoveryCodes(held).get_unused_codes()
    answers = []
    for _ in range(2):
        browser = Client()
        sign_in(browser, coordinator)
        answers.append(browser.post("/sign-in/second-factor/", {"code": code}).status_code)

    assert answers == [302, 200]


def test_staff_without_a_factor_cannot_set_one_up_with_a_code_alone(client, rf):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS)
    sign_in(client, ada)

    for path in ["/sign-in-settings/app/", "/sign-in-settings/passkeys/add/"]:
        assert client.get(path).url == "/second-factor/"
        assert client.post(path, {"code": "123456", "credential": "{}"}).url == "/second-factor/"
    assert client.get("/second-factor/").status_code == 403
    assert factor_count(ada) == 0
    assert not rights.may_open_desk(request_of(rf, client, ada))


def test_another_factor_asks_for_the_first_again(client, coordinator, secret, enter):
    enter(coordinator, secret=secret)

    assert client.get("/sign-in-settings/passkeys/add/").url.startswith("/sign-in/again/")
    assert client.get("/sign-in-settings/codes/").url.startswith("/sign-in/again/")


def test_the_only_factor_stays(client, coordinator, secret, enter):
    enter(coordinator, secret=secret)

    client.post("/sign-in-settings/app/remove/")

    assert factor_count(coordinator) == 1


def test_a_trusted_device_is_on_record_in_the_session(client, coordinator, secret, rf):
    sign_in(client, coordinator)
    client.post("/sign-in/second-factor/", {"code": app_code(secret)})
    client.post("/sign-in/trust/", {"action": "trust"})
    client.post("/sign-out/")

    sign_in(client, coordinator)

    assert SESSION_KEY in client.session
    assert rights.may_open_desk(request_of(rf, client, coordinator))


def test_a_trusted_device_is_forgotten_after_a_reset(client, coordinator, secret, rf):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS)
    sign_in(client, coordinator)
    client.post("/sign-in/second-factor/", {"code": app_code(secret)})
    client.post("/sign-in/trust/", {"action": "trust"})
    client.post("/sign-out/")
    services.reset_second_factor(coordinator, actor=ada)

    sign_in(client, coordinator)

    assert not rights.has_second_factor(request_of(rf, client, coordinator))


def test_a_forged_cookie_trusts_nobody(client, coordinator):
    client.cookies["mfa_trusted"] = '[["00", 9999999999]]:forged'

    assert sign_in(client, coordinator).url == "/sign-in/second-factor/"


def test_the_pages_guards_send_each_to_the_right_place(client, rf, coordinator, person):
    guarded = rights.coordinator_required(lambda request: HttpResponse("in"))
    nobody = request_of(rf, client, coordinator)
    assert guarded(nobody).url == "/sign-in/?next=/desk/"

    client.force_login(coordinator)
    assert guarded(request_of(rf, client, coordinator)).url == "/second-factor/?next=/desk/"
    assert client.get("/second-factor/?next=/desk/").url == "/sign-in/again/?next=/desk/"

    client.force_login(person)
    with pytest.raises(PermissionDenied):
        guarded(request_of(rf, client, person))


def test_showing_the_factor_again_opens_the_desk_in_the_same_session(client, coordinator, secret, rf):
    client.force_login(coordinator)

    reply = client.post("/sign-in/again/?next=/desk/", {"code": app_code(secret)})

    assert reply.url == "/desk/"
    assert rights.may_open_desk(request_of(rf, client, coordinator))


def test_the_way_back_leads_nowhere_else(client, coordinator):
    client.force_login(coordinator)

    assert "evil" not in client.get("/second-factor/?next=https://evil.example/").url


def test_the_demo_s_door_is_shut_outside_the_demo(client, coordinator, rf):
    request = request_of(rf, client, coordinator)

    with pytest.raises(PermissionDenied):
        demo.enter_as(request, coordinator)


def test_the_demo_s_buttons_count_as_a_second_factor_only_in_the_demo(client, coordinator, rf, settings):
    settings.DEMO = True
    request = request_of(rf, client, coordinator)
    demo.enter_as(request, coordinator)

    assert rights.may_open_desk(request)
    settings.DEMO = False
    assert not rights.may_open_desk(request)


def test_a_reset_ends_sessions_tells_the_others_and_closes_details_for_a_day(
    client, coordinator, secret, enter, rf
):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS)
    make_staff("sam@desk.example.org", rights.COORDINATORS)
    enter(coordinator, secret=secret)

    with time_machine.travel("2027-01-19T10:00:00Z", tick=False) as clock:
        services.reset_second_factor(coordinator, actor=ada)
        assert rights.is_settling(User.objects.get(pk=coordinator.pk))
        clock.shift(24 * 3600)
        assert not rights.is_settling(User.objects.get(pk=coordinator.pk))

    assert client.get("/sign-in-settings/").url == "/sign-in/?next=/sign-in-settings/"
    assert Authenticator.objects.filter(user=coordinator).count() == 0
    told = Message.objects.filter(kind="second-factor-reset").values_list("to", flat=True)
    assert sorted(told) == ["ada@desk.example.org", "sam@desk.example.org"]
    assert Message.objects.filter(kind="staff-invitation", to=coordinator.email).count() == 1


def test_a_session_ends_when_the_role_changes(client, coordinator, secret, enter):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS)
    enter(coordinator, secret=secret)
    assert client.get("/sign-in-settings/").status_code == 200

    services.set_role(coordinator, group=rights.READERS, actor=ada)

    assert client.get("/sign-in-settings/").url == "/sign-in/?next=/sign-in-settings/"
    fresh = User.objects.get(pk=coordinator.pk)
    assert (rights.is_coordinator(fresh), rights.is_reader(fresh), fresh.is_staff) == (False, True, True)


@pytest.mark.parametrize("change", ["close", "email", "end"])
def test_a_session_ends_when_standing_changes(client, coordinator, secret, enter, change):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS)
    enter(coordinator, secret=secret)

    if change == "close":
        services.close_account(coordinator, actor=ada)
    elif change == "email":
        services.change_email(coordinator, email="owen@elsewhere.example.org", actor=ada)
    else:
        services.end_sessions(coordinator, actor=ada)

    assert client.get("/sign-in-settings/").url == "/sign-in/?next=/sign-in-settings/"


def test_the_last_coordinator_cannot_leave(coordinator):
    with pytest.raises(services.LastCoordinatorError):
        services.set_role(coordinator, group=None, actor=coordinator)
    with pytest.raises(services.LastCoordinatorError):
        services.close_account(coordinator, actor=coordinator)

    assert rights.is_coordinator(User.objects.get(pk=coordinator.pk))


def test_who_changed_a_role_is_in_the_trail(coordinator):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS)

    services.set_role(ada, group=rights.AUDITORS, actor=coordinator)

    trail = UserGroup.pgh_event_models["given"].objects.filter(user=ada).order_by("pgh_id").last()
    assert trail.group.name == rights.AUDITORS
    assert trail.pgh_context.metadata == {"actor": coordinator.pk, "verb": "give the role Auditors"}


def test_a_stale_session_hash_is_refused(client, coordinator):
    client.force_login(coordinator)
    session = client.session
    assert session[BACKEND_SESSION_KEY]
    session[HASH_SESSION_KEY] = "0" * 64
    session.save()

    assert client.get("/sign-in-settings/").url == "/sign-in/?next=/sign-in-settings/"


@pytest.mark.django_db(transaction=True)
def test_a_change_to_one_s_factors_is_told_by_mail(client, coordinator, secret, enter):
    enter(coordinator, secret=secret)
    client.post("/sign-in/again/?next=/sign-in-settings/", {"code": app_code(secret, ahead=1)})

    client.post("/sign-in-settings/codes/new/")

    told = Message.objects.get(kind="sign-in-changed")
    assert (told.to, "New recovery codes were made" in told.text) == (coordinator.email, True)


@pytest.mark.parametrize(
    "answer",
    [
        "9" * 5_000,
        "[" * 100_000,
        "null",
        "{",
        "7",
        '{"id":"x"}',
        '{"id":"x","response":7}',
        '{"response":{"userHandle":[]}}',
        "[]",
    ],
)
def test_an_answer_of_a_passkey_that_is_none_is_refused_in_words(client, db, answer):
    response = client.post("/sign-in/passkey/", {"credential": answer})

    assert response.status_code < 500
    assert not client.session.get("_auth_user_id")
