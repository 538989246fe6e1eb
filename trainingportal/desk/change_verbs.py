"""The verbs for what changes after an offer: conditions, reminders, somebody who no longer comes, a day put off."""

from typing import Any

from accounts.models import User
from bookings import services
from bookings.models import Engagement
from bookings.states import AGREED_BOOKINGS, BookingStatus, EngagementState
from courses.models import Topic
from trainingportal.desk import forms
from trainingportal.desk.case import Case
from trainingportal.desk.verb import Verb, as_it_stands, either, label, said, simple


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


def _settle(case: Case, engagement: Engagement, form: Any, actor: User) -> object:
    is_possible = form.cleaned_data["outcome"] == "yes"
    return services.settle_condition(engagement.pk, is_possible=is_possible, actor=actor)


def _postpone(case: Case, part: Any, form: Any, actor: User) -> object:
    return services.postpone_session(case.booking.pk, to=form.new_day, without=form.left_out, actor=actor)


CHANGES = [
    Verb(
        key="settle",
        on="engagement",
        label=label("Settle their condition"),
        hint=lambda case, engagement: f"Their condition: “{engagement.condition.rstrip('.')}”.",
        fits=_may_settle,
        form=forms.SettleForm,
        run=_settle,
        said=said(""),
        samples=either(
            ("If it is possible", {"outcome": "yes"}), ("If it is not possible", {"outcome": "no"})
        ),
    ),
    Verb(
        key="remind",
        on="engagement",
        label=label("Remind them"),
        fits=_may_remind,
        form=forms.SureForm,
        run=simple(services.remind_speaker),
        said=said(""),
        samples=as_it_stands,
        look="secondary",
    ),
    Verb(
        key="no-longer",
        on="engagement",
        label=label("They can no longer come"),
        hint=label("For what they told you by phone. Do not ask why."),
        fits=_may_give_up,
        form=forms.SureForm,
        run=simple(services.give_up_session),
        said=said(""),
        samples=as_it_stands,
        look="warning",
    ),
    Verb(
        key="recorded-account",
        on="engagement",
        label=label("Use the recorded account"),
        hint=label("A colleague introduces the recording. There is time to pause after it."),
        fits=_may_use_recording,
        form=forms.WithoutForm,
        run=simple(services.use_recorded_account),
        said=said("The recorded account is used."),
        samples=as_it_stands,
        look="secondary",
    ),
    Verb(
        key="postpone",
        label=label("Postpone"),
        fits=_may_postpone,
        form=forms.PostponeForm,
        run=_postpone,
        said=said("Session postponed."),
        samples=lambda case, part: [("If no new date is known yet", {})],
        look="warning",
    ),
]
