import contextlib
import socket
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbox import kinds, sender, services, smtp
from outbox.models import Message
from outbox.queue import FileToSend
from outbox.states import State
from tests.mail import DROP

ICS = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.mark.django_db
def test_a_mail_arrives_as_text_and_html_with_its_files(queue, caught_mail, settings):
    settings.MAIL_REPLY_TO = "desk@example.org"
    message = queue(
        attachments=[
            FileToSend("WT-ABCD.pdf", "application/pdf", b"%PDF-1.7 \x00\xff"),
            FileToSend("WT-ABCD.ics", "text/calendar; method=REQUEST", ICS),
        ],
        context={"name": "Siân Llŷr", "words": ".a line that begins with a dot\n.."},
    )

    assert sender.deliver(message.pk) == State.SENT

    [mail] = caught_mail.to("officer@force.example.org")
    assert mail.sender == "training@example.org"
    assert mail.subject == "Your training: WT-ABCD"
    assert mail.message["Message-ID"] == message.message_id
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Reply-To"] == "desk@example.org"
    assert mail.message["List-Unsubscribe"] is None
    assert mail.text.replace("\r\n", "\n") == message.text
    assert mail.html.replace("\r\n", "\n") == message.html
    assert mail.files == {"WT-ABCD.pdf": b"%PDF-1.7 \x00\xff", "WT-ABCD.ics": ICS}
    body = mail.message.get_body(("related", "html", "plain"))
    assert body is not None
    [calendar] = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    assert calendar.get_param("method") == "REQUEST"
    message.refresh_from_db()
    assert message.sent_at is not None
    assert message.attempts == 1


@pytest.mark.django_db
def test_what_is_due_leaves_over_one_connection(queue, caught_mail):
    for _ in range(5):
        queue()

    assert sender.deliver_due() == 5
    assert len(caught_mail.messages) == 5
    assert caught_mail.connections == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_claim_one_message_once(queue, caught_mail, monkeypatch):
    """Both see the message as due before either has claimed it."""
    message = queue()
    both_ready = threading.Barrier(2, timeout=10)
    claim = sender._claim

    def claim_together(pk):
        assert Message.objects.filter(pk=pk).due().exists()
        both_ready.wait()
        return claim(pk)

    monkeypatch.setattr(sender, "_claim", claim_together)
    outcomes = []

    def work():
        try:
            outcomes.append(sender.deliver(message.pk))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(outcomes, key=str) == [None, State.SENT]
    assert len(caught_mail.messages) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_temporary_refusal_is_tried_again_after_1_5_30_and_120_minutes_and_then_has_failed(
    queue, caught_mail, step
):
    message = queue()
    caught_mail.answer(**{step: "450 4.2.0 later please"})
    waits = []

    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(4):
            assert sender.deliver(message.pk) == State.QUEUED
            message.refresh_from_db()
            waits.append((message.due_at - timezone.now()) / timedelta(minutes=1))
            assert message.error == "Not taken for now: 450 4.2.0 later please"
            clock.shift(message.due_at - timezone.now())
        assert sender.deliver(message.pk) == State.FAILED

    assert waits == [1, 5, 30, 120]
    assert caught_mail.messages == []


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_permanent_refusal_fails_at_once_and_the_next_mail_still_leaves(queue, caught_mail, step):
    refused = queue(to="nobody@force.example.org")
    caught_mail.answer(**{step: "550 5.1.1 no such mailbox"})
    sender.deliver(refused.pk)
    caught_mail.answer()
    welcome = queue()

    assert sender.deliver_due() == 1
    refused.refresh_from_db()
    assert refused.state == State.FAILED
    assert refused.error == "Refused by the mail server: 550 5.1.1 no such mailbox"
    assert [mail.recipient for mail in caught_mail.messages] == [welcome.to]


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["mail", "rcpt"])
def test_a_line_that_breaks_before_the_text_puts_the_mail_back(queue, caught_mail, step):
    message = queue()
    caught_mail.answer(**{step: DROP})

    assert sender.deliver(message.pk) == State.QUEUED

    message.refresh_from_db()
    assert message.data_started_at is None
    assert timedelta(seconds=50) < message.due_at - timezone.now() <= timedelta(minutes=1)
    caught_mail.answer()
    with time_machine.travel(message.due_at):
        assert sender.deliver_due() == 1
    assert len(caught_mail.messages) == 1


@pytest.mark.django_db
def test_a_line_that_breaks_after_the_text_leaves_the_mail_unsure_and_nothing_sends_it_again(
    queue, caught_mail
):
    message = queue()
    caught_mail.answer(data=DROP)

    assert sender.deliver(message.pk) == State.UNSURE

    caught_mail.answer()
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert sender.sweep() == 0
    message.refresh_from_db()
    assert message.state == State.UNSURE
    assert message.may_be_sent_again
    assert len(caught_mail.messages) == 1


@pytest.mark.django_db
def test_an_unsure_mail_leaves_again_when_a_person_says_so_under_the_same_message_id(
    queue, caught_mail, django_user_model
):
    message = queue()
    caught_mail.answer(data=DROP)
    sender.deliver(message.pk)
    caught_mail.answer()

    services.send_again(message.pk, actor=django_user_model.objects.create_user("desk@example.org"))
    assert sender.deliver_due() == 1

    first, second = caught_mail.messages
    assert first.message["Message-ID"] == second.message["Message-ID"]


@pytest.mark.django_db
def test_a_reused_line_that_has_gone_is_opened_anew_at_no_cost_to_the_mail(queue, caught_mail):
    with sender.Line() as line:
        sender._deliver(queue().pk, line)
        assert line._smtp
        assert line._smtp.sock
        line._smtp.sock.shutdown(socket.SHUT_RDWR)
        assert sender._deliver(queue().pk, line) == State.SENT

    assert caught_mail.connections == 2
    assert len(caught_mail.messages) == 2


@pytest.mark.django_db
def test_a_mail_server_that_is_away_fails_nothing_and_stops_the_round(queue, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    first, second = queue(), queue()

    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(20):
            assert sender.deliver_due() == 0
            clock.shift(60)

    first.refresh_from_db()
    second.refresh_from_db()
    assert {first.state, second.state} == {State.QUEUED}
    assert first.attempts == 0
    assert first.error.startswith("The mail server was away. ConnectionRefusedError")


@pytest.mark.django_db
def test_a_code_is_never_sent_again_after_its_text_was_handed_over(queue, caught_mail, django_user_model):
    code = queue("trial-code")
    caught_mail.answer(data=DROP)

    assert sender.deliver(code.pk) == State.UNSURE

    code.refresh_from_db()
    assert (code.text, code.html) == ("", "")
    assert not code.may_be_sent_again
    with pytest.raises(services.CannotBeSentError):
        services.send_again(code.pk, actor=django_user_model.objects.create_user("desk@example.org"))
    with time_machine.travel(code.expires_at + timedelta(seconds=1)):
        assert sender.sweep() == 0
    code.refresh_from_db()
    assert code.state == State.MISSED
    assert len(caught_mail.messages) == 1


@pytest.mark.django_db
def test_a_code_that_has_not_left_is_tried_again_within_its_hour_and_then_missed(queue, caught_mail):
    code = queue("trial-code")
    caught_mail.answer(rcpt="450 grey")

    assert sender.deliver(code.pk) == State.QUEUED
    code.refresh_from_db()
    assert "BCD-FGH" in code.text
    with time_machine.travel(code.expires_at + timedelta(seconds=1)):
        sender.sweep()

    code.refresh_from_db()
    assert (code.state, code.text, code.html) == (State.MISSED, "", "")
    assert caught_mail.messages == []


@pytest.mark.django_db
def test_the_body_of_a_code_is_blank_once_it_is_sent(queue, caught_mail):
    code = queue("trial-code")

    assert sender.deliver(code.pk) == State.SENT

    code.refresh_from_db()
    assert (code.text, code.html) == ("", "")
    assert "BCD-FGH" in caught_mail.messages[0].text


@pytest.mark.django_db
def test_what_is_no_longer_wanted_is_withheld_with_the_reason(queue, caught_mail):
    kinds.register("trial", label="Trial", still_wanted=lambda message: "The offer is closed.")
    message = queue()

    assert sender.deliver(message.pk) == State.WITHHELD

    message.refresh_from_db()
    assert message.error == "The offer is closed."
    assert caught_mail.messages == []


@pytest.mark.django_db
def test_a_check_that_breaks_holds_back_one_mail_and_not_the_next(queue, caught_mail):
    def breaks(message):
        raise ZeroDivisionError

    kinds.register("trial", label="Trial", still_wanted=breaks)
    broken, code = queue(), queue("trial-code")

    assert sender.deliver_due() == 1
    broken.refresh_from_db()
    code.refresh_from_db()
    assert (broken.state, code.state) == (State.QUEUED, State.SENT)
    assert broken.error == "Could not check whether it is still wanted: ZeroDivisionError"


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["not an address", "é@example.org"])
def test_an_impossible_address_is_refused_before_it_is_kept(queue, to):
    with pytest.raises(IntegrityError, match="mail_goes_to_an_address_written_one_way"):
        queue(to=to)


@pytest.mark.django_db
def test_an_address_carries_no_command_to_the_server(queue, caught_mail):
    message = queue(to="two@example.org>\r\nRCPT TO:<x@example.org")

    assert sender.deliver(message.pk) == State.SENT
    assert [mail.recipient for mail in caught_mail.messages] == [message.to]


@pytest.mark.django_db
def test_the_sweep_finds_mail_whose_bell_was_lost(queue, caught_mail):
    queue()

    assert sender.sweep() == 1
    assert len(caught_mail.messages) == 1


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


def _die_at(monkeypatch, step):
    def die(here):
        if here == step:
            raise Killed

    monkeypatch.setattr(sender, "checkpoint", die)


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["claimed", "wanted"])
def test_a_worker_that_died_before_the_text_costs_35_seconds_and_nothing_else(
    queue, caught_mail, monkeypatch, step
):
    message = queue()
    with monkeypatch.context() as patch:
        _die_at(patch, step)
        with pytest.raises(Killed):
            sender.deliver(message.pk)
    message.refresh_from_db()
    assert message.state == State.HANDING_OVER

    with time_machine.travel(message.claimed_at + timedelta(seconds=34)):
        assert sender.sweep() == 0
    with time_machine.travel(message.claimed_at + timedelta(seconds=36)):
        assert sender.sweep() == 1
    assert len(caught_mail.messages) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("step", "arrived"), [("text_started", 0), ("answered", 1)])
@pytest.mark.parametrize("kind", ["trial", "trial-code"])
def test_a_worker_that_died_after_the_text_leaves_the_mail_unsure(
    queue, caught_mail, monkeypatch, step, arrived, kind
):
    message = queue(kind)
    with monkeypatch.context() as patch:
        _die_at(patch, step)
        with pytest.raises(Killed):
            sender.deliver(message.pk)

    with time_machine.travel(message.queued_at + timedelta(seconds=40)):
        assert sender.sweep() == 0
    message.refresh_from_db()
    assert message.state == State.UNSURE
    assert (message.text == "") == message.is_code
    assert len(caught_mail.messages) == arrived


@pytest.mark.django_db
def test_a_mail_that_kills_every_worker_fails_in_the_end(queue, caught_mail, monkeypatch):
    message = queue()
    _die_at(monkeypatch, "claimed")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            with pytest.raises(Killed):
                sender.sweep()
            clock.shift(40)
        sender.sweep()

    message.refresh_from_db()
    assert message.state == State.FAILED


@pytest.mark.django_db
def test_a_slow_worker_whose_mail_was_given_to_another_does_not_send_it(queue, caught_mail, monkeypatch):
    message = queue()

    def taken_over(step):
        if step == "wanted":
            Message.objects.filter(pk=message.pk).update(claim=sender.new_claim())

    monkeypatch.setattr(sender, "checkpoint", taken_over)

    assert sender.deliver(message.pk) is None
    assert caught_mail.messages == []


@pytest.mark.django_db
def test_an_answer_that_comes_after_the_sweep_gave_up_still_counts(queue, caught_mail, monkeypatch):
    message = queue()

    def given_up(step):
        if step == "answered":
            Message.objects.filter(pk=message.pk).move(State.UNSURE)

    monkeypatch.setattr(sender, "checkpoint", given_up)

    assert sender.deliver(message.pk) == State.SENT


@pytest.mark.django_db
def test_delivering_one_mail_costs_six_queries(queue, caught_mail, django_assert_num_queries):
    """Claim, read, files, text started, outcome; one more for each question its kind asks."""
    message = queue()
    with django_assert_num_queries(5):
        sender.deliver(message.pk)


# ---- several claimed at once


@pytest.mark.django_db
def test_a_mail_that_kills_its_worker_takes_no_other_with_it(queue, caught_mail, monkeypatch):
    """All of a batch go back after the kill; from then on each goes alone, and only the culprit fails."""
    culprit, *others = [queue(), queue(), queue()]
    finished = sender._hand_over

    def killing(message, *args, **kwargs):
        if message.pk == culprit.pk:
            raise Killed
        return finished(message, *args, **kwargs)

    monkeypatch.setattr(sender, "_hand_over", killing)
    monkeypatch.setattr(sender, "_give_back", lambda messages: None)  # a killed worker does not get to it
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(6):
            with contextlib.suppress(Killed):
                sender.sweep()
            clock.shift(40)
        with contextlib.suppress(Killed):
            sender.sweep()

    assert Message.objects.get(pk=culprit.pk).state == State.FAILED
    assert {Message.objects.get(pk=other.pk).state for other in others} == {State.SENT}
    assert len(caught_mail.messages) == 2


@pytest.mark.django_db
def test_what_a_round_has_no_time_for_goes_back_untouched(queue, caught_mail, monkeypatch):
    """A slow mail server: one mail leaves, the rest wait again with no try counted, for whoever comes next."""
    messages = [queue() for _ in range(3)]
    monkeypatch.setattr(sender, "HELD_SECONDS", 0.0)
    seen = []

    def look(step):
        if step == "finished":
            seen.append(sorted(Message.objects.values_list("state", "attempts")))

    monkeypatch.setattr(sender, "checkpoint", look)

    assert sender.deliver_due() == 3
    assert len(caught_mail.messages) == len(messages)
    assert seen[-1] == [("sent", 1)] * 3


@pytest.mark.django_db
def test_a_round_stopped_by_a_server_that_went_away_leaves_every_mail_waiting(queue, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    for _ in range(3):
        queue()

    assert sender.deliver_due() == 0
    assert set(Message.objects.values_list("state", "attempts")) == {("queued", 0)}


@pytest.mark.django_db
def test_a_mail_taken_over_in_mid_batch_is_left_alone_and_the_one_before_it_counts(
    queue, caught_mail, monkeypatch
):
    first, second = queue(), queue()

    def taken_over(message_before, message):
        Message.objects.filter(pk=second.pk).update(claim=sender.new_claim())
        return both(message_before, message)

    both = Message.objects.sent_and_next
    monkeypatch.setattr(Message.objects, "sent_and_next", taken_over)

    assert sender.deliver_due() == 1
    assert Message.objects.get(pk=first.pk).state == State.SENT
    assert Message.objects.get(pk=second.pk).state == State.HANDING_OVER
    assert len(caught_mail.messages) == 1


@pytest.mark.django_db
def test_a_mail_costs_one_statement_in_a_batch_besides_what_its_kind_asks(queue, caught_mail):
    def statements(count: int) -> int:
        for _ in range(count):
            queue()
        with CaptureQueriesContext(connection) as queries:
            assert sender.deliver_due() == count
        return len(queries)

    assert statements(12) - statements(2) == 10


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_a_queue_and_send_nothing_twice(queue, caught_mail):
    wanted = {queue().message_id for _ in range(60)}
    left = []

    def work():
        try:
            left.append(sender.deliver_due())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(left) == 60
    assert sorted(mail.message["Message-ID"] for mail in caught_mail.messages) == sorted(wanted)


# ---- several lines of one worker


@pytest.mark.django_db(transaction=True)
def test_a_worker_opens_further_lines_while_much_waits_and_each_mail_leaves_once(
    queue, caught_mail, settings, monkeypatch
):
    settings.MAIL_LINES = 3
    monkeypatch.setattr(sender, "BATCH", 5)
    wanted = {queue().message_id for _ in range(30)}
    together = threading.Barrier(3, timeout=10)
    seen: set[int] = set()

    def hold(step):
        me = threading.get_ident()
        if step == "text_started" and me not in seen:
            seen.add(me)
            together.wait()  # three texts are on their way at the same moment

    monkeypatch.setattr(sender, "checkpoint", hold)

    assert sender.deliver_due() == 30
    assert len(seen) == 3
    assert caught_mail.connections == 3
    assert sorted(mail.message["Message-ID"] for mail in caught_mail.messages) == sorted(wanted)
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_grants_one_line_still_takes_every_mail(queue, caught_mail, settings, monkeypatch):
    settings.MAIL_LINES = 3
    monkeypatch.setattr(sender, "BATCH", 5)
    for _ in range(20):
        queue()
    open_line = smtp.Line._open

    def refused_beside_the_first(line):
        if threading.current_thread() is not threading.main_thread():
            raise smtp.ServerAwayError("421 too many connections")
        open_line(line)

    monkeypatch.setattr(smtp.Line, "_open", refused_beside_the_first)

    assert sender.deliver_due() == 20
    assert {message.attempts for message in Message.objects.all()} == {1}


@pytest.mark.django_db
def test_a_few_mails_leave_over_one_line(queue, caught_mail, settings):
    settings.MAIL_LINES = 3
    for _ in range(4):
        queue()

    assert sender.deliver_due() == 4
    assert caught_mail.connections == 1
