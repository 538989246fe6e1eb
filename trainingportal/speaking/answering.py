"""A speaker answers: yes, yes if, no, and "I can no longer give this session". GET shows, POST acts."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.devices import signed_in_or_remembered
from accounts.models import User
from bookings import services
from bookings.models import DeskSettings, Engagement
from bookings.release import others_asked, seen_by_speaker
from bookings.states import AGREED_BOOKINGS, BookingStatus, EngagementState
from places.clock import say_date
from speakers.models import Speaker
from trainingportal.speaking.forms import ConditionForm
from trainingportal.speaking.views import PARTS, speaker_of


def own_place(speaker: Speaker, reference: str, number: int) -> Engagement:
    """The speaker's own place in an offer of a booking, the newest; 404 for anything else."""
    engagement = (
        Engagement.objects.filter(
            speaker=speaker, offer__booking__reference=reference.upper(), offer__number=number
        )
        .select_related("offer__booking__format", "offer__booking__region", "speaker__user", "diary_entry")
        .annotate(parts=PARTS)
        .order_by("-pk")
        .first()
    )
    if engagement is None:
        raise Http404
    return engagement


def _colleagues(engagement: Engagement) -> str:
    """Who else is asked, by partner only: names wait until the session is agreed."""
    others = others_asked(engagement)
    return f"Also asked, for the whole day: {others}." if others else "Nobody else is asked."


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
    return f"It is {days} days since you last told your story. You asked for at least {speaker.days_between_accounts}."


@signed_in_or_remembered
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One invitation: the answer is given by POST; a late or second one meets a kind page."""
    speaker = speaker_of(request)
    engagement = own_place(speaker, reference, number)
    form = ConditionForm(request.POST if request.POST.get("answer") == "if" else None)
    if request.method == "POST":
        answer = request.POST.get("answer")
        if answer in ("yes", "no") or (answer == "if" and form.is_valid()):
            return _answer(request, engagement, answer, form.cleaned_data if answer == "if" else {})
    now = timezone.now()
    return render(
        request,
        "speaking/invitation.html",
        {
            "engagement": engagement,
            "seen": seen_by_speaker(engagement, second_factor=False),
            "form": form,
            "can_answer": engagement.state == EngagementState.ASKED
            and engagement.offer.is_live
            and engagement.held_until is not None
            and engagement.held_until > now,
            "can_give_up": _can_give_up(engagement),
            "was_asked_before": engagement.instead_of_id is not None
            and Engagement.objects.filter(pk=engagement.instead_of_id, speaker=speaker).exists(),
            "colleagues": _colleagues(engagement),
            "telling": _last_telling(speaker, engagement),
            "settings": DeskSettings.current(),
            "named_since": services.named_since(engagement) if engagement.offer.is_live else None,
        },
    )


def _answer(request: HttpRequest, engagement: Engagement, answer: str, data: dict[str, Any]) -> HttpResponse:
    assert isinstance(request.user, User)
    try:
        services.answer_invitation(
            engagement.pk, accepts=answer != "no", condition=data.get("condition", ""), actor=request.user
        )
    except services.TooLate as late:
        return _too_late(request, late)
    day = say_date(engagement.offer.starts_at)
    if answer == "no":
        messages.success(request, f"Thank you for telling us. {day} is yours again.")
    elif answer == "if":
        messages.success(request, f"Thank you. We keep {day} for you and ring you about your condition.")
    elif engagement.offer.booking.status in AGREED_BOOKINGS:
        messages.success(request, f"Thank you. You give the session on {day}; it is agreed.")
    else:
        messages.success(request, f"Thank you. You said yes to {day}; we write when everybody has.")
    return redirect("speaking")


def _too_late(request: HttpRequest, late: services.TooLate) -> HttpResponse:
    context = {"words": str(late), "settings": DeskSettings.current()}
    return render(request, "speaking/too_late.html", context, status=409)


def _can_give_up(engagement: Engagement) -> bool:
    return (
        engagement.state == EngagementState.ACCEPTED
        and engagement.offer.is_live
        and engagement.offer.booking.status in (BookingStatus.OFFERED, *AGREED_BOOKINGS)
        and engagement.offer.starts_at > timezone.now()
    )


@signed_in_or_remembered
@require_http_methods(["GET", "HEAD", "POST"])
def no_longer(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """ "I can no longer give this session": one page that says what happens, and one press. No reason is asked."""
    speaker = speaker_of(request)
    engagement = own_place(speaker, reference, number)
    assert isinstance(request.user, User)
    if request.method == "POST":
        try:
            services.give_up_session(engagement.pk, actor=request.user)
        except services.TooLate as late:
            return _too_late(request, late)
        day = say_date(engagement.offer.starts_at)
        messages.success(
            request, f"Thank you for telling us. {day} is yours again, and we look after the rest."
        )
        return redirect("speaking")
    if not _can_give_up(engagement):
        return redirect("speaking-invitation", reference, number)
    return render(
        request,
        "speaking/no_longer.html",
        {"engagement": engagement, "settings": DeskSettings.current()},
    )
