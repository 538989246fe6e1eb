"""Draws a paper as a tagged PDF (PDF/UA-1) with WeasyPrint. Loaded in workers only: it takes a second and 30 MB.

Nothing is read but our own templates, stylesheet and fonts: no network, no file a text might name. Fonts and stylesheet are
parsed once per process. The same content gives the same bytes.
"""

import datetime as dt
import hashlib
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from agendas.models import Document
from agendas.snapshot import read

HERE = Path(__file__).resolve().parent
STYLES = HERE / "papers"
TEMPLATES = {
    Document.Kind.AGENDA: "agendas/paper/agenda.html",
    Document.Kind.DRAFT: "agendas/paper/agenda.html",
    Document.Kind.RUN_SHEET: "agendas/paper/run_sheet.html",
}


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _stylesheet() -> CSS:
    """Our stylesheet with its four font files; only here may files be opened."""
    return CSS(
        filename=str(STYLES / "paper.css"),
        font_config=_fonts(),
        url_fetcher=URLFetcher(allowed_protocols=["file", "data"]),
    )


def draw(kind: str, content: dict[str, Any]) -> bytes:
    """The PDF of a paper. ``content`` is a document's content, and all that goes in."""
    words = render_to_string(TEMPLATES[Document.Kind(kind)], {"paper": read(content), "kind": kind})
    target = io.BytesIO()
    HTML(
        string=words,
        base_url="about:paper",
        url_fetcher=URLFetcher(allowed_protocols=["data"]),
    ).write_pdf(
        target,
        stylesheets=[_stylesheet()],
        font_config=_fonts(),
        pdf_variant="pdf/ua-1",
        pdf_identifier=_identifier(kind, content),
    )
    return target.getvalue()


def _identifier(kind: str, content: dict[str, Any]) -> bytes:
    """A name for the file that follows from what it shows."""
    return hashlib.md5(
        f"{kind}{json.dumps(content, sort_keys=True)}".encode(), usedforsecurity=False
    ).digest()


def warm_up() -> None:
    """Load fonts and stylesheet now rather than with the first paper."""
    _stylesheet()


def made_at(content: dict[str, Any]) -> dt.datetime:
    """When the content was frozen; the file's dates say the same."""
    return dt.datetime.fromisoformat(content["made_at"])
