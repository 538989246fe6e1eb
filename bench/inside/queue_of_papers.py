"""Many agendas made at once: through the queue, with state, file and hash; and by WeasyPrint alone, kept nowhere."""

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction

from agendas import paper, press
from agendas.models import Document
from bench.inside.paper import by_weasyprint_alone, markup

FIRST = 100_000
"""Above any version that a draft of the demo has reached."""


def lay(count: str) -> dict[str, int]:
    """Queue so many drafts of the demo's agenda, no two the same."""
    agenda, contents = _papers(int(count))
    with transaction.atomic():
        Document.objects.bulk_create(
            Document(agenda_id=agenda, kind=Document.Kind.DRAFT, version=content["version"], content=content)
            for content in contents
        )
    return {"laid": int(count)}


def make() -> dict[str, float]:
    """What one worker does: papers until none waits. Wall seconds without the loading."""
    return _timed(press.make_waiting)


def make_bare(count: str) -> dict[str, float]:
    """So many of the same papers by WeasyPrint alone. Wall seconds without the loading."""
    _, contents = _papers(int(count))

    def every_paper() -> int:
        return sum(bool(by_weasyprint_alone(markup(Document.Kind.DRAFT, content))) for content in contents)

    return _timed(every_paper)


def clear() -> dict[str, int]:
    """Take away what was laid, files and all; gives how many papers were ready."""
    laid = Document.objects.filter(version__gte=FIRST)
    files = [document.file for document in laid if document.file]
    for file in files:
        file.storage.delete(file.name or "")
    laid.delete()
    return {"ready": len(files)}


def _papers(count: int) -> tuple[int, list[dict[str, Any]]]:
    """The demo's agenda, and what stands in so many drafts of it."""
    pattern = Document.objects.filter(kind=Document.Kind.AGENDA).order_by("pk").first()
    if pattern is None:
        raise RuntimeError("The demo has issued no agenda.")
    made_at = "2026-01-05T09:00:00+00:00"
    versions = range(FIRST, FIRST + count)
    return pattern.agenda_id, [
        {**pattern.content, "version": version, "made_at": made_at} for version in versions
    ]


def _timed(work: Callable[[], int]) -> dict[str, float]:
    _, [content] = _papers(1)
    paper.draw(Document.Kind.DRAFT, content)  # loads all there is to load
    began = time.monotonic()
    made = work()
    return {"made": made, "seconds": time.monotonic() - began}
