"""The verbs for what changes after an offer: conditions, reminders, somebody who no longer comes, a day put off."""

from typing import Any

from accounts.models import User
from bookings import services
from bookings.models import Engagement
from bookings.states import AGREED_BOOKINGS, BookingStatus, EngagementState
from courses.models import Topic
from places.clock import say_date
from trainingportal.desk import forms
from trainingportal.desk.case import Case
from trainingportal.desk.verb import Verb, join, mailed, said, simple


def _is_held(case: Case, engagement: Engagement) -> bool:
    """Whether the place is live and its hold, if it has one, has not ended."""
    until = engagement.held_until
    return engagement.offer.is_live and (until is None or until > case.now)


def _may_settle(case: Case, engagement: Engagement, actor: User) -> bool:
    return engagement.has_open_condition and _is_held(case, engagement)


def _may_remind(case: Case, engagement: Engagement, actor: User) -> bool:
    return (
        engagement.state == EngagementState.ASKED
        and _is_held(case, engagement)
        and services.may_be_chased(engagement)
    )


def _may_give_up(case: Case, engagement: Engagement, actor: User) -> bool:
    return (
        engagement.state == EngagementState.ACCEPTED
        and engagement.offer.is_live
        and case.booking.status in (BookingStatus.OFFERED, *AGREED_BOOKINGS)
        and engagement.offer.starts_at > case.now
    )


def _may_use_recording(case: Case, engagement: Engagement, actor: User) -> bool:
    return (
        engagement.leaves_a_gap
        and engagement.offer.is_live
        and any(topic.kind == Topic.Kind.ACCOUNT for topic in engagement.topics.all())
    )


def _may_postpone(case: Case, part: Any, actor: User) -> bool:
    return (
        case.booking.status in AGREED_BOOKINGS
        and case.booking.starts_at is not None
        and case.booking.starts_at > case.now
    )


def _settle(case: Case, engagement: Engagement, form: Any, actor: User) -> str:
    is_possible = form.cleaned_data["outcome"] == "yes"
    services.settle_condition(engagement.pk, is_possible=is_possible, actor=actor)
    name = engagement.speaker.name
    if is_possible:
        return f"Settled: the yes of {name} counts, and they are told."
    return f"Settled: {name} does not come; their time is free, and they are told."


def _postpone(case: Case, part: Any, form: Any, actor: User) -> str:
    services.postpone_session(case.booking.pk, to=form.new_day, without=form.left_out, actor=actor)
    if form.new_day is None:
        return "The session is put off without a new day. Everyone is free again, and everyone is told."
    return f"The session is put off to {say_date(form.new_day.starts_at)}. The speakers are asked again, and everyone is told."


CHANGES = [
    Verb(
        key="settle",
        on="engagement",
        label=said("Settle their condition"),
        effect=lambda case, engagement: (
            f"{engagement.speaker.name} said yes, if: “{engagement.condition.rstrip('.')}”. Until it is settled this is no yes: "
            "the session is not agreed on it, and their time is free when the hold ends. They are told what you settle."
        ),
        fits=_may_settle,
        form=forms.SettleForm,
        act=_settle,
    ),
    Verb(
        key="remind",
        on="engagement",
        label=said("Remind them"),
        effect=lambda case, engagement: (
            f"{engagement.speaker.name} gets one more mail with all they need to answer. They are reminded by themselves three "
            "days and one day before the hold ends."
        ),
        fits=_may_remind,
        form=forms.SureForm,
        act=simple(services.remind_speaker, "The reminder is on its way."),
        look="secondary",
    ),
    Verb(
        key="no-longer",
        on="engagement",
        label=said("They can no longer come"),
        effect=lambda case, engagement: (
            f"For what {engagement.speaker.name} told you by phone; do not ask why. Their time is free at once, their calendar "
            "entry is taken back, and they are thanked by mail. The booking shows who could step in."
        ),
        fits=_may_give_up,
        form=forms.SureForm,
        act=simple(services.give_up_session, "Their time is free. Here is who could step in."),
        look="warning",
    ),
    Verb(
        key="recorded-account",
        on="engagement",
        label=said("Use the recorded account"),
        effect=said(
            "The recording takes the place of the live telling; a colleague introduces it, and there is time to pause after it. "
            "The agenda changes along. The agency’s paper says nothing of it."
        ),
        fits=_may_use_recording,
        form=forms.WithoutForm,
        act=simple(services.use_recorded_account, "The recorded account takes their place."),
        look="secondary",
    ),
    Verb(
        key="postpone",
        label=said("Put the day off"),
        effect=lambda case, part: join(
            "Everything but the day is kept. The speakers are free of the old day and asked again; names and place close to the "
            "agency until the new day is agreed, and an issued agenda no longer holds.",
            mailed(case.may_know_dates),
            "Calendar entries move along.",
        ),
        fits=_may_postpone,
        form=forms.PostponeForm,
        act=_postpone,
        look="warning",
    ),
]
