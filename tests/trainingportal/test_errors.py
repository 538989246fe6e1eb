"""What a person reads when something is wrong, and what they do not."""

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


def test_the_last_page_is_drawn_even_when_templates_fail(rf, monkeypatch):
    def fails(*args, **kwargs):
        raise TemplateDoesNotExist("500.html")

    monkeypatch.setattr(errors, "render_to_string", fails)
    response = errors.server_error(rf.get("/"))

    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
