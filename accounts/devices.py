"""Remembered devices: for 60 days a speaker answers invitations and notes absences on theirs without a code.

Nothing is signed in by one. The pages that allow it take the person from the device for this one request; every other
page sees a stranger, and asks for a code. So a device never opens names and venue, whatever its owner could.
"""

import datetime as dt
import hashlib
import secrets
from functools import wraps
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from accounts.models import RememberedDevice, User
from accounts.rights import View, sign_in_required

LASTS = dt.timedelta(days=60)
MOST = 10
TOKEN_BYTES = 32
SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "CrOS", "Linux")
BROWSERS = (
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _name(request: HttpRequest) -> str:
    """What its owner would call it, as far as the browser says: "Safari on iPhone"."""
    said = request.headers.get("User-Agent", "")
    system = next((word for word in SYSTEMS if word in said), "")
    browser = next((word for sign, word in BROWSERS if sign in said), "A browser")
    return f"{browser} on {system}" if system else browser


def device_of(request: HttpRequest) -> RememberedDevice | None:
    """The device that asks, while it is remembered and its owner may sign in."""
    token = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    if not token:
        return None
    device = (
        RememberedDevice.objects.filter(
            token_hash=_hash(token), expires_at__gt=timezone.now(), user__is_active=True
        )
        .select_related("user")
        .first()
    )
    return device if device is not None and device.stamp == device.user.security_stamp else None


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Remember this device for its owner, in place of whoever it was remembered for; the oldest beyond ten goes."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with pghistory.context(actor=user.pk, verb="remember a device"):
        forget_this(request)
        RememberedDevice.objects.create(
            user=user,
            token_hash=_hash(token),
            stamp=user.security_stamp,
            name=_name(request),
            expires_at=timezone.now() + LASTS,
        )
        kept = user.devices.order_by("-made_at", "-pk").values_list("pk", flat=True)[:MOST]
        user.devices.exclude(pk__in=list(kept)).delete()
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        token,
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(user: User, pk: int) -> None:
    """Forget one of a person's own devices."""
    with pghistory.context(actor=user.pk, verb="forget a device"):
        user.devices.filter(pk=pk).delete()


def forget_this(request: HttpRequest) -> None:
    """Forget the device that asks, whoever it is remembered for."""
    if token := request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""):
        RememberedDevice.objects.filter(token_hash=_hash(token)).delete()


def carry_over(request: HttpRequest, user: User) -> None:
    """Keep this device remembered over a change of the owner's own that ended their other sessions and devices."""
    if token := request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""):
        RememberedDevice.objects.filter(token_hash=_hash(token), user=user).update(stamp=user.security_stamp)


def signed_in_or_remembered(view: View) -> View:
    """Let signed-in people in, and whoever holds a remembered device, for this request; others are asked to sign in."""
    with_session = sign_in_required(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return with_session(request, *args, **kwargs)
        device = device_of(request)
        if device is None:
            return redirect_to_login(request.get_full_path())
        request.user = device.user
        request.remembered_device = device  # type: ignore[attr-defined]  # read by the pages' frame
        return view(request, *args, **kwargs)

    return guarded
