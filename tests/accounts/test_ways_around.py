"""Ways around the second factor that do not exist, and the seal on what the database keeps of one."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import SESSION_KEY
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import resealing, rights, sealing, services
from accounts.models import SecondFactor, User
from accounts.resealing import Resealed
from outbox.models import Message
from tests.accounts.conftest import app_code, ask_for_code, factor_count, make_staff, newest_code, sign_in
from trainingportal.desk import history
from trainingportal.tasks import reseal

pytestmark = pytest.mark.django_db


def held_by(user: User, kind: str) -> Authenticator:
    return Authenticator.objects.get(user=user, type=kind)


def trail_of(user: User) -> list[tuple[str, str, object, object]]:
    rows = SecondFactor.pgh_event_models["added"].objects.filter(user=user).order_by("pgh_id")
    return [
        (row.pgh_label, row.type, *(row.pgh_context.metadata[key] for key in ("actor", "verb")))
        for row in rows.select_related("pgh_context")
        if row.pgh_context
    ]


# ---- doors that are not there


def addresses(resolver: URLResolver | None = None, start: str = "") -> list[str]:
    """Every pattern of the portal, in full."""
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        whole = start + str(entry.pattern)
        found += [whole] if isinstance(entry, URLPattern) else addresses(entry, whole)
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/login/",
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/password/set/",
        "/accounts/password/change/",
        "/accounts/signup/",
        "/accounts/email/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/confirm-email/x/",
        "/_allauth/browser/v1/auth/login",
    ],
)
def test_the_library_s_own_doors_are_not_built_in(client, coordinator, path):
    for send in (client.get, client.post):
        assert send(path).status_code == 404


def test_the_desk_has_no_page_for_passwords(client, coordinator, secret, enter):
    enter(coordinator, secret=secret)

    assert client.get("/desk/").status_code == 200
    for path in ("/desk/password_change/", "/desk/password_change/done/", "/desk/logout/"):
        assert client.get(path).status_code == 404


def test_no_address_sets_or_resets_a_password_and_nobody_has_one(coordinator, person):
    assert [path for path in addresses() if re.search("passw|signup|sign-up|register", path)] == []
    assert not coordinator.has_usable_password()
    assert not person.has_usable_password()


def test_a_password_that_found_its_way_into_the_database_lets_nobody_in(client, coordinator):
    coordinator.set_password("correct horse")
    coordinator.save()

    client.post("/sign-in/", {"login": coordinator.email, "password": "correct horse"})
    assert SESSION_KEY not in client.session


def test_the_desk_s_own_login_page_is_our_sign_in(client, coordinator):
    for path in ("/desk/", "/desk/login/"):
        for send in (client.get, client.post):
            reply = send(path, {"username": coordinator.email, "password": "x"})
            assert (reply.status_code, reply.url.split("?")[0]) == (302, "/sign-in/"), path


def test_the_desk_s_login_page_asks_a_session_with_a_code_alone_for_more(client, coordinator):
    client.force_login(coordinator)

    assert client.get("/desk/login/?next=/desk/").url == "/second-factor/?next=/desk/"
    assert client.get("/desk/").status_code == 302


# ---- a second mailbox


def test_a_second_mailbox_on_record_signs_nobody_in(client, coordinator):
    EmailAddress.objects.create(
        user=coordinator, email="owen@elsewhere.example.net", verified=True, primary=False
    )

    ask_for_code(client, "owen@elsewhere.example.net")

    mailboxes = [coordinator.email, "owen@elsewhere.example.net"]
    assert Message.objects.filter(to__in=mailboxes).count() == 0
    assert SESSION_KEY not in client.session


def test_a_mailbox_that_moved_still_meets_the_second_factor(client, coordinator, secret):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS)
    services.change_email(coordinator, email="owen@new.example.org", actor=ada)
    moved = User.objects.get(pk=coordinator.pk)

    assert sign_in(client, moved).url == "/sign-in/second-factor/"
    assert SESSION_KEY not in client.session


# ---- skipping the step


@pytest.mark.parametrize(
    "path",
    ["/desk/", "/sign-in-settings/", "/sign-in/trust/", "/second-factor/", "/sign-in/again/", "/speaking/"],
)
def test_the_step_of_the_second_factor_cannot_be_skipped(client, coordinator, path):
    sign_in(client, coordinator)

    for send in (client.get, client.post):
        reply = send(path)
        assert reply.status_code in (302, 405), path
        assert SESSION_KEY not in client.session
        assert client.get("/desk/").status_code == 302


def test_a_factor_is_neither_added_nor_removed_by_a_code_alone(client, coordinator):
    Authenticator.objects.create(user=coordinator, type=Authenticator.Type.WEBAUTHN, data={"name": "laptop"})
    codes = held_by(coordinator, "recovery_codes").pk
    client.force_login(coordinator)  # as if the step had been skipped
    before = factor_count(coordinator)

    for path in (
        "/sign-in-settings/app/",
        "/sign-in-settings/app/remove/",
        "/sign-in-settings/passkeys/add/",
        "/sign-in-settings/codes/",
        "/sign-in-settings/codes/new/",
        "/sign-in-settings/codes/file/",
    ):
        for send in (client.get, client.post):
            reply = send(path)
            assert reply.status_code in (302, 405), path
            assert reply.get("Location", "").split("?")[0] in ("", "/sign-in/again/", "/sign-in-settings/"), (
                path
            )
    assert factor_count(coordinator) == before == 2
    assert held_by(coordinator, "recovery_codes").pk == codes


def test_a_passkey_of_one_person_is_not_another_s_to_remove(client, coordinator, secret, enter):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS)
    hers = Authenticator.objects.create(user=ada, type=Authenticator.Type.WEBAUTHN, data={"name": "hers"})
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={"secret": "x"})
    enter(coordinator, secret=secret)
    client.post("/sign-in/again/", {"code": app_code(secret, ahead=1)})

    for path in (
        f"/sign-in-settings/passkeys/{hers.pk}/remove/",
        f"/sign-in-settings/passkeys/{hers.pk}/rename/",
    ):
        assert client.post(path, {"name": "mine"}).status_code == 404
    assert Authenticator.objects.filter(pk=hers.pk, data__name="hers").exists()


# ---- recovery codes


def test_a_recovery_code_spent_on_the_way_in_does_not_count_when_asked_again(client, coordinator):
    [code, *_] = RecoveryCodes(held_by(coordinator, "recovery_codes")).get_unused_codes()
    sign_in(client, coordinator)
    client.post("/sign-in/second-factor/", {"code": code})
    client.post("/sign-in/trust/", {"action": "no"})
    assert client.session[SESSION_KEY] == str(coordinator.pk)

    assert client.post("/sign-in/again/?next=/desk/", {"code": code}).status_code == 200


def test_old_recovery_codes_die_when_new_ones_are_made(client, coordinator, secret, enter):
    [old, *_] = RecoveryCodes(held_by(coordinator, "recovery_codes")).get_unused_codes()
    enter(coordinator, secret=secret)
    client.post("/sign-in/again/", {"code": app_code(secret, ahead=1)})
    client.post("/sign-in-settings/codes/new/")

    other = Client()
    sign_in(other, coordinator)
    assert other.post("/sign-in/second-factor/", {"code": old}).status_code == 200
    assert SESSION_KEY not in other.session


def test_recovery_codes_and_the_app_are_void_after_a_reset(client, coordinator, secret):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS)
    [code, *_] = RecoveryCodes(held_by(coordinator, "recovery_codes")).get_unused_codes()
    services.reset_second_factor(coordinator, actor=ada)
    fresh = User.objects.get(pk=coordinator.pk)

    sign_in(client, fresh)

    for tried in (code, app_code(secret)):
        client.post("/sign-in/second-factor/", {"code": tried})
        client.post("/sign-in/again/", {"code": tried})
    assert client.get("/desk/").status_code == 302
    assert client.get("/second-factor/").status_code == 403


# ---- limits that need no Redis


def test_the_limits_of_signing_in_hold_with_redis_away(coordinator, settings):
    settings.CELERY_BROKER_URL = settings.REDIS_URL = "redis://127.0.0.1:1/0"
    client = Client()
    ask_for_code(client, coordinator.email)
    code = newest_code(coordinator.email)

    wrong = "BBB-BBB" if code != "BBB-BBB" else "CCC-CCC"
    for _ in range(6):
        client.post("/sign-in/code/", {"code": wrong})
    client.post("/sign-in/code/", {"code": code})

    assert SESSION_KEY not in client.session
    assert "account_login" not in client.session


def test_a_mailbox_is_not_flooded_with_codes_with_redis_away(coordinator, settings):
    settings.CELERY_BROKER_URL = settings.REDIS_URL = "redis://127.0.0.1:1/0"

    for _ in range(8):
        ask_for_code(Client(), coordinator.email)

    assert Message.objects.filter(kind="code", to=coordinator.email).count() == 5


# ---- the trail


def test_each_factor_that_comes_or_goes_leaves_a_row_that_says_who(client, coordinator, secret, enter):
    Authenticator.objects.create(user=coordinator, type=Authenticator.Type.WEBAUTHN, data={"name": "laptop"})
    enter(coordinator, secret=secret)
    client.post("/sign-in/again/", {"code": app_code(secret, ahead=1)})

    client.post("/sign-in-settings/codes/new/")
    client.post("/sign-in-settings/app/remove/")

    assert trail_of(coordinator) == [
        ("removed", "recovery_codes", coordinator.pk, "make new recovery codes"),
        ("added", "recovery_codes", coordinator.pk, "make new recovery codes"),
        ("removed", "totp", coordinator.pk, "remove a second factor"),
    ]
    said = [(deed.who, deed.verb) for deed in history.lately(None)]
    assert ("Owen", "remove a second factor") in said


def test_an_app_that_is_set_up_leaves_a_row(client, coordinator, secret, enter):
    passkeys = Authenticator.Type.WEBAUTHN
    Authenticator.objects.create(user=coordinator, type=passkeys, data={"name": "laptop"})
    enter(coordinator, secret=secret)
    client.post("/sign-in/again/", {"code": app_code(secret, ahead=1)})
    client.post("/sign-in-settings/app/remove/")
    page = client.get("/sign-in-settings/app/")
    assert page.status_code == 200

    client.post("/sign-in-settings/app/", {"code": app_code(client.session["mfa.totp.secret"])})

    assert trail_of(coordinator)[-1] == ("added", "totp", coordinator.pk, "add a second factor")
    assert "mfa.totp.secret" not in client.session


def test_a_reset_leaves_a_row_with_the_coordinator_who_did_it(coordinator):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS)

    services.reset_second_factor(coordinator, actor=ada)

    assert set(trail_of(coordinator)) == {
        ("removed", "totp", ada.pk, "reset second factor"),
        ("removed", "recovery_codes", ada.pk, "reset second factor"),
    }


def test_who_changes_a_factor_is_signed_out_everywhere_else(client, coordinator, secret, enter):
    enter(coordinator, secret=secret)
    elsewhere = Client()
    elsewhere.force_login(User.objects.get(pk=coordinator.pk))
    assert elsewhere.get("/sign-in-settings/").status_code == 200
    client.post("/sign-in/again/", {"code": app_code(secret, ahead=1)})
    assert elsewhere.get("/sign-in-settings/").status_code == 200

    client.post("/sign-in-settings/codes/new/")

    assert elsewhere.get("/sign-in-settings/").status_code == 302
    assert client.get("/sign-in-settings/").status_code == 200


def test_the_log_tells_who_came_in_and_what_failed_by_number_alone(client, coordinator, secret, caplog):
    caplog.set_level("INFO", logger="accounts")
    ask_for_code(client, coordinator.email)
    client.post("/sign-in/code/", {"code": "BBB-BBB"})
    client.post("/sign-in/code/", {"code": newest_code(coordinator.email)})
    client.post("/sign-in/second-factor/", {"code": "000000"})
    client.post("/sign-in/second-factor/", {"code": app_code(secret)})
    client.post("/sign-in/trust/", {"action": "no"})

    assert [record.getMessage() for record in caplog.records if record.name.startswith("accounts")] == [
        f"A wrong e-mailed code for person {coordinator.pk}",
        f"A wrong second factor for person {coordinator.pk}",
        f"Person {coordinator.pk} signed in: code, mfa",
    ]


# ---- the seal


def test_the_database_holds_no_secret_of_an_app_or_of_recovery_codes(coordinator, secret):
    app, codes = held_by(coordinator, "totp"), held_by(coordinator, "recovery_codes")

    kept = f"{app.data}{codes.data}"
    assert secret not in kept
    assert [value[:7] for value in (app.data["secret"], codes.data["seed"])] == ["sealed:", "sealed:"]
    assert TOTP(app).validate_code(app_code(secret))


def test_a_new_key_opens_what_the_old_one_sealed_and_the_night_seals_it_afresh(coordinator, secret, settings):
    old = settings.SECRET_KEY
    unused = RecoveryCodes(held_by(coordinator, "recovery_codes")).get_unused_codes()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key of this test", [old]
    assert TOTP(held_by(coordinator, "totp")).validate_code(app_code(secret))

    reseal()

    settings.SECRET_KEY_FALLBACKS = []
    assert sealing.unseal(held_by(coordinator, "totp").data["secret"]) == secret
    assert RecoveryCodes(held_by(coordinator, "recovery_codes")).get_unused_codes() == unused


def test_a_secret_from_before_the_seals_still_counts_and_is_sealed_in_the_night(person, capsys):
    secret = generate_totp_secret()
    app = Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": secret})
    assert TOTP(app).validate_code(app_code(secret))

    call_command("reseal")
    call_command("reseal")

    assert capsys.readouterr().out.splitlines() == [
        "1 secret was sealed again with the new key.",
        "0 secrets were sealed again with the new key.",
    ]
    assert sealing.unseal(held_by(person, "totp").data["secret"]) == secret


def test_with_the_key_gone_nobody_gets_in_by_code_and_the_page_says_what_to_do(client, coordinator, secret):
    sealed = held_by(coordinator, "totp").data["secret"]
    sign_in(client, coordinator)
    Authenticator.objects.filter(user=coordinator, type="totp").update(data={"secret": sealed[:-4] + "AAA="})

    reply = client.post("/sign-in/second-factor/", {"code": app_code(secret)})

    assert "We can no longer check codes of this app." in reply.content.decode()
    assert SESSION_KEY not in client.session
    assert resealing.reseal_second_factors() == Resealed(changed=0, broken=1)


def test_a_seal_that_was_tampered_with_is_noticed():
    sealed = sealing.seal("JBSWY3DPEHPK3PXP")

    assert sealing.seal("JBSWY3DPEHPK3PXP") != sealed
    with pytest.raises(sealing.SealBrokenError):
        sealing.unseal(sealed[:-6] + "AAAAA=")


def test_somebody_known_by_address_only_is_led_to_no_desk(client, person):
    sign_in(client, person)

    assert client.get("/desk/").status_code == 403
    assert client.get("/sign-in-settings/passkeys/add/").url == "/second-factor/"
