"""Two people over one draft at once: one issue, one saved change, and the other is told."""

import pytest

from agendas import services
from agendas.models import Document, Issue
from agendas.services import Row, StaleAgenda, Typed, editing, issuing
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
    """What was typed is saved without a lock: whoever comes second finds another version and writes nothing."""
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


def test_a_save_that_was_overtaken_between_reading_and_writing_writes_nothing(agenda, lead, monkeypatch):
    welcome, close = agenda.items.get(kind="welcome"), agenda.items.get(kind="close")
    read = editing.load

    def overtaken(agenda_id, **how):
        found = read(agenda_id, **how)
        monkeypatch.setattr(editing, "load", read)
        services.remove_item(agenda_id, item_id=close.pk, version=agenda.version, actor=lead)
        return found

    monkeypatch.setattr(editing, "load", overtaken)
    typed = Typed(rows=(Row(item_id=welcome.pk, kind="welcome", minutes=11),), quiet_room="The library")
    with pytest.raises(StaleAgenda) as stale:
        services.save(agenda.pk, version=agenda.version, actor=lead, typed=typed)

    before = welcome.minutes
    welcome.refresh_from_db()
    agenda.refresh_from_db()
    assert stale.value.agenda.version == agenda.version == 2
    assert (welcome.minutes, agenda.quiet_room, agenda.steps.count()) == (before, "", 1)
