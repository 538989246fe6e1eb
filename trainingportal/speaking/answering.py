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
from bookings.effects import Audience, Busy, Effects, preview, recording
from bookings.models import Booking, DeskSettings, Engagement
from bookings.release import others_asked, seen_by_speaker
from bookings.states import AGREED_BOOKINGS, LIVE_ENGAGEMENTS, BookingStatus, EngagementState
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
    """Who else is asked or comes, by partner only; nothing once the speaker does not come themselves."""
    if engagement.state not in LIVE_ENGAGEMENTS or not engagement.offer.is_live:
        return ""
    others = others_asked(engagement)
    if engagement.offer.booking.is_agreed or engagement.offer.ends_at < timezone.now():
        return f"With you: {others}." if others else "You give this session alone."
    return f"Also asked: {others}." if others else "Nobody else is asked."


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
    actor = request.user
    assert isinstance(actor, User)
    try:
        _, effects = recording(
            lambda: services.answer_invitation(
                engagement.pk, accepts=answer != "no", condition=data.get("condition", ""), actor=actor
            ),
            engagement.offer.booking,
        )
    except services.TooLate as late:
        return _too_late(request, late)
    day = say_date(engagement.offer.starts_at)
    engagement.refresh_from_db()
    if answer == "no":
        first = "Thank you for telling us."
    elif answer == "if":
        first = f"Thank you. You said yes to {day}, with a condition. We will contact you about it."
    elif Booking.objects.get(pk=engagement.offer.booking_id).status in AGREED_BOOKINGS:
        first = f"Thank you. The session on {day} is agreed."
    else:
        first = f"Thank you. You said yes to {day}."
    messages.success(request, " ".join([first, *_done(engagement, effects)]))
    return redirect("speaking")


def _done(engagement: Engagement, effects: Effects) -> list[str]:
    """What an answer did, as its speaker may know it: their own time, and who was emailed."""
    day = say_date(engagement.offer.starts_at)
    free = [f"Your time on {day} is free again."] if engagement.diary_entry_id is None else []
    return [*free, *_emails(engagement, effects, done=True)]


def _emails(engagement: Engagement, effects: Effects, *, done: bool) -> list[str]:
    user = engagement.speaker.user
    return effects.sentences_for(Audience.SPEAKER, email=user.email if user else "", done=done)


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
    actor = request.user
    assert isinstance(actor, User)
    free: list[bool] = []

    def give_up() -> None:
        services.give_up_session(engagement.pk, actor=actor)
        free.append(Engagement.objects.get(pk=engagement.pk).diary_entry_id is None)

    if request.method == "POST":
        try:
            _, effects = recording(give_up, engagement.offer.booking)
        except services.TooLate as late:
            return _too_late(request, late)
        engagement.refresh_from_db()
        messages.success(request, " ".join(["Thank you for telling us.", *_done(engagement, effects)]))
        return redirect("speaking")
    if not _can_give_up(engagement):
        return redirect("speaking-invitation", reference, number)
    try:
        ahead = _emails(engagement, preview(give_up, engagement.offer.booking), done=False)
    except Busy as busy:
        ahead = [str(busy)]
    day = say_date(engagement.offer.starts_at)
    effects_said = [*([f"Your time on {day} will be free again."] if free == [True] else []), *ahead]
    return render(
        request,
        "speaking/no_longer.html",
        {"engagement": engagement, "settings": DeskSettings.current(), "effects": effects_said},
    )
