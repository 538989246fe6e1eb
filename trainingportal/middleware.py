"""What every answer carries, whoever made it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from trainingportal import sightings

GetResponse = Callable[[HttpRequest], HttpResponse]

# The portal asks a browser for none of these. Passkeys are not on the list: they need theirs.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "screen-wake-lock",
        "usb",
        "xr-spatial-tracking",
    )
)


def refused_references(get_response: GetResponse) -> GetResponse:
    """Note for the desk that a signed-in person met “not found” at the address of a booking, whichever page it was."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match = request.resolver_match
        if response.status_code == 404 and match is not None and "reference" in match.kwargs:
            user = request.user
            if isinstance(user, User) and not user.is_staff:
                sightings.note_refused(user.email, match.kwargs["reference"])
        return response

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """Keep every answer out of caches and search engines, unless its view is marked `public_page`.

    A public page is indexed only when it succeeds, and kept only when it is the same for everyone: one that reads or
    sets a cookie (a form, for one) is not stored either.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        match = request.resolver_match
        is_public = (
            match is not None and getattr(match.func, "public_page", False) and response.status_code < 400
        )
        if not is_public:
            response["X-Robots-Tag"] = "noindex, nofollow"
        if not is_public or _is_personal(response):
            response["Cache-Control"] = "no-store"
        elif "Cache-Control" not in response:
            response["Cache-Control"] = "no-cache"
        return response

    return middleware


def _is_personal(response: HttpResponse) -> bool:
    """Say whether an answer depends on who asked: it varies by cookie, or hands one out."""
    return bool(response.cookies) or "cookie" in response.get("Vary", "").lower()
