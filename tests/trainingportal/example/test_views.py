"""The page and the PDF: shared by all who ask the same, quick once made, kind to odd addresses, bounded."""

import datetime as dt
import gzip
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agendas import paper
from courses.models import Topic
from places import keeping
from trainingportal import tasks
from trainingportal.asking import choices, drafts
from trainingportal.example import carrying, making, shelf, views
from trainingportal.example import question as questions
from trainingportal.example.question import Question
from trainingportal.models import ExampleDay, RequestDraft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]
ASKED = Question("half-day", "spoc", "sc", ("legal-issues",))
DAY = f"/example-day/?{ASKED.query}"
PDF = f"/example-day/agenda.pdf?{ASKED.query}"
State = ExampleDay.State


@pytest.fixture
def made(client, work):
    """The day of ASKED, made."""
    client.get(DAY)
    assert work() == 1
    return ExampleDay.objects.get()


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


# ---- asked, made, shown


def test_a_day_is_asked_for_made_once_and_shown_to_all_who_ask_the_same(client, work):
    first, second = client.get(DAY), Client().get(DAY + "&utm_source=mail")

    assert (first.status_code, first["Cache-Control"], first["X-Robots-Tag"]) == (200, "no-store", "noindex")
    assert 'http-equiv="refresh" content="2;' in first.content.decode()
    assert "being put together" in text_of(second)
    assert work() == 1

    shown = Client().get(DAY)
    assert "A half day for single points of contact" in text_of(shown)
    assert "You asked for it" in text_of(shown)
    assert "refresh" not in shown.content.decode()
    assert (shown["X-Robots-Tag"], dict(shown.cookies)) == ("noindex", {})
    assert work() == 0


@pytest.mark.parametrize(
    ("looked", "again"), [("", "1"), ("&look=1", "2"), ("&look=99", "100"), ("&look=x", "1")]
)
def test_a_page_without_a_script_looks_again_at_another_address_that_keeps_the_place(client, looked, again):
    page = client.get(DAY + looked).content.decode()

    address = f"{DAY}&look={again}#day".replace("&", "&amp;")
    assert f'<meta http-equiv="refresh" content="2; url={address}">' in page
    assert f'<a href="{address}">Look again</a>' in page


def test_a_page_that_has_looked_ends_at_the_address_that_can_be_passed_on(client, made):
    answer = client.get(f"{DAY}&look=2")

    assert (answer.status_code, answer["Location"], answer["Cache-Control"]) == (
        302,
        f"{DAY}#day",
        "no-store",
    )
    assert client.get(DAY).status_code == 200


def test_a_day_can_be_sent_to_a_colleague_with_its_address_and_nothing_else(client, made, settings):
    page = client.get(DAY).content.decode()

    mail = unescape(re.search(r'href="(mailto:[^"]*)"', page)[1])
    words = parse_qs(urlsplit(mail).query)
    assert urlsplit(mail).path == ""
    assert words["subject"] == ["A half day for single points of contact: training on stalking"]
    assert words["body"] == [
        f"A half day for single points of contact, an example:\n{settings.SITE_URL}{DAY}\n"
    ]


def test_a_day_that_is_not_proven_the_best_does_not_say_it_is(client, made):
    best = "It is the best day under the rules"
    assert best in text_of(client.get(DAY))

    ExampleDay.objects.update(answer={**made.answer, "is_proven": False}, made_at=timezone.now())

    assert best not in text_of(client.get(DAY))


def test_a_day_that_is_there_costs_one_question_to_the_database(client, made):
    client.get(DAY)

    with CaptureQueriesContext(connection) as asked:
        client.get(DAY)

    assert len(asked) == 1
    assert '"answer"' not in asked[0]["sql"]


def test_the_row_says_nothing_about_who_asked(client):
    client.get(DAY, headers={"user-agent": "Planted/1.0"}, REMOTE_ADDR="198.51.100.7")

    row = ExampleDay.objects.values().get()
    assert row["question"] == {
        "length": "half-day",
        "audience": "spoc",
        "nation": "sc",
        "musts": ["legal-issues"],
    }
    assert [word for word in ("198.51", "Planted") if word in str(row)] == []


def test_another_catalogue_is_another_day(client, made, work):
    Topic.objects.filter(slug="legal-issues").update(title="The law of stalking")
    choices.forget()
    keeping.forget("example:edition")

    assert "being put together" in text_of(client.get(DAY))
    assert work() == 1
    assert "The law of stalking" in text_of(client.get(DAY))


def test_a_day_of_another_catalogue_is_dropped_rather_than_made(client):
    client.get(DAY)
    Topic.objects.filter(slug="legal-issues").update(title="The law of stalking")

    assert making.make_next()
    assert ExampleDay.objects.count() == 0


def test_what_needs_no_room_can_be_switched_in_one_press(client, made):
    page = client.get(DAY).content.decode()

    assert f'href="/example-day/?{ASKED.of_length("full-day").query.replace("&", "&amp;")}#day"' in page


# ---- the paper


def test_the_paper_is_drawn_once_and_handed_out_as_it_is(client, made, monkeypatch):
    monkeypatch.setattr(paper, "draw_example", None)  # a second drawing would fail

    answers = [client.get(PDF), Client().get(PDF)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content == bytes(made.paper)
    assert answers[0].content.startswith(b"%PDF")
    assert answers[0]["Content-Disposition"] == 'inline; filename="example-half-day.pdf"'
    assert answers[0]["X-Robots-Tag"] == "noindex"


def test_a_paper_that_is_drawn_comes_by_itself(client):
    assert client.get(PDF)["Location"] == DAY
    client.get(DAY)

    waits = client.get(PDF)

    assert (waits["Refresh"], waits["Cache-Control"]) == ("2", "no-store")
    assert "is being prepared" in text_of(waits)


def test_a_machine_without_the_libraries_shows_the_day_and_says_that_there_is_no_pdf(
    client, work, monkeypatch
):
    def nothing(content):
        raise OSError("no libpango")

    monkeypatch.setattr(paper, "draw_example", nothing)
    client.get(DAY)
    assert work() == 1

    assert "You asked for it" in text_of(client.get(DAY))
    assert "There is no PDF of this day." in text_of(client.get(PDF))


# ---- odd addresses

HOSTILE = [
    "length=full-day",
    "length=&audience=&nation=",
    "length=full-day&audience=nobody&nation=ew",
    "length=full-day&audience=spoc&nation=fr",
    "length=full-day&audience=spoc&nation=ew&must=alices-story",
    "length=full-day&audience=spoc&nation=ew&must=risk&must=red-flags&must=typology&must=investigations",
    "length=../../etc/passwd&audience=<script>alert(1)</script>&nation='; drop table x; --",
    "length=full-day&audience=spoc&nation=ew&must=" + "W" * 5000,
    "length=full-day&audience=spoc&nation=ew&must=%F0%9F%91%AE&must=%FF%FE",
    "length=full-day&length=half-day&audience=spoc&audience[]=x&nation=ew&nation=zz",
    "length=full-day&audience=spoc&nation=ew" + "&must=risk" * 700,
    "length=full-day%00&audience=spoc&nation=ew",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_an_odd_address_gets_a_kind_answer_and_no_row(client, query):
    page, pdf = client.get(f"/example-day/?{query}"), client.get(f"/example-day/agenda.pdf?{query}")
    form = client.get(f"/ask-for-training/?{query}")

    assert page.status_code == 400
    assert "<script>alert" not in page.content.decode()
    assert pdf.status_code in (302, 400)
    assert form.status_code in (200, 400)
    assert ExampleDay.objects.count() == 0


def test_a_mistake_is_said_in_words_with_the_choices_kept(client):
    answer = client.get("/example-day/?length=half-day&audience=spoc&nation=sc" + "".join(
        f"&must={slug}" for slug in ("risk", "red-flags", "typology", "investigations")
    ))  # fmt: skip

    assert "You chose four topics. Choose up to three, or let us suggest." in text_of(answer)
    assert answer.content.decode().count("checked") == 5
    assert "<title>Error:" in answer.content.decode()


def test_a_topic_that_has_left_the_catalogue_is_said_kindly(client, made):
    Topic.objects.filter(slug="legal-issues").update(is_active=False)
    choices.forget()

    answer = client.get(DAY)

    assert answer.status_code == 400
    assert questions.AFRESH in text_of(answer)


def test_what_is_wrong_stands_where_the_day_would_for_a_page_that_asks_by_itself(client):
    answer = client.get(DAY + "".join(f"&must={slug}" for slug in ("risk", "red-flags", "typology")))

    place = answer.content.decode().partition('id="day"')[2].partition("</section>")[0]
    assert "You chose four topics. Choose up to three, or let us suggest." in place


def test_nothing_is_taken_but_reading(client):
    assert [client.post(address).status_code for address in ("/example-day/", DAY, PDF)] == [405, 405, 405]


# ---- limits


def test_one_address_may_ask_for_so_many_new_days_and_sees_the_others_still(client, made, monkeypatch):
    monkeypatch.setattr(views, "MOST_NEW", 1)

    refused = client.get("/example-day/?length=full-day&audience=mixed&nation=ni")

    assert refused.status_code == 429
    assert "Please try this one again in an hour" in text_of(refused)
    assert "/ask-for-training/?length=full-day" in refused.content.decode()
    assert client.get(DAY).status_code == 200
    elsewhere = Client(REMOTE_ADDR="198.51.100.9")
    assert elsewhere.get("/example-day/?length=full-day&audience=mixed&nation=ni").status_code == 200


def test_a_flood_from_everywhere_finds_a_full_queue_and_a_word(client, monkeypatch):
    monkeypatch.setattr(shelf, "MOST_WAITING", 1)
    client.get(DAY)

    refused = client.get("/example-day/?length=full-day&audience=mixed&nation=ni")

    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert "try this one again in a minute" in text_of(refused)
    assert ExampleDay.objects.count() == 1


def test_one_day_is_made_at_a_time_so_that_other_work_finds_a_worker(client):
    client.get(DAY)
    client.get("/example-day/?length=full-day&audience=mixed&nation=ni")

    assert shelf.claim_next() is not None
    assert shelf.claim_next() is None
    assert ExampleDay.objects.filter(state=State.WORKING).count() == 1


def test_what_somebody_asked_for_goes_before_what_is_made_beforehand(client):
    making.tend()
    client.get(DAY)

    assert shelf.claim_next().key == ASKED.key(questions.edition())


def test_the_task_waits_behind_all_other_work(settings):
    assert {tasks.make_example_days.name: {"priority": 9}} == settings.CELERY_TASK_ROUTES
    others = [
        entry["task"]
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == "trainingportal.tend_example_days"
    ]
    assert others == [tasks.tend_example_days.name]


# ---- when something fails


def test_a_killed_worker_costs_a_minute_and_two_cost_the_day(client):
    client.get(DAY)
    for _ in range(2):
        assert shelf.claim_next() is not None
        ExampleDay.objects.update(claimed_at=timezone.now() - dt.timedelta(seconds=61))
        shelf.tidy(questions.edition())

    assert ExampleDay.objects.get().state == State.FAILED
    refused = client.get(DAY)
    assert refused.status_code == 503
    assert "That is our fault, not yours" in text_of(refused)


def test_a_day_that_fails_twice_is_tried_again_later(client, work, monkeypatch):
    monkeypatch.setattr(making, "_composer", lambda: SimpleNamespace(compose=lambda brief: 1 / 0))
    client.get(DAY)
    assert work() == 2
    assert ExampleDay.objects.get().state == State.FAILED

    ExampleDay.objects.update(asked_at=timezone.now() - dt.timedelta(minutes=11))
    shelf.tidy(questions.edition())

    assert ExampleDay.objects.count() == 0


def test_a_day_that_waits_too_long_says_so_and_rings_again(client, django_capture_on_commit_callbacks):
    client.get(DAY)
    ExampleDay.objects.update(asked_at=timezone.now() - dt.timedelta(seconds=30))
    connection.run_on_commit.clear()  # the first bell was rung and lost

    with django_capture_on_commit_callbacks() as bells:
        answer = client.get(DAY)

    assert "This takes longer than it should" in text_of(answer)
    assert 'content="10;' in answer.content.decode()
    assert len(bells) == 1


def test_a_worker_that_was_given_up_writes_nothing(client):
    client.get(DAY)
    row = shelf.claim_next()
    ExampleDay.objects.update(claim=None, state=State.QUEUED)

    shelf.keep_answer(row, {"words": "too late"})
    shelf.finish(row, b"%PDF")

    assert ExampleDay.objects.values_list("state", "answer").get() == (State.QUEUED, {})


# ---- kept in bounds


def test_common_days_are_made_before_anybody_asks(work):
    making.tend()

    assert ExampleDay.objects.filter(is_common=True).count() == 20
    assert ExampleDay.objects.count() == 20
    making.tend()
    assert ExampleDay.objects.count() == 20


def test_the_landing_page_begins_with_a_day_once_it_is_made(client, work):
    assert "Choose, and your day appears" in text_of(client.get("/"))
    making.tend()
    assert making.make_next()
    caches["local"].clear()
    keeping.forget()

    assert "A full day for front-line officers and staff" in text_of(client.get("/"))


def test_days_of_another_catalogue_and_the_oldest_beyond_a_number_go(client, monkeypatch):
    monkeypatch.setattr(shelf, "MOST_KEPT", 2)
    now = timezone.now()
    for n in range(4):
        ExampleDay.objects.create(
            key=f"new {n}", edition="this", question={}, state=State.DONE, answer={"n": n},
            asked_at=now - dt.timedelta(minutes=n),
        )  # fmt: skip
    ExampleDay.objects.create(key="old", edition="other", question={}, asked_at=now - dt.timedelta(minutes=3))

    shelf.tidy("this")

    assert set(ExampleDay.objects.values_list("key", flat=True)) == {"new 0", "new 1"}


def test_without_a_database_nothing_is_promised(client, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("away")

    monkeypatch.setattr(views, "count_attempt", away)
    client.raise_request_exception = False

    assert client.get(DAY).status_code == 503
    assert ExampleDay.objects.count() == 0


# ---- into the form


def test_the_form_says_what_it_was_asked_for_and_writes_nothing_yet(client):
    answer = client.get(f"/ask-for-training/?{ASKED.query}")

    assert "A half day for single points of contact, under the law of Scotland, with Legal issues" in text_of(
        answer
    )
    assert RequestDraft.objects.count() == 0


def test_what_was_typed_before_stays_beside_the_choices():
    draft = RequestDraft.objects.create()
    draft = drafts.save_page(
        draft, page="audience", state=drafts.DONE, data={"head_count": 12, "audiences": ["mixed"]}
    )
    draft = drafts.save_page(
        draft, page="need", state=drafts.DONE,
        data={"anything_else": "A hearing loop.", "leave_outs": ["legal-issues", "risk"]},
    )  # fmt: skip

    draft = carrying.fill(draft, ASKED)

    assert drafts.data_of(draft, "audience") == {"head_count": 12, "audiences": ["spoc"], "share-spoc": "all"}
    assert drafts.data_of(draft, "need") == {
        "length": "half-day",
        "cover": "choose",
        "musts": ["legal-issues"],
        "leave_outs": ["risk"],
        "anything_else": "A hearing loop.\nWe work under the law of Scotland.",
    }


def test_another_day_for_another_nation_says_one_law_alone():
    draft = carrying.fill(RequestDraft.objects.create(), ASKED)
    need = drafts.data_of(draft, "need") | {
        "anything_else": "A loop.\nWe work under the law of Scotland.\nAnd a lift."
    }
    draft = drafts.save_page(draft, page="need", state=drafts.DONE, data=need)

    draft = carrying.fill(draft, replace(ASKED, nation="ni"))

    words = drafts.data_of(draft, "need")["anything_else"]
    assert words == "A loop.\nAnd a lift.\nWe work under the law of Northern Ireland."


def test_a_change_on_the_form_is_kept_when_the_first_page_is_sent_again():
    draft = carrying.fill(RequestDraft.objects.create(), ASKED)
    need = drafts.data_of(draft, "need") | {"musts": ["risk"]}
    draft = drafts.save_page(draft, page="need", state=drafts.DONE, data=need)

    assert drafts.data_of(carrying.fill(draft, ASKED), "need")["musts"] == ["risk"]


def test_a_first_visit_that_sees_a_day_is_light(client, made):
    page = client.get(DAY).content.decode()
    files = re.findall(
        r'<(?:link rel="(?:stylesheet|icon)"|script)[^>]*? (?:href|src)="/static/([^"]+)"', page
    )

    weights = [len(gzip.compress((Path("static") / name).read_bytes())) for name in files]

    assert len(files) == 3
    assert len(gzip.compress(page.encode())) + sum(weights) <= 30 * 1024
