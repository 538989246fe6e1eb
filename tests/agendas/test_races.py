"""Two people over one draft at once: one issue, one saved change, and the other is told."""

import threading
import time

import pytest
from django.db import connection

from agendas import services
from agendas.models import Document, Issue
from agendas.services import Row, Typed, editing, issuing
from tests.bookings.test_races import at_once, names

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_draft_issued_by_two_presses_is_one_issue(agenda, lead):
    results = at_once(*[lambda: services.issue_agenda(agenda.pk, version=agenda.version, actor=lead)] * 2)

    assert names(results) == ["Issue", "Issue"]
    assert Issue.objects.count() == 1
    assert Document.objects.filter(kind="agenda").count() == 1


def test_two_presses_fail_without_the_guard(agenda, lead, monkeypatch):
    """The look at what was issued before taken out: two issues, two papers, two mails."""
    monkeypatch.setattr(issuing, "_shows_the_same", lambda *args: False)

    at_once(*[lambda: services.issue_agenda(agenda.pk, version=agenda.version, actor=lead)] * 2)

    assert Issue.objects.count() == 2


def test_two_people_who_save_the_same_version_do_not_overwrite_one_another(agenda, lead):
    items = [item.pk for item in agenda.items.select_related("topic") if not item.is_core]
    before = agenda.items.count()

    results = at_once(
        *[
            lambda pk=pk: services.remove_item(agenda.pk, item_id=pk, version=agenda.version, actor=lead)
            for pk in items[-2:]
        ]
    )

    assert names(results).count("StaleAgenda") == 1
    agenda.refresh_from_db()
    assert agenda.version == 2
    assert agenda.items.count() == before - 1


def test_two_people_who_type_into_the_same_version_do_not_overwrite_one_another(agenda, lead):
    """Whoever comes second finds another version and writes nothing."""
    item = agenda.items.get(kind="welcome")

    def type_in(minutes):
        typed = Typed(rows=(Row(item_id=item.pk, kind="welcome", minutes=minutes),))
        return services.save(agenda.pk, version=agenda.version, actor=lead, typed=typed)

    results = at_once(*[lambda minutes=minutes: type_in(minutes) for minutes in range(5, 11)])

    assert names(results).count("StaleAgenda") == 5
    saved = next(draft for draft in results if not isinstance(draft, BaseException))
    item.refresh_from_db()
    assert item.minutes == next(one.minutes for one in saved.items if one.pk == item.pk)
    stood_at = agenda.version
    agenda.refresh_from_db()
    assert agenda.version == stood_at + 1
    assert agenda.steps.count() == 1


def test_a_save_waits_for_one_under_way_and_then_writes_nothing(agenda, lead):
    welcome, close = agenda.items.get(kind="welcome"), agenda.items.get(kind="close")
    under_way = threading.Event()

    def first():
        with editing.editing(agenda.pk, verb="remove", version=1, actor=lead) as draft:
            under_way.set()
            someone_waits()
            draft.items.remove(draft.find(close.pk))

    def second():
        assert under_way.wait(20)
        typed = Typed(rows=(Row(item_id=welcome.pk, kind="welcome", minutes=11),), quiet_room="The library")
        return services.save(agenda.pk, version=1, actor=lead, typed=typed)

    results = at_once(first, second)

    assert names(results) == ["NoneType", "StaleAgenda"]
    before = welcome.minutes
    welcome.refresh_from_db()
    agenda.refresh_from_db()
    assert agenda.version == 2
    assert (welcome.minutes, agenda.quiet_room, agenda.steps.count()) == (before, "", 1)


def someone_waits() -> None:
    """Hold on until another connection waits for a lock. Fails where none ever does: then nothing was raced."""
    for _ in range(400):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("Nobody waited.")
