"""The states of a document on its way to a file, and what may follow what. ``services/papers.py`` is the one writer."""

from collections.abc import Mapping

from django.db import models


class DocumentState(models.TextChoices):
    """How far a paper has come."""

    QUEUED = "queued", "Waiting to be prepared"
    PREPARING = "preparing", "Being prepared"
    READY = "ready", "Ready"
    FAILED = "failed", "Could not be made"


D = DocumentState
DOCUMENT_MOVES: Mapping[str, frozenset[str]] = {
    D.QUEUED: frozenset({D.PREPARING}),
    D.PREPARING: frozenset(
        {D.READY, D.QUEUED, D.FAILED}
    ),  # back to queued: the worker was lost, or one more try
    D.READY: frozenset(),
    D.FAILED: frozenset({D.QUEUED}),
}
del D

UNDER_WAY = [DocumentState.QUEUED, DocumentState.PREPARING]


def sources(new: DocumentState) -> list[str]:
    """The states from which a document may move to ``new``."""
    return [old for old, news in DOCUMENT_MOVES.items() if new in news]


def as_pairs() -> list[tuple[str, str]]:
    """The table as (old, new) pairs, in a stable order, for the database trigger."""
    return [(str(old), str(new)) for old, news in DOCUMENT_MOVES.items() for new in sorted(news)]
