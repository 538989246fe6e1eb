"""The mails that signing in sends, and when each may still leave."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.apps import apps

from outbox import kinds

if TYPE_CHECKING:  # registered while apps load, before models may be imported
    from outbox.models import Message

CODE = "code"
INVITATION = "staff-invitation"
SIGN_IN_CHANGED = "sign-in-changed"
FACTOR_RESET = "second-factor-reset"
FACTOR_WAITS = "second-factor-waits"

NOBODY = "nobody@example.org"
ABOUT_NOBODY = "accounts.user:0"
"""A code asked for an address that nobody has: written down like any other, and never sent."""

CODE_MINUTES = int(kinds.CODE_LASTS.total_seconds()) // 60
INVITATION_LASTS = timedelta(days=7)


def register() -> None:
    """Make the kinds known to the outbox; bodies of codes and invitations are blanked once they are over."""
    kinds.register(CODE, label="Sign-in code", still_wanted=code_still_wanted, is_code=True)
    kinds.register(
        INVITATION,
        label="Invitation to sign in",
        still_wanted=invitation_still_wanted,
        is_code=True,
        lasts=INVITATION_LASTS,
    )
    kinds.register(SIGN_IN_CHANGED, label="Sign-in changed", still_wanted=kinds.always_wanted)
    kinds.register(FACTOR_WAITS, label="A speaker waits to be rung", still_wanted=factor_still_waits)
    kinds.register(FACTOR_RESET, label="Second factor reset", still_wanted=kinds.always_wanted)


def code_still_wanted(message: "Message") -> str | None:
    """Hold a code back where its owner may no longer sign in."""
    if message.about == ABOUT_NOBODY:
        return "Nobody has the address that was typed."
    users = apps.get_model("accounts", "User").objects
    if users.filter(pk=_pk(message), email=message.to, is_active=True).exists():
        return None
    return "This person may no longer sign in at this address."


def invitation_still_wanted(message: "Message") -> str | None:
    """Hold a link back that was withdrawn, used or has run out."""
    open_ones = apps.get_model("accounts", "Invitation").objects.open()
    if open_ones.filter(pk=_pk(message), user__email=message.to, user__is_active=True).exists():
        return None
    return "The invitation is no longer open."


def factor_still_waits(message: "Message") -> str | None:
    """Hold it back once somebody has confirmed, or the set-up was reset."""
    users = apps.get_model("accounts", "User").objects
    if users.filter(pk=_pk(message), factor_waits_since__isnull=False, is_active=True).exists():
        return None
    return "It was confirmed already."


def _pk(message: "Message") -> str:
    return message.about.rpartition(":")[2]
