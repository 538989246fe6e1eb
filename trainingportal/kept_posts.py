"""A form that meets the sign-in: what was typed waits in the session and stands on a page of its own afterwards."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rights import sign_in_required
from trainingportal import away, guard
from trainingportal.errors import came_from_us

KEPT = "posted_before_signing_in"
KEPT_FOR = dt.timedelta(hours=1)
IS_KEPT = "What you typed is kept. You can send it once you have signed in."

GetResponse = Callable[[HttpRequest], HttpResponse]


def kept_posts(get_response: GetResponse) -> GetResponse:
    """Lead a post that was sent to the sign-in, or to the second factor, back to a page with all that was typed.

    Only what a page of ours sent in this browser is kept, and nothing that opens something. A script is answered as before:
    it keeps its own page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method != "POST":
            return response
        door = _door(request, response)
        if door and came_from_us(request) and not _is_from_a_script(request):
            return _keep(request, response, door)
        if not door and request.session.accessed:
            _forget(request)
        return response

    return middleware


@require_safe
@sign_in_required
def show(request: HttpRequest) -> HttpResponse:
    """What was typed before signing in, with a button that sends it; without it, their own page."""
    kept = request.session.get(KEPT)
    if not kept or kept["until"] < timezone.now().timestamp():
        return redirect("home-for-me")
    fields = tuple((name, value) for name, value in kept["fields"])
    return render(
        request,
        "accounts/kept_post.html",
        {"address": kept["address"], "kept": away.Kept(fields, is_whole=True)},
    )


def _door(request: HttpRequest, response: HttpResponse) -> str:
    """The address of the sign-in or the second factor that this answer leads to and back from; else nothing."""
    if not response.has_header("Location"):
        return ""
    address = urlsplit(response["Location"])
    if address.path not in (reverse("account_login"), reverse("second-factor")):
        return ""
    back = QueryDict(address.query).get(REDIRECT_FIELD_NAME)
    return address.path if back == request.get_full_path() else ""


def _is_from_a_script(request: HttpRequest) -> bool:
    return "X-Studio" in request.headers or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


def _keep(request: HttpRequest, response: HttpResponse, door: str) -> HttpResponse:
    posts = guard.count_attempt(
        guard.TO_BE_READ.name, guard.client_address(request), per=guard.TO_BE_READ.per
    )
    kept = away.keep(request.POST)
    if posts > guard.TO_BE_READ.most or not kept.is_whole:
        return response
    request.session[KEPT] = {
        "address": request.get_full_path(),
        "fields": kept.fields,
        "until": (timezone.now() + KEPT_FOR).timestamp(),
    }
    messages.info(request, IS_KEPT)
    return redirect(f"{door}?{urlencode({REDIRECT_FIELD_NAME: reverse('kept-post')}, safe='/')}")


def _forget(request: HttpRequest) -> None:
    """Let go of what was kept once it has been sent."""
    if request.session.get(KEPT, {}).get("address") == request.get_full_path():
        del request.session[KEPT]
