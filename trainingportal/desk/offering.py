"""Making an offer: who is busy then, and the form that puts date and team together."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from bookings import services
from bookings.models import Booking, DeskSettings
from bookings.services import Proposal
from courses.models import Topic
from places.clock import LONDON, local, say_minutes, say_short_date, say_times
from places.travel import crossing_allowances
from speakers.models import DiaryEntry, Speaker
from trainingportal.desk.forms import WhenForm

LOOKED_LATELY = dt.timedelta(days=45)
AROUND = dt.timedelta(days=62)
CLOSE_OF_DAY = dt.time(17)
DEFAULT_TIMES = (dt.time(9, 30), dt.time(16, 0))


@dataclass(frozen=True)
class Span:
    """From when to when a session would be."""

    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True)
class Standing:
    """What the diary says of one speaker and one session. ``kind``: busy, away, paused, free, unknown (not asked)."""

    kind: str
    words: str
    cautions: tuple[str, ...] = ()

    @property
    def may_be_held(self) -> bool:
        return self.kind not in ("busy", "away")

    @property
    def pill_kind(self) -> str:
        return {"busy": "stop", "away": "stop", "paused": "warn"}.get(self.kind, "")

    @property
    def word(self) -> str:
        return {"busy": "Busy", "away": "Away", "paused": "Paused", "free": "Free", "unknown": "Not asked"}[
            self.kind
        ]


def speakers_for(booking: Booking) -> list[Speaker]:
    """Speakers who may be held for this booking: invented ones for invented bookings only."""
    return list(
        Speaker.objects.who_may_be_asked()
        .filter(invented=booking.invented)
        .select_related("organisation")
        .prefetch_related("expertise__topic")
        .order_by("organisation__rank", "rank", "name")
    )


@dataclass(frozen=True)
class Stretch:
    """Time that is taken in one diary, from when to when, and by what."""

    begins: dt.datetime
    ends: dt.datetime
    is_session: bool
    is_held: bool
    booking: Booking | None
    offer_number: int
    session: tuple[dt.datetime, dt.datetime] | None = None
    """From when to when the session itself is, without travel and set-up."""
    travel_minutes: int = 0

    def touches(self, day: dt.date) -> bool:
        return local(self.begins).date() <= day <= self.last_day

    @property
    def last_day(self) -> dt.date:
        return local(self.ends - dt.timedelta(seconds=1)).date()


def _stretch(entry: DiaryEntry) -> Stretch:
    engagement = getattr(entry, "engagement", None)
    begins, ends = entry.busy.lower, entry.busy.upper
    assert begins is not None and ends is not None  # noqa: PT018 - the table keeps both ends
    return Stretch(
        begins=begins,
        ends=ends,
        is_session=entry.kind == DiaryEntry.Kind.ENGAGEMENT,
        is_held=entry.held_until is not None,
        booking=engagement.offer.booking if engagement else None,
        offer_number=engagement.offer.number if engagement else 0,
        session=(engagement.offer.starts_at, engagement.offer.ends_at) if engagement else None,
        travel_minutes=engagement.travel_minutes if engagement else 0,
    )


def taken(speakers: Iterable[Speaker], start: dt.datetime, end: dt.datetime) -> dict[int, list[Stretch]]:
    """What stands in these diaries between two moments, run-out holds left aside, by speaker. One query."""
    now = timezone.now()
    entries = (
        DiaryEntry.objects.filter(speaker__in=list(speakers), busy__overlap=DateTimeTZRange(start, end, "[)"))
        .select_related("engagement__offer__booking")
        .order_by("busy")
    )
    by_speaker: dict[int, list[Stretch]] = {}
    for entry in entries:
        if entry.held_until is None or entry.held_until > now:
            by_speaker.setdefault(entry.speaker_id, []).append(_stretch(entry))
    return by_speaker


def standings(booking: Booking, speakers: Sequence[Speaker], span: Span) -> dict[int, Standing]:
    """What the diaries say of each speaker for a session then, with travel and set-up around it."""
    settings, allowances = DeskSettings.current(), crossing_allowances()
    entries = taken(speakers, span.starts_at - AROUND, span.ends_at + AROUND)
    return {
        speaker.pk: _standing(booking, speaker, span, settings, allowances, entries.get(speaker.pk, []))
        for speaker in speakers
    }


def _standing(
    booking: Booking,
    speaker: Speaker,
    span: Span,
    settings: DeskSettings,
    allowances: dict[str, int],
    entries: list[Stretch],
) -> Standing:
    travel = services.travel_minutes(speaker, booking, allowances=allowances)
    start = span.starts_at - dt.timedelta(minutes=settings.setup_minutes + travel)
    end = span.ends_at + dt.timedelta(minutes=settings.pack_up_minutes + travel)
    cautions = tuple(_cautions(speaker, span, entries))
    clash = next((each for each in entries if each.begins < end and each.ends > start), None)
    if clash is not None:
        return _clash(booking, clash)
    day = local(span.starts_at).date()
    if speaker.is_paused(timezone.localdate()):
        assert speaker.paused_until is not None
        return Standing(
            "paused", f"Asked for no invitations until {say_short_date(speaker.paused_until)}", cautions
        )
    seen = speaker.diary_seen_at
    if seen is not None and timezone.now() - seen < LOOKED_LATELY:
        return Standing(
            "free",
            f"Nothing on {say_short_date(day)}; looked at their diary on {say_short_date(seen)}",
            cautions,
        )
    since = f"since {say_short_date(seen)}" if seen else "yet"
    return Standing("unknown", f"Nothing in their diary, but they have not looked at it {since}", cautions)


def _clash(booking: Booking, clash: Stretch) -> Standing:
    if not clash.is_session:
        return Standing("away", "Away at that time")
    if clash.booking == booking:
        return Standing("busy", f"Held for offer {clash.offer_number} of this booking")
    times = f"{say_times(clash.begins, clash.ends)} with travel"
    if clash.booking is None:
        return Standing("busy", f"A session, {times}")
    return Standing("busy", f"{'Held for' if clash.is_held else 'Gives'} {clash.booking.reference}, {times}")


def _cautions(speaker: Speaker, span: Span, entries: list[Stretch]) -> Iterable[str]:
    """Limits that the speaker set for themselves; the desk may go past them, knowingly."""
    day = local(span.starts_at).date()
    days = [local(each.begins).date() for each in entries if each.is_session]
    most = speaker.most_sessions_a_month
    in_month = sum((other.year, other.month) == (day.year, day.month) for other in days)
    if most is not None and in_month >= most:
        yield f"Has {in_month} of {most} sessions in {day:%B} already"
    least = speaker.days_between_accounts
    near = min((abs((other - day).days) for other in days), default=None)
    if least and near is not None and near < least:
        yield f"{near} days from another session; asked for {least} between"


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
    standing: Standing | None

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

    def candidates(self) -> list[Candidate]:
        """The speakers in order, each with what the diary says of the day, once there is one."""
        booking = self.case.booking
        allowances = crossing_allowances()
        known = standings(booking, self.speakers, self.span) if self.span else {}
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
