"""Going back to the draft as it was, and forward again. Each is a new version, so that other windows are told.

Lines, set-asides and what the agenda itself holds come back. What was said in the thread is a message, and stays.
"""

from typing import Any, Unpack

from django.db import transaction
from django.db.models import F

from agendas.models import Agenda, AgendaItem, AgendaStep
from agendas.reading import AsideSeen
from agendas.services.draft import NOT_SENT, NOTHING_TYPED, CannotDo, Draft, StaleAgenda
from agendas.services.drafting import save as save_typed
from agendas.services.editing import Save, editing, own_fields, step_of


def undo(agenda_id: int, **save: Unpack[Save]) -> Draft:
    """Bring back the draft before the last change; what was just typed counts as one. Raises ``CannotDo`` at the first."""
    with transaction.atomic(), _stepping(agenda_id, "undo", save) as draft:
        agenda = draft.agenda
        steps = AgendaStep.objects.filter(agenda=agenda)
        earlier = steps if agenda.stands_at is None else steps.filter(version__lt=agenda.stands_at)
        step = earlier.order_by("-version").first()
        if step is None:
            raise CannotDo("There is nothing left to undo.")
        if agenda.stands_at is None:  # so that it can be brought back
            was = step_of(draft, own_fields(draft), draft.asides)
            AgendaStep.objects.create(agenda=agenda, version=agenda.version, was=was)
        _bring_back(draft, step)
    return draft


def redo(agenda_id: int, **save: Unpack[Save]) -> Draft:
    """Bring back what was undone last. Raises ``CannotDo`` when nothing was, or something changed since."""
    agenda = Agenda.objects.get(pk=agenda_id)
    if agenda.version != save["version"]:
        raise StaleAgenda(agenda)
    if not AgendaStep.objects.filter(agenda=agenda_id, version__gt=F("agenda__stands_at")).exists():
        raise CannotDo("There is nothing to bring back.")
    with transaction.atomic(), _stepping(agenda_id, "redo", save) as draft:
        agenda = draft.agenda
        later = AgendaStep.objects.filter(agenda=agenda, version__gt=agenda.stands_at or 10**9)
        step, *further = [*later.order_by("version")[:2], None]
        if step is None:
            raise CannotDo("There is nothing to bring back.")
        _bring_back(draft, step)
        if further == [None]:  # the newest: nothing is undone any more
            agenda.stands_at = None
            step.delete()
    return draft


def _stepping(agenda_id: int, verb: str, save: Save) -> Any:
    """Save what was just typed as a change of its own, then edit without keeping a step."""
    if save.get("typed", NOTHING_TYPED) != NOTHING_TYPED:
        save["version"] = save_typed(agenda_id, **save).agenda.version
    return editing(
        agenda_id,
        verb=verb,
        version=save["version"],
        actor=save["actor"],
        sent=save.get("sent", NOT_SENT),
        is_step=False,
    )


def _bring_back(draft: Draft, step: AgendaStep) -> None:
    """Make the draft what it was, each line under its old key. A speaker who no longer comes leaves their line open.

    A step that was kept before set-asides were part of it leaves them as they are.
    """
    here = {member.speaker_id for member in draft.facts.team}
    now = {item.pk: item for item in draft.items}
    lines = []
    for row in step.was["lines"]:
        item = now.get(row["id"]) or AgendaItem(id=row["id"], agenda=draft.agenda)
        for name, value in row.items():
            setattr(item, name, value)
        if item.topic_id is not None:
            item.topic = draft.catalogue.every_topic.get(item.topic_id)
            if item.topic is None:
                continue
        if item.speaker_id not in here:
            item.speaker_id = None
        lines.append(item)
    draft.items = lines
    if "asides" in step.was:
        draft.asides[:] = [AsideSeen(**one) for one in step.was["asides"]]
    for name in own_fields(draft):
        setattr(draft.agenda, name, step.was[name])
    draft.agenda.stands_at = step.version
