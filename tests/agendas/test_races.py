"""Two people over one draft at once: one issue, one saved change, and the other is told."""

import pytest

from agendas import services
from agendas.models import Document, Issue
from agendas.services import issuing
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
