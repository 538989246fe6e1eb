"""People of every kind, and how a test signs in as one: through the pages, with the code from the mail."""

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from accounts import rights
from accounts.models import User
from accounts.services import ensure_user, role
from outbox.models import Message

CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{3}-[BCDFGHJKLMNPQRSTVWXZ]{3}\b")
LINK = re.compile(r"http://\S+?(/invitation/\S+/)")


@pytest.fixture(autouse=True)
def _no_demo(settings):
    """Let the demo's doors stay shut, and forget what earlier tests counted."""
    settings.DEMO = False
    settings.SITE_URL = "http://testserver"
    cache.clear()


@pytest.fixture
def person(db) -> User:
    """A requester: known by address only."""
    return ensure_user("priya@northmere.example.org", name="Priya Nair")


def make_staff(email: str, group: str, *, secret: str = "") -> User:
    """Write somebody with a role, a proven mailbox and, with a secret, an authenticator app."""
    user = ensure_user(email, name=email.partition("@")[0].title())
    user.is_staff = True
    user.save()
    user.groups.add(role(group))
    EmailAddress.objects.filter(user=user).update(verified=True)
    if secret:
        TOTP.activate(user, secret)
        RecoveryCodes.activate(user)
    return user


@pytest.fixture
def secret() -> str:
    return generate_totp_secret()


@pytest.fixture
def coordinator(db, secret) -> User:
    return make_staff("owen@desk.example.org", rights.COORDINATORS, secret=secret)


def app_code(secret: str, *, ahead: int = 0) -> str:
    """Return what the authenticator app shows now, or so many half minutes from now."""
    now = list(yield_hotp_counters_from_time())[1]
    return format_hotp_value(hotp_value(secret, now + ahead))


def newest_code(email: str) -> str:
    """Read the code from the newest mail to this address."""
    text = Message.objects.filter(kind="code", to=email).latest("pk").text
    found = CODE.search(text)
    assert found, text
    return found[0]


def newest_invitation(email: str) -> str:
    """Read the link's path from the newest invitation to this address."""
    text = Message.objects.filter(kind="staff-invitation", to=email).latest("pk").text
    found = LINK.search(text)
    assert found, text
    return found[1]


def ask_for_code(client: Client, email: str) -> HttpResponse:
    return client.post("/sign-in/", {"login": email})


def sign_in(client: Client, user: User) -> HttpResponse:
    """Sign in with an e-mailed code, as far as that goes."""
    ask_for_code(client, user.email)
    return client.post("/sign-in/code/", {"code": newest_code(user.email)})


@pytest.fixture
def enter(client) -> Callable[..., Client]:
    """Sign in all the way, with the app's code where there is a secret."""

    def walk(user: User, *, secret: str = "", client: Client = client) -> Client:
        sign_in(client, user)
        if secret:
            client.post("/sign-in/second-factor/", {"code": app_code(secret)})
            client.post("/sign-in/trust/", {"action": "no"})
        assert client.session["_auth_user_id"] == str(user.pk)
        return client

    return walk


def factor_count(user: User) -> int:
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).count()
