"""The leak crawl: planted words are found at T4 and nowhere above the tier that reads them.

Every address, as everybody; every mail, whole; every paper with its metadata; what goes to the log and to the broker.
"""

import inspect
import logging
import logging.config
import re
from collections.abc import Iterator

import pytest
import time_machine
from celery.backends.base import DisabledBackend
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from kombu import Connection

from accounts.models import User
from agendas.models import AttendeeCode, AttendeeMessage, Document
from bookings.models import Contact, Enquiry
from bookings.release import Tier
from outbox.envelope import build
from outbox.models import Message
from speakers.models import Speaker
from tests.attacks.crawling import EXAMPLE, addresses, mail_in, patterns, readable, words_of
from tests.attacks.planted import MAY_READ, NOW, T2, T4, Kind, Planted, plant, speakers_own_name
from tests.attacks.test_tiers import browser_of
from trainingportal.celery import app
from trainingportal.example import making
from trainingportal.public_urls import urlpatterns as public_urls

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker) -> Iterator[Planted]:
    """The bookings, planted once for the module and taken back after it."""
    was = django_settings.DEMO
    django_settings.DEMO = False
    caches[
        "local"
    ].clear()  # built before the test's own turn to forget: another module's catalogue is not this one's
    with django_db_blocker.unblock(), transaction.atomic():
        yield plant()
        transaction.set_rollback(True)
    django_settings.DEMO = was


@pytest.fixture(autouse=True)
def _february(settings):
    settings.DEMO = False
    with time_machine.travel(NOW, tick=False):
        yield


EXAMPLES = {f"/example-day/?{EXAMPLE}", f"/example-day/agenda.pdf?{EXAMPLE}"}
PUBLIC = {f"/{pattern}" for pattern, _ in patterns(public_urls)} | {"/topics/victim-impact/"} | EXAMPLES
KNOWN_KINDS = {
    "text/html", "text/plain", "text/calendar", "text/javascript", "application/json", "application/xml", "application/pdf",
    "message/rfc822",
}  # fmt: skip
READ_LOGS = {"bookings_detailread", "trainingportal_sighting"}


class Lines(logging.Handler):
    """Keeps every line that any logger writes, as the portal's own formatter writes it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        written = dict(django_settings.LOGGING["formatters"]["line"])
        self.setFormatter(logging.config.DictConfigurator({}).configure_formatter(written))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Lines]:
    """Every line from here on, of every logger, however quiet it is kept otherwise."""
    kept = Lines()
    root, requests = logging.getLogger(), logging.getLogger("django.request")
    levels = [(logger, logger.level) for logger in (root, requests)]
    for logger, _ in levels:
        logger.setLevel(logging.DEBUG)
    root.addHandler(kept)
    yield kept
    root.removeHandler(kept)
    for logger, level in levels:
        logger.setLevel(level)


def crawl(house: Planted, viewer: str) -> dict[str, str]:
    """What every address answers to this viewer, by address."""
    browser = house.browser(viewer)
    staff = viewer in ("a coordinator", "a reader", "an auditor")
    visited = addresses([*house.references.values(), "WT-XXXXXX"], at_the_desk=staff)
    assert len(visited) > 300
    answers = {}
    for address in visited:
        response = browser.get(address)
        assert response.status_code < 500 or address.startswith("/health"), f"{viewer} at {address}"
        answers[address] = words_of(response)
    return answers


def opens_a_page(house: Planted, line: str) -> bool:
    """Say whether a line of the log holds anything that was used to open a page: a reference, a token or a code."""
    codes = AttendeeCode.objects.values_list("code", flat=True)
    return any(secret in line for secret in [*house.references.values(), "WT-XXXXXX", "not-a-token", *codes])


def test_forms_sent_without_their_token_leave_no_address_in_the_log(house, log):
    browser = Client(enforce_csrf_checks=True)
    for address in addresses([*house.references.values(), "WT-XXXXXX"], at_the_desk=False):
        browser.post(
            address, {"code": "not-a-token"}, headers={"referer": f"https://elsewhere.example.org{address}"}
        )

    assert [line for line in log.lines if opens_a_page(house, line) or house.found(line)] == []
    assert len([line for line in log.lines if "CSRF" in line or "csrf" in line]) > 20


@pytest.mark.parametrize("viewer", MAY_READ)
def test_every_page_tells_each_reader_what_their_tier_reads_and_nothing_above_it(house, log, viewer):
    own = speakers_own_name(house.viewers[viewer])
    answers = crawl(house, viewer)
    leaks = {
        address: found
        for address, words in answers.items()
        if (found := house.leaks(viewer, words, own=own, address=address))
    }
    seen = {word for words in answers.values() for word in house.found(words) if word.spellings[0] not in own}

    assert leaks == {}
    assert {word.kind for word in seen} == MAY_READ[viewer]
    assert [line for line in log.lines if house.found(line) or opens_a_page(house, line)] == []
    assert [
        address for address, words in answers.items() if "Referrer-Policy: same-origin" not in words
    ] == []
    kept = {address for address, words in answers.items() if "Cache-Control: no-store" not in words}
    assert kept <= PUBLIC | {"/static/"}
    handed_out = {re.search(r"Content-Type: ([\w/.+-]+)", words)[1] for words in answers.values()}
    assert handed_out <= KNOWN_KINDS  # a spreadsheet that joins them needs a test of formulas in its cells
    assert any("Not Found" in line for line in log.lines)
    if viewer == "a coordinator":
        assert [str(word) for word in house.words if word not in seen] == []


# ---- mail

LINK = re.compile(r"""https?://[^\s"'<>]+""")
PREHEADER = re.compile(r'<div style="display:none[^>]*>(.*?)</div>', re.DOTALL)


def reader_of(house: Planted, message: Message) -> tuple[str, str]:
    """As whom somebody reads a mail at their mailbox, and the name and mailbox that are theirs anyway.

    A mailbox asks for no second factor: a speaker is held to what was asked of them, a released contact to T2, and the
    desk to T1.
    """
    own = " ".join(
        [
            message.to,
            *User.objects.filter(email=message.to, is_staff=True).values_list("name", flat=True),
            *Speaker.objects.filter(user__email=message.to).values_list("name", flat=True),
            *Contact.objects.filter(email=message.to).values_list("name", flat=True),
            *Enquiry.objects.filter(email=message.to).values_list("name", flat=True),
            *AttendeeMessage.objects.filter(email=message.to).values_list("answer", flat=True),
        ]
    )
    if AttendeeMessage.objects.filter(email=message.to).exists():
        return "anonymous", own
    if Speaker.objects.filter(user__email=message.to).exists():
        return "an invited speaker", own
    if Contact.objects.filter(email=message.to, verified_at__isnull=False).exists():
        return "a verified contact", own
    return "a mailbox confirmed", own


def test_no_mail_tells_more_than_the_tier_of_its_mailbox_headers_and_files_included(house):
    messages = list(Message.objects.prefetch_related("attachments"))
    leaks, told = {}, set()
    for message in messages:
        viewer, own = reader_of(house, message)
        whole = mail_in(build(message))
        told |= {word.kind for word in house.found(whole)}
        if found := house.leaks(viewer, whole, own=own):
            leaks[f"{message.kind} to {viewer}"] = found

    assert len(messages) > 100
    assert leaks == {}
    assert Kind.DATE in told


def test_subject_preheader_and_the_names_of_files_tell_nobody_anything(house):
    for message in Message.objects.prefetch_related("attachments"):
        preheader = PREHEADER.search(message.html)
        assert preheader is not None, message.kind
        names = " ".join(f"{file.filename} {file.content_type}" for file in message.attachments.all())
        shown = " ".join([message.subject, preheader[1], names, message.message_id])
        assert [str(word) for word in house.found(shown)] == [], message.kind


def test_every_link_in_every_mail_leads_to_the_portal_and_carries_a_reference_at_most(house):
    for message in Message.objects.all():
        for address in LINK.findall(f"{message.text} {message.html}"):
            assert address.startswith(django_settings.SITE_URL), (message.kind, address)
            assert house.found(address) == [], (message.kind, address)


def test_a_gateway_that_opens_every_link_of_every_mail_changes_nothing(house):
    """As a stranger and in the browser of whoever the mail is for; the log of reads aside."""
    links = {
        address.removeprefix(django_settings.SITE_URL): message.to
        for message in Message.objects.all()
        for address in LINK.findall(f"{message.text} {message.html}")
    }
    recipients = {user.email: user for user in User.objects.all()}
    browsers = {email: browser_of(user, second_factor=True) for email, user in recipients.items()}
    before = rows_written()
    for link, email in sorted(links.items()):
        for browser in (Client(), browsers.get(email, Client())):
            assert browser.head(link).status_code < 500
            assert browser.get(link).status_code < 500

    written = {table for table, count in rows_written().items() if count != before.get(table, 0)}
    assert len(links) > 20
    assert written <= READ_LOGS


def rows_written() -> dict[str, int]:
    """How many rows of each table were written in this transaction, as PostgreSQL itself counts them."""
    with connection.cursor() as cursor:
        cursor.execute("select relname, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_xact_user_tables")
        return dict(cursor.fetchall())


# ---- papers


def test_an_example_day_tells_nothing_of_any_booking_or_speaker_on_the_page_or_on_paper(house):
    browser = Client()
    assert "being put together" in browser.get(f"/example-day/?{EXAMPLE}").content.decode()
    assert making.make_next()

    answers = {address: words_of(browser.get(address)) for address in sorted(EXAMPLES)}

    assert "You asked for it" in answers[f"/example-day/?{EXAMPLE}"]
    assert "Content-Type: application/pdf" in answers[f"/example-day/agenda.pdf?{EXAMPLE}"]
    assert [word for words in answers.values() for word in house.found(words)] == []


def test_no_paper_for_the_agency_names_a_speaker_or_a_place_in_text_metadata_or_outline(house):
    read = {}
    for document in Document.objects.filter(state="ready"):
        with document.file.open() as file:
            words = readable(file.read())
        above = T4 - T2 if document.tier <= Tier.T2 else {Kind.MAILBOX, Kind.DESK}
        assert [str(word) for word in house.found(words) if word.kind in above] == [], document.kind
        read[document.kind] = {word.kind for word in house.found(words)}

    assert read["agenda"] >= {Kind.DATE}
    assert read["run_sheet"] >= {Kind.DATE, Kind.WHO, Kind.WHERE}


# ---- what workers are told


def test_a_worker_is_told_nothing_but_the_name_of_its_task(house):
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    with Connection("memory://") as broker:
        for task in ours:
            app.send_task(task.name, connection=broker, retry=False, ignore_result=True)
        with broker.SimpleQueue("celery") as queue:
            payloads = [queue.get(timeout=1) for _ in ours]

    assert len(ours) > 8
    for task, payload in zip(ours, payloads, strict=True):
        assert list(inspect.signature(task.run).parameters) == [], task.name
        assert payload.payload[:2] == [[], {}]
        assert (payload.headers["argsrepr"], payload.headers["kwargsrepr"]) == ("()", "{}")
        assert task.ignore_result is True
    assert isinstance(app.backend, DisabledBackend)
