"""Signing in with an e-mailed code, as the other floors start it and hear of it."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.stagekit import clear_login
from allauth.core import ratelimit
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.internal.flows.trust import create_config_fingerprint, decode_trust_cookie
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.shortcuts import resolve_url
from django.urls import reverse

from accounts import rights
from accounts.devices import device_of
from accounts.models import Invitation, User

INVITATION_KEY = "accounts_invitation"
SENT_KEY = "accounts_code_sent_to"
AfterCode = Callable[[User], None]
AfterWrongCodes = Callable[[str], None]

_after_code: list[AfterCode] = []
_after_wrong_codes: list[AfterWrongCodes] = []
_after_refused_codes: list[AfterWrongCodes] = []


def after_code(callback: AfterCode) -> None:
    """Ask to be told whenever a code proved somebody's mailbox. Call it in AppConfig.ready().

    The callback runs in the transaction that verifies the address, before any second factor is asked for.
    """
    if callback not in _after_code:
        _after_code.append(callback)


def tell_code_was_right(user: User) -> None:
    """Run what the other floors asked for."""
    for callback in _after_code:
        callback(user)


def after_wrong_codes(callback: AfterWrongCodes) -> None:
    """Ask to be told the mailbox whenever a way in ended because every code typed was wrong. Call it in AppConfig.ready().

    Whether anybody has that mailbox makes no difference here, so that it makes none to whoever watches the time.
    """
    if callback not in _after_wrong_codes:
        _after_wrong_codes.append(callback)


def tell_codes_were_wrong(mailbox: str) -> None:
    """Run what the other floors asked for."""
    for callback in _after_wrong_codes:
        callback(mailbox)


def after_refused_codes(callback: AfterWrongCodes) -> None:
    """Ask to be told the mailbox whenever a code was refused because too many were asked for. Call it in AppConfig.ready().

    Whether anybody has that mailbox makes no difference here either.
    """
    if callback not in _after_refused_codes:
        _after_refused_codes.append(callback)


def may_ask_for_code(request: HttpRequest, mailbox: str, user: User | None) -> bool:
    """Count one code asked for, and say whether it may be mailed.

    Each network has a budget of its own for a mailbox, and all networks one together that bounds what a mailbox gets. A
    device that its owner had remembered has its own, which nobody else can spend: nobody is kept out by a stranger who
    knows their address.
    """
    device = _remembered_device(request, user)
    if device:
        allowed = ratelimit.consume(request, action="request_code_on_device", key=f"{mailbox}|{device}")
    else:
        here = f"{mailbox}|{get_ip(request)}"
        allowed = ratelimit.consume(request, action="request_login_code", key=here) and ratelimit.consume(
            request, action="request_code_anywhere", key=mailbox
        )
    if not allowed:
        for callback in _after_refused_codes:
            callback(mailbox)
    return allowed


def _remembered_device(request: HttpRequest, user: User | None) -> str:
    """The mark of this device where this very person had it remembered, else nothing; for nobody the same query is made."""
    device = device_of(request)
    if device is not None and user is not None and device.user_id == user.pk:
        return f"device {device.pk}"
    trusts = decode_trust_cookie(request)
    if not trusts:
        return ""
    mark = create_config_fingerprint(user or User(pk=0))
    return mark if any(trust.fingerprint == mark for trust in trusts) else ""


def begin_code(request: HttpRequest, user: User, *, next_url: str = "") -> str:
    """Mail this person a fresh code and return the address of the page that asks for it.

    Somebody else signed in here is signed out first, and their session goes with them. A person who entered
    a code in this very session is not asked again. `next_url` is where they go once the code is right;
    otherwise the page for their role. The caller limits how often a stranger may ask for this.
    """
    if request.user.is_authenticated:
        if request.user == user and _proved_mailbox(request, user):
            with transaction.atomic():
                tell_code_was_right(user)
            return next_url or resolve_url(settings.LOGIN_REDIRECT_URL)
        get_adapter(request).logout(request)
    clear_login(request)
    LoginCodeVerificationProcess.initiate(request=request, user=user, email=user.email)
    request.session[SENT_KEY] = user.email
    url = reverse("account_confirm_login_code")
    if not next_url:
        return url
    query = QueryDict(mutable=True)
    query[REDIRECT_FIELD_NAME] = next_url
    return f"{url}?{query.urlencode(safe='/')}"


def enter_by_invitation(request: HttpRequest, invitation: Invitation) -> None:
    """Sign in the person whose invitation was just spent, so that they can set up a second factor.

    Whoever was signed in here before is signed out. The session remembers the invitation: it alone allows a
    first second factor to be set up.
    """
    adapter = get_adapter(request)
    adapter.logout(request)
    adapter.login(request, invitation.user)
    record_authentication(request, invitation.user, "invitation")
    request.session[INVITATION_KEY] = invitation.pk


def invitation_in_hand(request: HttpRequest) -> Invitation | None:
    """Return the spent but unfinished invitation that this session came in by."""
    number = request.session.get(INVITATION_KEY)
    if number is None or not isinstance(request.user, User):
        return None
    return Invitation.objects.filter(
        pk=number,
        user=request.user,
        used_at__isnull=False,
        finished_at=None,
        withdrawn_at=None,
    ).first()


def is_first_set_up(request: HttpRequest) -> bool:
    """Say whether this is somebody who may set up their first second factor with a code alone: a speaker, off the desk.

    It opens nothing until the desk has confirmed by phone whose it is: whoever reads the mailbox could do the same.
    Whoever may open the desk needs an invitation, and so does whoever had a factor that was reset.
    """
    user = request.user
    speaker = getattr(user, "speaker", None)  # the floor above gives it to those who are one
    return (
        isinstance(user, User)
        and not user.is_staff
        and user.factor_reset_at is None
        and speaker is not None
        and speaker.left_on is None
        and not rights.has_factor_set_up(user)
        and invitation_in_hand(request) is None
    )


def may_set_up_factor(request: HttpRequest) -> bool:
    """Say whether this session may add a second factor.

    A code alone must not be enough for the first one to open anything: whoever reads the mailbox would get the desk with
    it. So a speaker's waits for the desk's word, and staff come by invitation. A further one asks for an existing one
    again, which allauth sees to.
    """
    return bool(request.user.is_authenticated) and (
        rights.has_factor_set_up(request.user)
        or invitation_in_hand(request) is not None
        or is_first_set_up(request)
    )


def _proved_mailbox(request: HttpRequest, user: User) -> bool:
    """Say whether a code mailed to the present address was entered in this session."""
    return any(
        record.get("method") == "code" and record.get("email") == user.email
        for record in get_authentication_records(request, user)
    )
