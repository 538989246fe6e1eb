"""Who may enter what. Roles are groups; a second factor is a record in this very session."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User

COORDINATORS = "Coordinators"
READERS = "Readers"
AUDITORS = "Auditors"
STAFF_GROUPS = (COORDINATORS, READERS, AUDITORS)

SETTLING = dt.timedelta(hours=24)
"""How long places and names stay closed to a person after their second factor was reset."""

View = Callable[..., HttpResponseBase]


def _groups(user: AbstractBaseUser | AnonymousUser | None) -> frozenset[str]:
    """Return the names of a person's roles, read once per loaded user."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if not hasattr(user, "_role_names"):
        user._role_names = frozenset(user.groups.values_list("name", flat=True))  # type: ignore[attr-defined]
    return user._role_names  # type: ignore[attr-defined]


def is_coordinator(user: AbstractBaseUser | AnonymousUser | None) -> bool:
    """Say whether this person runs the desk; says nothing of how they signed in.

    Within a day of a reset of their second factor they only read (see `is_settling`): who got hold of the new
    link must neither see names and places nor let in somebody else who does.
    """
    return COORDINATORS in _groups(user) and not is_settling(user)


def is_reader(user: AbstractBaseUser | AnonymousUser | None) -> bool:
    """Say whether this person may read the desk's lists, without contact details."""
    groups = _groups(user)
    return READERS in groups or (COORDINATORS in groups and is_settling(user))


def is_auditor(user: AbstractBaseUser | AnonymousUser | None) -> bool:
    """Say whether this person may read who did what."""
    return AUDITORS in _groups(user)


def has_second_factor(request: HttpRequest) -> bool:
    """Say whether a second factor was shown in this very session (in the demo, its buttons count).

    The person's settings do not count: a factor that exists but was not used here opens nothing. Nor does one that was
    set up with a code alone, until the desk has confirmed by phone whose it is.
    """
    if not request.user.is_authenticated:
        return False
    if isinstance(request.user, User) and request.user.factor_waits_since is not None:
        return False
    methods = {record.get("method") for record in get_authentication_records(request, request.user)}
    return "mfa" in methods or (settings.DEMO and "demo" in methods)


def has_factor_set_up(user: AbstractBaseUser | AnonymousUser | None) -> bool:
    """Say whether this person has an authenticator app or a passkey at all; opens nothing by itself."""
    return isinstance(user, User) and (
        Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
    )


def is_settling(user: AbstractBaseUser | AnonymousUser | None) -> bool:
    """Say whether this person's second factor was reset within the last 24 hours."""
    return (
        isinstance(user, User)
        and user.factor_reset_at is not None
        and user.factor_reset_at > timezone.now() - SETTLING
    )


def may_see_details(request: HttpRequest) -> bool:
    """Say whether this session may be shown names and places: a second factor, and not lately reset."""
    return has_second_factor(request) and not is_settling(request.user)


def may_open_desk(request: HttpRequest) -> bool:
    """Say whether this session may enter the desk: staff, active, and a second factor shown here."""
    user = request.user
    return bool(user.is_authenticated and user.is_active and user.is_staff and has_second_factor(request))


def second_factor_url(request: HttpRequest, target: str = "") -> str:
    """Return the page that says how to show a second factor, and leads on to `target`, or back here."""
    query = QueryDict(mutable=True)
    query[REDIRECT_FIELD_NAME] = target or request.get_full_path()
    return f"{reverse('second-factor')}?{query.urlencode(safe='/')}"


def sign_in_required(view: View) -> View:
    """Let only signed-in people in; others are asked to sign in and brought back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def second_factor_required(view: View) -> View:
    """Let only sessions in that have shown a second factor; others are told how."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not has_second_factor(request):
            return redirect(second_factor_url(request))
        return view(request, *args, **kwargs)

    return guarded


def coordinator_required(view: View) -> View:
    """Let only coordinators in whose session has shown a second factor. Anyone else signed in gets 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not (request.user.is_staff and is_coordinator(request.user)):
            raise PermissionDenied
        if not has_second_factor(request):
            return redirect(second_factor_url(request))
        return view(request, *args, **kwargs)

    return guarded


def way_back(request: HttpRequest) -> str:
    """Return where a person was going: the address passed along if it is one of ours, else nothing."""
    target = request.GET.get(REDIRECT_FIELD_NAME, "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours else ""


def send_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Answer a session at the desk's door: sign in first, then a second factor, then in; anyone else gets 403."""
    target = way_back(request) or request.get_full_path()
    if not request.user.is_authenticated:
        return redirect_to_login(target)
    if not (request.user.is_active and request.user.is_staff and _groups(request.user)):
        raise PermissionDenied
    if not may_open_desk(request):
        return redirect(second_factor_url(request, target))
    return redirect(way_back(request) or reverse("home-for-me"))


def coordinators() -> list[User]:
    """Return the people who run the desk and may sign in, by name."""
    return list(
        User.objects.filter(groups__name=COORDINATORS, is_staff=True, is_active=True).order_by("name", "pk")
    )
