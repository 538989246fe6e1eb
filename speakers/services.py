"""Everything that changes a diary or its owner's limits. The database refuses an overlap, whoever asks; here its
refusal gets words."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pghistory
from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from accounts.models import User
from courses.models import Format, Topic
from places.clock import local, say_date, say_moment, say_times
from speakers.models import DiaryEntry, Expertise, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASHES = ("speaker_is_in_one_place", "speaker_is_not_away_and_speaking")
DEADLOCK = "40P01"
ABSENCES_STAY = dt.timedelta(days=30)


class SpeakerBusy(Exception):
    """The speaker's time is taken. ``speaker`` and ``taken`` say who and when, where that is known: for the desk alone."""

    def __init__(self, speaker: Speaker | None = None, taken: DateTimeTZRange | None = None) -> None:
        self.speaker = speaker
        self.taken = taken
        when = f": {_say_stretch(taken)}" if taken is not None else " at that time"
        super().__init__(f"{speaker or 'A speaker'} is already busy{when}.")


def _say_stretch(taken: DateTimeTZRange) -> str:
    """A stretch of a diary in words; one within a day names the day once."""
    assert taken.lower is not None
    assert taken.upper is not None
    if local(taken.lower).date() == local(taken.upper).date():
        return f"{say_date(taken.lower)}, {say_times(taken.lower, taken.upper)}"
    return f"{say_moment(taken.lower)} to {say_moment(taken.upper)}"


@contextmanager
def _clash_as_speaker_busy(
    speaker: Speaker | None, wanted: DateTimeTZRange | None = None
) -> "Iterator[None]":
    """Turn the database's refusal (23P01 of our constraints, or a deadlock) into ``SpeakerBusy``."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not any(name in str(error) for name in CLASHES):
            raise
        raise SpeakerBusy(speaker, _taken_by(speaker, wanted)) from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != DEADLOCK:
            raise
        raise SpeakerBusy(speaker) from error


def _taken_by(speaker: Speaker | None, wanted: DateTimeTZRange | None) -> DateTimeTZRange | None:
    """What stood in the way of a session, travel included; whoever held it has committed by now."""
    if speaker is None or wanted is None:
        return None
    return speaker.diary.filter(busy__overlap=wanted).order_by("busy").values_list("busy", flat=True).first()


def lock_speakers(speaker_ids: Iterable[int]) -> dict[int, Speaker]:
    """Lock the speakers' rows in the order of their keys, so that two holds never wait for one another in a ring."""
    rows = Speaker.objects.select_for_update(of=["self"]).filter(pk__in=set(speaker_ids)).order_by("pk")
    return {speaker.pk: speaker for speaker in rows}


@transaction.atomic
def hold(
    speaker: Speaker,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    held_until: dt.datetime | None,
    tells_account: bool = False,
) -> DiaryEntry:
    """Take ``[starts_at, ends_at)`` in the diary until ``held_until``; the speaker is locked by the caller.

    Raises ``SpeakerBusy`` when any of it is taken. The database decides: looking first would leave a gap.
    """
    busy = DateTimeTZRange(starts_at, ends_at, "[)")
    with _clash_as_speaker_busy(speaker, busy):
        return DiaryEntry.objects.create(
            speaker=speaker,
            kind=DiaryEntry.Kind.ENGAGEMENT,
            busy=busy,
            held_until=held_until,
            tells_account=tells_account,
        )


@transaction.atomic
def add_absence(
    speaker: Speaker,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    private: bool,
    weekly_until: dt.date | None = None,
    actor: User,
) -> list[DiaryEntry]:
    """Note that the speaker is away, once or in every week until a day; the same time twice is one entry.

    Each week keeps its times on the London clock, through both clock changes. Raises ``SpeakerBusy`` over a held or
    agreed session, and then writes none of them.
    """
    lock_speakers([speaker.pk])
    kind = DiaryEntry.Kind.BLACKOUT if private else DiaryEntry.Kind.ABSENCE
    times = list(every_week(starts_at, ends_at, weekly_until))
    series = uuid.uuid4() if len(times) > 1 else None
    with (
        pghistory.context(actor=actor.pk, verb="add absence"),
        _clash_as_speaker_busy(speaker),
    ):
        return [
            speaker.diary.filter(kind=kind, busy=busy).first()
            or DiaryEntry.objects.create(speaker=speaker, kind=kind, busy=busy, series=series)
            for busy in times
        ]


def every_week(
    starts_at: dt.datetime, ends_at: dt.datetime, until: dt.date | None
) -> "Iterator[DateTimeTZRange]":
    """The stretch itself, then the same London times a week on, as long as it begins on ``until`` or before."""
    begins, ends = local(starts_at), local(ends_at)
    week = dt.timedelta(days=7)
    yield DateTimeTZRange(begins, ends, "[)")
    while until is not None and (begins + week).date() <= until:
        # adding days to a local time keeps the clock's hands where they are
        begins, ends = begins + week, ends + week
        yield DateTimeTZRange(begins, ends, "[)")


@transaction.atomic
def remove_absence(speaker: Speaker, entry_id: int, *, whole_series: bool = False, actor: User) -> bool:
    """Free the time again, with ``whole_series`` in all its weeks still to come; says whether anything was.

    Does nothing when the row is gone or somebody else's, is a session or was read from the speaker's own calendar.
    """
    ours = speaker.diary.filter(kind__in=[DiaryEntry.Kind.ABSENCE, DiaryEntry.Kind.BLACKOUT])
    entry = ours.filter(pk=entry_id).first()
    if entry is None:
        return False
    with pghistory.context(actor=actor.pk, verb="remove absence"):
        if whole_series and entry.series is not None:
            ours.filter(series=entry.series, busy__endswith__gt=timezone.now()).delete()
        else:
            entry.delete()
    return True


def forget_past_absences() -> int:
    """Delete times away that passed 30 days ago: they have served. Sessions stay. Gives back how many."""
    over = DiaryEntry.objects.exclude(kind=DiaryEntry.Kind.ENGAGEMENT).filter(
        busy__endswith__lte=timezone.now() - ABSENCES_STAY
    )
    with pghistory.context(actor=None, verb="forget past absences"):
        return over.delete()[0]


@transaction.atomic
def pause_invitations(speaker: Speaker, *, until: dt.date | None, actor: User) -> None:
    """Stop invitations until a day, or let them come again with ``None``. Nobody asks why."""
    with pghistory.context(actor=actor.pk, verb="pause invitations" if until else "resume invitations"):
        Speaker.objects.filter(pk=speaker.pk).update(paused_until=until)


@transaction.atomic
def set_limits(
    speaker: Speaker,
    *,
    most_sessions_a_month: int | None,
    days_between_accounts: int | None,
    reach_minutes: int | None,
    only_with_colleague: bool,
    formats: Collection[Format],
    actor: User,
) -> None:
    """Keep what the speaker asks us to mind. All formats, or none, mean that they give every length."""
    with pghistory.context(actor=actor.pk, verb="set limits"):
        Speaker.objects.filter(pk=speaker.pk).update(
            most_sessions_a_month=most_sessions_a_month,
            days_between_accounts=days_between_accounts,
            reach_minutes=reach_minutes,
            only_with_colleague=only_with_colleague,
        )
        speaker.formats.set([] if len(formats) == Format.objects.count() else formats)


@transaction.atomic
def set_home(speaker: Speaker, *, outcode: str, actor: User) -> None:
    """Keep where the speaker sets out from: the first half of a postcode, or "" for nowhere. What is held stays as held."""
    with pghistory.context(actor=actor.pk, verb="set home"):
        Speaker.objects.filter(pk=speaker.pk).update(home_outcode=outcode)


@transaction.atomic
def confirm_expertise(speaker: Speaker, *, topics: Collection[Topic], actor: User) -> None:
    """Keep exactly these topics as what the speaker gives, in their own word; what they left out is gone."""
    now = timezone.now()
    lock_speakers([speaker.pk])
    with pghistory.context(actor=actor.pk, verb="confirm expertise"):
        Expertise.objects.filter(speaker=speaker).exclude(topic__in=topics).delete()
        Expertise.objects.filter(speaker=speaker, confirmed_at=None).update(confirmed_at=now)
        known = set(Expertise.objects.filter(speaker=speaker).values_list("topic_id", flat=True))
        Expertise.objects.bulk_create(
            Expertise(speaker=speaker, topic=topic, confirmed_at=now)
            for topic in topics
            if topic.pk not in known
        )


def diary_seen(speaker: Speaker) -> None:
    """Note that the speaker has looked at their diary (called on a POST; silence is not a yes)."""
    Speaker.objects.filter(pk=speaker.pk).update(diary_seen_at=timezone.now())
