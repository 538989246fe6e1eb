"""PostgreSQL away: a plain page that keeps what was typed, and the same sent again once it is back."""

import re
from html import unescape

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client

from bookings.models import Enquiry
from soak.wire import Wire
from tests.trainingportal.asking.conftest import drawn
from trainingportal import away

WORDS = "May volunteers come?\n“Two” <b>lines</b> & more"


@pytest.fixture
def wire(transactional_db):
    """A wire between this process and PostgreSQL."""
    settings = connection.settings_dict
    real = {name: settings[name] for name in ("HOST", "PORT")}
    connection.close()
    with Wire(real["HOST"], int(real["PORT"])) as wire:
        settings.update(HOST="127.0.0.1", PORT=wire.port)
        yield wire
        connection.close()
        settings.update(real)


@pytest.fixture
def browser():
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def question(browser):
    page = browser.get("/ask-a-question/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    return {
        "csrfmiddlewaretoken": token[1],
        "drawn": drawn(),
        "name": "Casey Invented",
        "email": "casey@example.org",
        "message": WORDS,
    }


def fields_of(page):
    return {
        unescape(name): unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    }


def test_what_was_typed_is_kept_and_goes_through_once_it_is_back(browser, wire):
    typed = question(browser)
    wire.cut()
    connection.close()

    answer = browser.post("/ask-a-question/", typed)
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "20", "no-store")
    assert "<h1>Back in a moment</h1>" in page
    kept = fields_of(page)
    assert {**kept, "csrfmiddlewaretoken": ""} == {**typed, "csrfmiddlewaretoken": ""}

    wire.mend()
    assert browser.post("/ask-a-question/", kept).status_code == 302
    assert Enquiry.objects.get().message == WORDS


def test_it_tells_nothing_of_the_house(browser, wire):
    typed = question(browser)
    wire.cut()
    connection.close()

    page = browser.post("/ask-a-question/", typed).content.decode()

    for secret in (str(wire.port), "127.0.0.1", "connection", "psycopg", "Traceback", "OperationalError"):
        assert secret not in page
    assert "<b>lines</b>" not in page


def test_a_line_that_breaks_in_the_middle_of_things_is_the_same(browser, wire):
    """The connection stands when the request begins, and is gone when it asks."""
    typed = question(browser)
    connection.ensure_connection()
    wire.cut()

    assert browser.post("/ask-a-question/", typed).status_code == 503
    wire.mend()
    connection.close()


def test_a_page_can_be_asked_for_again(browser, wire):
    browser.cookies["sessionid"] = "a-session-that-has-to-be-looked-up"
    wire.cut()
    connection.close()

    answer = browser.get("/your/WT-ABCD/?from=%22mail%22")

    assert answer.status_code == 503
    assert 'href="/your/WT-ABCD/?from=%22mail%22"' in answer.content.decode()


def test_a_code_is_never_written_into_a_page(rf):
    request = rf.post("/sign-in/code/", {"code": "BCD-FGH", "next": "/home/"})

    page = away.page(request).content.decode()

    assert "BCD-FGH" not in page
    assert "Try again" not in page
    assert 'href="/sign-in/code/"' in page


def test_what_only_sounds_like_a_code_is_kept():
    kept = away.keep(QueryDict("outcode=CW7&postcode=CW7+1AA&recovery_code=x&otp-token=y"))

    assert kept.fields == (("outcode", "CW7"), ("postcode", "CW7 1AA"))
    assert not kept.is_whole


def test_another_fault_stays_a_fault(rf):
    """A 503 would send people back to press again where pressing again cannot help."""
    assert not away.is_away(ValueError("a fault of ours"))
    assert not away.is_away(None)
