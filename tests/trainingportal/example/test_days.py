"""The days themselves: what they hold, what they say, and that nobody real is read for them."""

import io
import re
from itertools import product

import page
import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from agendas import paper
from agendas.models import Agenda
from bookings.models import Booking
from courses import kept
from courses.models import Topic
from places.nations import Nation
from speakers.models import Speaker
from trainingportal.asking import choices
from trainingportal.example import making, seen
from trainingportal.example import question as questions
from trainingportal.example.question import Question

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]
FULL = Question("full-day", "front-line", "ew", ("legal-issues", "interventions"))


@pytest.fixture(scope="module")
def every_answer():
    """What is answered to a question under the shipped catalogue; each is composed once."""
    found = {}

    def composed(question):
        if question not in found:
            found[question] = making.answer(question, kept.read())
        return found[question]

    return composed


def plain_questions():
    return [
        Question(length.slug, audience.slug, nation)
        for length, audience in product(choices.lengths(), choices.audiences())
        for nation in Nation.values[:1]
    ]


def test_each_day_fills_its_time_gives_the_core_and_speaks_to_the_reader(every_answer):
    for question in plain_questions():
        day = seen.day_of(question, every_answer(question))
        reasons = [line["why"] for line in every_answer(question)["lines"]]
        said = " ".join([*reasons, *(one.words for one in day.left_out)])

        assert (day.rows[0].title, day.rows[-1].title) == ("Welcome", "Questions and close")
        ends = day.rows[-1].starts_at.hour * 60 + day.rows[-1].starts_at.minute + day.rows[-1].minutes
        assert ends == day.paper.ends_at.hour * 60 + day.paper.ends_at.minute, question
        assert sum(("Always given", "") in row.pills for row in day.rows) == 2
        assert re.findall(r"\b[Tt]hey\b|\b[Tt]hese people\b|\btheir asking\b", said) == [], question
        assert all(line["why"] for line in every_answer(question)["lines"] if line["kind"] == "topic")
        assert "ecorded" not in str(every_answer(question))


def test_what_was_asked_for_is_in_and_says_so(every_answer):
    day = seen.day_of(FULL, every_answer(FULL))

    asked = [row.title for row in day.rows if ("You asked for it", "") in row.pills]
    assert sorted(asked) == ["Interventions", "Legal issues"]
    assert day.missed == ()
    typology = next(row for row in day.rows if row.title.startswith("Types of stalker"))
    assert typology.detail.endswith(("builds on it.", "officers and staff.", "room for it."))


def test_what_finds_no_room_says_so_first_and_what_would_bring_it_in(every_answer):
    question = Question("half-day", "front-line", "ew", ("risk", "management-implications", "investigations"))
    day = seen.day_of(question, every_answer(question))

    assert [one.words for one in day.missed] == [
        one.words for one in day.missed if re.search(r"\d+ more minutes would bring it in\.$", one.words)
    ]
    assert len(day.missed) >= 1
    assert [other.question.length for other in day.longer] == ["full-day"]
    assert seen.day_of(FULL, every_answer(FULL)).longer == ()
    assert all(one.asked is None for one in (*day.missed, *day.left_out))  # there are three already


def test_a_topic_that_was_left_out_can_be_asked_for_in_one_press(every_answer):
    question = Question("half-day", "front-line", "ew")
    day = seen.day_of(question, every_answer(question))

    assert {one.slug for one in day.left_out} == {one.asked.musts[0] for one in day.left_out}


def test_the_law_is_that_of_the_nation(every_answer):
    for nation in Nation.values:
        answer = every_answer(Question("full-day", "investigators", nation, ("legal-issues",)))
        assert answer["nation"] == Nation(nation).label


def test_what_does_not_fit_at_all_is_said_in_words():
    Topic.objects.filter(is_core=True).update(least_minutes=80, usual_minutes=80, most_minutes=80)
    question = Question("half-day", "front-line", "ew")

    day = seen.day_of(question, making.answer(question, kept.read()))

    assert day.refusal.startswith("The 2 topics that are always given need ")
    assert day.refusal.endswith("this half day has 3 hours. Take the full day, which has 7 hours.")
    assert day.rows == ()


def test_no_speaker_no_booking_and_no_date_is_read_or_written(every_answer):
    with CaptureQueriesContext(connection) as asked:
        answer = making.answer(FULL, kept.read())

    tables = " ".join(query["sql"] for query in asked)
    assert "speakers_" not in tables
    assert "bookings_" not in tables
    assert (Booking.objects.count(), Agenda.objects.count(), Speaker.objects.count()) == (0, 0, 0)
    assert answer["day"] == ""
    assert answer["reference"] == ""


def test_the_same_question_gives_the_same_day(every_answer):
    again = making.answer(FULL, kept.read())

    assert {**again, "made_at": ""} == {**every_answer(FULL), "made_at": ""}


def test_the_order_in_which_topics_are_ticked_makes_no_other_question():
    one, other = (
        questions.question_in(
            QueryDict(f"length=full-day&audience=spoc&nation=sc&must={a}&must={b}&must={a}")
        )
        for a, b in (("risk", "red-flags"), ("red-flags", "risk"))
    )

    assert one == other
    assert one.query == other.query


# ---- on paper


@pytest.fixture
def drawn(every_answer):
    return lambda question: paper.draw_example(making.on_paper(every_answer(question)))


def words_of(pdf):
    return re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages))


@pytest.mark.parametrize("question", [FULL, Question("half-day", "mixed", "ni")], ids=["full", "half"])
def test_the_paper_is_pdf_ua_1_on_two_sheets_and_says_on_each_that_it_is_an_example(drawn, question):
    pdf = drawn(question)
    sheets = PdfReader(io.BytesIO(pdf)).pages

    assert page.validate_pdf_bytes(pdf, profile=page.ValidationProfile.PDF_UA_1).is_compliant
    assert len(sheets) == 2
    assert all("An example, not a booking" in sheet.extract_text() for sheet in sheets)
    assert pdf == drawn(question)


def test_the_paper_holds_topics_times_and_reasons_and_no_speaker(drawn):
    words = words_of(drawn(FULL))

    assert "You asked for Legal issues · Interventions" in words
    assert words.count("You asked for it") == 2
    assert "DRAFT" not in words
    assert "Issue 0" not in words
    assert [name for name in ("Price-Jones", "Thomason", "Hills", "Clive", "Nick") if name in words] == []
