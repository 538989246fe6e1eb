"""The example days that are made or on their way. The table is the queue, the bell only wakes a worker.

The one writer of ``ExampleDay``. The rows are bounded in number and in age, and hold nothing about who asked.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from outbox import bell
from trainingportal.example.question import Question
from trainingportal.models import ExampleDay

MAKE = "trainingportal.make_example_days"
MOST_KEPT = 1000
MOST_WAITING = 60
MOST_TRIES = 2
LOST_AFTER = dt.timedelta(seconds=60)
TRY_AGAIN_AFTER = dt.timedelta(minutes=10)
STALE_AFTER = dt.timedelta(minutes=2)  # web processes know of another catalogue within one
State = ExampleDay.State


class TooMuchWaits(Exception):
    """More days wait than a minute makes: this one is not taken on now."""


def find(key: str) -> ExampleDay | None:
    """The row of a question, without the day itself and its paper."""
    return ExampleDay.objects.defer("answer", "paper").filter(pk=key).first()


def answer_of(key: str) -> dict[str, Any]:
    """The day of a question that has been made."""
    return dict(ExampleDay.objects.values_list("answer", flat=True).get(pk=key))


def paper_of(key: str) -> bytes:
    """The PDF of a question; empty while there is none."""
    found = ExampleDay.objects.filter(pk=key).values_list("paper", flat=True).first()
    return bytes(found) if found else b""


def ask(question: Question, edition: str) -> ExampleDay:
    """Write down that a day is wanted, once however many ask, and wake a worker. Raises ``TooMuchWaits``."""
    if ExampleDay.objects.filter(state=State.QUEUED, is_common=False).count() >= MOST_WAITING:
        raise TooMuchWaits
    row, _ = ExampleDay.objects.get_or_create(
        pk=question.key(edition), defaults={"edition": edition, "question": question.as_data()}
    )
    ring()
    return row


def ask_for_common(questions: Iterable[Question], edition: str) -> None:
    """Queue what most visitors will ask and is not there yet. It waits behind whatever somebody asks for."""
    rows = {question.key(edition): question for question in questions}
    there = ExampleDay.objects.filter(pk__in=rows).values_list("pk", flat=True)
    for key in there:
        del rows[key]
    ExampleDay.objects.bulk_create(
        [
            ExampleDay(key=key, edition=edition, question=question.as_data(), is_common=True)
            for key, question in rows.items()
        ],
        ignore_conflicts=True,
    )


def ring() -> None:
    """Wake a worker after the present transaction. Never raises."""
    bell.ring_after_commit(MAKE)


# ---- what workers call


def claim_next() -> ExampleDay | None:
    """Take the next row in hand; ``None`` when nothing waits, or another worker is at one: the desk's work needs the others."""
    waiting = ExampleDay.objects.filter(state=State.QUEUED).order_by("is_common", "asked_at")
    try:
        with transaction.atomic():
            found = waiting.select_for_update(skip_locked=True).values_list("pk", flat=True).first()
            if found is None:
                return None
            ExampleDay.objects.filter(pk=found).update(
                state=State.WORKING, claim=uuid.uuid4(), claimed_at=timezone.now(), tries=F("tries") + 1
            )
    except IntegrityError:
        return None
    return ExampleDay.objects.get(pk=found)


def keep_answer(row: ExampleDay, answer: dict[str, Any]) -> None:
    """Keep the day, so that pages show it while its paper is drawn."""
    row.answer, row.made_at = answer, timezone.now()
    _mine(row).update(answer=answer, made_at=row.made_at)


def finish(row: ExampleDay, paper: bytes) -> None:
    """Keep the paper; the day is done."""
    _mine(row).update(state=State.DONE, paper=paper)


def give_up(row: ExampleDay) -> None:
    """Let it be tried once more, then not for a while."""
    again = row.tries < MOST_TRIES
    _mine(row).update(state=State.QUEUED if again else State.FAILED)


def drop(row: ExampleDay) -> None:
    """Throw a row away that belongs to another catalogue; who still waits asks anew."""
    _mine(row).delete()


def _mine(row: ExampleDay) -> Any:
    """The row, while nobody else has taken it over."""
    return ExampleDay.objects.filter(pk=row.pk, claim=row.claim)


def is_any_waiting() -> bool:
    return ExampleDay.objects.filter(state=State.QUEUED).exists()


def tidy(edition: str) -> None:
    """Take back what a killed worker left; drop what belongs to another catalogue, what failed, and more than are kept."""
    now, rows = timezone.now(), ExampleDay.objects
    lost = rows.filter(state=State.WORKING, claimed_at__lt=now - LOST_AFTER)
    lost.filter(tries__gte=MOST_TRIES).update(state=State.FAILED, claim=None)
    lost.update(state=State.QUEUED, claim=None)
    rows.exclude(edition=edition).filter(asked_at__lt=now - STALE_AFTER).delete()
    rows.filter(state=State.FAILED, asked_at__lt=now - TRY_AGAIN_AFTER).delete()
    kept = rows.order_by("-is_common", "-asked_at").values("pk")[:MOST_KEPT]
    rows.exclude(pk__in=kept).delete()
