"""Pages for when something is wrong: they say what happened and what to do, and nothing about how the portal is built."""

import logging
import sys

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token

from trainingportal import away

log = logging.getLogger(__name__)

LAST_RESORT = (
    "<!doctype html><html lang='en-GB'><title>Something went wrong</title><h1>Something went wrong</h1>"
)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400: the browser sent something that no page of ours sends."""
    return HttpResponseBadRequest(render_to_string("400.html", request=request))


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 without saying what stands behind the door."""
    return render(request, "403.html", status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404. What a person may not know of is answered the same way."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 from a page that needs no context and no other template; plain words if even that fails.

    Where the database is what is away, answer 503 and keep what was typed: wherever in the portal that came to light.
    """
    try:
        if away.is_away(sys.exc_info()[1]):
            return away.page(request)
        page: str = render_to_string("500.html")
    except Exception:
        log.exception("the page about the trouble itself could not be drawn")
        page = LAST_RESORT
    return HttpResponseServerError(page)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 kindly when a form's token is missing or old. The reason goes to the log, not to the page.

    Where a page of ours sent it, nothing is lost: the same fields stand on the page, to be read and sent by a press. What
    another site sent is never shown or offered, and nothing is sent by itself.
    """
    log.info("csrf failure at %s: %s", request.path, reason, extra={"request": request})
    kept = away.keep(request.POST) if request.method == "POST" and came_from_us(request) else None
    return render(
        request,
        "403_csrf.html",
        {
            "address": request.get_full_path(),
            "kept": kept if kept and kept.is_whole and kept.fields else None,
            "csrf_token": get_token(request) if kept else "",
        },
        status=403,
    )


def came_from_us(request: HttpRequest) -> bool:
    """Whether the browser itself says that one of our pages sent this. A browser that says nothing is not believed."""
    ours = f"{request.scheme}://{request.get_host()}"
    if (site := request.headers.get("Sec-Fetch-Site")) is not None and site != "same-origin":
        return False
    if (origin := request.headers.get("Origin")) is not None:
        return origin == ours
    return site is not None or request.headers.get("Referer", "").startswith(f"{ours}/")
