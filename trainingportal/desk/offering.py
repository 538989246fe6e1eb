"""Making an offer: who is busy then, and the form that puts date and team together."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from bookings import services
from bookings.models import Booking
from bookings.options.avoiding import read
from bookings.options.gather import gather_session
from bookings.options.people import OnTheDay, look_at_people
from bookings.services import Proposal
from courses.models import Topic
from places.clock import LONDON, local, say_minutes
from places.travel import crossing_allowances
from speakers.models import Speaker
from trainingportal.desk.forms import WhenForm

CLOSE_OF_DAY = dt.time(17)
DEFAULT_TIMES = (dt.time(9, 30), dt.time(16, 0))


@dataclass(frozen=True)
class Span:
    """From when to when a session would be."""

    starts_at: dt.datetime
    ends_at: dt.datetime


def speakers_for(booking: Booking) -> list[Speaker]:
    """Speakers who may be held for this booking: invented ones for invented bookings only."""
    return list(
        Speaker.objects.who_may_be_asked()
        .filter(invented=booking.invented)
        .select_related("organisation")
        .prefetch_related("expertise__topic")
        .order_by("organisation__rank", "rank", "name")
    )


# ---- the form


@dataclass(frozen=True)
class Candidate:
    """A speaker as the offer form shows them: two bound fields, and what is known of that day."""

    speaker: Speaker
    ask: forms.BoundField
    topics: forms.BoundField
    travel: str
    to_confirm: int
    is_lead: bool
    standing: OnTheDay | None

    @property
    def described_by(self) -> str:
        ids = [f"{self.ask.auto_id}_standing"] + ([f"{self.ask.auto_id}_error"] if self.ask.errors else [])
        return " ".join(ids)


class OfferForm(WhenForm):
    """A date with its team. Speakers are fields ``ask_<key>`` and ``topics_<key>``; the lead is one of them."""

    lead = forms.TypedChoiceField(label="Lead trainer", coerce=int, widget=forms.RadioSelect, required=False)
    set_aside_because = forms.CharField(
        label="Why a speaker’s limit is set aside",
        required=False,
        max_length=300,
        help_text="Only where the day goes past one. It is kept as a note among ourselves.",
    )

    def __init__(
        self, *args: Any, speakers: Sequence[Speaker], day: dt.date | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        booking = self.case.booking
        self.speakers = speakers
        format_ = booking.format
        self.initial.setdefault("day", day)
        self.initial.setdefault("starts_at", format_.starts_at if format_ else DEFAULT_TIMES[0])
        self.initial.setdefault("ends_at", format_.ends_at if format_ else DEFAULT_TIMES[1])
        self.initial.setdefault("hold_until", local(services.default_expiry(booking)).date())
        lead = self.fields["lead"]
        assert isinstance(lead, forms.TypedChoiceField)
        lead.choices = [(speaker.pk, speaker.name) for speaker in speakers]
        self.all_topics = list(Topic.objects.active())
        left_out = {topic.pk for topic in booking.leave_outs.all()}
        choices = [(topic.pk, topic.title) for topic in self.all_topics]
        for speaker in speakers:
            theirs = [each.topic_id for each in speaker.expertise.all()]
            self.fields[f"ask_{speaker.pk}"] = forms.BooleanField(label=speaker.name, required=False)
            self.fields[f"topics_{speaker.pk}"] = forms.TypedMultipleChoiceField(
                label=f"Topics asked of {speaker.name}",
                coerce=int,
                choices=sorted(choices, key=lambda choice: choice[0] not in theirs),
                widget=forms.CheckboxSelectMultiple,
                required=False,
                initial=[key for key in theirs if key not in left_out],
            )

    @property
    def span(self) -> Span | None:
        """The session as typed, or as first filled in; None while the day or the times do not make one."""
        values = getattr(self, "cleaned_data", {}) if self.is_bound else self.initial
        day, starts, ends = values.get("day"), values.get("starts_at"), values.get("ends_at")
        if not (day and starts and ends) or ends <= starts:
            return None
        # in UTC, where travel through the night the clocks change keeps its length
        return Span(
            dt.datetime.combine(day, starts, tzinfo=LONDON).astimezone(dt.UTC),
            dt.datetime.combine(day, ends, tzinfo=LONDON).astimezone(dt.UTC),
        )

    @property
    def avoided(self) -> str:
        """The words with which they asked to avoid this day; "" where they did not."""
        span = self.span
        return read(self.case.booking.dates_to_avoid).why_not(local(span.starts_at).date()) if span else ""

    def candidates(self) -> list[Candidate]:
        """The speakers in order, each with what the diary says of the day, once there is one."""
        booking = self.case.booking
        allowances = crossing_allowances()
        span = self.span
        known = (
            look_at_people(
                gather_session(booking, self.speakers, starts_at=span.starts_at, ends_at=span.ends_at)
            )
            if span
            else {}
        )
        lead = str(self["lead"].value() or "")
        return [
            Candidate(
                speaker=speaker,
                ask=self[f"ask_{speaker.pk}"],
                topics=self[f"topics_{speaker.pk}"],
                travel=_say_travel(speaker, booking, allowances),
                to_confirm=sum(each.confirmed_at is None for each in speaker.expertise.all()),
                is_lead=lead == str(speaker.pk),
                standing=known.get(speaker.pk),
            )
            for speaker in self.speakers
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "The end has to be after the start.")
        chosen = self.chosen
        if not chosen:
            self.add_error(None, "Choose at least one speaker.")
        elif len(chosen) == 1:
            cleaned["lead"] = chosen[0].pk
        elif not cleaned.get("lead"):
            self.add_error("lead", "Choose who leads: one of the speakers asked.")
        return cleaned

    @property
    def chosen(self) -> list[Speaker]:
        return [speaker for speaker in self.speakers if self.cleaned_data.get(f"ask_{speaker.pk}")]

    @property
    def proposal(self) -> Proposal:
        """What ``services.make_offers`` asks for. Read after ``is_valid()``."""
        span = self.span
        assert span is not None
        by_key = {topic.pk: topic for topic in self.all_topics}
        return Proposal(
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            team={
                speaker.pk: [by_key[key] for key in self.cleaned_data[f"topics_{speaker.pk}"]]
                for speaker in self.chosen
            },
            lead=next(speaker for speaker in self.speakers if speaker.pk == self.cleaned_data["lead"]),
            expires_at=dt.datetime.combine(self.cleaned_data["hold_until"], CLOSE_OF_DAY, tzinfo=LONDON),
            set_aside_because=self.cleaned_data["set_aside_because"],
        )

    def forget_the_team_errors(self) -> None:
        """Keep only what is wrong with the date: the team is not being sent yet."""
        for name in list(self.errors):
            if name not in WhenForm.base_fields:
                del self.errors[name]


def _say_travel(speaker: Speaker, booking: Booking, allowances: dict[str, int]) -> str:
    minutes = services.travel_minutes(speaker, booking, allowances=allowances)
    if minutes:
        return f"about {say_minutes(minutes)} each way"
    return "online, no travel" if booking.place == "online" else "travel not known"
