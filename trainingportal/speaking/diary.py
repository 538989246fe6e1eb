"""A speaker's diary: a month as table and list, and days away, also over a session that they can no longer give."""

import datetime as dt
from collections.abc import Iterable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.devices import signed_in_or_remembered
from accounts.models import User
from bookings import services
from bookings.models import DeskSettings, Engagement
from bookings.states import LIVE_ENGAGEMENTS, EngagementState
from places.clock import say_date, say_times
from speakers.models import DiaryEntry, Speaker
from speakers.services import SpeakerBusy, add_absence, diary_seen, every_week, remove_absence
from trainingportal.speaking.forms import AbsenceForm
from trainingportal.speaking.month import AWAY, month_for, month_of, stretch
from trainingportal.speaking.views import MOST_ROWS, WEEK_DAYS, speaker_of


@signed_in_or_remembered
@require_safe
def diary(request: HttpRequest) -> HttpResponse:
    """A month of the speaker's diary, and one gentle line when they have not looked at it for long."""
    speaker = speaker_of(request)
    today = timezone.localdate()
    return render(
        request,
        "speaking/diary.html",
        {
            "speaker": speaker,
            "month": month_for(speaker, month_of(request.GET.get("month", ""), today=today)),
            "week_days": WEEK_DAYS,
            "counts": speaker.has_looked_lately(),
        },
    )


@signed_in_or_remembered
@require_POST
def diary_is_right(request: HttpRequest) -> HttpResponse:
    """The speaker says that their diary is as it should be: from now on an empty day counts as free again."""
    diary_seen(speaker_of(request))
    messages.success(request, "Thank you. We go by your diary as it stands.")
    return redirect("speaking-diary")


@signed_in_or_remembered
@require_http_methods(["GET", "HEAD", "POST"])
def days_away(request: HttpRequest) -> HttpResponse:
    """The speaker's absences to come, and a form for more. Over a session it is asked whether they give it up."""
    speaker = speaker_of(request)
    assert isinstance(request.user, User)
    form = AbsenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _write(form, speaker, gives_up=request.POST.getlist("gives_up"), actor=request.user)
        except SpeakerBusy:
            return _ask_first(request, form, speaker)
        except services.TooLate as late:
            form.add_error(None, str(late))
        else:
            messages.success(request, "Added to your diary.")
            return redirect("speaking-away")
    away = DiaryEntry.objects.filter(
        speaker=speaker, busy__endswith__gt=timezone.now(), kind__in=AWAY
    ).order_by("busy")[:MOST_ENTRIES]
    return render(request, "speaking/away.html", {"form": form, "rows": list(_rows(away))[:MOST_ROWS]})


MOST_ENTRIES = 500


@transaction.atomic
def _write(form: AbsenceForm, speaker: Speaker, *, gives_up: list[str], actor: User) -> None:
    """Give back the sessions that are named, then note the absence; all of it, or nothing."""
    for engagement in _in_the_way(form, speaker):
        if str(engagement.pk) not in gives_up:
            continue
        if engagement.state == EngagementState.ACCEPTED:
            services.give_up_session(engagement.pk, actor=actor)
        else:
            services.answer_invitation(engagement.pk, accepts=False, actor=actor)
    add_absence(
        speaker,
        starts_at=form.cleaned_data["starts_at"],
        ends_at=form.cleaned_data["ends_at"],
        private=form.cleaned_data["private"],
        weekly_until=form.cleaned_data["weekly_until"],
        actor=actor,
    )
    diary_seen(speaker)


def _in_the_way(form: AbsenceForm, speaker: Speaker) -> list[Engagement]:
    """The speaker's sessions that the absence would lie over, travel included, in the order in which bookings are locked."""
    data = form.cleaned_data
    weeks = list(every_week(data["starts_at"], data["ends_at"], data["weekly_until"]))
    live = (
        Engagement.objects.filter(
            speaker=speaker, state__in=LIVE_ENGAGEMENTS, diary_entry__busy__endswith__gt=data["starts_at"]
        )
        .select_related("diary_entry", "offer__booking")
        .order_by("offer__booking_id", "pk")
    )
    return [engagement for engagement in live if _overlaps(engagement, weeks)]


def _overlaps(engagement: Engagement, weeks: Iterable[object]) -> bool:
    assert engagement.diary_entry is not None
    taken = engagement.diary_entry.busy
    return any(taken.lower < week.upper and taken.upper > week.lower for week in weeks)  # type: ignore[attr-defined]


def _ask_first(request: HttpRequest, form: AbsenceForm, speaker: Speaker) -> HttpResponse:
    """Say which sessions lie in that time, and offer to give them back with the same press. Nobody asks why."""
    sessions = sorted(_in_the_way(form, speaker), key=lambda each: each.offer.starts_at)
    if not sessions:  # a hold that ran out, and that nobody has tidied away yet
        form.add_error("first_day", "Something was just held in this time. Please send it again in a minute.")
        return render(request, "speaking/away.html", {"form": form, "rows": []})
    return render(
        request,
        "speaking/in_the_way.html",
        {
            "typed": [(name, value) for name, value in request.POST.items() if _is_of(form, name)],
            "sessions": [
                (
                    each,
                    f"{say_date(each.offer.starts_at)}, {say_times(each.offer.starts_at, each.offer.ends_at)}",
                )
                for each in sessions
            ],
            "all_asked": all(each.state == EngagementState.ASKED for each in sessions),
            "settings": DeskSettings.current(),
        },
        status=409,
    )


def _is_of(form: AbsenceForm, name: str) -> bool:
    """Whether something that was sent belongs to the form; a date is sent in three parts."""
    return any(name == field or name.startswith((f"{field}_", f"{field}-")) for field in form.fields)


def _rows(entries: Iterable[DiaryEntry]) -> Iterable[tuple[DiaryEntry, str, dt.date | None]]:
    """Absences in words, those of every week as one row with the last day on which they begin."""
    by_series: dict[object, list[DiaryEntry]] = {}
    for entry in entries:
        by_series.setdefault(entry.series or entry.pk, []).append(entry)
    for together in by_series.values():
        last = together[-1].busy.lower
        until = timezone.localtime(last).date() if len(together) > 1 and last is not None else None
        yield together[0], stretch(together[0]), until


@signed_in_or_remembered
@require_POST
def remove_days_away(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take one absence off the diary, or one in every week still to come."""
    speaker = speaker_of(request)
    assert isinstance(request.user, User)
    if remove_absence(speaker, entry_id, whole_series="every_week" in request.POST, actor=request.user):
        diary_seen(speaker)
        messages.success(request, "Taken off your diary.")
    else:
        messages.info(request, "That no longer stands in your diary.")
    return redirect("speaking-diary" if request.POST.get("back") == "diary" else "speaking-away")
