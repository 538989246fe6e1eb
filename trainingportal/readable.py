"""Looks at what a browser sent before anything else reads it: how long it is, and whether it can be read at all."""

import codecs
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render

MOST_IN_PUBLIC = 192 * 1024
"""Bytes in a form of somebody who has not signed in: the longest page of ours, typed to the full in any script, is less."""

GetResponse = Callable[[HttpRequest], HttpResponse]


def readable_requests(get_response: GetResponse) -> GetResponse:
    """Answer 400 to what no page of ours sends, and 413 to what is too long; both in words, and once for every view.

    No address or answer of ours holds a NUL (the database takes none) and every form is sent in UTF-8.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not _can_be_split(request):
            raise _refused(request, "too many parts in the address")
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise _refused(request, "NUL in the address")
        if not _is_utf8(request.content_params.get("charset") if request.content_params else None):
            raise _refused(request, "not in UTF-8")
        request.encoding = "utf-8"  # utf8 by another of its names is UTF-8
        if request.method == "POST":
            try:
                if _is_too_long(request):
                    raise RequestDataTooBig
                _read(request)
            except RequestDataTooBig:
                _forget_what_was_sent(request)
                return render(request, "413.html", status=413)
        return get_response(request)

    return middleware


def _can_be_split(request: HttpRequest) -> bool:
    try:
        return request.GET is not None
    except SuspiciousOperation:
        request.META["QUERY_STRING"] = ""
        return False


def _read(request: HttpRequest) -> None:
    """Read the form, so that whatever is wrong with it is found here and nowhere else."""
    try:
        posted = request.POST
    except RequestDataTooBig:
        raise
    except UnreadablePostError:
        return  # they hung up: nobody is there to be answered
    except (BadRequest, MultiPartParserError, SuspiciousOperation) as error:
        raise _refused(request, "a form that cannot be read") from error
    if any("\0" in name or any("\0" in value for value in values) for name, values in posted.lists()):
        raise _refused(request, "NUL in a form")


def _is_too_long(request: HttpRequest) -> bool:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return False
    return length > MOST_IN_PUBLIC and SESSION_KEY not in request.session


def _is_utf8(charset: str | None) -> bool:
    if not charset:
        return True
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False


def _refused(request: HttpRequest, why: str) -> BadRequest:
    _forget_what_was_sent(request)
    return BadRequest(why)


def _forget_what_was_sent(request: HttpRequest) -> None:
    """Leave an empty form behind: the page about the trouble must be able to read its request."""
    request.content_type = ""
    request.encoding = "utf-8"
