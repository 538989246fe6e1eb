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
    return lambda kind: paper.draw(kind, Document.objects.get(kind=kind).content)


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


@pytest.mark.parametrize("kind", Document.Kind.values)
def test_topics_and_times_stand_in_order(agenda, drawn, kind):
    words = words_of(drawn(kind))
    clock, at = agenda.starts_at, words.index("How long")

    for item in agenda.items.select_related("topic"):
        at = words.index(f"{say_time(clock)} {item.words}", at)
        clock += item.minutes * (clock.resolution * 60_000_000)


def test_the_agencys_paper_holds_no_name_and_no_place_in_words_or_metadata(drawn):
    for kind in (Document.Kind.AGENDA, Document.Kind.DRAFT):
        pdf = drawn(kind)
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
    assert "ecorded" not in drawn[Document.Kind.AGENDA]
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
