"""What cannot be read, or is too long, is refused in words before any view sees it."""

import pytest
from django.test import Client
from django.urls import reverse

from trainingportal import guard
from trainingportal.models import Attempts
from trainingportal.readable import MOST_IN_PUBLIC

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
UNREADABLE = [
    pytest.param(b"name=a", f"{FORM}; charset=latin-1", id="latin-1"),
    pytest.param(b"name=a", f"{FORM}; charset=utf-7", id="utf-7"),
    pytest.param(b"name=a", f"{FORM}; charset=no-such", id="unknown charset"),
    pytest.param(b"name=a%00b", FORM, id="NUL in a value"),
    pytest.param(b"na%00me=a", FORM, id="NUL in a name"),
    pytest.param(b"a&" * 700, FORM, id="too many fields"),
    pytest.param(b"--x", "multipart/form-data", id="no boundary"),
    pytest.param(b"--x", "multipart/form-data; boundary=\xff", id="odd boundary"),
]


@pytest.fixture
def stranger():
    """A browser that Django tells no more than a real one: an error is a page, not an exception."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("body", "kind"), UNREADABLE)
@pytest.mark.parametrize("address", ["/ask-a-question/", "/sign-in/", "/nowhere/"])
def test_what_no_page_of_ours_sends_is_refused_in_words(stranger, address, body, kind):
    response = stranger.generic("POST", address, body, content_type=kind)

    assert response.status_code == 400
    assert "<h1>We could not read that</h1>" in response.content.decode()
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/a%00b/", "/?q=%00", "/?" + "a&" * 700])
def test_an_address_that_cannot_be_read_is_refused_in_words(stranger, address):
    response = stranger.get(address)

    assert response.status_code == 400
    assert "<h1>We could not read that</h1>" in response.content.decode()


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"'])
def test_utf_8_is_read_however_it_is_called(stranger, charset):
    response = stranger.generic(
        "POST", "/ask-a-question/", b"name=Zo%C3%AB", content_type=f"{FORM}; charset={charset}"
    )

    assert response.status_code == 422
    assert 'value="Zoë"' in response.content.decode()


def test_a_strangers_post_is_short_and_is_told_so(stranger):
    response = stranger.post("/ask-a-question/", {"message": "x" * MOST_IN_PUBLIC})

    assert response.status_code == 413
    assert "<h1>That was too long</h1>" in response.content.decode()


def test_the_longest_honest_page_is_not_too_long(stranger):
    """Every box of the page with most of them, full of signs that take nine letters each on the wire."""
    page = {"prompted_by": "ढ" * 2000, "prior_training": "ढ" * 2000, "head_count": "40"}

    assert stranger.post("/ask-for-training/audience/", page).status_code == 422


def test_a_flood_is_counted_before_it_is_read(client, monkeypatch):
    monkeypatch.setattr(guard, "TO_BE_READ", guard.Limit("read", most=2, per=guard.TO_BE_READ.per))
    address = reverse("ask-question")
    answers = [client.post(address, {"name": "x"}).status_code for _ in range(3)]

    assert answers == [422, 422, 429]
    assert Attempts.objects.get().count == 3
