"""The papers themselves: tagged, in order, the same every time, and nothing in them above their tier."""

import io
import re

import page
import pytest
from pypdf import PdfReader

from agendas import paper, services
from agendas.models import AgendaItem, Document
from places.clock import say_time
from tests.agendas.conftest import PLACE, SURNAMES

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(agenda, lead):
    return services.issue_agenda(agenda.pk, version=1, actor=lead)


@pytest.fixture
def drawn(agenda, issue, lead):
    """Draw a paper of one kind."""
    services.preview(agenda.pk, actor=lead)
    return lambda kind: paper.draw(
        kind, Document.objects.filter(kind=kind).order_by("-tier", "pk")[0].content
    )


def words_of(pdf):
    text = " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("kind", Document.Kind.values)
def test_every_paper_is_pdf_ua_1(drawn, kind):
    report = page.validate_pdf_bytes(drawn(kind), profile=page.ValidationProfile.PDF_UA_1)

    assert [failure.message for failure in report.failures] == []
    assert report.is_compliant


@pytest.mark.parametrize("kind", Document.Kind.values)
def test_the_same_content_gives_the_same_bytes(drawn, kind):
    assert drawn(kind) == drawn(kind)


@pytest.mark.parametrize("kind", ["agenda", "draft", "run_sheet"])
def test_topics_and_times_stand_in_order(agenda, drawn, kind):
    words = words_of(drawn(kind))
    clock, at = agenda.starts_at, words.index("How long")

    for item in agenda.items.select_related("topic"):
        at = words.index(f"{say_time(clock)} {item.words}", at)
        clock += item.minutes * (clock.resolution * 60_000_000)


def test_the_agencys_paper_holds_no_name_and_no_place_in_words_or_metadata(drawn):
    shared = Document.objects.filter(tier=2)
    assert {document.kind for document in shared} == {*Document.Kind} - {Document.Kind.RUN_SHEET}
    for document in shared:
        pdf = paper.draw(document.kind, document.content)
        reader = PdfReader(io.BytesIO(pdf))
        everything = (
            words_of(pdf) + str(reader.metadata) + str(reader.xmp_metadata and reader.xmp_metadata.dc_title)
        )

        assert [
            planted for planted in [*SURNAMES, *PLACE, "Northmere", "Casey"] if planted in everything
        ] == []


def test_only_the_run_sheet_tells_that_the_account_is_a_recording(agenda, lead):
    story = agenda.items.get(topic__slug="alices-story")
    draft = services.set_variant(agenda.pk, item_id=story.pk, variant="recorded", version=1, actor=lead)

    issue = services.issue_agenda(agenda.pk, version=draft.agenda.version, actor=lead)

    drawn = {
        document.kind: words_of(paper.draw(document.kind, document.content))
        for document in issue.documents.all()
    }
    assert not any("ecorded" in words for kind, words in drawn.items() if kind != Document.Kind.RUN_SHEET)
    assert "Recorded account" in drawn[Document.Kind.RUN_SHEET]
    assert "recorded" not in str(issue.snapshot["agenda"]).lower()


def test_the_run_sheet_holds_names_place_and_whom_to_ring(drawn):
    words = words_of(drawn(Document.Kind.RUN_SHEET))

    missing = [
        planted for planted in [*SURNAMES, *PLACE, "Casey Contact", "01632 960001"] if planted not in words
    ]
    assert missing == []
    assert "8.45am" in words


def test_a_draft_says_so_on_every_sheet_and_an_issue_does_not(drawn):
    draft, issued = (
        PdfReader(io.BytesIO(drawn(kind))) for kind in (Document.Kind.DRAFT, Document.Kind.AGENDA)
    )

    assert all("DRAFT" in sheet.extract_text() for sheet in draft.pages)
    assert not any("DRAFT" in sheet.extract_text() for sheet in issued.pages)


def test_invented_bookings_say_so_on_every_sheet(issue):
    content = {**Document.objects.get(kind="agenda").content, "invented": True}

    sheets = PdfReader(io.BytesIO(paper.draw("agenda", content))).pages

    assert all("Invented demonstration data" in sheet.extract_text() for sheet in sheets)


def test_the_dates_in_the_file_are_those_of_the_issue(drawn, issue):
    metadata = PdfReader(io.BytesIO(drawn(Document.Kind.AGENDA))).metadata

    assert metadata.creation_date == issue.issued_at.replace(microsecond=0)
    assert (metadata.title, metadata.author) == (
        f"Training agenda {issue.agenda.booking.reference}",
        "Working Together Against Stalking",
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=file:///etc/passwd><script>alert(1)</script>",
        "<style>@import url(http://127.0.0.1:9/x.css)</style>",
        "مرحبا بالعالم " * 6,
        "👮‍♀️🧑🏽‍🏫 ok",
        "W" * 200,
        "{{ paper.detail }} {% debug %}",
    ],
)
def test_hostile_titles_neither_break_the_page_nor_read_a_file(agenda, lead, hostile):
    host = services.add_filler(agenda.pk, kind="host", version=1, actor=lead).touched
    AgendaItem.objects.filter(pk=host.pk).update(title=hostile[:200])
    content = services.preview(agenda.pk, actor=lead).content

    pdf = paper.draw("draft", content)

    words = words_of(pdf)
    assert "root:" not in words
    assert page.is_pdf_compliant_bytes(pdf, profile=page.ValidationProfile.PDF_UA_1)
    if hostile.isascii():
        assert hostile[:200].replace(" ", "") in words.replace(" ", "")


# ---- what is new for the host, those who attend, and the door


def test_the_door_sign_says_training_and_the_reference_and_nothing_else(drawn, issue):
    assert words_of(drawn("door_sign")).strip() == f"Training {issue.agenda.booking.reference}"


def test_joining_instructions_hold_the_place_above_t2_only_and_never_a_name(issue):
    code = services.say_code(issue.agenda.booking.attendee_code.code)
    shared, above = (
        words_of(paper.draw(one.kind, one.content))
        for one in issue.documents.filter(kind="joining").order_by("tier")
    )

    assert not [planted for planted in [*SURNAMES, *PLACE] if planted in shared]
    assert not [planted for planted in [*SURNAMES, "Casey"] if planted in above]
    assert [planted for planted in PLACE if planted not in above] == []
    for words in (shared, above):
        assert code in words
        assert "You need not come to a part that you would rather not hear" in words
        assert "9.15am to 4.15pm" in words


def test_the_register_has_a_line_for_everybody_and_names_nobody(drawn, issue):
    words = words_of(drawn("sign_in"))

    assert "47" in words
    assert "48" not in words.replace(issue.agenda.booking.reference, "").replace(
        services.say_code(issue.agenda.booking.attendee_code.code), ""
    )
    assert "Never pass it round" in words
    assert words.count("Your name") == 8
    assert not [planted for planted in [*SURNAMES, *PLACE] if planted in words]


def test_a_run_sheet_says_whose_copy_it_is_on_every_sheet(issue, team):
    for speaker in team:
        copy = issue.documents.get(kind="run_sheet", recipient=speaker)
        for sheet in PdfReader(io.BytesIO(paper.draw(copy.kind, copy.content))).pages:
            assert f"Issue 1 · Copy for {speaker.name}" in sheet.extract_text()


def test_the_marking_stands_on_every_sheet_but_the_door_sign_and_only_when_wanted(issue):
    for document in issue.documents.exclude(kind="door_sign"):
        plain = PdfReader(io.BytesIO(paper.draw(document.kind, document.content))).pages
        marked = paper.draw(document.kind, {**document.content, "marking": "OFFICIAL-SENSITIVE"})

        assert not any("OFFICIAL" in sheet.extract_text() for sheet in plain)
        assert all(
            "OFFICIAL-SENSITIVE" in sheet.extract_text() for sheet in PdfReader(io.BytesIO(marked)).pages
        )


def languages(pdf):
    """The language of the file, and those that single parts name."""
    reader = PdfReader(io.BytesIO(pdf))
    parts = [reader.get_object(n) for n in range(1, reader.trailer["/Size"])]
    named = {
        str(part["/Lang"])
        for part in parts
        if isinstance(part, dict) and part.get("/Type") == "/StructElem" and "/Lang" in part
    }
    return str(reader.trailer["/Root"]["/Lang"]), named


@pytest.mark.parametrize("kind", ["agenda", "joining", "sign_in", "door_sign"])
def test_a_paper_in_welsh_names_its_language_and_that_of_every_english_part(issue, kind):
    content = {**issue.documents.filter(kind=kind)[0].content, "language": "cy"}

    pdf = paper.draw(kind, content)

    assert languages(pdf) == ("cy", set() if kind == "door_sign" else {"en"})
    assert page.is_pdf_compliant_bytes(pdf, profile=page.ValidationProfile.PDF_UA_1)


def test_a_snapshot_without_the_welsh_of_its_topics_has_its_own_words_in_welsh_and_the_topics_in_english(
    issue,
):
    words = words_of(paper.draw("agenda", {**issue.documents.get(kind="agenda").content, "language": "cy"}))

    for wanted in (
        "Agenda’r hyfforddiant",
        "Dydd Mawrth 9 Mawrth 2027",
        "9.15yb i 4.15yp",
        "Cinio",
        "Egwyl",
        "Legal issues",
    ):
        assert wanted in words
    for unwanted in ("Lunch", "minutes", "Tuesday", "How long"):
        assert unwanted not in words.partition("I’r sefydliad sy’n cynnal")[0]
