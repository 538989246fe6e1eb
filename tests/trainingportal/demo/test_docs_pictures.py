"""The README's picture of the studio and its example agenda are made here, of the demo's Tavenham.

``UPDATE_PICTURES=1`` makes them anew: look at both before you keep them. Without it the tests say when they are old.
"""

import io
import os
import re
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from PIL import Image
from playwright.sync_api import expect
from pypdf import PdfReader

from agendas import press, services
from agendas.models import Agenda, Document
from trainingportal.demo import cases, people

DOCS = Path(__file__).resolve().parents[3] / "docs"
PDF, PICTURE = DOCS / "example-agenda.pdf", DOCS / "pictures" / "studio.png"
UPDATES = bool(os.environ.get("UPDATE_PICTURES"))
THE_DAY = "2026-11-17 10:30"
IN_THE_PICTURE = ["Compose the day", "Preview PDF", "Issue…"]
"""The buttons at the top of the studio as docs/pictures/studio.png shows them: make it anew when these change."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tavenham(settings, tmp_path, caught_mail, invented_by_default):
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path
    call_command("load_catalogue", verbosity=0)
    people.say_who_answers()
    cases.tavenham_needs_a_second_look(cases.Desk(), lambda words: None)
    return Agenda.objects.select_related("booking").get()


def words_of(pdf: bytes) -> str:
    """What the pages say, but for the reference, which is another each time."""
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"WT-\w{6}", "WT-XXXXXX", " ".join(text.split()))


def test_the_example_agenda_of_the_docs_is_what_leaves_today(request):
    with time_machine.travel(THE_DAY, tick=True):
        agenda = request.getfixturevalue("tavenham")
        services.issue_agenda(agenda.pk, version=agenda.version, actor=people.coordinators()[0])
        press.make_waiting()
        with Document.objects.get(kind=Document.Kind.AGENDA, language="en").file.open("rb") as stored:
            made = stored.read()
    if UPDATES:
        PDF.write_bytes(made)

    assert words_of(PDF.read_bytes()) == words_of(made)


@pytest.mark.browser
def test_the_picture_of_the_studio_has_the_buttons_of_today(tavenham, page_at):
    page = page_at(1280)
    page.set_viewport_size({"width": 1280, "height": 1500})
    page.goto("/demo/")
    page.get_by_role("button", name="Enter as lead trainer").click()
    page.goto(f"/agenda/{tavenham.booking.reference}/")
    expect(page.get_by_role("heading", name="The day", exact=True)).to_be_visible()
    if UPDATES:
        whole = Image.open(io.BytesIO(page.screenshot()))
        whole.quantize(128).save(PICTURE, optimize=True)  # a third of the size, and nobody sees it

    buttons = page.locator(".wt-bar .wt-push").locator("button:visible, a:visible")
    assert [words.strip() for words in buttons.all_inner_texts()] == IN_THE_PICTURE
