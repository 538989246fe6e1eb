"""Making an offer: which days fit, who is busy then, and the form that puts date and team together."""

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from bookings import services
from bookings.models import Booking, DeskSettings
from bookings.words import say_names
from courses.models import Topic
from places.clock import LONDON, local, say_minutes, say_short_date, say_times
from places.working_days import is_working_day
from speakers.models import DiaryEntry, Speaker
from trainingportal.desk.forms import WhenForm

LOOKED_LATELY = dt.timedelta(days=45)
AROUND = dt.timedelta(days=62)
SOONEST = 21
FURTHEST = 400
MOST_DAYS = 8
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
    settings = DeskSettings.current()
    entries = taken(speakers, span.starts_at - AROUND, span.ends_at + AROUND)
    return {
        speaker.pk: _standing(booking, speaker, span, settings, entries.get(speaker.pk, []))
        for speaker in speakers
    }


def _standing(
    booking: Booking, speaker: Speaker, span: Span, settings: DeskSettings, entries: list[Stretch]
) -> Standing:
    travel = services.travel_minutes(speaker, booking)
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


# ---- days that fit


@dataclass(frozen=True)
class Fit:
    """A day that fits what they asked for, and how the diaries stand on it."""

    day: dt.date
    words: str

    @property
    def iso(self) -> str:
        return self.day.isoformat()


def days_that_fit(booking: Booking, speakers: Sequence[Speaker]) -> list[Fit]:
    """The first working days within their months and weekdays, three weeks ahead or more. One query."""
    today = timezone.localdate()
    months = {(month.year, month.month) for month in booking.months}
    fitting: list[dt.date] = []
    for ahead in range(SOONEST, FURTHEST):
        day = today + dt.timedelta(days=ahead)
        if (
            (not months or (day.year, day.month) in months)
            and (not booking.weekdays or day.weekday() in booking.weekdays)
            and is_working_day(day, booking.nation)
        ):
            fitting.append(day)
        if len(fitting) == MOST_DAYS:
            break
    if not fitting:
        return []
    begin = dt.datetime.combine(fitting[0], dt.time.min, tzinfo=LONDON)
    end = dt.datetime.combine(fitting[-1], dt.time.max, tzinfo=LONDON)
    entries = taken(speakers, begin, end)
    return [Fit(day, _say_day(day, speakers, entries)) for day in fitting]


def _say_day(day: dt.date, speakers: Sequence[Speaker], entries: dict[int, list[Stretch]]) -> str:
    busy = [
        speaker.name for speaker in speakers if any(each.touches(day) for each in entries.get(speaker.pk, []))
    ]
    if not busy:
        return "nobody is held or away"
    return f"held or away: {say_names(busy)}" if len(busy) < 4 else f"{len(busy)} are held or away"


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
        return Span(
            dt.datetime.combine(day, starts, tzinfo=LONDON), dt.datetime.combine(day, ends, tzinfo=LONDON)
        )

    def candidates(self) -> list[Candidate]:
        """The speakers in order, each with what the diary says of the day, once there is one."""
        booking = self.case.booking
        known = standings(booking, self.speakers, self.span) if self.span else {}
        lead = str(self["lead"].value() or "")
        return [
            Candidate(
                speaker=speaker,
                ask=self[f"ask_{speaker.pk}"],
                topics=self[f"topics_{speaker.pk}"],
                travel=_say_travel(speaker, booking),
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
    def team(self) -> dict[int, list[Topic]]:
        """What ``services.make_offer`` asks for. Read after ``is_valid()``."""
        by_key = {topic.pk: topic for topic in self.all_topics}
        return {
            speaker.pk: [by_key[key] for key in self.cleaned_data[f"topics_{speaker.pk}"]]
            for speaker in self.chosen
        }

    @property
    def lead_speaker(self) -> Speaker:
        return next(speaker for speaker in self.speakers if speaker.pk == self.cleaned_data["lead"])

    @property
    def expires_at(self) -> dt.datetime:
        return dt.datetime.combine(self.cleaned_data["hold_until"], CLOSE_OF_DAY, tzinfo=LONDON)

    def forget_the_team_errors(self) -> None:
        """Keep only what is wrong with the date: the team is not being sent yet."""
        for name in list(self.errors):
            if name not in WhenForm.base_fields:
                del self.errors[name]


def _say_travel(speaker: Speaker, booking: Booking) -> str:
    minutes = services.travel_minutes(speaker, booking)
    if minutes:
        return f"about {say_minutes(minutes)} each way"
    return "online, no travel" if booking.place == "online" else "travel not known"


# ---- the month of every diary


@dataclass(frozen=True)
class DayInDiary:
    """One day of the month: what is held, agreed and away."""

    number: int
    date: dt.date
    is_today: bool
    is_past: bool
    entries: list["InDiary"]


@dataclass(frozen=True)
class InDiary:
    """One speaker's stretch of a day. ``state``: on, held, away."""

    name: str
    state: str
    words: str
    reference: str = ""


def month_of(
    month: dt.date, speakers: Sequence[Speaker]
) -> tuple[list[list[DayInDiary | None]], list[Booking]]:
    """The month in weeks of seven days, None outside it, and the bookings that stand in it. One query."""
    first = month.replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    begin = dt.datetime.combine(first, dt.time.min, tzinfo=LONDON)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time.min, tzinfo=LONDON)
    names = {speaker.pk: speaker.name for speaker in speakers}
    on: dict[dt.date, list[InDiary]] = {}
    bookings: dict[int, Booking] = {}
    for speaker, stretches in taken(speakers, begin, end).items():
        for each in stretches:
            if each.booking is not None:
                bookings[each.booking.pk] = each.booking
            day = max(local(each.begins).date(), first)
            while day <= min(each.last_day, last):
                on.setdefault(day, []).append(_in_diary(each, names[speaker]))
                day += dt.timedelta(days=1)
    today = timezone.localdate()
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return [
        [
            DayInDiary(day.day, day, day == today, day < today, on.get(day, []))
            if day.month == first.month
            else None
            for day in week
        ]
        for week in weeks
    ], list(bookings.values())


def _in_diary(stretch: Stretch, name: str) -> InDiary:
    if not stretch.is_session:
        return InDiary(name, "away", "away")
    reference = stretch.booking.reference if stretch.booking else ""
    return (
        InDiary(name, "held", "held", reference)
        if stretch.is_held
        else InDiary(name, "on", "agreed", reference)
    )
