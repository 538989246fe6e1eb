"""Whoever was signed out while they wrote signs in, finds all of it on a page, and sends it by a press."""

import datetime as dt
import html
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from bookings.models import Note
from tests.accounts.conftest import newest_code
from tests.rights.sent import data_for
from tests.rights.table import lines
from tests.rights.world import undone
from trainingportal import away
from trainingportal.kept_posts import IS_KEPT, KEPT

pytestmark = pytest.mark.django_db
OURS = {"origin": "http://testserver", "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
PAGE = "/sign-in/what-you-typed/"
TO_SIGN_IN = f"/sign-in/?next={PAGE}"
WORDS = "Could we start at ten?\nThe <b>hall</b> opens late."


def values_of(data):
    """What of a form is to be found again, as a browser sends it."""
    return {
        name: [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
        for name, value in data.items()
    }


@pytest.mark.parametrize(("role", "answer", "door"), [("–", "in", "sign-in"), ("Co¹", "2f", "second-factor")])
def test_every_post_of_the_table_that_meets_a_door_is_kept_whole(world, sent, role, answer, door):
    wrong, kept = [], 0
    for line in lines():
        if line.method != "POST" or line.answers[role] != answer:
            continue
        path, data = world.path(line.address), data_for(sent, world, line.address, line.sent)
        with undone():
            response = world.ask(role, "POST", path, data, headers=OURS)
            held = world.browsers[role].session.get(KEPT, {})
        if any(map(away._opens_something, data)):
            wrong += [str(line)] if held else []
            continue
        found = {}
        for name, value in held.get("fields", ()):
            found.setdefault(name, []).append(value)
        wanted = {name: each for name, each in values_of(data).items() if each}
        if (held.get("address"), found, response.url) != (path, wanted, f"/{door}/?next={PAGE}"):
            wrong.append(f"{line}: {held}, {response.url}")
        kept += 1

    assert wrong == []
    assert kept > 20


@pytest.fixture
def written(world):
    """An agency's contact who writes to the desk with a session that is over: the browser, who, and where to."""
    with undone():
        yield Client(), world.users["T2"], world.path("/your/{agreed}/write/")


def test_what_was_written_is_read_again_after_the_code_and_sent_by_a_press(written):
    browser, person, path = written
    before = Note.objects.count()
    assert browser.post(path, {"text": WORDS}, headers=OURS).url == TO_SIGN_IN
    assert IS_KEPT in html.unescape(browser.get(TO_SIGN_IN).content.decode())

    browser.post(TO_SIGN_IN, {"login": person.email})
    back = browser.post(f"/sign-in/code/?next={PAGE}", {"code": newest_code(person.email)})
    assert back.url == PAGE
    page = browser.get(PAGE).content.decode()
    assert f'action="{path}"' in page
    (value,) = re.findall(r'name="text" value="([^"]*)"', page)
    assert html.unescape(value) == WORDS
    assert Note.objects.count() == before

    assert browser.post(path, {"text": html.unescape(value)}, headers=OURS).status_code == 302
    assert Note.objects.count() == before + 1
    assert browser.get(PAGE).url == "/home/"  # sent, so let go of


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"},
        OURS | {"x-studio": "1"},
        OURS | {"sec-fetch-mode": "cors"},
    ],
)
def test_what_another_site_or_a_script_sent_is_not_kept(written, headers):
    browser, _, path = written

    assert browser.post(path, {"text": WORDS}, headers=headers).url == f"/sign-in/?next={path}"
    assert KEPT not in browser.session


def test_an_hour_later_it_is_gone(written):
    browser, person, path = written
    browser.post(path, {"text": WORDS}, headers=OURS)
    browser.force_login(person)
    assert WORDS[:20] in browser.get(PAGE).content.decode()

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61)):
        assert browser.get(PAGE).url == "/home/"
