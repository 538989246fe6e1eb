"""What a speaker asks us to mind: how often, how far, with whom, from where, which topics, and a pause until a day."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.devices import signed_in_or_remembered
from accounts.models import User
from courses.models import Topic
from places.clock import say_date
from speakers.models import Speaker
from speakers.services import confirm_expertise, pause_invitations, set_home, set_limits
from trainingportal.speaking.forms import ExpertiseForm, HomeForm, LimitsForm, PauseForm
from trainingportal.speaking.views import OPEN_END, speaker_of


@signed_in_or_remembered
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: HttpRequest) -> HttpResponse:
    """Four short forms; ``part`` says which was sent."""
    speaker = speaker_of(request)
    assert isinstance(request.user, User)
    part = request.POST.get("part", "")
    own = list(speaker.expertise.all())
    mind = LimitsForm(request.POST if part == "limits" else None, speaker=speaker)
    give = ExpertiseForm(
        request.POST if part == "topics" else None, initial={"topics": [each.topic_id for each in own]}
    )
    pause = PauseForm(request.POST if part == "pause" else None)
    home = HomeForm(request.POST if part == "home" else None, initial={"home": speaker.home_outcode})
    if part == "home" and home.is_valid():
        set_home(speaker, outcode=home.cleaned_data["home"], actor=request.user)
        messages.success(request, "Kept. We estimate your journeys from there.")
        return redirect("speaking-limits")
    if part == "limits" and mind.is_valid():
        return _keep_limits(request, speaker, mind, actor=request.user)
    if part == "topics" and give.is_valid():
        topics: list[Topic] = list(give.cleaned_data["topics"])
        confirm_expertise(speaker, topics=topics, actor=request.user)
        messages.success(request, "Thank you. We ask you for these topics.")
        return redirect("speaking-limits")
    if part == "pause" and pause.is_valid():
        until = pause.cleaned_data["until"]
        pause_invitations(speaker, until=until, actor=request.user)
        messages.success(
            request, f"No invitations until {say_date(until)}. What you accepted stays as it is."
        )
        return redirect("speaking-limits")
    return render(
        request,
        "speaking/limits.html",
        {
            "speaker": speaker,
            "limits_form": mind,
            "home_form": home,
            "topics_form": give,
            "pause_form": pause,
            "to_confirm": any(each.confirmed_at is None for each in own),
            "is_paused": speaker.is_paused(timezone.localdate()),
            "pause_has_an_end": speaker.paused_until is not None and speaker.paused_until < OPEN_END,
        },
    )


def _keep_limits(request: HttpRequest, speaker: Speaker, form: LimitsForm, *, actor: User) -> HttpResponse:
    data = form.cleaned_data
    set_limits(
        speaker,
        most_sessions_a_month=data["most_sessions_a_month"],
        days_between_accounts=data.get("days_between_accounts"),
        reach_minutes=data["reach_minutes"],
        only_with_colleague=data["only_with_colleague"],
        formats=list(data["formats"]),
        actor=actor,
    )
    messages.success(request, "Kept. We mind these when we look for a date.")
    return redirect("speaking-limits")
