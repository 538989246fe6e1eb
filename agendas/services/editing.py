"""One save of a draft: locked, compared with the version that was seen, changed, and written as one new version."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from typing import Any, NotRequired, TypedDict

import pghistory
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from agendas.models import Agenda
from agendas.reading import AsideSeen
from agendas.services.draft import (
    CHANGED_LINES,
    NOT_SENT,
    NOTHING_TYPED,
    SET_ASIDES,
    Draft,
    Sent,
    StaleAgenda,
    Typed,
    load,
    still_on,
    write,
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
    only_typed: bool = False,
) -> Iterator[Draft]:
    """Lock the draft, save what was typed, let the caller change it, and write the difference as one new version.

    The draft as it was is kept beside it, so that it can be undone (``is_step``; undoing itself keeps its own book).
    With ``only_typed`` the caller changes nothing more: all is written by one statement, which needs neither lock nor
    transaction, for it writes nothing where another version stands meanwhile.

    Raises ``StaleAgenda`` when ``version`` is not the present one. A save that changes nothing keeps the version.
    """
    in_one = only_typed and not typed.instead  # new lines take statements of their own
    with nullcontext() if in_one else transaction.atomic(), pghistory.context(verb=verb, actor=actor.pk):
        draft = load(agenda_id, locked=not in_one)
        if draft.agenda.version != version:
            raise StaleAgenda(draft.agenda)
        still_on(draft.agenda.booking)
        before, asides, stood_at = own_fields(draft), list(draft.asides), draft.agenda.stands_at
        take_over(draft, typed)
        yield draft
        changed = write(draft)
        has_new_asides = draft.asides != asides
        if (
            changed is not None
            or has_new_asides
            or own_fields(draft) != before
            or draft.agenda.stands_at != stood_at
        ):
            was = step_of(draft, before, asides) if is_step else None
            _count_up(draft, actor, sent, changed or [], was, has_new_asides=has_new_asides)


def step_of(draft: Draft, own: dict[str, Any], asides: Sequence[AsideSeen]) -> dict[str, Any]:
    """What an ``AgendaStep`` keeps: the lines as they were loaded, and the rest as it is given."""
    return {"lines": draft.lines_before, "asides": [asdict(one) for one in asides], **own}


def own_fields(draft: Draft) -> dict[str, Any]:
    """What the agenda itself holds of the draft, beside its lines."""
    return {name: getattr(draft.agenda, name) for name in OWN_FIELDS}


# Who comes second finds another version and counts nothing up; then nothing else is written either.
_COUNT_UP = """
counted AS (
    UPDATE agendas_agenda SET version = %(version)s, updated_by_id = %(actor)s, updated_at = %(now)s,
        quiet_room = %(quiet_room)s, support_contact = %(support_contact)s, in_welsh = %(in_welsh)s,
        is_marked = %(is_marked)s, leave_out_ids = %(leave_out_ids)s::bigint[],
        stands_at = %(stands_at)s, saved_page = %(saved_page)s, saved_press = %(saved_press)s
    WHERE id = %(agenda)s AND version = %(version)s - 1 RETURNING id
)"""

# What was undone and not brought back goes with the next change; of the rest the newest are kept.
_KEEP_STEP = """
gone AS (
    DELETE FROM agendas_agendastep USING counted WHERE agenda_id = counted.id AND (version >= %(stood_at)s OR version < (
        SELECT version FROM agendas_agendastep WHERE agenda_id = %(agenda)s
        ORDER BY version DESC OFFSET %(most)s - 2 LIMIT 1))
), kept AS (
    INSERT INTO agendas_agendastep (agenda_id, version, was) SELECT id, %(version)s - 1, %(was)s::jsonb FROM counted
)"""


def _count_up(
    draft: Draft,
    actor: User,
    sent: Sent,
    changed: list[dict[str, Any]],
    was: dict[str, Any] | None,
    *,
    has_new_asides: bool,
) -> None:
    """Write the lines that changed, the set-asides, the step back and the new version, in one statement.

    Raises ``StaleAgenda`` where somebody else counted up in between.
    """
    agenda = draft.agenda
    stood_at = agenda.stands_at
    draft.is_changed = True
    agenda.version += 1
    agenda.updated_by, agenda.updated_at = actor, timezone.now()
    agenda.saved_page, agenda.saved_press = sent.page, sent.press
    if was is not None:
        agenda.stands_at = None
    parts = [
        _COUNT_UP,
        *([CHANGED_LINES] if changed else []),
        *([SET_ASIDES] if has_new_asides else []),
        *([_KEEP_STEP] if was is not None else []),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {', '.join(parts)} SELECT count(*) FROM counted",  # noqa: S608 - the statements above
            {
                "agenda": agenda.pk,
                "version": agenda.version,
                "actor": actor.pk,
                "now": agenda.updated_at,
                **own_fields(draft),
                "stands_at": agenda.stands_at,
                "saved_page": agenda.saved_page,
                "saved_press": agenda.saved_press,
                "stood_at": stood_at,
                "most": MOST_STEPS,
                "lines": json.dumps(changed),
                "asides": json.dumps([asdict(one) for one in draft.asides]) if has_new_asides else None,
                "was": json.dumps(was),
            },
        )
        (count,) = cursor.fetchone()
    if not count:
        raise StaleAgenda(Agenda.objects.get(pk=agenda.pk))
