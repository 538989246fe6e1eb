"""Every sealed secret of the portal: sealed afresh after a change of the key, and counted where no key opens it any more.

A key that was changed with nothing to fall back on shows nowhere until somebody tries to sign in: so the readiness page
looks, and ``reseal`` ends with 1.
"""

import time
from dataclasses import dataclass

from django.conf import settings

from accounts.resealing import Resealed, count_broken_factors, reseal_second_factors
from speakers.calendars import count_broken_addresses, reseal_addresses

KEPT_SECONDS = 60  # anybody may ask for the readiness page, and each look opens every seal


@dataclass
class _Seen:
    """What this process saw last, when, and with which keys."""

    until: float = 0
    keys: tuple[str, ...] = ()
    broken: int = 0


_seen = _Seen()


def reseal() -> Resealed:
    """Seal everything under the present key that an older one sealed; counts what none opens."""
    done = reseal_second_factors() + reseal_addresses()
    forget()
    return done


def count_broken() -> int:
    """How many secrets none of our keys opens, at most a minute old. Two queries where it looks."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if _seen.keys != keys or _seen.until < time.monotonic():
        _seen.broken = count_broken_factors() + count_broken_addresses()
        _seen.keys, _seen.until = keys, time.monotonic() + KEPT_SECONDS
    return _seen.broken


def forget() -> None:
    """Look afresh the next time."""
    _seen.until = 0


def say_broken(count: int) -> str:
    """What cannot be opened, in words for whoever runs the portal."""
    what = "1 sealed secret" if count == 1 else f"{count:,} sealed secrets"
    return (
        f"{what} (authenticator apps, recovery codes, calendar addresses) cannot be opened with SECRET_KEY or "
        "SECRET_KEY_FALLBACKS. Put the earlier key into SECRET_KEY_FALLBACKS, start everything again and run reseal. "
        "If that key is lost, see “Changing the key” in docs/deployment.md."
    )
