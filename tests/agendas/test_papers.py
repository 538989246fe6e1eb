"""Papers on their way to a file: claimed once, tried twice, found again when a worker is lost."""

import datetime as dt
import hashlib
import resource

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.utils import timezone

from agendas import paper, press, services, tasks
from agendas.models import Document
from agendas.services import papers
from agendas.states import DOCUMENT_MOVES, DocumentState
from outbox import bell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def draft(agenda, lead):
    return services.preview(agenda.pk, actor=lead)


@pytest.fixture
def rung(monkeypatch):
    heard = []
    monkeypatch.setattr(bell, "publish", heard.append)
    return heard


def bytes_of(document):
    with default_storage.open(document.file.name) as stored:
        return stored.read()


def test_a_paper_is_stored_with_its_hash_and_size(draft):
    assert press.make_waiting() == 1

    draft.refresh_from_db()
    stored = bytes_of(draft)
    assert (draft.state, draft.size) == ("ready", len(stored))
    assert draft.sha256 == hashlib.sha256(stored).hexdigest()
    assert draft.agenda.booking.reference not in draft.file.name


def test_the_same_draft_is_made_once(agenda, draft, lead):
    assert services.preview(agenda.pk, actor=lead) == draft

    services.add_filler(agenda.pk, kind="note", version=1, actor=lead)

    assert services.preview(agenda.pk, actor=lead) != draft


def test_the_bell_rings_once_the_wish_is_written(agenda, lead, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.preview(agenda.pk, actor=lead)

    assert rung == ["agendas.prepare_documents"]


def test_a_claimed_paper_is_not_claimed_again(draft):
    first = papers.claim_next()

    assert (first, papers.claim_next()) == (draft, None)


def test_a_worker_that_was_given_up_does_not_count(draft):
    lost = papers.claim_next()
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=5), tick=False):
        papers.take_back_lost()
        second = papers.claim_next()

    assert papers.finish(lost, b"%PDF-late") is False
    assert papers.finish(second, b"%PDF-right") is True
    draft.refresh_from_db()
    assert bytes_of(draft) == b"%PDF-right"
    assert len(default_storage.listdir(draft.file.name.rpartition("/")[0])[1]) == 1


def test_a_paper_that_cannot_be_made_is_tried_twice_then_failed_and_may_be_asked_for_again(
    draft, monkeypatch, caplog
):
    def break_down(kind, content):
        raise ZeroDivisionError

    monkeypatch.setattr(paper, "draw", break_down)
    assert press.make_waiting() == 0

    draft.refresh_from_db()
    assert (draft.state, draft.tries, draft.error) == (
        "failed",
        2,
        "It could not be laid out (ZeroDivisionError).",
    )
    assert services.try_again(draft.pk) is True
    draft.refresh_from_db()
    assert (draft.state, draft.tries, draft.error) == ("queued", 0, "")


def test_a_machine_without_the_libraries_says_so(draft, monkeypatch, caplog):
    def not_there():
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(press, "_paper", not_there)
    press.make_waiting()

    draft.refresh_from_db()
    assert (draft.state, draft.error) == ("failed", press.NO_LIBRARY)


def test_one_that_fails_does_not_hold_up_the_next(agenda, lead, draft, monkeypatch, caplog):
    services.issue_agenda(agenda.pk, version=1, actor=lead)
    real = paper.draw

    def break_down_on_drafts(kind, content):
        if kind == "draft":
            raise ZeroDivisionError
        return real(kind, content)

    monkeypatch.setattr(paper, "draw", break_down_on_drafts)

    assert press.make_waiting() == 10


@pytest.mark.parametrize("old", DocumentState)
@pytest.mark.parametrize("new", DocumentState)
def test_the_database_knows_the_table_of_moves(draft, old, new):
    route = {
        "queued": [],
        "preparing": ["preparing"],
        "ready": ["preparing", "ready"],
        "failed": ["preparing", "failed"],
    }
    for state in route[old]:
        Document.objects.filter(pk=draft.pk).update(state=state, file="x", sha256="x", size=1)
    if new == old:
        return

    try:
        with transaction.atomic():
            Document.objects.filter(pk=draft.pk).update(state=new, file="x", sha256="x", size=1)
        moved = True
    except DatabaseError:
        moved = False

    assert moved is (new in DOCUMENT_MOVES[old])


def test_what_a_paper_shows_never_changes(draft):
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=draft.pk).update(content={})


def test_the_sweep_finds_what_the_bell_lost(draft, rung):
    tasks.sweep_documents()

    assert rung == [papers.PREPARE]


def test_each_paper_has_a_task_and_its_thirty_seconds_to_itself(agenda, lead, rung):
    services.issue_agenda(agenda.pk, version=1, actor=lead)

    tasks.prepare_documents()

    assert tasks.prepare_documents.soft_time_limit == 30
    assert Document.objects.filter(state="ready").count() == 1
    assert rung == [papers.PREPARE]


def test_a_paper_that_takes_too_long_is_tried_once_more_and_then_says_so(draft, monkeypatch, rung):
    def take_for_ever(kind, content):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(paper, "draw", take_for_ever)
    for _ in range(2):
        with pytest.raises(SoftTimeLimitExceeded):
            tasks.prepare_documents()

    draft.refresh_from_db()
    assert (draft.state, draft.tries, draft.error) == ("failed", 2, "It took longer than 30 seconds.")


def test_a_paper_that_needs_too_much_memory_is_stopped_and_the_worker_lives(draft, monkeypatch, rung):
    before = resource.getrlimit(resource.RLIMIT_AS)
    monkeypatch.setattr(paper, "draw", lambda kind, content: bytes(4 * press.MOST_MEMORY))

    for _ in range(2):
        tasks.prepare_documents()

    draft.refresh_from_db()
    assert (draft.state, draft.tries, draft.error) == ("failed", 2, press.NO_MEMORY)
    assert resource.getrlimit(resource.RLIMIT_AS) == before
