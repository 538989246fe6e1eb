import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from outbox import kinds
from outbox.models import Message
from outbox.queue import FileToSend, queue_message
from outbox.states import State


@pytest.mark.django_db
def test_a_queued_mail_is_rendered_at_once_and_keeps_its_words(queue, settings):
    settings.DEMO = False
    message = queue(context={"name": "Mair <b>Evans</b>"})

    message.refresh_from_db()
    assert message.state == State.QUEUED
    assert message.subject == "Your training: WT-ABCD"
    assert "Dear Mair <b>Evans</b>," in message.text
    assert "Dear Mair &lt;b&gt;Evans&lt;/b&gt;," in message.html
    assert message.message_id.endswith("@example.org>")


@pytest.mark.django_db
def test_the_same_occasion_makes_one_mail_and_another_occasion_makes_another(queue):
    first = queue(occasion="offer-1", context={"name": "first"})
    again = queue(occasion="offer-1", context={"name": "second"})
    other = queue(occasion="offer-2")
    colleague = queue(occasion="offer-1", to="colleague@force.example.org")

    assert again == first
    assert "Dear first," in again.text
    assert Message.objects.count() == 3
    assert len({first.message_id, other.message_id, colleague.message_id}) == 3


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_queue_the_same_mail_at_once_write_one_row(queue, monkeypatch):
    """Both look first and find nothing; the barrier holds them there."""
    both_have_looked = threading.Barrier(2, timeout=10)
    render = queue_message.__globals__["render"]

    def slow_render(*args, **kwargs):
        both_have_looked.wait()
        return render(*args, **kwargs)

    monkeypatch.setitem(queue_message.__globals__, "render", slow_render)
    got = []

    def ask():
        try:
            got.append(queue(occasion="once", attachments=[FileToSend("a.ics", "text/calendar", b"x")]))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 2
    assert got[0] == got[1]
    message = Message.objects.get()
    assert message.attachments.count() == 1


@pytest.mark.django_db
def test_queueing_costs_two_queries(queue, django_assert_num_queries):
    queue()
    with django_assert_num_queries(2):
        queue()


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_once_for_a_transaction_and_not_before_its_commit(queue, quiet_bell):
    with transaction.atomic():
        queue()
        with transaction.atomic():
            queue()
        queue()
        assert quiet_bell == []

    assert quiet_bell == ["outbox.deliver"]


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_for_what_stays_when_a_savepoint_is_rolled_back(queue, quiet_bell):
    with transaction.atomic():
        with transaction.atomic():
            queue(occasion="gone")
            transaction.set_rollback(True)
        queue(occasion="stays")

    assert quiet_bell == ["outbox.deliver"]
    assert [message.occasion for message in Message.objects.all()] == ["stays"]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_leaves_no_mail_and_no_bell(queue, quiet_bell):
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)

    assert Message.objects.count() == 0
    assert quiet_bell == []


@pytest.mark.django_db(transaction=True)
def test_drafts_and_mail_for_later_ring_no_bell(queue, quiet_bell):
    draft = queue(as_draft=True)
    later = queue(not_before=timezone.now() + timedelta(days=1))

    assert draft.state == State.DRAFT
    assert later.due_at == later.not_before
    assert quiet_bell == []
    assert list(Message.objects.due()) == []


@pytest.mark.django_db
def test_mail_for_later_is_due_at_its_moment(queue):
    later = queue(not_before=timezone.now() + timedelta(days=1))

    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        assert list(Message.objects.due()) == [later]


@pytest.mark.django_db
def test_addresses_are_kept_in_lower_case(queue):
    assert queue(to=" Officer@Force.Example.ORG ").to == "officer@force.example.org"


@pytest.mark.django_db
def test_a_code_is_worth_sending_for_an_hour_and_an_ordinary_mail_for_ever(queue):
    code, ordinary = queue("trial-code"), queue()

    assert code.expires_at - code.due_at == timedelta(minutes=60)
    assert ordinary.expires_at is None


@pytest.mark.django_db
def test_a_kind_that_nobody_registered_is_refused():
    with pytest.raises(kinds.UnknownKindError):
        queue_message(
            "nobody-knows", to="a@example.org", about="outbox.heartbeat:x", occasion="1", context={}
        )
