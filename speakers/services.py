"""Everything that changes a diary. The database refuses an overlap, whoever asks; here its refusal gets words."""

import datetime as dt
from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pghistory
from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from accounts.models import User
from speakers.models import DiaryEntry, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASHES = ("speaker_is_in_one_place", "speaker_is_not_away_and_speaking")
DEADLOCK = "40P01"


class SpeakerBusy(Exception):
    """The speaker's time is taken. ``speaker`` is set when it is known who."""

    def __init__(self, speaker: Speaker | None = None) -> None:
        self.speaker = speaker
        super().__init__(f"{speaker or 'A speaker'} is already busy at that time.")


@contextmanager
def _clash_as_speaker_busy(speaker: Speaker | None) -> "Iterator[None]":
    """Turn the database's refusal (23P01 of our constraints, or a deadlock) into ``SpeakerBusy``."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not any(name in str(error) for name in CLASHES):
            raise
        raise SpeakerBusy(speaker) from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != DEADLOCK:
            raise
        raise SpeakerBusy(speaker) from error


def lock_speakers(speaker_ids: Iterable[int]) -> dict[int, Speaker]:
    """Lock the speakers' rows in the order of their keys, so that two holds never wait for one another in a ring."""
    rows = Speaker.objects.select_for_update(of=["self"]).filter(pk__in=set(speaker_ids)).order_by("pk")
    return {speaker.pk: speaker for speaker in rows}


@transaction.atomic
def hold(
    speaker: Speaker, *, starts_at: dt.datetime, ends_at: dt.datetime, held_until: dt.datetime | None
) -> DiaryEntry:
    """Take ``[starts_at, ends_at)`` in the diary until ``held_until``; the speaker is locked by the caller.

    Raises ``SpeakerBusy`` when any of it is taken. The database decides: looking first would leave a gap.
    """
    with _clash_as_speaker_busy(speaker):
        return DiaryEntry.objects.create(
            speaker=speaker,
            kind=DiaryEntry.Kind.ENGAGEMENT,
            busy=DateTimeTZRange(starts_at, ends_at, "[)"),
            held_until=held_until,
        )


@transaction.atomic
def add_absence(
    speaker: Speaker, *, starts_at: dt.datetime, ends_at: dt.datetime, private: bool, actor: User
) -> DiaryEntry:
    """Note that the speaker is away; the same days twice are one entry. Raises ``SpeakerBusy`` over a held or agreed session."""
    lock_speakers([speaker.pk])
    kind = DiaryEntry.Kind.BLACKOUT if private else DiaryEntry.Kind.ABSENCE
    busy = DateTimeTZRange(starts_at, ends_at, "[)")
    same = speaker.diary.filter(kind=kind, busy=busy).first()
    if same is not None:
        return same
    with (
        pghistory.context(actor=actor.pk, verb="add absence"),
        _clash_as_speaker_busy(speaker),
    ):
        return DiaryEntry.objects.create(speaker=speaker, kind=kind, busy=busy)


@transaction.atomic
def remove_absence(speaker: Speaker, entry_id: int, *, actor: User) -> None:
    """Free the time again; does nothing when the row is gone or is a session."""
    with pghistory.context(actor=actor.pk, verb="remove absence"):
        speaker.diary.filter(pk=entry_id).exclude(kind=DiaryEntry.Kind.ENGAGEMENT).delete()


@transaction.atomic
def pause_invitations(speaker: Speaker, *, until: dt.date | None, actor: User) -> None:
    """Stop invitations until a day, or let them come again with ``None``. Nobody asks why."""
    with pghistory.context(actor=actor.pk, verb="pause invitations" if until else "resume invitations"):
        Speaker.objects.filter(pk=speaker.pk).update(paused_until=until)


def diary_seen(speaker: Speaker) -> None:
    """Note that the speaker has looked at their diary (called on a POST; silence is not a yes)."""
    Speaker.objects.filter(pk=speaker.pk).update(diary_seen_at=timezone.now())
