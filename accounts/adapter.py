"""Where django-allauth meets the portal: our words, our outbox, nobody signs themselves up."""

import logging
import secrets
from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from qrcode.image.svg import SvgPathImage

from accounts import kinds, sealing
from accounts.models import User
from outbox.queue import link, queue_message
from places.email import tidy

log = logging.getLogger(__name__)

WRONG_CODE = "That code is not right. Look at the newest one and type it again."
TOO_MANY = "That was too many tries. Wait a quarter of an hour, then start again."
TOTP_LASTS = 90
"""Seconds for which an app's code may count: its own 30, and 30 either side."""

CHANGES = {
    "mfa/email/totp_activated": "An authenticator app was added",
    "mfa/email/totp_deactivated": "The authenticator app was removed",
    "mfa/email/webauthn_added": "A passkey was added",
    "mfa/email/webauthn_removed": "A passkey was removed",
    "mfa/email/recovery_codes_generated": "New recovery codes were made",
}


class AccountAdapter(DefaultAccountAdapter):
    """Queues mail instead of sending it, keeps sign-up closed, and speaks plainly."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "invalid_login": "Enter an email address in the correct format, like name@example.org.",
        "account_inactive": "This address cannot sign in at present.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Show only what we say in so many words; the library's own notices stay silent."""
        if kwargs.get("message"):
            super().add_message(request, level, message=kwargs["message"])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail. A code gets an occasion of its own each time, so none is ever sent twice."""
        user = User.objects.filter(email=tidy(email)).first()
        if user is None:
            raise ImproperlyConfigured("Mail is sent to people on record only")
        if template_prefix == "account/email/login_code":
            queue_message(
                kinds.CODE,
                to=user.email,
                about=user,
                occasion=secrets.token_hex(8),
                context={"user": user, "code": context["code"], "minutes": kinds.CODE_MINUTES},
                is_first=True,
            )
        elif template_prefix in CHANGES:
            queue_message(
                kinds.SIGN_IN_CHANGED,
                to=user.email,
                about=user,
                occasion=secrets.token_hex(8),
                context={
                    "user": user,
                    "what": CHANGES[template_prefix],
                    "url": link(reverse("mfa_index")),
                },
            )
        else:
            raise ImproperlyConfigured(f"No mail of ours stands for {template_prefix}")

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Write into the log who came in, by number, and by which ways."""
        ways = [str(record.get("method")) for record in get_authentication_records(request, user)]
        log.info("Person %s signed in: %s", user.pk, ", ".join(ways))
        return super().post_login(request, user, **kwargs)

    def get_login_stages(self) -> list[str]:
        """Use our own second-factor stage, which puts a trusted device on record in the session."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "accounts.stages.SecondFactorStage"}
        return [ours.get(path, path) for path in super().get_login_stages()]

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Name the ways to show a second factor again, in our words."""
        words = {
            "mfa_reauthenticate": "Use a code from your app, or a recovery code",
            "mfa_reauthenticate:webauthn": "Use a passkey",
        }
        methods = super().get_reauthentication_methods(user)
        return [method | {"description": words[method["id"]]} for method in methods if method["id"] in words]


class SecondFactorAdapter(DefaultMFAAdapter):
    """Passkeys, apps and recovery codes, in our words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": "Add another way to sign in first: this is your only one.",
        "cannot_generate_recovery_codes": "Set up an app or a passkey first.",
        "unverified_email": "Sign in with an e-mailed code first, so that we know the address is yours.",
    }

    def encrypt(self, text: str) -> str:
        """Seal what the library keeps of an app or of recovery codes."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """Draw the picture as one <svg> element that may stand in the page itself."""
        picture = BytesIO()
        qrcode.make(url, image_factory=SvgPathImage, border=2).save(picture)
        return picture.getvalue().decode().partition("?>")[2].strip()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep a second factor with everyone who has one; only a coordinator's reset takes the last."""
        return is_spare(authenticator)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}"

    def _get_site_name(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)


def mail_nobody(email: str) -> None:
    """Do for an address that nobody has the very work of mailing a code: a mail is queued that no worker lets leave.

    Whoever watches the time, or what the database does, learns nothing. The address itself is not kept.
    """
    User.objects.filter(email=tidy(email)).first()
    queue_message(
        kinds.CODE,
        to=kinds.NOBODY,
        about=kinds.ABOUT_NOBODY,
        occasion=secrets.token_hex(8),
        context={"code": "ZZZ-ZZZ", "minutes": kinds.CODE_MINUTES},
        is_first=True,
    )


def is_spare(authenticator: Authenticator) -> bool:
    """Say whether the person could still show a second factor without this one."""
    return (
        Authenticator.objects.filter(user_id=authenticator.user_id)
        .exclude(pk=authenticator.pk)
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .exists()
    )


def spend_totp_code(user: AbstractBaseUser, code: str) -> None:
    """Make sure that an app's code counts once. Raises ValidationError on a replay."""
    digits = "".join(filter(str.isdigit, code))
    if not cache.add(f"accounts:totp-spent:{user.pk}:{digits}", 1, timeout=TOTP_LASTS):
        raise ValidationError("That code was used already. Wait for the next one.", code="incorrect_code")
