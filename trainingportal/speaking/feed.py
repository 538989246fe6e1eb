"""The address from which a speaker's own calendar programme reads their sessions. The key in it is all the sign-in there is."""

import datetime as dt
import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from bookings.feed import feed_ics
from speakers.calendars import feed_of, hash_of, may_show_detail
from trainingportal.guard import client_address, count_attempt

HOUR = dt.timedelta(hours=1)
MOST_READS = 120
MOST_GUESSES = 60


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Answer a known key with the calendar, or with 304 where the programme has it already; any other with 404.

    Reads of one key and guesses from one network are counted by the hour; what is above the limit gets 429.
    """
    token = request.GET.get("key", "")[:100]
    known = feed_of(token)
    if known is None:
        if count_attempt("feed:guess", client_address(request), per=HOUR) > MOST_GUESSES:
            return _too_often(request)
        raise Http404
    if count_attempt("feed:read", hash_of(token), per=HOUR) > MOST_READS:
        return _too_often(request)
    content = feed_ics(known.speaker, with_detail=may_show_detail(known))
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8", headers={"ETag": etag})
    return get_conditional_response(request, etag=etag, response=response) or response


def _too_often(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(int(HOUR.total_seconds()))
    return response
