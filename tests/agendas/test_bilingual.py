"""Papers in Welsh: what is frozen of the catalogue's Welsh, what stays English, and what a later change cannot touch."""

import json
import re

import pytest
from django.template.loader import render_to_string

from agendas import paper, services, snapshot
from agendas.models import Agenda, Document
from courses import kept
from courses.models import Audience, Point, Topic
from tests.agendas.test_paper import languages, words_of

pytestmark = pytest.mark.django_db

ENGLISH = "Legal issues"
WELSH = "Materion cyfreithiol"
BODIES = {
    "agenda": "agendas/paper/agenda_body.html",
    "host_page": "agendas/paper/host_page_body.html",
    "joining": "agendas/paper/joining_body.html",
    "door_sign": "agendas/paper/door_sign_body.html",
    "sign_in": "agendas/paper/sign_in_body.html",
}


@pytest.fixture
def issued(agenda, lead):
    """Issue the agenda with papers in Welsh, as the catalogue is now."""

    def issue():
        Agenda.objects.update(in_welsh=True)
        agenda.refresh_from_db()
        return services.issue_agenda(agenda.pk, version=agenda.version, actor=lead)

    return issue


def in_welsh(issue, kind="agenda"):
    return issue.documents.filter(kind=kind, language="cy").order_by("tier")[0].content


def twin(kind, content):
    return render_to_string(BODIES[kind], {"paper": snapshot.read(content)})


def marked_english(markup):
    """What stands in an element that is marked as English."""
    return re.findall(r'lang="en">([^<]+)', markup)


def test_a_paper_in_welsh_says_topics_points_notices_and_reasons_in_welsh(issued):
    issue = issued()
    words = " ".join(words_of(paper.draw(kind, in_welsh(issue, kind))) for kind in ("agenda", "host_page"))

    for wanted in (
        WELSH,
        "Stori Alice",
        "o dan Ddeddf Amddiffyn rhag Aflonyddu 1997",
        "Mae amser i oedi wedyn.",
        "Swyddogion a staff rheng flaen, tua hanner",
        "Dewis cyntaf ar gyfer swyddogion a staff rheng flaen.",
        "Tua 42 o bobl",
        "Mae’n cymryd 20–45 munud.",
    ):
        assert wanted in words
    for unwanted in (ENGLISH, "Alice’s story", "Protection from Harassment", "Front-line", "You asked", "?,"):
        assert unwanted not in words


@pytest.mark.parametrize("kind", BODIES)
def test_where_everything_has_its_welsh_nothing_in_a_twin_is_marked_as_english(issued, kind):
    assert marked_english(twin(kind, in_welsh(issued(), kind))) == []


def test_the_picture_of_the_day_is_told_in_welsh(issued):
    content = in_welsh(issued())

    assert snapshot.read(content).strip.words.startswith(
        "Llun o’r diwrnod, 9.15yb i 4.15yp: 1 awr 25 munud, amser i oedi,"
    )


def test_what_has_no_welsh_stays_english_line_by_line_and_is_marked(issued):
    Topic.objects.filter(slug="legal-issues").update(title_in_welsh="", summary_in_welsh=" ")
    Point.objects.filter(text__startswith="When the people concerned").update(text_in_welsh="")

    issue = issued()

    marked = [
        words
        for kind in ("agenda", "host_page")
        for words in marked_english(twin(kind, in_welsh(issue, kind)))
    ]
    assert marked == [
        ENGLISH,
        "When the people concerned live under different laws",
        ENGLISH,  # what they asked for
        ENGLISH,  # what we chose
    ]
    assert "Stelcian sy’n peri ofn trais" in twin("agenda", in_welsh(issue))
    assert languages(paper.draw("agenda", in_welsh(issue))) == ("cy", {"en"})


def test_an_outcome_without_welsh_stays_english_among_the_others(issued):
    story = Topic.objects.get(slug="alices-story")
    first, *rest = story.outcome_lines_in_welsh
    story.outcomes_in_welsh = "\n".join([story.outcome_lines[0], *rest])
    story.save()

    markup = twin("host_page", in_welsh(issued(), "host_page"))

    assert marked_english(markup) == [story.outcome_lines[0]]
    assert first not in markup


def test_who_comes_is_said_in_one_language(issued):
    Audience.objects.update(name_in_welsh="")

    issue = issued()
    marked = [
        words
        for kind in ("agenda", "host_page")
        for words in marked_english(twin(kind, in_welsh(issue, kind)))
    ]

    assert marked[0] == "Front-line officers and staff, roughly half"
    assert "A first choice for front-line officers and staff." in marked


def test_the_welsh_is_frozen_with_the_issue(issued):
    issue = issued()
    content = in_welsh(issue)
    before = paper.draw("agenda", content)

    Topic.objects.update(title_in_welsh="Rhywbeth arall", summary_in_welsh="Rhywbeth arall")
    kept.forget()

    assert issue.snapshot["agenda"]["welsh"][ENGLISH] == WELSH
    assert in_welsh(issue) == content
    assert paper.draw("agenda", in_welsh(issue)) == before


def test_an_issue_holds_the_welsh_of_its_own_day_and_of_nothing_else(issued):
    agenda = issued().snapshot["agenda"]

    english = json.dumps({**agenda, "welsh": {}}, ensure_ascii=False)
    assert [
        words for words in agenda["welsh"] if json.dumps(words, ensure_ascii=False)[1:-1] not in english
    ] == []
    assert "Motivational interviewing" not in agenda["welsh"]


def test_papers_in_english_carry_no_welsh(issued):
    papers = issued().documents.filter(language="en")

    assert papers.count() == 10
    assert [document.kind for document in papers if "welsh" in document.content] == []
    assert WELSH not in words_of(paper.draw("agenda", papers.get(kind="agenda").content))


def test_an_issue_in_english_alone_freezes_no_welsh(agenda, lead):
    issue = services.issue_agenda(agenda.pk, version=1, actor=lead)

    assert "welsh" not in issue.snapshot["agenda"]
    assert not issue.documents.filter(language=Document.Language.WELSH).exists()


def test_the_pages_on_the_screen_stay_english(issued):
    issue = issued()

    assert ENGLISH in [line.title for line in snapshot.read(services.content_of(issue)).lines]


def test_a_character_that_the_fonts_lack_does_not_lose_the_welsh(issued):
    Topic.objects.filter(slug="legal-issues").update(title="Legal 漢 issues")

    words = words_of(paper.draw("agenda", in_welsh(issued())))

    assert WELSH in words
    assert "Legal" not in words


def test_every_letter_of_the_shipped_welsh_is_in_the_fonts(issued):
    known = issued().snapshot["agenda"]["welsh"]

    assert paper._in_our_letters(known) == known
