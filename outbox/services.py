"""What people decide about mail. Each decision is kept in the audit trail with who took it."""

import pghistory
from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.utils import timezone

from outbox import bell
from outbox.models import Message, MessageQuerySet, about_of
from outbox.states import State


class CannotBeSentError(Exception):
    """This mail is not in a state from which a person may send it."""


class CannotBeWithheldError(Exception):
    """This mail has left, or is leaving just now."""


def send_again(message_id: int, *, actor: AbstractBaseUser) -> Message:
    """Put a failed, unsure or withheld mail back into the queue, as it was rendered, and wake a worker.

    Whether it is still wanted is asked once more before it leaves. Raises ``CannotBeSentError`` for any other state
    and for codes, and for the second of two people who press at once.
    """
    return _queue(
        message_id, [State.FAILED, State.UNSURE, State.WITHHELD], verb="send mail again", actor=actor
    )


def send_draft(message_id: int, *, actor: AbstractBaseUser) -> Message:
    """Release a draft; it leaves as it stands. Raises ``CannotBeSentError`` when it is no draft any more."""
    return _queue(message_id, [State.DRAFT], verb="send draft", actor=actor)


@transaction.atomic
def withhold(message_id: int, *, reason: str, actor: AbstractBaseUser) -> Message:
    """Stop a mail that has not left, or lay aside one that failed or is unsure; ``reason`` is kept on it.

    Raises ``CannotBeWithheldError`` when it has left, or a worker has it in hand.
    """
    with pghistory.context(actor=actor.pk, verb="withhold mail"):
        message = _locked(message_id)
        blank = {"text": "", "html": ""} if message.is_code else {}
        if not message.may_be_withheld or not _row(message).move(State.WITHHELD, error=reason, **blank):
            raise CannotBeWithheldError
    message.refresh_from_db()
    return message


def forget_mail(*, reference: str = "", to: str = "", about: models.Model | None = None) -> None:
    """Delete the mail of a case, to a mailbox, or about one thing, that is over; only what a worker has in hand stays."""
    rows = Message.objects.exclude(state=State.HANDING_OVER)
    if about is not None:
        rows = rows.filter(about=about_of(about))
    else:
        rows = rows.filter(reference=reference) if reference else rows.filter(to=to)
    rows.delete()


@transaction.atomic
def _queue(message_id: int, states: list[State], *, verb: str, actor: AbstractBaseUser) -> Message:
    with pghistory.context(actor=actor.pk, verb=verb):
        message = _locked(message_id)
        if message.state not in states or message.is_code:
            raise CannotBeSentError
        now = timezone.now()
        due_at = max(now, message.not_before) if message.not_before else now
        _row(message).move(
            State.QUEUED, queued_at=now, due_at=due_at, attempts=0, data_started_at=None, error=""
        )
    bell.ring_after_commit()
    message.refresh_from_db()
    return message


def _locked(message_id: int) -> Message:
    return Message.objects.select_for_update().get(pk=message_id)


def _row(message: Message) -> MessageQuerySet:
    return Message.objects.filter(pk=message.pk)
