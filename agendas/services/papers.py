"""Papers on their way to a file. The table is the queue, the bell only wakes a worker, and a sweep finds what it lost.

The one writer of a document's state. Nothing here renders: ``agendas/press.py`` does, in workers only.
"""

import datetime as dt
import hashlib
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from agendas import mail, snapshot
from agendas.facts import facts_of
from agendas.models import Agenda, Document, Issue
from agendas.private_words import without_private_titles
from agendas.reading import items_of
from agendas.running import running_order
from agendas.states import DocumentState
from courses import kept
from outbox import bell

PREPARE = "agendas.prepare_documents"
MOST_TRIES = 2
LOST_AFTER = dt.timedelta(seconds=90)


def queue_document(
    agenda: Agenda,
    *,
    kind: str,
    content: dict[str, Any],
    tier: int = Document.Recipient.T2,
    issue: Issue | None = None,
    language: str = Document.Language.ENGLISH,
    recipient_id: int | None = None,
    tells: bool = True,
    version: int,
    actor: User | None,
) -> Document:
    """Write down that a paper is wanted, in the caller's transaction; a worker is woken after the commit."""
    document = Document.objects.create(
        agenda=agenda,
        issue=issue,
        kind=kind,
        tier=tier,
        language=language,
        recipient_id=recipient_id,
        tells=tells,
        version=version,
        content=content,
        requested_by=actor,
        requested_at=timezone.now(),
    )
    ring_after_commit()
    return document


def ring_after_commit() -> None:
    """Ring for the papers after the present transaction. Never raises."""
    bell.ring_after_commit(PREPARE)


@transaction.atomic
def preview(agenda_id: int, *, actor: User) -> Document:
    """Ask for a paper of the present draft, marked DRAFT. The same draft is made once; one that failed is tried again."""
    agenda = (
        Agenda.objects.select_for_update(of=["self"]).select_related("booking", "format").get(pk=agenda_id)
    )
    found = Document.objects.filter(agenda=agenda, kind=Document.Kind.DRAFT, version=agenda.version).first()
    if found is not None:
        if found.state == DocumentState.FAILED:
            try_again(found.pk)
            found.refresh_from_db()
        return found
    facts = facts_of(agenda.booking, catalogue=kept.read())  # a paper shows the catalogue as it stands
    items = without_private_titles(agenda.booking, items_of(agenda, facts.catalogue))
    order = running_order(agenda, items)
    content = snapshot.draft_part(agenda, order, facts)
    return queue_document(
        agenda, kind=Document.Kind.DRAFT, content=content, version=agenda.version, actor=actor
    )


@transaction.atomic
def try_again(document_id: int) -> bool:
    """Put a paper that could not be made back into the queue; says whether it was one."""
    moved = Document.objects.filter(pk=document_id, state=DocumentState.FAILED).move(
        DocumentState.QUEUED, tries=0, error="", claim=None, claimed_at=None
    )
    if moved:
        ring_after_commit()
    return bool(moved)


# ---- what workers call


def claim_next() -> Document | None:
    """Take the longest waiting paper in hand, so that no other worker does; ``None`` when nothing waits."""
    with transaction.atomic():
        waiting = (
            Document.objects.select_for_update(skip_locked=True)
            .filter(state=DocumentState.QUEUED)
            .order_by("requested_at", "pk")
            .values_list("pk", flat=True)[:1]
        )
        document_id = next(iter(waiting), None)
        if document_id is None:
            return None
        Document.objects.filter(pk=document_id).move(
            DocumentState.PREPARING, claim=uuid.uuid4(), claimed_at=timezone.now(), tries=F("tries") + 1
        )
    return Document.objects.select_related("agenda__booking", "issue").get(pk=document_id)


def ring_if_waiting() -> None:
    """Wake a worker while something waits."""
    if Document.objects.filter(state=DocumentState.QUEUED).exists():
        bell.ring(PREPARE)


def finish(document: Document, pdf: bytes) -> bool:
    """Store the file and, in one transaction, note it and queue the mail that goes with it.

    Says whether it counted: a worker that was given up as lost finds that another has taken its place.
    """
    document.file.save("", ContentFile(pdf), save=False)
    with transaction.atomic():
        moved = Document.objects.filter(pk=document.pk, claim=document.claim).move(
            DocumentState.READY,
            file=document.file.name,
            sha256=hashlib.sha256(pdf).hexdigest(),
            size=len(pdf),
            error="",
            ready_at=timezone.now(),
        )
        if moved:
            document.refresh_from_db()
            _announce(document, pdf)
    if not moved:
        document.file.storage.delete(document.file.name or "")
    return bool(moved)


def _announce(document: Document, pdf: bytes) -> None:
    if document.issue is None or document.issue.is_withdrawn or not document.tells:
        return
    if document.kind == Document.Kind.AGENDA:
        mail.agenda_issued(document, pdf)
    elif document.kind == Document.Kind.RUN_SHEET and document.recipient is not None:
        mail.run_sheet_ready(document)


def give_up(document: Document, error: str) -> None:
    """Note that a paper could not be made: once more, then it is failed and the page says so."""
    again = document.tries < MOST_TRIES
    with transaction.atomic():
        Document.objects.filter(pk=document.pk, claim=document.claim).move(
            DocumentState.QUEUED if again else DocumentState.FAILED,
            error=error[:300],
            claim=None,
            claimed_at=None,
        )
        if again:
            ring_after_commit()


def take_back_lost() -> None:
    """Papers that a worker took and never finished: back to the queue, or failed when it was the last try."""
    lost = Document.objects.filter(state=DocumentState.PREPARING, claimed_at__lt=timezone.now() - LOST_AFTER)
    lost.filter(tries__gte=MOST_TRIES).move(
        DocumentState.FAILED, error="It took too long, twice.", claim=None, claimed_at=None
    )
    lost.move(DocumentState.QUEUED, error="The worker stopped on the way.", claim=None, claimed_at=None)
