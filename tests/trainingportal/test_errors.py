"""What a person reads when something is wrong, and what they do not."""

import re

import pytest
from django.template import TemplateDoesNotExist
from django.test import Client

from trainingportal import errors

pytestmark = [pytest.mark.urls("tests.trainingportal.look_urls"), pytest.mark.django_db]


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/nowhere/", 404, "There is no page here"),
        ("/refused/", 403, "This page is not open to you"),
        ("/broken/", 500, "Something went wrong"),
    ],
)
def test_an_error_is_said_plainly(address, status, words):
    response = Client(raise_request_exception=False).get(address)

    assert response.status_code == status
    page = response.content.decode()
    assert f"<h1>{words}</h1>" in page
    assert "a secret of the house" not in page
    assert "Traceback" not in page


def test_a_bad_request_is_said_plainly(rf):
    response = errors.bad_request(rf.get("/"), ValueError("a secret of the house"))

    assert response.status_code == 400
    assert "a secret of the house" not in response.content.decode()


def test_an_old_form_is_refused_kindly_and_says_nothing_of_the_reason():
    response = Client(enforce_csrf_checks=True).post("/form/", {"name": "Dana"})

    page = response.content.decode()
    assert response.status_code == 403
    assert "<h1>This page was open too long</h1>" in page
    assert "CSRF" not in page


OURS = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
TYPED = {"name": "Dana <b>", "more": "Two words\nand a line", "csrfmiddlewaretoken": "old"}


@pytest.mark.parametrize(
    "headers",
    [
        OURS,
        {"origin": "http://testserver"},
        {"referer": "http://testserver/form/"},
        {"sec-fetch-site": "same-origin"},
    ],
)
def test_what_one_of_our_own_pages_sent_too_late_is_sent_again_by_a_press(headers):
    browser = Client(enforce_csrf_checks=True)
    page = browser.post("/form/?at=1", TYPED, headers=headers)

    text = page.content.decode()
    assert page.status_code == 403
    assert 'action="/form/?at=1"' in text
    assert 'name="name" value="Dana &lt;b&gt;"' in text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)[1]
    again = browser.post("/form/?at=1", TYPED | {"csrfmiddlewaretoken": token}, headers=headers)
    assert again.status_code != 403
    assert text.count("csrfmiddlewaretoken") == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://elsewhere.example", "sec-fetch-site": "cross-site"},
        {"origin": "null"},
        {"referer": "http://testserver.elsewhere.example/form/"},
        {"referer": "http://testserver/form/", "sec-fetch-site": "same-site"},
        {"origin": "http://elsewhere.example", "referer": "http://testserver/form/"},
    ],
)
def test_what_another_site_sent_is_neither_shown_nor_offered(headers):
    page = Client(enforce_csrf_checks=True).post("/form/", TYPED, headers=headers)

    assert page.status_code == 403
    assert "Dana" not in page.content.decode()
    assert "Two words" not in page.content.decode()


def test_a_code_or_a_passkey_is_never_written_into_the_page():
    page = Client(enforce_csrf_checks=True).post("/form/", TYPED | {"code": "BCDFGH"}, headers=OURS)

    assert page.status_code == 403
    assert "BCDFGH" not in page.content.decode()


def test_the_last_page_is_drawn_even_when_templates_fail(rf, monkeypatch):
    def fails(*args, **kwargs):
        raise TemplateDoesNotExist("500.html")

    monkeypatch.setattr(errors, "render_to_string", fails)
    response = errors.server_error(rf.get("/"))

    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
