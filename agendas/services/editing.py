"""One save of a draft: locked, compared with the version that was seen, changed, and written as one new version."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, NotRequired, TypedDict

import pghistory
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agendas.models import AgendaStep
from agendas.reading import AsideSeen
from agendas.services.draft import (
    NOT_SENT,
    NOTHING_TYPED,
    Draft,
    Sent,
    StaleAgenda,
    Typed,
    load,
    still_on,
    write,
    write_asides,
)
from agendas.services.typed import take_over

MOST_STEPS = 40
OWN_FIELDS = ("quiet_room", "support_contact", "in_welsh", "is_marked", "leave_out_ids")


class Save(TypedDict):
    """What every change takes: the version that was seen, who changes it, and what else stood on the page."""

    version: int
    actor: User
    typed: NotRequired[Typed]
    sent: NotRequired[Sent]


@contextmanager
def editing(
    agenda_id: int,
    *,
    verb: str,
    version: int,
    actor: User,
    typed: Typed = NOTHING_TYPED,
    sent: Sent = NOT_SENT,
    is_step: bool = True,
) -> Iterator[Draft]:
    """Lock the draft, save what was typed, let the caller change it, and write the difference as one new version.

    The draft as it was is kept beside it, so that it can be undone (``is_step``; undoing itself keeps its own book).

    Raises ``StaleAgenda`` when ``version`` is not the present one. A save that changes nothing keeps the version.
    """
    with transaction.atomic(), pghistory.context(verb=verb, actor=actor.pk):
        draft = load(agenda_id)
        if draft.agenda.version != version:
            raise StaleAgenda(draft.agenda)
        still_on(draft.agenda.booking)
        before, asides, stood_at = own_fields(draft), list(draft.asides), draft.agenda.stands_at
        take_over(draft, typed)
        yield draft
        changed = write(draft)
        if draft.asides != asides:
            write_asides(draft)
            changed = True
        if changed or own_fields(draft) != before or draft.agenda.stands_at != stood_at:
            if is_step:
                _keep_step(draft, step_of(draft, before, asides))
            _count_up(draft, actor, sent)


def step_of(draft: Draft, own: dict[str, Any], asides: Sequence[AsideSeen]) -> dict[str, Any]:
    """What an ``AgendaStep`` keeps: the lines as they were loaded, and the rest as it is given."""
    return {"lines": draft.lines_before, "asides": [asdict(one) for one in asides], **own}


def own_fields(draft: Draft) -> dict[str, Any]:
    """What the agenda itself holds of the draft, beside its lines."""
    return {name: getattr(draft.agenda, name) for name in OWN_FIELDS}


def _keep_step(draft: Draft, was: dict[str, Any]) -> None:
    """Keep the draft as it was beside it. What was undone and not brought back goes; of the rest the newest are kept."""
    agenda = draft.agenda
    steps = AgendaStep.objects.filter(agenda=agenda)
    if agenda.stands_at is not None:
        steps.filter(version__gte=agenda.stands_at).delete()
        agenda.stands_at = None
    steps.filter(version__in=steps.order_by("-version").values("version")[MOST_STEPS - 1 :]).delete()
    AgendaStep.objects.create(agenda=agenda, version=agenda.version, was=was)


def _count_up(draft: Draft, actor: User, sent: Sent) -> None:
    """Write what the agenda itself holds, as a new version."""
    agenda = draft.agenda
    draft.is_changed = True
    agenda.version += 1
    agenda.updated_by, agenda.updated_at = actor, timezone.now()
    agenda.saved_page, agenda.saved_press = sent.page, sent.press
    agenda.save(
        update_fields=[
            *OWN_FIELDS,
            "version",
            "stands_at",
            "updated_by",
            "updated_at",
            "saved_page",
            "saved_press",
        ]
    )
