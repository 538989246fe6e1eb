import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import courses.catalogue
import speakers.catalogue
from courses.models import PageText, Topic
from speakers.models import Speaker
from tests.browser import check
from tests.factories import SpeakerFactory, TopicFactory
from trainingportal import public_catalogue
from trainingportal.public_pages import PLAIN_PAGES

TOPICS = ["alices-story", "legal-issues", "red-flags"]
PAGES = [*PLAIN_PAGES, *[f"topic:{slug}" for slug in TOPICS]]
# database questions of a page's first visit in a process; afterwards none for a minute
COLD = {
    "landing": 5,
    "example-day": 2,  # the rest was kept for the landing page
    "training": 2,
    "topics": 1,
    "speakers": 1,
    "partners": 2,
    "costs": 2,  # the words, and the terms that the desk edits
    "contact": 2,
    "ask-question": 1,
    "privacy": 1,
    "accessibility": 1,
    "exit-help": 0,
    "topic:alices-story": 1,
    "topic:legal-issues": 1,
    "topic:red-flags": 1,
}


@pytest.fixture(autouse=True)
def shipped(request):
    """The catalogue as it ships, and nothing kept from another test."""
    public_catalogue.forget()
    request.getfixturevalue("live_server" if request.node.get_closest_marker("browser") else "db")
    courses.catalogue.load()
    speakers.catalogue.load()
    yield
    public_catalogue.forget()


def address(page: str) -> str:
    name, _, slug = page.partition(":")
    return reverse(name, args=[slug] if slug else [])


def test_a_public_page_has_one_heading_a_description_and_one_address(client):
    for page in PAGES:
        answer = client.get(address(page) + "?from=mail")
        text = answer.content.decode()

        assert answer.status_code == 200, page
        assert text.count("<h1") == 1, page
        assert re.findall('<meta name="description" content="([^"]{40,})">', text) != [], page
        assert f'<link rel="canonical" href="{settings.SITE_URL}{address(page)}">' in text, page
        assert '<html lang="en-GB"' in text, page
        assert "0808 802 0300" in text, page
        assert "Exit this page" in text, page


def test_a_public_page_asks_the_database_little_once_and_then_nothing(client):
    asked = {}
    for page in PAGES:
        public_catalogue.forget()
        with CaptureQueriesContext(connection) as cold:
            client.get(address(page))
        with CaptureQueriesContext(connection) as warm:
            client.get(address(page))
        asked[page] = (len(cold), len(warm))

    assert asked == {page: (cold, 0) for page, cold in COLD.items()}


def test_a_page_that_only_tells_sets_no_cookie_and_may_be_kept(client):
    for page in PAGES:
        if page == "ask-question":
            continue
        answer = client.get(address(page))

        assert dict(answer.cookies) == {}, page
        assert answer["Cache-Control"] != "no-store", page
        assert "X-Robots-Tag" not in answer, page


def test_the_page_with_the_form_sets_no_session_and_is_not_kept(client):
    answer = client.get(reverse("ask-question"))

    assert set(answer.cookies) == {"csrftoken"}
    assert answer["Cache-Control"] == "no-store"


def test_a_first_visit_is_light(client):
    for page in PAGES:
        text = client.get(address(page)).content.decode()
        files = re.findall(r'<(?:link rel="(?:stylesheet|icon)"|script)[^>]*? (?:href|src)="([^"]+)"', text)

        weights = [
            len(gzip.compress((Path("static") / name.removeprefix("/static/")).read_bytes()))
            for name in files
        ]

        assert len(files) == 3, page
        assert len(gzip.compress(text.encode())) + sum(weights) <= 30 * 1024, page


def test_nothing_comes_from_anywhere_else(client):
    for page in PAGES:
        text = client.get(address(page)).content.decode()
        loaded = re.findall(
            r'<(?:script|img|iframe|link rel="(?:stylesheet|icon|preload)")[^>]*? (?:src|href)="([^"]+)"',
            text,
        )

        assert [source for source in loaded if not source.startswith("/static/")] == [], page
        assert " style=" not in text, page
        assert re.findall(r"<script(?![^>]* src=)", text) == [], page


def test_only_public_bios_are_shown_and_never_anything_private(client):
    invented = SpeakerFactory(name="Robin Thistlewood", is_public=True, invented=True)
    SpeakerFactory(name="Jo Marchbanks", is_public=False, invented=False)
    public = Speaker.objects.get(slug="sue-hills")
    public.home_outcode, public.telephone = "ZZ9", "01632 960999"
    public.save()

    pages = " ".join(client.get(address(page)).content.decode() for page in PAGES)

    assert "Sue Hills" in pages
    for secret in ("Thistlewood", "Marchbanks", invented.bio or "Thistlewood", "ZZ9", "960999"):
        assert secret not in pages


def test_names_of_people_stand_on_the_speakers_page_only(client):
    names = [name.split()[-1] for name in Speaker.objects.values_list("name", flat=True)]
    assert sorted(set(names)) == ["Hills", "Price-Jones", "Ruggles", "Thomason"]

    for page in PAGES:
        if page == "speakers":
            continue
        text = client.get(address(page)).content.decode()
        text = text.replace("Alice Ruggles", "")
        assert [name for name in names if name in text] == [], page


def test_the_words_are_gentle(client):
    for page in PAGES:
        text = client.get(address(page)).content.decode()
        words = re.sub(r"<[^>]+>", " ", text[text.index("<body") :]).lower()
        said = [word for word in ("heavy", " load ", "resource", "!", "accredited", "alone") if word in words]

        assert said == [], page


def test_an_edit_shows_once_what_is_kept_is_forgotten(client):
    client.get(reverse("costs"))
    PageText.objects.filter(slug="costs").update(body="A cake.")

    assert b"A cake." not in client.get(reverse("costs")).content
    public_catalogue.forget()
    assert b"A cake." in client.get(reverse("costs")).content


def test_a_topic_that_is_not_on_offer_is_not_there(client):
    Topic.objects.filter(slug="legal-issues").update(is_active=False)

    assert client.get(reverse("topic", args=["legal-issues"])).status_code == 404
    assert client.get(reverse("topic", args=["never-was"])).status_code == 404
    assert reverse("topic", args=["legal-issues"]).encode() not in client.get(reverse("topics")).content


def test_pages_stand_when_the_catalogue_is_empty(client):
    Topic.objects.all().delete()
    public_catalogue.forget()

    assert client.get(reverse("landing")).status_code == 200
    assert "No topic stands here at the moment" in client.get(reverse("topics")).content.decode()


def test_nobody_writes_by_reading_and_nothing_else_than_reading_is_taken(client):
    for name in PLAIN_PAGES:
        if name != "ask-question":
            assert client.post(reverse(name)).status_code == 405


@pytest.mark.parametrize(("demo", "rule"), [(True, "Disallow: /"), (False, "Allow: /")])
def test_search_engines_read_the_portal_and_never_a_demonstration(client, demo, rule):
    with override_settings(DEMO=demo):
        lines = client.get(reverse("robots")).content.decode().split("\n")

    assert lines[:2] == ["User-agent: *", rule]


def test_the_site_map_names_every_public_page(client):
    text = client.get(reverse("sitemap")).content.decode()

    addresses = re.findall("<loc>(.*?)</loc>", text)
    assert len(addresses) == len(PLAIN_PAGES) + 14
    assert all(client.get(place.removeprefix(settings.SITE_URL)).status_code == 200 for place in addresses)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 320])
def test_public_pages_are_accessible_and_fit(page_at, width):
    page = page_at(width)
    for name in PAGES:
        page.goto(address(name))
        check(page)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_shift_three_times_leaves_a_page_where_nothing_is_typed(page_at):
    page = page_at(1280)
    left = []
    page.on("request", lambda request: left.append(request.url))
    page.goto(reverse("topics"))

    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_timeout(300)

    assert left[-1].startswith("https://www.bbc.co.uk/weather")


def test_a_page_is_drawn_once_a_minute_and_anew_once_the_catalogue_is_forgotten(client, db):
    public_catalogue.forget()
    first = client.get("/topics/")
    TopicFactory(title="Quite another thing", is_core=False)

    assert client.get("/topics/?kept=1").content == first.content
    public_catalogue.forget()
    assert "Quite another thing" in client.get("/topics/").content.decode()


def test_an_address_that_is_not_there_is_not_kept(client, db):
    public_catalogue.forget()
    assert client.get("/topics/not-there-yet/").status_code == 404
    TopicFactory(slug="not-there-yet", is_core=False)
    public_catalogue.forget()

    assert client.get("/topics/not-there-yet/").status_code == 200
