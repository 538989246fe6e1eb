import pytest
from django.apps import apps
from django.utils import timezone

from outbox import sender, services
from outbox.models import Message
from outbox.states import State


@pytest.fixture
def coordinator(django_user_model):
    return django_user_model.objects.create_user("desk@example.org")


@pytest.fixture
def failed(queue, caught_mail):
    message = queue()
    caught_mail.answer(rcpt="550 no such mailbox")
    sender.deliver(message.pk)
    caught_mail.answer()
    return message


@pytest.mark.django_db
def test_a_failed_mail_is_sent_again_as_it_was_written(failed, coordinator, caught_mail):
    words = failed.text

    again = services.send_again(failed.pk, actor=coordinator)

    assert (again.state, again.attempts, again.error, again.text) == (State.QUEUED, 0, "", words)
    assert sender.deliver_due() == 1


@pytest.mark.django_db
def test_the_second_of_two_presses_is_told(failed, coordinator):
    services.send_again(failed.pk, actor=coordinator)

    with pytest.raises(services.CannotBeSentError):
        services.send_again(failed.pk, actor=coordinator)


@pytest.mark.django_db
def test_a_sent_mail_is_neither_sent_again_nor_withheld(queue, caught_mail, coordinator):
    message = queue()
    sender.deliver(message.pk)

    with pytest.raises(services.CannotBeSentError):
        services.send_again(message.pk, actor=coordinator)
    with pytest.raises(services.CannotBeWithheldError):
        services.withhold(message.pk, reason="too late", actor=coordinator)


@pytest.mark.django_db
def test_a_draft_leaves_when_a_person_sends_it(queue, caught_mail, coordinator):
    draft = queue(as_draft=True)
    assert sender.sweep() == 0

    services.send_draft(draft.pk, actor=coordinator)

    assert sender.sweep() == 1


@pytest.mark.django_db
def test_a_withheld_mail_stays_and_says_why(queue, caught_mail, coordinator):
    message = queue()

    services.withhold(message.pk, reason="We rang them instead.", actor=coordinator)

    assert sender.sweep() == 0
    message.refresh_from_db()
    assert (message.state, message.error) == (State.WITHHELD, "We rang them instead.")


@pytest.mark.django_db
def test_a_withheld_code_loses_its_body_for_good(queue, coordinator):
    code = queue("trial-code")

    services.withhold(code.pk, reason="Wrong person.", actor=coordinator)

    code.refresh_from_db()
    assert (code.text, code.html) == ("", "")
    with pytest.raises(services.CannotBeSentError):
        services.send_again(code.pk, actor=coordinator)


@pytest.mark.django_db
def test_a_mail_in_a_workers_hands_cannot_be_stopped(queue, coordinator):
    message = queue()
    Message.objects.all().move(State.HANDING_OVER, claim=sender.new_claim(), claimed_at=timezone.now())

    with pytest.raises(services.CannotBeWithheldError):
        services.withhold(message.pk, reason="wait", actor=coordinator)


@pytest.mark.django_db
def test_the_audit_trail_keeps_who_decided_and_nothing_of_what_workers_do(failed, coordinator, caught_mail):
    services.send_again(failed.pk, actor=coordinator)
    sender.deliver_due()

    [event] = apps.get_model("outbox.MessageEvent").objects.all()
    assert (event.pgh_obj_id, event.state, event.reference) == (failed.pk, State.QUEUED, "WT-ABCD")
    assert event.pgh_context is not None
    assert event.pgh_context.metadata == {"actor": coordinator.pk, "verb": "send mail again"}
