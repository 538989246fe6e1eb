"""How every page looks: its ink in coarse cells beside the stored ones; and what a crowded, hostile day does to it.

``UPDATE_PICTURES=1`` stores them anew: look at the pages before you keep them.
"""

import copy
import io
import os
import re
import subprocess
from pathlib import Path

import page
import pytest
from pypdf import PdfReader

from agendas import paper, press, services
from agendas.models import Agenda

pytestmark = pytest.mark.django_db
PICTURES = Path(__file__).resolve().parent / "pictures"
COLUMNS, ROWS = 12, 17
"""Cells of some 17 mm: what Pango sets a little wider in another version stays in its cell."""
MOST_PER_CELL, MOST_ON_AVERAGE = 3, 0.4


@pytest.fixture
def papers(agenda, lead):
    """The content of every paper, with what differs from run to run made the same."""
    Agenda.objects.update(in_welsh=True)
    issue = services.issue_agenda(agenda.pk, version=1, actor=lead)
    found = {}
    for document in issue.documents.order_by("-pk"):
        content = {**document.content, "reference": "WT-ABCDEF"}
        if "joining" in content:
            content["joining"] = {
                **content["joining"],
                "code": "ABCD3468",
                "address": "https://example.org/notices/",
            }
        for one in content["host"]["left_out"]:
            one["address"] = re.sub(r"^.*/topics/", "https://example.org/topics/", one["address"])
        if "detail" in content:
            content["detail"]["agency"] = "Northmere Council"
        found[f"{document.kind}-{document.language}-t{document.tier}"] = (document.kind, content)
    return found


def ink_of(pdf: bytes, folder: Path) -> list[list[str]]:
    """Each page as rows of digits: 0 for white, 9 for black."""
    (folder / "paper.pdf").write_bytes(pdf)
    subprocess.run(  # noqa: S603 our own file, in the test's folder
        ["pdftoppm", "-r", "24", "-gray", str(folder / "paper.pdf"), str(folder / "page")],  # noqa: S607
        check=True,
    )
    return [_cells(picture.read_bytes()) for picture in sorted(folder.glob("page*.pgm"))]


def _cells(picture: bytes) -> list[str]:
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", picture)
    assert head is not None
    width, height = int(head[1]), int(head[2])
    pixels = picture[head.end() :]
    rows = []
    for row in range(ROWS):
        top, bottom = height * row // ROWS, height * (row + 1) // ROWS
        digits = ""
        for column in range(COLUMNS):
            left, right = width * column // COLUMNS, width * (column + 1) // COLUMNS
            cell = b"".join(pixels[y * width + left : y * width + right] for y in range(top, bottom))
            digits += str(min(9, (255 - sum(cell) // len(cell)) * 10 // 256))
        rows.append(digits)
    return rows


def apart(one: list[str], other: list[str]) -> tuple[int, float]:
    """The largest difference of a cell, and that of all on average."""
    cells = [abs(int(a) - int(b)) for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True)]
    return max(cells), sum(cells) / len(cells)


def test_every_page_looks_as_it_did_when_somebody_last_looked(papers, tmp_path):
    different = []
    for name, (kind, content) in papers.items():
        folder = tmp_path / name
        folder.mkdir()
        pages = ink_of(paper.draw(kind, content), folder)
        stored = PICTURES / f"{name}.txt"
        if os.environ.get("UPDATE_PICTURES"):
            PICTURES.mkdir(exist_ok=True)
            stored.write_text("\n\n".join("\n".join(rows) for rows in pages) + "\n")
        kept = [rows.split("\n") for rows in stored.read_text().strip().split("\n\n")]
        if len(kept) != len(pages):
            different.append((name, f"{len(pages)} pages, not {len(kept)}"))
            continue
        for n, (rows, known) in enumerate(zip(pages, kept, strict=True), 1):
            most, mean = apart(rows, known)
            if most > MOST_PER_CELL or mean > MOST_ON_AVERAGE:
                different.append((name, f"page {n}: {most} at most, {mean:.2f} on average"))

    assert different == []
    assert len(papers) == 11
    assert {stored.stem for stored in PICTURES.glob("*.txt")} == set(papers)


def test_a_picture_of_another_page_is_told_apart(papers, tmp_path):
    """The measure is not so coarse that anything passes."""
    kind, content = papers["agenda-en-t2"]
    [first, second, *_] = ink_of(paper.draw(kind, content), tmp_path)

    most, mean = apart(first, second)
    assert most > MOST_PER_CELL
    assert mean > MOST_ON_AVERAGE


# ---- a crowded, hostile day

HOSTILE = (
    "<img src=file:///etc/passwd> <script>alert(1)</script> <link rel=attachment href='file:///etc/passwd'> ",
    "url(file:///etc/passwd) <style>@import url(file:///etc/passwd)</style> {{ paper.detail }} ",
    "مرحبا بالعالم \u202e reversed \u202c 👮\u200d♀️🧑🏽\u200d🏫 \ufffe ",
    "W" * 200,
    "<h1 style='font-size:900pt'>HUGE</h1><p style='position:fixed'>over</p> ",
)


def crowded(content):
    """25 items with titles of 200 characters, 12 speakers, and hostile words wherever a person may type."""
    found = copy.deepcopy(content)
    topic = next(line for line in found["lines"] if line["points"])
    lines = []
    for n in range(25):
        words = f"{n}x " + HOSTILE[n % len(HOSTILE)] * 9
        lines.append(
            {
                **topic,
                "at": f"{9 + n // 6:02}:{n % 6 * 10:02}",
                "until": f"{9 + (n + 1) // 6:02}:{(n + 1) % 6 * 10:02}",
                "title": words[:200],
                "summary": words[:300],
                "points": [f"{n}p{k} " + words[:250] for k in range(3)],
            }
        )
    found["lines"] = lines
    found["notices"] = [{"title": line["title"], "words": line["summary"] * 2} for line in lines[:12]]
    found["audience"] = [words[:100] for words in HOSTILE]
    found["host"]["chosen"] = [{"title": line["title"], "why": line["title"]} for line in lines]
    if "detail" in found:
        detail = found["detail"]
        detail["speakers"] = [
            {
                "name": f"{n} {HOSTILE[n % 5]}"[:200],
                "organisation": "Unit",
                "role": "Trainer",
                "is_lead": not n,
            }
            for n in range(12)
        ]
        detail["who"] = [detail["speakers"][n % 12]["name"] for n in range(25)]
        detail["notes"] = [words[:300] for words in HOSTILE * 5]
        detail["venue"]["arrival"] = "".join(HOSTILE) * 5
        detail["access_needs"] = "".join(HOSTILE) * 5
    return found


@pytest.mark.parametrize(
    "name", ["agenda-en-t2", "agenda-cy-t2", "joining-en-t3", "run_sheet-en-t3", "sign_in-en-t2"]
)
def test_a_crowded_and_hostile_day_breaks_no_page_and_reads_no_file(papers, name):
    kind, content = papers[name]

    with press._bounded_memory():
        pdf = paper.draw(kind, crowded(content))

    reader = PdfReader(io.BytesIO(pdf))
    words = " ".join(sheet.extract_text() for sheet in reader.pages)
    assert "root:" not in words
    assert reader.attachments == {}
    assert page.is_pdf_compliant_bytes(pdf, profile=page.ValidationProfile.PDF_UA_1)
    assert {tuple(round(side) for side in sheet.mediabox[2:]) for sheet in reader.pages} == {(595, 842)}
    assert len(reader.pages) < 40


def test_a_row_is_never_split_and_a_heading_never_stands_alone(papers):
    kind, content = papers["agenda-en-t2"]
    lines = [
        {
            **content["lines"][1],
            "title": f"Title{n:02}end",
            "points": [f"point{n:02}{k}end" for k in range(7)],
        }
        for n in range(25)
    ]

    sheets = [
        "".join(sheet.extract_text().split())
        for sheet in PdfReader(io.BytesIO(paper.draw(kind, {**content, "lines": lines}))).pages
    ]

    for n in range(25):
        [row] = [sheet for sheet in sheets if f"Title{n:02}end" in sheet]
        assert all(f"point{n:02}{k}end" in row for k in range(7))
    assert [sheet for sheet in sheets if "Title00end" in sheet] == [
        sheet for sheet in sheets if "Thesession" in sheet
    ]
