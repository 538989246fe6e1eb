import time
from email import message_from_bytes

import pgtrigger
import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.urls import reverse

from accounts.rights import COORDINATORS, READERS
from outbox import sender
from outbox.models import Message
from outbox.states import State
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LIST = "desk:outbox_message_changelist"
ONE = "desk:outbox_message_change"


def _enter(client, group):
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


@pytest.fixture
def coordinator(client):
    return _enter(client, COORDINATORS)


@pytest.fixture
def failed(queue, caught_mail):
    message = queue()
    caught_mail.answer(rcpt="550 no such mailbox")
    sender.deliver(message.pk)
    caught_mail.answer()
    return message


def _shown(response):
    return [message.pk for message in response.context["cl"].result_list]


def test_the_list_filters_by_where_a_mail_stands(coordinator, queue, failed):
    waiting = queue()

    assert _shown(coordinator.get(reverse(LIST))) == [waiting.pk, failed.pk]
    assert _shown(coordinator.get(reverse(LIST), {"state": "failed"})) == [failed.pk]


@pytest.mark.parametrize("asked", ["wt-find", " WT-FIND ", "Her@Force.Example.Org"])
def test_the_search_finds_a_reference_or_a_whole_address(coordinator, queue, asked):
    queue()
    hers = queue(to="her@force.example.org", reference="WT-FIND")

    assert _shown(coordinator.get(reverse(LIST), {"q": asked})) == [hers.pk]


def test_the_page_of_a_mail_shows_its_words_and_its_files_as_text(coordinator, queue):
    message = queue(context={"words": "<script>alert(1)</script>"})

    page = coordinator.get(reverse(ONE, args=[message.pk])).content.decode()

    assert "Dear Mair Evans," in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_the_file_of_a_mail_is_the_mail(coordinator, queue):
    message = queue()

    response = coordinator.get(reverse("desk:outbox_message_file", args=[message.pk]))

    assert response["Content-Type"] == "message/rfc822"
    assert response["Content-Disposition"] == f'attachment; filename="WT-ABCD-{message.pk}.eml"'
    assert message_from_bytes(response.content)["Message-ID"] == message.message_id


def test_send_again_is_a_button_that_sends_again(coordinator, failed, caught_mail):
    page = reverse(ONE, args=[failed.pk])
    assert "Send again" in coordinator.get(page).content.decode()

    response = coordinator.post(page, {"verb": "send-again"}, follow=True)

    assert "The mail is on its way." in response.content.decode()
    assert sender.deliver_due() == 1
    assert "Send again" not in coordinator.get(page).content.decode()


def test_a_button_that_comes_too_late_is_told_so(coordinator, failed):
    page = reverse(ONE, args=[failed.pk])
    coordinator.post(page, {"verb": "send-again"})

    response = coordinator.post(page, {"verb": "send-again"}, follow=True)

    assert "the mail has moved on meanwhile" in response.content.decode()


def test_a_mail_is_laid_aside_only_with_a_reason(coordinator, failed):
    page = reverse(ONE, args=[failed.pk])

    coordinator.post(page, {"verb": "withhold", "reason": "  "})
    failed.refresh_from_db()
    assert failed.state == State.FAILED
    coordinator.post(page, {"verb": "withhold", "reason": "We rang."})
    failed.refresh_from_db()
    assert (failed.state, failed.error) == (State.WITHHELD, "We rang.")


def test_a_code_offers_no_way_to_be_sent_again(coordinator, queue, caught_mail):
    code = queue("trial-code")
    caught_mail.answer(data="drop")
    sender.deliver(code.pk)
    page = reverse(ONE, args=[code.pk])

    assert "Send again" not in coordinator.get(page).content.decode()
    coordinator.post(page, {"verb": "send-again"})
    code.refresh_from_db()
    assert code.state == State.UNSURE


@pytest.mark.parametrize("name", [LIST, ONE, "desk:outbox_message_file"])
def test_readers_do_not_read_mail(client, queue, name):
    message = queue()
    _enter(client, READERS)

    response = client.get(reverse(name, args=[] if name == LIST else [message.pk]))

    assert response.status_code == 403


def test_nothing_is_added_deleted_or_edited_by_hand(coordinator, queue):
    message = queue()

    assert coordinator.get(reverse("desk:outbox_message_add")).status_code == 403
    assert coordinator.post(reverse("desk:outbox_message_delete", args=[message.pk])).status_code == 403
    coordinator.post(reverse(ONE, args=[message.pk]), {"to": "evil@example.org", "state": "sent"})
    message.refresh_from_db()
    assert (message.to, message.state) == ("officer@force.example.org", State.QUEUED)


@pytest.mark.parametrize("number", ["0", "999999", "abc", "1e3"])
def test_a_mail_that_is_not_there_is_not_found(coordinator, number):
    assert coordinator.get(reverse(ONE, args=[number])).status_code == 404


def _queries(client, django_assert_max_num_queries, **asked):
    with django_assert_max_num_queries(20) as counted:
        assert client.get(reverse(LIST), asked).status_code == 200
    return len(counted)


def test_the_list_costs_the_same_at_one_row_and_at_three(coordinator, queue, django_assert_max_num_queries):
    queue()
    _queries(coordinator, django_assert_max_num_queries)
    one = _queries(coordinator, django_assert_max_num_queries)
    queue()
    queue()

    assert _queries(coordinator, django_assert_max_num_queries) == one
    assert one <= 8


def test_the_list_does_not_count_or_sort_twenty_thousand_rows(coordinator, queue):
    """Each shape of the list reads an index and stops; a sequential scan or a sort would show in the plan."""
    queue()
    with pgtrigger.ignore("outbox.Message:message_begins_waiting"), connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO outbox_message (kind, key, "to", subject, text, html, state, about, reference,'
            " occasion, is_code, queued_at, due_at, sent_at, attempts, error, message_id)"
            " SELECT kind, 'copy ' || n, n || '@example.org', subject, text, html,"
            " CASE WHEN mod(n, 1000) = 0 THEN 'queued' ELSE 'sent' END, about, 'WT-' || n, occasion, is_code,"
            " queued_at, due_at, queued_at + n * interval '1 second', attempts, error, message_id"
            " FROM outbox_message, generate_series(1, 20000) AS n"
        )
        cursor.execute("ANALYZE outbox_message")
    page = coordinator.get(reverse(LIST))
    assert len(_shown(page)) == 50
    assert page.context["cl"].result_count == 1000
    for asked in ({"state": "queued"}, {"state": "failed"}, {"q": "WT-77"}):
        coordinator.get(reverse(LIST), asked)

    plans = [
        Message.objects.without_bodies().order_by("-pk")[:50].explain(),
        Message.objects.filter(state=State.FAILED).order_by("-pk")[:50].explain(),
        Message.objects.filter(reference="WT-77").order_by("-pk")[:50].explain(),
        Message.objects.filter(to="77@example.org").order_by("-pk")[:50].explain(),
        Message.objects.filter(state__in=[State.QUEUED, State.UNSURE]).order_by().values("pk").explain(),
        Message.objects.filter(state=State.SENT).order_by("-sent_at")[:1].explain(),
    ]
    assert [plan for plan in plans if "Seq Scan" in plan or "Sort" in plan] == []
