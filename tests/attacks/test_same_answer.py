"""No oracle: the same bytes and the same work for a free and a full diary, a known and an unknown mailbox, a right and a
wrong reference.

Work is counted as statements: which ones, in which order, with their values left out.
"""

import re
from collections.abc import Callable

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.kinds import NOBODY
from accounts.services import ensure_user
from agendas.urls import urlpatterns as agenda_urls
from bookings import services
from bookings.models import Contact
from outbox import bell
from outbox.models import Message
from speakers.models import DiaryEntry, Speaker
from tests.attacks.test_tiers import addresses_of, browser_of
from tests.factories import (
    BookingFactory,
    FormatFactory,
    SpeakerFactory,
    UserFactory,
    VerifiedContactFactory,
    at,
)
from trainingportal.requester.urls import urlpatterns as requester_urls
from trainingportal.speaking.urls import urlpatterns as speaking_urls

pytestmark = pytest.mark.django_db

VALUES = re.compile(
    r"'(?:[^']|'')*'|-?\b\d+(?:\.\d+)?\b|\bNULL\b|\btrue\b|\bfalse\b|[\"]s\d+_x\d+[\"]", re.IGNORECASE
)
CHANGING = re.compile(r'name="(?:csrfmiddlewaretoken|drawn|draft|version)" value="[^"]*"')
KNOWN, UNKNOWN = "priya@northmere.example.org", "nobod@northmere.example.org"


@pytest.fixture(autouse=True)
def _february(settings):
    settings.DEMO = False
    cache.clear()
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


def shape(sql: str) -> str:
    """A statement without its values: what the database was asked to do."""
    return re.sub(r"\s*(?:\?, )*\?", "?", VALUES.sub("?", sql))


def seen_and_done(ask: Callable[[], HttpResponse]) -> tuple[int, str, str, list[str]]:
    """What an answer shows, and the statements it took."""
    with CaptureQueriesContext(
        connection,
    ) as statements:
        answer = ask()
    body = CHANGING.sub("", answer.content.decode())
    headers = " ".join(f"{name}: {value}" for name, value in sorted(answer.items()))
    return answer.status_code, body, headers, [shape(each["sql"]) for each in statements]


# ---- the diary


def a_full_diary() -> None:
    """Every speaker is busy on every day of the coming year but the one that is offered."""
    spans = [(at(0, day=2, month=2), at(0, day=8)), (at(0, day=11), at(0, day=1, month=2, year=2028))]
    for speaker in Speaker.objects.all():
        for span in spans:
            DiaryEntry.objects.create(speaker=speaker, kind="absence", busy=span)


REQUESTERS_PAGES = ["/", "/contact/", "/ask-a-question/", "/topics/", "/training/", "/ask-for-training/"]


@pytest.fixture
def contact(db) -> Contact:
    """A requester with a date offered, who may read it."""
    contact = VerifiedContactFactory(booking=BookingFactory(format=FormatFactory()))
    team = SpeakerFactory.create_batch(2)
    services.make_offer(
        contact.booking_id,
        starts_at=at(9, 15, day=9, month=3),
        ends_at=at(16, 15, day=9, month=3),
        team={speaker.pk: [] for speaker in team},
        lead=team[0],
        actor=UserFactory(is_staff=True),
    )
    SpeakerFactory.create_batch(2)
    return Contact.objects.select_related("booking", "user").get(pk=contact.pk)


def test_every_page_of_the_agency_s_answers_alike_whatever_the_diary_holds(contact):
    reference = contact.booking.reference
    theirs = [*addresses_of(reference, requester_urls, agenda_urls), "/your/", "/home/"]

    def everything() -> dict[str, tuple[int, str, str, list[str]]]:
        stranger, browser = Client(), browser_of(contact.user)
        public = {page: seen_and_done(lambda page=page: stranger.get(page)) for page in REQUESTERS_PAGES}
        return public | {page: seen_and_done(lambda page=page: browser.get(page)) for page in theirs}

    everything()  # what a process keeps is kept by now
    free = everything()
    assert not DiaryEntry.objects.filter(kind="absence").exists()
    a_full_diary()
    full = everything()

    assert [page for page in free if free[page] != full[page]] == []
    assert sum(bool(done) for _, _, _, done in free.values()) > 5


# ---- mailboxes


def sign_in_steps(email: str) -> list[tuple[int, str, str, list[str]]]:
    """What somebody sees who asks for a code, looks, types a wrong one, asks for another, and types five wrong ones."""
    browser = Client()
    browser.get("/sign-in/")
    steps = [
        lambda: browser.post("/sign-in/", {"login": email}),
        lambda: browser.get("/sign-in/code/"),
        lambda: browser.post("/sign-in/code/", {"code": "ZZZ-ZZZ"}),
        lambda: browser.post("/sign-in/code/", {"action": "resend"}),
        *[lambda: browser.post("/sign-in/code/", {"code": "ZZZ-ZZZ"})] * 6,
    ]
    return [seen_and_done(step) for step in steps]


def test_a_known_and_an_unknown_mailbox_get_the_same_answer_for_the_same_work(monkeypatch):
    rung: list[str] = []
    monkeypatch.setattr(bell, "ring_after_commit", lambda task=bell.DELIVER: rung.append(task))
    ensure_user(KNOWN)
    sign_in_steps("warming@example.org")
    cache.clear()
    rung.clear()
    known = sign_in_steps(KNOWN)
    rung_for_known = len(rung)
    cache.clear()
    unknown = sign_in_steps(UNKNOWN)

    for number, (one, other) in enumerate(zip(known, unknown, strict=True)):
        assert one[:3] == tuple(
            part.replace(UNKNOWN, KNOWN) if isinstance(part, str) else part for part in other[:3]
        )
        assert sorted(one[3]) == sorted(other[3]), f"step {number}"
    assert (rung_for_known, len(rung) - rung_for_known) == (2, 2)
    assert {message.to for message in Message.objects.all()} == {KNOWN, NOBODY}


# ---- references and the forms that strangers fill in


def test_a_right_and_a_wrong_reference_get_the_same_answer_for_the_same_work(contact):
    there = addresses_of(contact.booking.reference, requester_urls, agenda_urls, speaking_urls)
    nowhere = addresses_of("WT-XXXXXX", requester_urls, agenda_urls, speaking_urls)
    speaker = SpeakerFactory()
    for stranger in (Client(), browser_of(VerifiedContactFactory().user), browser_of(speaker.user)):
        for right, wrong in zip(there, nowhere, strict=True):
            for send in (stranger.get, stranger.post):
                send(wrong)  # what a process keeps is kept by now
                one, other = (seen_and_done(lambda at=at, send=send: send(at)) for at in (right, wrong))
                plain = [part.replace(contact.booking.reference, "WT-XXXXXX") for part in one[1:3]]
                assert (one[0], *plain) == other[:3], right
                assert one[3] == other[3], right


def test_a_question_from_a_known_and_an_unknown_mailbox_is_the_same_work():
    ensure_user(KNOWN)

    def ask(email: str) -> tuple[int, list[str]]:
        browser = Client()
        page = browser.get("/ask-a-question/").content.decode()
        drawn = re.search(r'name="drawn" value="([^"]+)"', page)
        assert drawn is not None
        data = {"name": "Casey Asks", "email": email, "message": f"May we come? {email}", "drawn": drawn[1]}
        with time_machine.travel(at(10, 1, day=1, month=2), tick=False):
            status, _, _, done = seen_and_done(lambda: browser.post("/ask-a-question/", data))
        return status, done

    ask("warming@example.org")
    known, unknown = ask(KNOWN), ask(UNKNOWN)

    assert known[0] == 302
    assert known == unknown
