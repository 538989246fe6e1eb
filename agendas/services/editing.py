"""One save of a draft: locked, compared with the version that was seen, changed, and written as one new version."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NotRequired, TypedDict

import pghistory
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agendas.services.draft import NOTHING_TYPED, Draft, StaleAgenda, Typed, load, still_on, write
from agendas.services.typed import take_over


class Save(TypedDict):
    """What every change takes: the version that was seen, who changes it, and what else stood on the page."""

    version: int
    actor: User
    typed: NotRequired[Typed]


@contextmanager
def editing(
    agenda_id: int, *, verb: str, version: int, actor: User, typed: Typed = NOTHING_TYPED
) -> Iterator[Draft]:
    """Lock the draft, save what was typed, let the caller change it, and write the difference as one new version.

    Raises ``StaleAgenda`` when ``version`` is not the present one. A save that changes nothing keeps the version.
    """
    with transaction.atomic(), pghistory.context(verb=verb, actor=actor.pk):
        draft = load(agenda_id)
        if draft.agenda.version != version:
            raise StaleAgenda(draft.agenda)
        still_on(draft.agenda.booking)
        fields = take_over(draft, typed)
        yield draft
        if write(draft) or fields:
            agenda = draft.agenda
            agenda.version += 1
            agenda.updated_by, agenda.updated_at = actor, timezone.now()
            agenda.save(update_fields=["version", "updated_by", "updated_at", *fields])
