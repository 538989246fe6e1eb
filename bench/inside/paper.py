"""The agenda as a PDF: what a warm worker spends, beside WeasyPrint alone on the same HTML."""

import io
import time
from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string
from weasyprint import HTML

from agendas import paper
from agendas.models import Document
from agendas.snapshot import read


def compare(rounds: str) -> dict[str, float]:
    """The least CPU milliseconds of several rounds, ours and WeasyPrint's in turn."""
    document = Document.objects.filter(kind=Document.Kind.AGENDA).order_by("pk").first()
    if document is None:
        raise RuntimeError("The demo has issued no agenda.")
    kind, content = document.kind, document.content
    words = markup(kind, content)

    def alone() -> None:
        by_weasyprint_alone(words)

    paper.draw(kind, content)
    alone()
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(int(rounds)):
        turns = [(theirs, alone), (ours, lambda: paper.draw(kind, content))]
        for times, work in turns if number % 2 else reversed(turns):
            times.append(cpu_ms(work))
    return {"ours": min(ours), "against": min(theirs)}


def markup(kind: str, content: dict[str, Any]) -> str:
    """The HTML that a paper is made from."""
    return render_to_string(paper.TEMPLATES[Document.Kind(kind)], {"paper": read(content), "kind": kind})


def by_weasyprint_alone(words: str) -> bytes:
    """The PDF of this HTML, fonts and stylesheet shared."""
    target = io.BytesIO()
    HTML(string=words).write_pdf(
        target,
        stylesheets=[paper._stylesheet()],
        font_config=paper._fonts(),
        pdf_variant="pdf/ua-1",
    )
    return target.getvalue()


def cpu_ms(work: Callable[[], Any]) -> float:
    """CPU milliseconds of this process that a piece of work takes."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000
