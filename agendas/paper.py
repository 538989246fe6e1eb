"""Draws a paper as a tagged PDF (PDF/UA-1) with WeasyPrint. Loaded in workers only: it takes a second and 30 MB.

Nothing is read but our own templates, stylesheet and fonts: no network, no file a text might name. Fonts and stylesheet are
parsed once per process. The same content gives the same bytes.
"""

import hashlib
import io
import json
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pydyf  # type: ignore[import-untyped]
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.pdf import tags
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from agendas.models import Document
from agendas.snapshot import read
from formkit.letters import PRINTED, as_printed

HERE = Path(__file__).resolve().parent
STYLES = HERE / "papers"
TEMPLATES = {
    Document.Kind.AGENDA: "agendas/paper/agenda.html",
    Document.Kind.DRAFT: "agendas/paper/agenda.html",
    Document.Kind.HOST_PAGE: "agendas/paper/host_page.html",
    Document.Kind.RUN_SHEET: "agendas/paper/run_sheet.html",
    Document.Kind.JOINING: "agendas/paper/joining.html",
    Document.Kind.DOOR_SIGN: "agendas/paper/door_sign.html",
    Document.Kind.SIGN_IN: "agendas/paper/sign_in.html",
}

SHEETS = {Document.Kind.AGENDA: 1, Document.Kind.DRAFT: 2}
"""On how many sheets a usual day stands; a draft has the page for the host as well."""


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


@cache
def _tight() -> CSS:
    """What brings a few lines that would stand alone on a last sheet back to the one before."""
    return CSS(filename=str(STYLES / "tight.css"), url_fetcher=URLFetcher(allowed_protocols=["file"]))


def _in_our_letters(content: Any) -> Any:
    """The same with every character that our fonts lack shown as a question mark, and emoji left out.

    Otherwise the paper would depend on the fonts of the machine, and an empty box is no accessible text.
    """
    if isinstance(content, str):
        return "".join(
            letter if letter in PRINTED or letter in "\n\t" else _stand_in(letter)
            for letter in as_printed(content)
        )
    if isinstance(content, dict):
        return {_in_our_letters(key): _in_our_letters(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_in_our_letters(value) for value in content]
    return content


def _stand_in(letter: str) -> str:
    return "?" if unicodedata.category(letter).startswith(("L", "N")) else ""


def draw(kind: str, content: dict[str, Any]) -> bytes:
    """The PDF of a paper. ``content`` is a document's content, and all that goes in."""
    words = render_to_string(
        TEMPLATES[Document.Kind(kind)], {"paper": read(_in_our_letters(content)), "kind": kind}
    )
    return _as_pdf(words, _identifier(kind, content), sheets=SHEETS.get(Document.Kind(kind)))


def draw_example(content: dict[str, Any]) -> bytes:
    """The PDF of a day that belongs to no booking; ``content["example"]`` is what only such a paper says."""
    shown = _in_our_letters(content)
    words = render_to_string(
        "agendas/paper/example.html",
        {"paper": read(shown), "example": shown["example"], "left_out": shown["left_out"]},
    )
    return _as_pdf(words, _identifier("example", content))


def _as_pdf(words: str, identifier: bytes, *, sheets: int | None = None) -> bytes:
    """The file. What takes more than ``sheets`` is laid out once more, tighter, and kept so where that saves a sheet."""
    laid_out = _lay_out(words, identifier)
    if sheets is not None and len(laid_out.pages) > sheets:
        tighter = _lay_out(words, identifier, _tight())
        if len(tighter.pages) < len(laid_out.pages):
            laid_out = tighter
    target = io.BytesIO()
    laid_out.write_pdf(target, pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    return target.getvalue()


def _lay_out(words: str, identifier: bytes, *more: CSS) -> Any:
    return HTML(
        string=words,
        base_url="about:paper",
        url_fetcher=URLFetcher(allowed_protocols=["data"]),
    ).render(
        stylesheets=[_stylesheet(), *more],
        font_config=_fonts(),
        pdf_variant="pdf/ua-1",
        pdf_identifier=identifier,
    )


def _identifier(kind: str, content: dict[str, Any]) -> bytes:
    """A name for the file that follows from what it shows."""
    return hashlib.md5(
        f"{kind}{json.dumps(content, sort_keys=True)}".encode(), usedforsecurity=False
    ).digest()


_build = tags._build_box_tree


def _build_with_language(box: Any, *rest: Any) -> Iterator[Any]:
    """WeasyPrint's own tags, and on each the language that its element names.

    WeasyPrint writes the language of the document only, and PDF/UA asks for that of each part. It has no hook for it;
    a test finds out when this one no longer holds.
    """
    element = getattr(box, "element", None)
    language = element.get("lang") if element is not None and element.tag != "html" else None
    for tag in _build(box, *rest):
        if language:
            tag["Lang"] = pydyf.String(language)
        yield tag


tags._build_box_tree = _build_with_language


def warm_up() -> None:
    """Load fonts and stylesheet now rather than with the first paper."""
    _stylesheet()
