"""What the diaries say of a span of days: free, busy or not asked, and which limits a session would touch.

Everything that plans reads this one place: `availability` asks the database twice, however many speakers and days.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from places.clock import LONDON, local, say_minutes
from speakers.limits import Touched, month_touched, rest_touched
from speakers.models import DiaryEntry, Speaker

FURTHEST_LIMIT = dt.timedelta(days=366)
"""Sessions so far outside the span asked for still count for a month's most, and for the days between accounts."""


class Standing(StrEnum):
    """Three things that are kept apart: time that is taken, time that is free, and silence."""

    FREE = "free"
    BUSY = "busy"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Taken:
    """A stretch of a diary, half-open, travel and set-up included. ``is_held`` ends by itself; ``kind`` as in the diary."""

    entry_id: int
    begins: dt.datetime
    ends: dt.datetime
    kind: str
    is_held: bool
    tells_account: bool

    @property
    def is_session(self) -> bool:
        return self.kind == DiaryEntry.Kind.ENGAGEMENT

    @property
    def session_day(self) -> dt.date:
        """The London day of a session: the middle of the stretch, as a long journey may begin the evening before."""
        return local(self.begins + (self.ends - self.begins) / 2).date()


@dataclass(frozen=True)
class Limits:
    """What a speaker asked us to mind. ``None`` and no formats mean that they set no such limit."""

    most_sessions_a_month: int | None = None
    days_between_accounts: int | None = None
    reach_minutes: int | None = None
    format_ids: frozenset[int] = frozenset()
    only_with_colleague: bool = False


@dataclass(frozen=True)
class Availability:
    """One speaker's time in the span asked for. ``taken`` is in order of its beginning; run-out holds are not in it."""

    speaker: Speaker
    limits: Limits
    taken: tuple[Taken, ...]
    was_asked: bool
    paused_until: dt.date | None
    sessions: tuple[Taken, ...] = ()
    """Sessions in the span and around it, held or agreed: what limits count."""
    _latest_end: tuple[dt.datetime, ...] = field(default=(), repr=False)

    def clash(self, begins: dt.datetime, ends: dt.datetime) -> Taken | None:
        """The first stretch that overlaps ``[begins, ends)``, within the span asked for."""
        first = bisect_left(self._latest_end, begins)
        for each in self.taken[first:]:
            if each.begins >= ends:
                return None
            if each.ends > begins:
                return each
        return None

    def standing(self, begins: dt.datetime, ends: dt.datetime) -> Standing:
        """Whether they could be held for ``[begins, ends)`` (give it with travel and set-up)."""
        if self.clash(begins, ends) is not None:
            return Standing.BUSY
        return Standing.FREE if self.was_asked else Standing.NOT_ASKED

    def on(self, day: dt.date) -> Standing:
        """The same for a whole London day."""
        return self.standing(_midnight(day), _midnight(day + dt.timedelta(days=1)))


@dataclass(frozen=True)
class Session:
    """What limits ask of a session. ``travel_minutes`` is one way; ``leave_out``: diary entries that do not count,
    as those of other dates of the same booking, of which only one will be given."""

    starts_at: dt.datetime
    is_online: bool
    travel_minutes: int
    format_id: int | None
    tells_account: bool
    colleagues: int
    leave_out: Collection[int] = frozenset()


def availability(
    speakers: Iterable[Speaker], *, first: dt.date, last: dt.date, now: dt.datetime | None = None
) -> dict[int, Availability]:
    """What is known of each speaker from ``first`` to ``last`` (London days, both included), by speaker key.

    Two queries. A pause is not busy: ``paused_until`` says it, and nobody paused may be asked.
    """
    now = now or timezone.now()
    by_key = {speaker.pk: speaker for speaker in speakers}
    start, end = _midnight(first), _midnight(last + dt.timedelta(days=1))
    entries = _taken(by_key, start, end, now)
    formats: dict[int, set[int]] = {}
    for speaker_id, format_id in Speaker.formats.through.objects.filter(speaker__in=by_key).values_list(
        "speaker_id", "format_id"
    ):
        formats.setdefault(speaker_id, set()).add(format_id)
    return {
        key: _known(speaker, entries.get(key, []), formats.get(key, set()), start, end, now)
        for key, speaker in by_key.items()
    }


def _taken(
    speaker_ids: Collection[int], start: dt.datetime, end: dt.datetime, now: dt.datetime
) -> dict[int, list[Taken]]:
    """Everything in the span, and sessions in the year around it."""
    around = DateTimeTZRange(start - FURTHEST_LIMIT, end + FURTHEST_LIMIT, "[)")
    rows = (
        DiaryEntry.objects.filter(speaker__in=speaker_ids, busy__overlap=around)
        .order_by("busy")
        .values_list("pk", "speaker_id", "kind", "busy", "held_until", "tells_account")
    )
    by_speaker: dict[int, list[Taken]] = {}
    for pk, speaker_id, kind, busy, held_until, tells_account in rows:
        assert busy.lower is not None and busy.upper is not None  # noqa: PT018 - the table keeps both ends
        is_over = held_until is not None and held_until <= now
        in_span = busy.lower < end and busy.upper > start
        if not is_over and (in_span or kind == DiaryEntry.Kind.ENGAGEMENT):
            taken = Taken(pk, busy.lower, busy.upper, kind, held_until is not None, tells_account)
            by_speaker.setdefault(speaker_id, []).append(taken)
    return by_speaker


def _known(
    speaker: Speaker,
    entries: list[Taken],
    format_ids: set[int],
    start: dt.datetime,
    end: dt.datetime,
    now: dt.datetime,
) -> Availability:
    taken = tuple(each for each in entries if each.begins < end and each.ends > start)
    latest, ends = start, []
    for each in taken:
        latest = max(latest, each.ends)
        ends.append(latest)
    return Availability(
        speaker=speaker,
        limits=Limits(
            most_sessions_a_month=speaker.most_sessions_a_month,
            days_between_accounts=speaker.days_between_accounts,
            reach_minutes=speaker.reach_minutes,
            format_ids=frozenset(format_ids),
            only_with_colleague=speaker.only_with_colleague,
        ),
        taken=taken,
        was_asked=speaker.has_looked_lately(now),
        paused_until=speaker.paused_until if speaker.is_paused(local(now).date()) else None,
        sessions=tuple(each for each in entries if each.is_session),
        _latest_end=tuple(ends),
    )


def limits_touched(known: Availability, session: Session) -> list[Touched]:
    """The limits that this session would go past, each in words. The diary's overlap rule is not among them."""
    limits, day = known.limits, local(session.starts_at).date()
    others = [each for each in known.sessions if each.entry_id not in session.leave_out]
    in_month = sum(_month(each.session_day) == _month(day) for each in others)
    touched = month_touched(limits.most_sessions_a_month, in_month, day)
    if session.tells_account:
        tellings = (abs((each.session_day - day).days) for each in others if each.tells_account)
        touched += rest_touched(limits.days_between_accounts, min(tellings, default=None))
    if limits.reach_minutes is not None and not session.is_online:
        if limits.reach_minutes == 0:
            touched.append(Touched("reach", "gives sessions online only"))
        elif session.travel_minutes > limits.reach_minutes:
            touched.append(
                Touched(
                    "reach",
                    f"travels up to {say_minutes(limits.reach_minutes)} each way; "
                    f"this is about {say_minutes(session.travel_minutes)}",
                )
            )
    if limits.format_ids and session.format_id is not None and session.format_id not in limits.format_ids:
        touched.append(Touched("format", "does not give this length of session"))
    if limits.only_with_colleague and session.colleagues == 0:
        touched.append(Touched("colleague", "gives sessions only with a colleague"))
    return touched


def _month(day: dt.date) -> tuple[int, int]:
    return day.year, day.month


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=LONDON)
