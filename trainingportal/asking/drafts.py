"""A request while it is being written: kept on the server under a key that only the asker's session knows.

Every save is one page's answers under the draft's row lock, so two tabs never mix half of one page with half of another.
"""

import datetime as dt
import json
import uuid
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from trainingportal.models import RequestDraft

SESSION_KEY = "asking_draft"
LASTS = dt.timedelta(days=1)
MOST_CHARACTERS = 60_000

KEPT, DONE = "kept", "done"
Data = dict[str, Any]


def key_of(request: HttpRequest) -> str:
    """The key of the draft that this session is writing or has just sent; empty when there is none."""
    return str(request.session.get(SESSION_KEY, ""))


def find(request: HttpRequest) -> RequestDraft | None:
    """This session's draft, sent or not; ``None`` when it never began one, or it is older than a day."""
    return _fresh(key_of(request))


def find_sent(key: str) -> RequestDraft | None:
    """A draft that became a booking, by the key its own last page carried."""
    draft = _fresh(key)
    return draft if draft is not None and draft.booking_id is not None else None


def _fresh(key: str) -> RequestDraft | None:
    try:
        number = uuid.UUID(key)
    except ValueError:
        return None
    return RequestDraft.objects.filter(pk=number, touched_at__gt=timezone.now() - LASTS).first()


def begin(request: HttpRequest) -> RequestDraft:
    """Start a draft and let this session remember it. Old drafts of anybody are forgotten on the way."""
    forget_old()
    draft = RequestDraft.objects.create()
    request.session[SESSION_KEY] = str(draft.key)
    return draft


@transaction.atomic
def save_page(draft: RequestDraft, *, page: str, state: str, data: Data) -> RequestDraft:
    """Put one page's answers into a draft. What was sent meanwhile stays as it is.

    Saving the same again changes nothing, so looking back does not make another tab's copy stale.
    """
    locked = RequestDraft.objects.select_for_update(of=["self"]).get(pk=draft.pk)
    answers = {"state": state, "data": _storable(data)}
    if locked.booking_id is None and locked.answers.get(page) != answers and _fits(answers):
        locked.answers[page] = answers
        locked.version += 1
        locked.touched_at = timezone.now()
        locked.save(update_fields=["answers", "version", "touched_at"])
    return locked


def empty(request: HttpRequest) -> None:
    """Throw away what this session has typed so far. A request that was sent stays."""
    key = key_of(request)
    draft = _fresh(key)
    if draft is not None and draft.booking_id is None:
        draft.delete()
    request.session.pop(SESSION_KEY, None)


def forget_old() -> int:
    """Delete drafts that nobody touched for a day, some at a time, passing by those in use."""
    old = RequestDraft.objects.filter(touched_at__lte=timezone.now() - LASTS).select_for_update(
        skip_locked=True
    )
    deleted, _ = RequestDraft.objects.filter(pk__in=old.values("pk")[:500]).delete()
    return deleted


def state_of(draft: RequestDraft | None, page: str) -> str:
    """``done``, ``kept`` (typed, not right yet), or empty where the page was never sent."""
    return str(draft.answers.get(page, {}).get("state", "")) if draft else ""


def data_of(draft: RequestDraft | None, page: str) -> Data:
    """What was typed on a page."""
    return dict(draft.answers.get(page, {}).get("data", {})) if draft else {}


def _storable(value: Any) -> Any:
    """The same without the null characters that PostgreSQL cannot store."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, dict):
        return {key: _storable(part) for key, part in value.items()}
    return value


def _fits(answers: Data) -> bool:
    return len(json.dumps(answers)) <= MOST_CHARACTERS
