"""How every page looks: its ink in coarse cells beside the stored ones; and what a crowded, hostile day does to it.

``UPDATE_PICTURES=1`` stores them anew: look at the pages before you keep them.
"""

import copy
import io
import itertools
import os
import re
import subprocess
from pathlib import Path

import page
import pytest
from pypdf import PdfReader

from agendas import paper, press, services
from agendas.models import Agenda, Document

pytestmark = pytest.mark.django_db
PICTURES = Path(__file__).resolve().parent / "pictures"
COLUMNS, ROWS = 24, 34
"""Cells of some 9 mm: what Pango sets a little wider in another version stays in its cell."""
MOST_PER_CELL, MOST_ON_AVERAGE = 20, 1.2
"""Of 255, which is black. A row of words has some 40; a page without one of its lists is 1.3 away on average."""
EXAMPLE = {
    "example": {
        "for_whom": "front-line police",
        "ask_at": "example.org/ask",
        "musts": ["Legal issues", "Risk: identify, assess, manage"],
    },
    "left_out": [{"title": "Interventions", "words": "25 more minutes would bring it in."}],
    "number": None,
}


@pytest.fixture
def papers(agenda, lead):
    """The content of every paper, with what differs from run to run made the same."""
    Agenda.objects.update(in_welsh=True)
    issue = services.issue_agenda(agenda.pk, version=1, actor=lead)
    found = {}
    for document in [services.preview(agenda.pk, actor=lead), *issue.documents.order_by("-pk")]:
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
    agenda_kind, day = found["agenda-en-t2"]
    found["half-day"] = (agenda_kind, half_of(day))
    found["marked-and-changed"] = (
        agenda_kind,
        {**day, "marking": "OFFICIAL-SENSITIVE", "invented": True, "changes": ["Lunch takes 45 minutes."]},
    )
    found["example"] = ("example", {**half_of(day), **EXAMPLE})
    return found


def half_of(day):
    """The same up to lunch."""
    lines = list(itertools.takewhile(lambda line: line["kind"] != "lunch", day["lines"]))
    return {**day, "lines": lines, "format": "Half day", "ends_at": lines[-1]["until"]}


def drawn(kind, content):
    return paper.draw_example(content) if kind == "example" else paper.draw(kind, content)


def ink_of(pdf: bytes, folder: Path) -> list[list[bytes]]:
    """Each page as rows of cells: 0 for white, 255 for black."""
    folder.mkdir(exist_ok=True)
    (folder / "paper.pdf").write_bytes(pdf)
    subprocess.run(  # noqa: S603 our own file, in the test's folder
        ["pdftoppm", "-r", "24", "-gray", str(folder / "paper.pdf"), str(folder / "page")],  # noqa: S607
        check=True,
    )
    return [_cells(picture.read_bytes()) for picture in sorted(folder.glob("page*.pgm"))]


def _cells(picture: bytes) -> list[bytes]:
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", picture)
    assert head is not None
    width, height = int(head[1]), int(head[2])
    pixels = picture[head.end() :]
    rows = []
    for row in range(ROWS):
        top, bottom = height * row // ROWS, height * (row + 1) // ROWS
        cells = []
        for column in range(COLUMNS):
            left, right = width * column // COLUMNS, width * (column + 1) // COLUMNS
            cell = b"".join(pixels[y * width + left : y * width + right] for y in range(top, bottom))
            cells.append(255 - sum(cell) // len(cell))
        rows.append(bytes(cells))
    return rows


def apart(one: list[bytes], other: list[bytes]) -> tuple[int, float]:
    """The largest difference of a cell, and that of all on average."""
    cells = [abs(a - b) for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True)]
    return max(cells), sum(cells) / len(cells)


def differs(one: list[bytes], other: list[bytes]) -> bool:
    most, mean = apart(one, other)
    return most > MOST_PER_CELL or mean > MOST_ON_AVERAGE


def test_every_page_looks_as_it_did_when_somebody_last_looked(papers, tmp_path):
    different = []
    for name, (kind, content) in papers.items():
        pages = ink_of(drawn(kind, content), tmp_path / name)
        stored = PICTURES / f"{name}.txt"
        if os.environ.get("UPDATE_PICTURES"):
            PICTURES.mkdir(exist_ok=True)
            stored.write_text("\n\n".join("\n".join(row.hex() for row in rows) for rows in pages) + "\n")
        kept = [
            [bytes.fromhex(row) for row in rows.split("\n")]
            for rows in stored.read_text().strip().split("\n\n")
        ]
        if len(kept) != len(pages):
            different.append((name, f"{len(pages)} pages, not {len(kept)}"))
            continue
        different += [
            (name, f"page {n}", apart(rows, known))
            for n, (rows, known) in enumerate(zip(pages, kept, strict=True), 1)
            if differs(rows, known)
        ]

    assert different == []
    assert {kind for kind, _ in papers.values()} == {*Document.Kind.values, "example"}
    assert {stored.stem for stored in PICTURES.glob("*.txt")} == set(papers)


def without_its_picture(content):
    for line in content["lines"]:
        line["minutes"] = 1


def without_a_notice(content):
    del content["notices"][0]


def without_what_people_take_along(content):
    content["outcomes"] = []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("agenda-en-t2", without_its_picture),
        ("host_page-en-t2", without_a_notice),
        ("host_page-en-t2", without_what_people_take_along),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_page_that_lacks_something_is_told_apart(papers, tmp_path, name, change):
    """The measure is not so coarse that anything passes."""
    kind, content = papers[name]
    changed = copy.deepcopy(content)
    change(changed)

    before, after = (
        ink_of(drawn(kind, each), tmp_path / name) for name, each in (("before", content), ("after", changed))
    )

    assert [differs(*pages) for pages in zip(before, after, strict=True)].count(True) == 1


def test_letters_that_are_set_a_little_wider_look_the_same(papers, tmp_path, monkeypatch):
    """As another version of Pango sets them."""
    kind, content = papers["agenda-en-t2"]
    before = ink_of(drawn(kind, content), tmp_path / "before")
    real = paper.render_to_string
    monkeypatch.setattr(
        paper,
        "render_to_string",
        lambda *a: real(*a).replace("<body>", '<body style="letter-spacing:.02pt">'),
    )

    after = ink_of(drawn(kind, content), tmp_path / "after")

    assert not any(differs(*pages) for pages in zip(before, after, strict=True))
    assert before != after


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
                "points": [f"{n}p{k} " + words[:250] for k in range(3 + n % 3)],
            }
        )
    found["lines"] = lines
    found["outcomes"] = [words * 2 for words in HOSTILE]
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


def sheets_of(kind, content):
    """The words of each sheet without any space."""
    pages = PdfReader(io.BytesIO(drawn(kind, content))).pages
    return ["".join(sheet.extract_text().split()) for sheet in pages]


def test_a_whole_day_stands_on_one_sheet_and_the_page_for_the_host_is_another_file(papers):
    for language in ("en", "cy"):
        assert len(sheets_of(*papers[f"agenda-{language}-t2"])) == 1
    assert "Whatwechose" not in "".join(sheets_of(*papers["agenda-en-t2"]))
    assert "Whatwechose" in sheets_of(*papers["host_page-en-t2"])[0]


def test_a_few_lines_too_many_are_set_closer_and_come_back_to_the_sheet_before(papers, monkeypatch):
    kind, content = papers["agenda-en-t2"]
    spare = {**content["lines"][1], "points": [], "summary": ""}
    found = {}
    for more in range(1, 12):
        lines = [*content["lines"], *[spare] * more]
        found[more] = len(sheets_of(kind, {**content, "lines": lines}))
    with monkeypatch.context() as without:
        without.setattr(paper, "SHEETS", {})
        plain = {
            more: len(sheets_of(kind, {**content, "lines": [*content["lines"], *[spare] * more]}))
            for more in found
        }

    saved = [more for more in found if found[more] < plain[more]]
    assert saved
    assert all(plain[more] == 2 and found[more] == 1 for more in saved)


@pytest.mark.parametrize("name", ["agenda-en-t2", "half-day", "run_sheet-en-t3"])
def test_a_row_is_never_split(papers, name):
    kind, content = papers[name]
    lines = [
        {
            **content["lines"][1],
            "title": f"Title{n:02}end",
            "points": [f"point{n:02}{k}end" for k in range(7)],
        }
        for n in range(25)
    ]

    sheets = sheets_of(kind, {**content, "lines": lines})

    for n in range(25):
        [row] = [sheet for sheet in sheets if f"Title{n:02}end" in sheet]
        assert all(f"point{n:02}{k}end" in row for k in range(7))


def test_a_heading_never_stands_alone(papers):
    """However far down the sheet it comes: each time the host asked for one thing more."""
    kind, content = papers["host_page-en-t2"]
    follows = {"Whatwechose,andwhy": "Always", "Whatisnotinthisday": "Leftout0end", "Whatyoumayhear": "Alice"}
    lefts = [{"title": f"Leftout{n}end", "why": "Why", "address": "https://example.org/"} for n in range(9)]
    ends = set()

    for n in (8, 24, 40, 56):
        asked = [["How many", f"Asked {k}"] for k in range(n)]
        host = {**content["host"], "asked": asked, "left_out": lefts}
        sheets = sheets_of(kind, {**content, "host": host})
        for heading, first in follows.items():
            [sheet] = [sheet for sheet in sheets if heading in sheet]
            assert first in sheet.partition(heading)[2]
            ends.add((heading, sheets.index(sheet)))

    assert {("Whatisnotinthisday", 0), ("Whatisnotinthisday", 1), ("Whatyoumayhear", 1)} <= ends
