"""A speaker's pages. GET shows, POST acts; place and people open only with a second factor."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.rights import may_see_details, second_factor_url, sign_in_required
from agendas.services import run_sheet_of
from bookings import services
from bookings.models import DeskSettings, Engagement
from bookings.release import Tier, seen_by_speaker
from bookings.states import (
    AGREED_BOOKINGS,
    LIVE_OFFERS,
    EngagementState,
)
from places.clock import local, say_date, say_moment
from speakers.models import DiaryEntry, Speaker
from speakers.services import SpeakerBusy, add_absence, diary_seen, pause_invitations, remove_absence
from trainingportal.speaking.forms import AbsenceForm, ConditionForm
from trainingportal.speaking.month import month_for, month_of

PAUSES = {"2w": dt.timedelta(weeks=2), "1m": dt.timedelta(days=30)}
OPEN_END = dt.date(9999, 12, 31)
MOST_ROWS = 50
WEEK_DAYS = [
    ("Mo", "Monday"),
    ("Tu", "Tuesday"),
    ("We", "Wednesday"),
    ("Th", "Thursday"),
    ("Fr", "Friday"),
    ("Sa", "Saturday"),
    ("Su", "Sunday"),
]


def speaker_of(request: HttpRequest) -> Speaker:
    """The speaker who is signed in. Raises ``Http404`` for anybody else: these pages are nobody's business."""
    assert isinstance(request.user, User)
    speaker = (
        Speaker.objects.filter(user=request.user, left_on__isnull=True).select_related("organisation").first()
    )
    if speaker is None:
        raise Http404
    return speaker


def _own(speaker: Speaker, reference: str, number: int) -> Engagement:
    """The speaker's own place in an offer of a booking; 404 for anything else."""
    engagement = (
        Engagement.objects.filter(
            speaker=speaker, offer__booking__reference=reference.upper(), offer__number=number
        )
        .select_related("offer__booking__format", "offer__booking__region", "speaker__user")
        .prefetch_related("topics")
        .order_by("-pk")
        .first()
    )
    if engagement is None:
        raise Http404
    return engagement


def _colleagues(engagement: Engagement) -> str:
    """Who else is asked, in roles only: names wait until the session is agreed."""
    others = Speaker.objects.filter(
        engagements__offer=engagement.offer_id,
        engagements__state__in=[EngagementState.ASKED, EngagementState.ACCEPTED],
    ).exclude(pk=engagement.speaker_id)
    count = others.count()
    if count == 0:
        return "You give it alone"
    return "With a colleague all day" if count == 1 else f"With {count} colleagues all day"


def _last_telling(speaker: Speaker, engagement: Engagement) -> str:
    """How long before this session the speaker last told their story, when they asked us to mind the days between."""
    if not speaker.is_family or speaker.days_between_accounts is None:
        return ""
    before = (
        Engagement.objects.filter(
            speaker=speaker,
            state=EngagementState.ACCEPTED,
            offer__booking__status__in=[*AGREED_BOOKINGS, "delivered", "closed"],
            offer__starts_at__lt=engagement.offer.starts_at,
        )
        .order_by("-offer__starts_at")
        .values_list("offer__starts_at", flat=True)
        .first()
    )
    if before is None:
        return ""
    days = (engagement.offer.starts_at - before).days
    return (
        f"It is {days} days after your last telling; you asked for at least {speaker.days_between_accounts}."
    )


@sign_in_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the speaker, what comes next, a pause in one press, and a month of their diary."""
    speaker = speaker_of(request)
    now = timezone.now()
    invitations = list(
        Engagement.objects.filter(
            speaker=speaker,
            state=EngagementState.ASKED,
            offer__state__in=LIVE_OFFERS,
            offer__expires_at__gt=now,
        )
        .select_related("offer__booking__format", "offer__booking__region", "speaker__user")
        .prefetch_related("topics")
        .order_by("offer__starts_at")[:MOST_ROWS]
    )
    coming = list(
        Engagement.objects.filter(
            speaker=speaker,
            state=EngagementState.ACCEPTED,
            offer__state__in=LIVE_OFFERS,
            offer__ends_at__gt=now,
        )
        .select_related("offer__booking__format", "offer__booking__region")
        .prefetch_related("topics")
        .order_by("offer__starts_at")[:MOST_ROWS]
    )
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
            "is_paused": speaker.is_paused(today),
            "pause_has_an_end": speaker.paused_until is not None and speaker.paused_until < OPEN_END,
            "month": month_for(speaker, shown),
            "week_days": WEEK_DAYS,
            "today": today,
            "greeting": _greeting(now),
        },
    )


def _greeting(now: dt.datetime) -> str:
    hour = timezone.localtime(now).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One invitation: the answer is given by POST; a late or second one meets a kind page."""
    speaker = speaker_of(request)
    engagement = _own(speaker, reference, number)
    form = ConditionForm(request.POST if request.POST.get("answer") == "if" else None)
    if request.method == "POST":
        answer = request.POST.get("answer")
        if answer in ("yes", "no") or (answer == "if" and form.is_valid()):
            return _answer(request, engagement, answer, form.cleaned_data if answer == "if" else {})
    seen = seen_by_speaker(engagement, second_factor=False)
    can_answer = (
        engagement.state == EngagementState.ASKED
        and engagement.offer.is_live
        and not (engagement.offer.booking.status == "offered" and engagement.offer.has_run_out())
    )
    return render(
        request,
        "speaking/invitation.html",
        {
            "engagement": engagement,
            "seen": seen,
            "form": form,
            "can_answer": can_answer,
            "colleagues": _colleagues(engagement),
            "telling": _last_telling(speaker, engagement),
            "settings": DeskSettings.current(),
        },
    )


def _answer(request: HttpRequest, engagement: Engagement, answer: str, data: dict[str, Any]) -> HttpResponse:
    assert isinstance(request.user, User)
    try:
        services.answer_invitation(
            engagement.pk, accepts=answer != "no", condition=data.get("condition", ""), actor=request.user
        )
    except services.TooLate as late:
        return render(
            request,
            "speaking/too_late.html",
            {"words": str(late), "settings": DeskSettings.current()},
            status=409,
        )
    day = say_date(engagement.offer.starts_at)
    if answer == "no":
        messages.success(request, f"Thank you for telling us. {day} is yours again.")
    elif answer == "if":
        messages.success(request, f"Thank you. We keep {day} for you and ring you about your condition.")
    else:
        messages.success(request, f"Thank you. You said yes to {day}; we write when everybody has.")
    return redirect("speaking")


@sign_in_required
@require_GET
def session(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Place and people of an agreed session, with a second factor; without one, how to show it."""
    speaker = speaker_of(request)
    engagement = _own(speaker, reference, number)
    if engagement.state != EngagementState.ACCEPTED or engagement.offer.booking.status not in (
        *AGREED_BOOKINGS,
        "delivered",
        "closed",
    ):
        raise Http404
    seen = seen_by_speaker(engagement, second_factor=may_see_details(request), page="session pack")
    needs_factor = seen.tier < Tier.T3 and not may_see_details(request)
    return render(
        request,
        "speaking/session.html",
        {
            "engagement": engagement,
            "seen": seen,
            "needs_factor": needs_factor,
            "second_factor_url": second_factor_url(request),
            "is_lead": engagement.offer.booking.lead_id == speaker.pk,
            "run_sheet": run_sheet_of(engagement.offer.booking) if seen.tier >= Tier.T3 else None,
        },
    )


@sign_in_required
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


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def days_away(request: HttpRequest) -> HttpResponse:
    """Days away as plain rows: add one, take one off."""
    speaker = speaker_of(request)
    assert isinstance(request.user, User)
    form = AbsenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_absence(
                speaker,
                starts_at=form.cleaned_data["starts_at"],
                ends_at=form.cleaned_data["ends_at"],
                private=form.cleaned_data["private"],
                actor=request.user,
            )
        except SpeakerBusy:
            form.add_error(
                "first_day",
                "You have a session, or are asked for one, in this time. Answer the invitation first, or ring the desk.",
            )
        else:
            diary_seen(speaker)
            messages.success(request, "Added to your diary.")
            return redirect("speaking-away")
    away = (
        DiaryEntry.objects.filter(speaker=speaker, busy__endswith__gt=timezone.now())
        .exclude(kind=DiaryEntry.Kind.ENGAGEMENT)
        .order_by("busy")[:MOST_ROWS]
    )
    rows = [(entry, _stretch(entry)) for entry in away]
    return render(request, "speaking/away.html", {"form": form, "rows": rows})


def _stretch(entry: DiaryEntry) -> str:
    """An absence in words: whole days by date, anything else with its times."""
    start, end = timezone.localtime(entry.busy.lower), timezone.localtime(entry.busy.upper)
    if start.time() == end.time() == dt.time():
        last = (end - dt.timedelta(days=1)).date()
        return say_date(start) if last == start.date() else f"{say_date(start)} to {say_date(last)}"
    return f"{say_moment(start)} to {say_moment(end)}"


@sign_in_required
@require_POST
def remove_days_away(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take one absence off the diary."""
    speaker = speaker_of(request)
    assert isinstance(request.user, User)
    remove_absence(speaker, entry_id, actor=request.user)
    messages.success(request, "Taken off your diary.")
    return redirect("speaking-away")
