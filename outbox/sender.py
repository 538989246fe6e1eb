"""Delivers what is in the outbox. The only place that talks to the mail server, run by workers.

The life of one delivery, each step committed before the next begins:

    claimed         one UPDATE takes the row for this worker alone (``claim``)
    wanted          the kind is asked whether the mail may still leave
    text_started    ``data_started_at``: from here on the mail may have left
    answered        the mail server has answered
    finished        the outcome is on the row

A worker killed before ``text_started`` leaves a mail that has not left: the sweep queues it again. Killed after it,
nobody knows: the sweep makes it ``unsure``, and a person decides. A worker that lost its claim meanwhile stops.
"""

import logging
import time
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.utils import timezone

from outbox import bell, kinds
from outbox.envelope import build, recipient_address, sender_address
from outbox.models import Message, MessageQuerySet, new_claim
from outbox.smtp import HANDOVER_SECONDS, DroppedError, Line, NoAnswerError, RefusedError, ServerAwayError
from outbox.states import LIVE, State

log = logging.getLogger(__name__)

# After a temporary error; when these are used up the mail has failed, and a person decides.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120)]
# An unreachable mail server is no mail's fault: each waits a minute, however long it lasts, and none fails.
SERVER_AWAY_WAIT = timedelta(minutes=1)
# Longer in one worker's hands than any hand-over can take.
STUCK_AFTER = timedelta(seconds=HANDOVER_SECONDS + 5)
# One run of one worker; what is left is for the next bell.
RUN_SECONDS = 60.0
BATCH = 50


class LostClaimError(Exception):
    """Another has taken this mail from us; we must not send it."""


def checkpoint(step: str) -> None:
    """Does nothing. Tests hold a worker here, at the steps named above."""


def deliver(message_id: int) -> State | None:
    """Try to deliver one message now; returns its new state, or None when it was not ours to take."""
    with Line() as line:
        return _deliver(message_id, line)


def deliver_due() -> int:
    """Deliver what is due, for at most a minute, over one connection; returns how many messages left.

    Any number of workers may run this at once. It stops when the mail server is away, and rings for another
    worker when time ran out with mail still waiting.
    """
    sent, began = 0, time.monotonic()
    with Line() as line:
        while ids := list(Message.objects.due().values_list("pk", flat=True)[:BATCH]):
            for pk in ids:
                if time.monotonic() - began > RUN_SECONDS:
                    bell.ring()
                    return sent
                try:
                    sent += _deliver(pk, line) == State.SENT
                except ServerAwayError:
                    return sent
    return sent


def sweep() -> int:
    """Put right what killed workers and lost bells left behind, then deliver what is due; returns how many left."""
    now = timezone.now()
    stuck = Message.objects.filter(state=State.HANDING_OVER, claimed_at__lt=now - STUCK_AFTER)
    words = "A worker stopped while it had this mail in hand."
    before_text = stuck.filter(data_started_at=None)
    before_text.filter(attempts__gt=len(WAITS)).move(State.FAILED, error=words)
    before_text.move(State.QUEUED, due_at=now, error=words)
    _over(
        stuck,
        State.UNSURE,
        error="A worker stopped after it had handed over the text. The mail may have left.",
    )

    late = Message.objects.filter(expires_at__lte=now)
    _over(late.filter(state=State.QUEUED), State.MISSED, error="Its time had passed before it could leave.")
    late.filter(is_code=True, state=State.UNSURE).move(State.MISSED)
    return deliver_due()


def _over(messages: MessageQuerySet, state: State, *, error: str) -> None:
    """Move messages to a state in which codes no longer need their body."""
    messages.filter(is_code=False).move(state, error=error)
    messages.filter(is_code=True).move(state, error=error, text="", html="")


def _deliver(message_id: int, line: Line) -> State | None:
    """One message over an open line. Raises ServerAwayError after the message is back in the queue."""
    message = _claim(message_id)
    if message is None:
        return None
    claimed = time.monotonic()
    checkpoint("claimed")
    if message.expires_at and message.expires_at <= timezone.now():
        return _finish(message, State.MISSED, error="Its time had passed before it could leave.")
    try:
        reason = kinds.find(message.kind).still_wanted(message)
    except Exception as error:  # a check that breaks must hold this one mail back, not stop all the others
        log.exception("Whether mail %s is still wanted could not be found out.", message.pk)
        return _again(message, f"Could not check whether it is still wanted: {type(error).__name__}")
    if reason:
        return _finish(message, State.WITHHELD, error=reason)
    checkpoint("wanted")
    try:
        to, content = recipient_address(message), build(message)
    except Exception as error:  # nothing has left; one row that cannot be built must not stop the others
        log.exception("Mail %s cannot be built.", message.pk)
        return _finish(message, State.FAILED, error=f"Cannot be made into a mail: {error}"[:500])

    try:
        line.hand_over(
            sender=sender_address(),
            to=to,
            content=content,
            before_text=lambda: _start_text(message),
            claimed=claimed,
        )
        checkpoint("answered")
    except LostClaimError:
        return None
    except ServerAwayError as error:
        _finish(
            message,
            State.QUEUED,
            due_at=timezone.now() + SERVER_AWAY_WAIT,
            attempts=message.attempts - 1,
            data_started_at=None,
            error=f"The mail server was away. {error}",
        )
        raise
    except DroppedError as error:
        return _again(message, f"The line broke before the text was handed over. {error}")
    except RefusedError as error:
        if error.for_good:
            return _finish(message, State.FAILED, error=f"Refused by the mail server: {error}")
        return _again(message, f"Not taken for now: {error}")
    except NoAnswerError as error:
        return _finish(message, State.UNSURE, error=f"The text was handed over and no answer came. {error}")
    return _finish(message, State.SENT, sent_at=timezone.now(), error="")


def _claim(message_id: int) -> Message | None:
    """Take a due message for this worker alone, in one UPDATE."""
    claim = new_claim()
    took = (
        Message.objects.filter(pk=message_id)
        .due()
        .move(
            State.HANDING_OVER,
            claim=claim,
            claimed_at=timezone.now(),
            data_started_at=None,
            attempts=F("attempts") + 1,
        )
    )
    return Message.objects.get(pk=message_id) if took else None


def _start_text(message: Message) -> None:
    """Commit that the text is about to be handed over, if the message is still ours; else LostClaimError."""
    ours = Message.objects.filter(pk=message.pk, claim=message.claim, state=State.HANDING_OVER)
    if not ours.update(data_started_at=timezone.now()):
        raise LostClaimError
    checkpoint("text_started")


def _again(message: Message, error: str) -> State | None:
    """Put a message that has not left back into the queue for later; after the last wait it has failed."""
    if message.attempts > len(WAITS):
        return _finish(message, State.FAILED, error=f"Tried {message.attempts} times. {error}")
    due_at = timezone.now() + WAITS[message.attempts - 1]
    return _finish(message, State.QUEUED, due_at=due_at, data_started_at=None, error=error)


def _finish(message: Message, state: State, **fields: Any) -> State | None:
    """Write the outcome, if the message is still ours; returns the state, or None when the claim was lost.

    A database that is away just now is waited for: what we know of this mail should not be lost.
    """
    if message.is_code and state not in LIVE:
        fields |= {"text": "", "html": ""}
    # an answer that came after the sweep gave up on it is still the truth
    ours = [State.HANDING_OVER, State.UNSURE] if state == State.SENT else [State.HANDING_OVER]
    for wait in (1, 2, 4, 8, 0):
        try:
            written = Message.objects.filter(pk=message.pk, claim=message.claim, state__in=ours).move(
                state, **fields
            )
            break
        except (OperationalError, InterfaceError):
            if not wait:
                raise
            connection.close()
            time.sleep(wait)
    checkpoint("finished")
    return state if written else None
