"""Composing a day: asked for on the page, done by a worker, put in place of the draft it was asked for.

The row is the queue, the bell only wakes a worker, and a sweep finds what it lost. A draft that was changed meanwhile is
left alone.
"""

import datetime as dt
import uuid
from types import ModuleType
from typing import Unpack

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agendas.composed import brief_of, kept_out, lines_of, said_of
from agendas.composing.brief import Brief, CannotCompose, Composed
from agendas.models import Composition
from agendas.services.draft import CannotDo, Draft, StaleAgenda
from agendas.services.editing import Save, editing
from courses import kept
from outbox import bell

COMPOSE = "agendas.compose"
MOST_TRIES = 2
LOST_AFTER = dt.timedelta(seconds=60)
State = Composition.State


def ask_to_compose(agenda_id: int, **save: Unpack[Save]) -> Draft:
    """Save what was typed and ask a worker to compose the day anew, both or neither.

    Asked twice, it is done once, for the later draft.
    """
    with transaction.atomic():
        with editing(agenda_id, verb="ask to compose", **save) as draft:
            pass
        Composition.objects.update_or_create(
            agenda=draft.agenda,
            defaults={
                "state": State.QUEUED,
                "version": draft.agenda.version,
                "asked_by": save["actor"],
                "asked_at": timezone.now(),
                "tries": 0,
                "claim": None,
                "claimed_at": None,
                "words": "",
                "result": {},
            },
        )
        ring_after_commit()
    return draft


def ring_after_commit() -> None:
    """Ring for the composer after the present transaction. Never raises."""
    bell.ring_after_commit(COMPOSE)


def compose_into(draft: Draft) -> bool:
    """Put a composed day in place of a draft in hand, here and now: for what runs outside the web. Says whether one fits."""
    day = _compose(_brief(draft))
    if isinstance(day, Composed):
        _put(draft, day)
    return isinstance(day, Composed)


def _brief(draft: Draft) -> Brief:
    asides = list(draft.agenda.set_asides.values_list("key", flat=True)) if draft.agenda.pk else []
    return brief_of(draft.agenda, draft.facts, draft.items, asides)


def _put(draft: Draft, day: Composed) -> None:
    draft.agenda.leave_out_ids = kept_out(draft.agenda, draft.items)
    draft.items = lines_of(day, draft.facts, draft.items)
    for item in draft.items:
        item.agenda = draft.agenda


def _compose(brief: Brief) -> Composed | CannotCompose:
    found: Composed | CannotCompose = _composer().compose(brief)
    return found


def _composer() -> ModuleType:
    """OR-Tools, loaded with the first day to compose: it takes a second and 80 MB, and pages never need it."""
    from agendas.composing import passes

    return passes


# ---- what workers call


def compose_waiting() -> int:
    """Compose every day that waits; gives how many were. One that fails does not hold up the next."""
    done = 0
    while (composition := _claim_next()) is not None:
        done += _work_on(composition)
    return done


def _claim_next() -> Composition | None:
    with transaction.atomic():
        waiting = (
            Composition.objects.select_for_update(skip_locked=True)
            .filter(state=State.QUEUED)
            .order_by("asked_at", "pk")
            .values_list("pk", flat=True)[:1]
        )
        found = next(iter(waiting), None)
        if found is None:
            return None
        Composition.objects.filter(pk=found).update(
            state=State.WORKING, claim=uuid.uuid4(), claimed_at=timezone.now(), tries=F("tries") + 1
        )
    return Composition.objects.select_related("agenda__booking", "agenda__format", "asked_by").get(pk=found)


def _work_on(composition: Composition) -> bool:
    """Compose outside any lock, then put the day in place if the draft is still the one that was asked about."""
    agenda = composition.agenda
    seen = Draft(agenda, list(agenda.items.order_by("position")), kept.read())
    try:
        day = _compose(_brief(seen))
    except Exception as error:
        again = composition.tries < MOST_TRIES
        _end(
            composition,
            State.QUEUED if again else State.FAILED,
            words=f"It stopped ({type(error).__name__}).",
        )
        if not again:
            raise
        return False
    if isinstance(day, CannotCompose):
        return _end(composition, State.REFUSED, words=day.words)
    try:
        with editing(
            agenda.pk, verb="compose agenda", version=composition.version, actor=composition.asked_by
        ) as draft:
            draft.catalogue = seen.catalogue
            _put(draft, day)
            _end(composition, State.DONE, result=said_of(day))
    except StaleAgenda:
        return _end(composition, State.OVERTAKEN)
    except CannotDo as refusal:
        return _end(composition, State.REFUSED, words=str(refusal))
    return True


def _end(
    composition: Composition, state: str, *, words: str = "", result: dict[str, object] | None = None
) -> bool:
    """Write the outcome, unless somebody has asked again meanwhile. Says whether the day was composed."""
    Composition.objects.filter(pk=composition.pk, claim=composition.claim).update(
        state=state, words=words[:600], result=result or {}
    )
    return state == State.DONE


def take_back_lost() -> None:
    """What a worker took and never finished goes back to the queue, or is failed when it was the last try."""
    lost = Composition.objects.filter(state=State.WORKING, claimed_at__lt=timezone.now() - LOST_AFTER)
    lost.filter(tries__gte=MOST_TRIES).update(state=State.FAILED, words="It took too long, twice.")
    lost.filter(tries__lt=MOST_TRIES).update(state=State.QUEUED)
