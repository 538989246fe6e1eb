"""A speaker's pages. GET shows, POST acts; place and people open only with a second factor."""

import datetime as dt

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.devices import device_of, remember, signed_in_or_remembered
from accounts.models import User
from accounts.rights import has_second_factor, sign_in_required
from accounts.signin import is_first_set_up
from bookings.models import Engagement
from bookings.states import (
    LIVE_OFFERS,
    EngagementState,
)
from places.clock import local, say_date
from speakers.models import Expertise, Speaker
from speakers.services import pause_invitations
from trainingportal.speaking.month import month_for, month_of

PAUSES = {"2w": dt.timedelta(weeks=2), "1m": dt.timedelta(days=30)}
OPEN_END = dt.date(9999, 12, 31)
MOST_ROWS = 100
WEEK_DAYS = [
    ("Mo", "Monday"),
    ("Tu", "Tuesday"),
    ("We", "Wednesday"),
    ("Th", "Thursday"),
    ("Fr", "Friday"),
    ("Sa", "Saturday"),
    ("Su", "Sunday"),
]


PARTS = ArraySubquery(
    Engagement.topics.through.objects.filter(engagement=OuterRef("pk"))
    .order_by("-topic__is_core", "topic__rank", "topic__title")
    .values("topic__title")
)
"""The titles of the topics that somebody gives in a session."""


def speaker_of(request: HttpRequest) -> Speaker:
    """The speaker who is signed in. Raises ``Http404`` for anybody else: these pages are nobody's business."""
    assert isinstance(request.user, User)
    speakers = Speaker.objects.filter(user=request.user, left_on__isnull=True).select_related("organisation")
    speaker = speakers.order_by("pk").first()
    if speaker is None:
        raise Http404
    return speaker


@signed_in_or_remembered
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the speaker, what comes next, a pause in one press, and a month of their diary."""
    speaker = speaker_of(request)
    now = timezone.now()
    ahead = list(
        Engagement.objects.filter(
            Q(state=EngagementState.ASKED, diary_entry__held_until__gt=now)
            | Q(state=EngagementState.ACCEPTED, offer__ends_at__gt=now),
            speaker=speaker,
            offer__state__in=LIVE_OFFERS,
        )
        .select_related("offer__booking__format", "offer__booking__region", "diary_entry")
        .annotate(parts=PARTS)
        .order_by("offer__starts_at")[:MOST_ROWS]
    )
    invitations = [engagement for engagement in ahead if engagement.state == EngagementState.ASKED]
    coming = [engagement for engagement in ahead if engagement.state == EngagementState.ACCEPTED]
    today = timezone.localdate()
    soonest = [engagement.offer.starts_at for engagement in (*invitations[:1], *coming[:1])]
    shown = month_of(request.GET.get("month", ""), today=local(soonest[0]).date() if soonest else today)
    return render(
        request,
        "speaking/home.html",
        {
            "speaker": speaker,
            "invitations": invitations,
            "coming": coming,
            "to_confirm": Expertise.objects.filter(speaker=speaker, confirmed_at=None).exists(),
            "diary_counts": speaker.has_looked_lately(now),
            "is_paused": speaker.is_paused(today),
            "pause_has_an_end": speaker.paused_until is not None and speaker.paused_until < OPEN_END,
            "month": month_for(speaker, shown, with_rows=False),
            "week_days": WEEK_DAYS,
            "greeting": _greeting(now),
            "offers_to_remember": device_of(request) is None,
            "sets_up_first": not has_second_factor(request) and is_first_set_up(request),
        },
    )


@sign_in_required
@require_POST
def remember_device(request: HttpRequest) -> HttpResponse:
    """From now on this device answers and notes absences without a code, for 60 days."""
    speaker_of(request)
    assert isinstance(request.user, User)
    response = redirect("speaking")
    remember(request, response, request.user)
    messages.success(
        request,
        "We remember this device for 60 days. You can stop this under “How you sign in”, or by signing out.",
    )
    return response


def _greeting(now: dt.datetime) -> str:
    hour = timezone.localtime(now).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


@signed_in_or_remembered
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Stop invitations in one press, or let them come again. Nobody asks why."""
    speaker = speaker_of(request)
    assert isinstance(request.user, User)
    choice = request.POST.get("for", "")
    today = timezone.localdate()
    if choice == "resume":
        pause_invitations(speaker, until=None, actor=request.user)
        messages.success(request, "Invitations may come again.")
    elif choice == "open":
        pause_invitations(speaker, until=OPEN_END, actor=request.user)
        messages.success(request, "No invitations until you say so. What you accepted stays as it is.")
    elif choice in PAUSES:
        until = today + PAUSES[choice]
        pause_invitations(speaker, until=until, actor=request.user)
        messages.success(
            request, f"No invitations until {say_date(until)}. What you accepted stays as it is."
        )
    return redirect("speaking")
