"""A speaker's calendars: busy times read from their own one, and a private address from which theirs reads ours."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.rights import may_see_details, second_factor_url, sign_in_required
from speakers.calendars import (
    end_feed,
    make_feed,
    may_show_detail,
    read_from,
    read_unknown_zones_as_london,
    stop_reading,
)
from speakers.models import CalendarFeed, OwnCalendar, Speaker
from trainingportal.speaking.forms import OwnCalendarForm
from trainingportal.speaking.views import speaker_of

SAID = {
    OwnCalendar.Problem.REFUSED: "We cannot read calendars from this address. Enter another one.",
    OwnCalendar.Problem.AWAY: "Your calendar did not answer. We will try again every hour. You do not need to do anything.",
    OwnCalendar.Problem.NOT_FOUND: (
        "There is no longer a calendar at this address. Check that it is still published, then enter the address again."
    ),
    OwnCalendar.Problem.TOO_LARGE: (
        "Your calendar is too large for us to read, or an entry in it repeats without end. "
        "Publish a smaller calendar, or remove that entry."
    ),
    OwnCalendar.Problem.UNREADABLE: (
        "This is not a calendar that we can read. Check that the address ends in .ics."
    ),
}


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendars(request: HttpRequest) -> HttpResponse:
    """How both calendars stand; a POST gives us the address of their own one."""
    speaker = speaker_of(request)
    assert isinstance(request.user, User)
    form = OwnCalendarForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        read_from(speaker, address=form.cleaned_data["address"], actor=request.user)
        messages.success(
            request, "We read your busy times within a few minutes, and every hour from then on."
        )
        return redirect("speaking-calendars")
    return _page(request, speaker, form)


def _page(
    request: HttpRequest, speaker: Speaker, form: OwnCalendarForm, *, address: str = ""
) -> HttpResponse:
    own = OwnCalendar.objects.filter(speaker=speaker).first()
    feed = CalendarFeed.objects.filter(speaker=speaker).select_related("speaker__user").first()
    return render(
        request,
        "speaking/calendars.html",
        {
            "form": form,
            "own": own,
            "problem": SAID[OwnCalendar.Problem(own.problem)] if own and own.problem else "",
            "feed": feed,
            "shows_detail": feed is not None and may_show_detail(feed),
            "address": address,
            "may_see_details": may_see_details(request),
            "second_factor_url": second_factor_url(request, reverse("speaking-calendars")),
        },
    )


@sign_in_required
@require_POST
def stop_own(request: HttpRequest) -> HttpResponse:
    """Forget the address of their own calendar and every time read from it."""
    assert isinstance(request.user, User)
    stop_reading(speaker_of(request), actor=request.user)
    messages.success(request, "We have forgotten the address and the times that we read from it.")
    return redirect("speaking-calendars")


@sign_in_required
@require_POST
def unknown_is_london(request: HttpRequest) -> HttpResponse:
    """Their answer to "which time zone is this?": London's, from the next reading on."""
    assert isinstance(request.user, User)
    read_unknown_zones_as_london(speaker_of(request), actor=request.user)
    messages.success(request, "Saved. We will read your calendar again within a few minutes.")
    return redirect("speaking-calendars")


@sign_in_required
@require_POST
def new_feed(request: HttpRequest) -> HttpResponse:
    """Make a private address and show it, this once; one made before stops. Needs a second factor in this session."""
    speaker = speaker_of(request)
    assert isinstance(request.user, User)
    if not may_see_details(request):
        return redirect(second_factor_url(request, reverse("speaking-calendars")))
    token = make_feed(speaker, with_detail="detail" in request.POST, actor=request.user)
    address = f"{settings.SITE_URL}{reverse('speaking-feed')}?key={token}"
    return _page(request, speaker, OwnCalendarForm(), address=address)


@sign_in_required
@require_POST
def stop_feed(request: HttpRequest) -> HttpResponse:
    """Close the private address; closing needs no second factor."""
    assert isinstance(request.user, User)
    end_feed(speaker_of(request), actor=request.user)
    messages.success(request, "The address is closed. A calendar that still asks for it finds nothing.")
    return redirect("speaking-calendars")
