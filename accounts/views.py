"""The pages of signing in.

The library's views are classes; where something of ours must happen at a step of theirs, a small subclass says so.
The rest are the library's own, under our templates. Nothing here changes on GET.
"""

import logging
import time
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

import pghistory
from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.mfa.base import views as mfa
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import devices, kinds, rights, services, signin
from accounts.adapter import TOO_MANY, is_spare, mail_nobody
from accounts.forms import FirstRunForm
from accounts.models import Invitation, User
from accounts.rights import sign_in_required
from accounts.sealing import SealBrokenError
from formkit.codes import was_no_guess

log = logging.getLogger(__name__)

# ---- the way in

sign_in = account.login
cannot_sign_in = account.account_inactive
enter_second_factor = mfa.authenticate
trust_device = mfa.trust
sign_in_with_passkey = webauthn.login_webauthn
show_again = mfa.reauthenticate
show_passkey_again = webauthn.reauthenticate_webauthn


def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session, and have the browser forget what was kept on this device: a speaker's session pack."""
    if request.method == "POST":
        devices.forget_this(request)
    response = account.logout(request)
    if request.method == "POST":
        response.delete_cookie(settings.DEVICE_COOKIE_NAME)
        response["Clear-Site-Data"] = '"storage"'
    return response


class EnterCode(account.ConfirmLoginCodeView):
    """Asks for the e-mailed code; five tries for one way in, however many arrive at once."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._look_up_nobody()
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def _look_up_nobody(self) -> None:
        """For an address that nobody has, ask the database what it was asked for one that somebody has."""
        if self._process.user is None:
            User.objects.filter(pk=0).first()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._look_up_nobody()
        if self._action == "verify" and self._is_a_guess() and not self._may_try():
            self._process.abort()
            messages.error(request, TOO_MANY)
            return redirect("account_login")
        return super().post(request, *args, **kwargs)

    def _is_a_guess(self) -> bool:
        """Whether what was typed can be a code at all; anything else costs no try."""
        return not was_no_guess(self.get_form())

    def form_invalid(self, form: Form) -> HttpResponse:
        """Note it; where that was the last try, say so to those who watch over the doors."""
        if was_no_guess(form):
            again: HttpResponse = self.render_to_response(self.get_context_data(form=form))
            return again
        user = self._process.user
        log.warning("A wrong e-mailed code for %s", f"person {user.pk}" if user else "nobody we know")
        response: HttpResponse = super().form_invalid(form)
        if response.status_code == HTTPStatus.FOUND:
            signin.tell_codes_were_wrong(self._process.state["email"])
        return response

    def _may_try(self) -> bool:
        """Count this try. The count in the session alone would miss tries that arrive together."""
        login = self.stage.login
        return ratelimit.consume(
            self.request, action="confirm_login_code", key=f"{login.email}:{login.initiated_at}"
        )

    def _verify_form_valid(self, form: Form) -> HttpResponse:
        if self._process.user is None:  # nobody has this address; a code exists only on paper
            return self.form_invalid(form)
        with transaction.atomic():
            response: HttpResponse = super()._verify_form_valid(form)
            signin.tell_code_was_right(self._process.user)
        return response

    def _resend_form_valid(self, form: Form) -> HttpResponse:
        """Send a fresh code, good for a full hour from now."""
        self._process.state["at"] = time.time()
        response: HttpResponse = super()._resend_form_valid(form)
        if self._process.user is None:
            mail_nobody(self._process.state["email"])
        messages.success(self.request, "We have sent a new code. The earlier one no longer works.")
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "minutes": kinds.CODE_MINUTES,
            "is_sent": self.request.session.get(signin.SENT_KEY) == self._process.state.get("email"),
        }


enter_code = EnterCode.as_view()


@never_cache
@sign_in_required
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """Lead a session that lacks a second factor to showing it, or say how to get one."""
    target = rights.way_back(request) or reverse("home-for-me")
    if rights.has_second_factor(request):
        return redirect(target)
    assert isinstance(request.user, User)
    if request.user.factor_waits_since is not None:
        return render(request, "accounts/factor_waits.html", status=403)
    if rights.has_factor_set_up(request.user):
        way = get_adapter(request).get_reauthentication_methods(request.user)[0]["url"]
        return redirect_to_login(target, login_url=way)
    if signin.may_set_up_factor(request):
        return redirect("mfa_index")
    return render(request, "accounts/second_factor.html", status=403)


# ---- invitations and the first run


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show an invitation on GET, spend it on POST: mail gateways open links before people do."""
    try:
        found = services.find_invitation(token)
        if request.method != "POST":
            return render(request, "accounts/invitation.html", {"invitation": found})
        proven = (
            request.user if isinstance(request.user, User) and rights.has_second_factor(request) else None
        )
        found = services.use_invitation(token, proven_user=proven)
    except services.InvitationSpentError:
        return render(request, "accounts/invitation_spent.html", status=410)
    except services.NeedsSecondFactorError:
        return _show_factor_then_return(request, found)
    if found.finished_at:
        _keep_session(request)
        return redirect("home-for-me")
    signin.enter_by_invitation(request, found)
    return redirect("mfa_index")


def _show_factor_then_return(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Send somebody who has a second factor to show it, and back to their invitation."""
    if request.user == found.user:
        return redirect(rights.second_factor_url(request))
    get_adapter(request).logout(request)
    return redirect_to_login(request.path)


@never_cache
@require_http_methods(["GET", "HEAD"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Say how to make the first coordinator, while there is none."""
    if not services.first_run_is_open():
        raise Http404
    return render(request, "accounts/first_run.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_run_with_link(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first coordinator, for whoever holds the link that this machine printed."""
    if not services.first_run_is_open():
        raise Http404
    if not services.first_run_link_is_good(token):
        return render(request, "accounts/first_run.html", {"link_is_spent": True}, status=410)
    form = FirstRunForm(request.POST or None)
    if form.is_valid():
        try:
            started = services.start_first_run(token, **form.cleaned_data)
        except services.FirstRunClosedError:
            return render(request, "accounts/first_run.html", {"link_is_spent": True}, status=410)
        signin.enter_by_invitation(request, started)
        return redirect("mfa_index")
    return render(request, "accounts/first_run_form.html", {"form": form})


# ---- one's own ways of signing in


@never_cache
@sign_in_required
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show how this person signs in, and let them change it where they may."""
    assert isinstance(request.user, User)
    held = Authenticator.objects.filter(user_id=request.user.pk).order_by("pk")
    by_type: dict[str, list[Authenticator]] = {}
    for authenticator in held:
        by_type.setdefault(authenticator.type, []).append(authenticator)
    recovery = by_type.get(Authenticator.Type.RECOVERY_CODES)
    return render(
        request,
        "mfa/index.html",
        {
            "app": by_type.get(Authenticator.Type.TOTP),
            "passkeys": by_type.get(Authenticator.Type.WEBAUTHN, []),
            "codes_left": _codes_left(recovery[0]) if recovery else None,
            "may_set_up": signin.may_set_up_factor(request),
            "is_invited": signin.invitation_in_hand(request),
            "sets_up_first": signin.is_first_set_up(request),
            "waits": request.user.factor_waits_since is not None,
            "devices": request.user.devices.filter(
                expires_at__gt=timezone.now(), stamp=request.user.security_stamp
            ),
        },
    )


def _codes_left(recovery: Authenticator) -> int | None:
    """Count the recovery codes that still work; None where we can no longer read them."""
    try:
        return len(recovery.wrap().get_unused_codes())
    except SealBrokenError:
        return None


def set_up_allowed(view: rights.View) -> rights.View:
    """Let only those in who may add a second factor; others are told how to get an invitation."""

    @wraps(view)
    @sign_in_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not signin.may_set_up_factor(request):
            return redirect("second-factor")
        return view(request, *args, **kwargs)

    return guarded


def _keep_session(request: HttpRequest) -> None:
    """Carry this session over the change of standing that ended all the others."""
    assert isinstance(request.user, User)
    request.user = User.objects.get(pk=request.user.pk)
    update_session_auth_hash(request, request.user)
    devices.carry_over(request, request.user)


def _proved_new_factor(request: HttpRequest, authenticator: Authenticator) -> None:
    """Record that the new factor was just shown, and give the role it was the last step to."""
    post_authentication(request, authenticator, reauthenticated=True)
    assert isinstance(request.user, User)
    in_hand = signin.invitation_in_hand(request)
    if in_hand is None and not is_spare(authenticator):
        services.wait_for_confirmation(request.user)
    if in_hand:
        services.finish_invitation(in_hand)
        request.session.pop(signin.INVITATION_KEY, None)
        _keep_session(request)


def _changes_factors(verb: str) -> Callable[[rights.View], rights.View]:
    """Let the audit trail say who changed their ways of signing in, and sign the person out everywhere else once they did.

    The rows of the trail are written by trigger.
    """

    def decorate(view: rights.View) -> rights.View:
        @wraps(view)
        def changing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            assert isinstance(request.user, User)
            held = Authenticator.objects.filter(user_id=request.user.pk)
            with pghistory.context(actor=request.user.pk, verb=verb):
                before = set(held.values_list("pk", flat=True))
                response = view(request, *args, **kwargs)
                if set(held.values_list("pk", flat=True)) != before:
                    services.end_sessions(request.user, actor=request.user)
                    _keep_session(request)
            return response

        return changing

    return decorate


class SetUpApp(totp.ActivateTOTPView):
    """Takes the first code of a new authenticator app."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return context | {"secret_in_fours": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))}

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            with transaction.atomic():
                response: HttpResponse = super().form_valid(form)
                _proved_new_factor(
                    self.request,
                    Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP),
                )
        except (services.InvitationSpentError, services.FirstRunClosedError):
            return render(self.request, "accounts/invitation_spent.html", status=410)
        return response


class AddPasskey(webauthn.AddWebAuthnView):
    """Takes a new passkey, which must be unlocked with a finger, a face or a PIN, and can sign in alone."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "js_data": {"creation_options": begin_registration(self.request.user, passwordless=True)}
        }

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            with transaction.atomic():
                response: HttpResponse = super().form_valid(form)
                made = Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.WEBAUTHN)
                _proved_new_factor(self.request, made.latest("pk"))
        except (services.InvitationSpentError, services.FirstRunClosedError):
            return render(self.request, "accounts/invitation_spent.html", status=410)
        return response


set_up_app = set_up_allowed(_changes_factors("add a second factor")(SetUpApp.as_view()))
add_passkey = set_up_allowed(_changes_factors("add a second factor")(AddPasskey.as_view()))
recovery_codes = sign_in_required(codes.view_recovery_codes)
new_recovery_codes = sign_in_required(
    _changes_factors("make new recovery codes")(codes.generate_recovery_codes)
)
recovery_codes_file = sign_in_required(codes.download_recovery_codes)
rename_passkey = sign_in_required(webauthn.edit_webauthn)


@sign_in_required
@require_POST
def forget_device(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a device of one's own: it asks for a code again."""
    assert isinstance(request.user, User)
    devices.forget(request.user, pk)
    messages.success(request, "That device is no longer remembered.")
    return redirect("mfa_index")


@sign_in_required
def passkeys(request: HttpRequest) -> HttpResponse:
    """Lead to the page that lists them: the library comes here after a change."""
    return redirect("mfa_index")


@sign_in_required
@_changes_factors("remove a second factor")
def remove_app(request: HttpRequest) -> HttpResponseBase:
    """Remove the authenticator app, unless it is the only second factor."""
    return _last_one_stays(request, type=Authenticator.Type.TOTP) or totp.deactivate_totp(request)


@sign_in_required
@_changes_factors("remove a second factor")
def remove_passkey(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remove a passkey, unless it is the only second factor."""
    return _last_one_stays(request, pk=pk) or webauthn.remove_webauthn(request, pk=pk)


def _last_one_stays(request: HttpRequest, **which: Any) -> HttpResponse | None:
    if not isinstance(request.user, User):
        raise PermissionDenied
    authenticator = Authenticator.objects.filter(user=request.user, **which).first()
    if authenticator is None or is_spare(authenticator):
        return None
    messages.error(request, "Add another way to sign in first: this is your only one.")
    return redirect("mfa_index")
