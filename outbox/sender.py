"""Delivers what is in the outbox. The only place that talks to the mail server, run by workers.

The life of one delivery, each step committed before the next begins:

    claimed         one UPDATE takes the row for this worker alone (``claim``)
    wanted          the kind is asked whether the mail may still leave
    text_started    ``data_started_at``: from here on the mail may have left
    answered        the mail server has answered
    finished        the outcome is on the row

A worker killed before ``text_started`` leaves a mail that has not left: the sweep queues it again. Killed after it,
nobody knows: the sweep makes it ``unsure``, and a person decides. A worker that lost its claim meanwhile stops.

A round claims several at once and hands them over one by one. While the mail server is quick, "sent" of one mail and
"text started" of the next are one statement (``_Round``): half the commits, and neither is written a moment late.
"""

import logging
import math
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
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
BATCH = 25
# What a round has claimed and not begun within this goes back, so that each mail still has time for its hand-over.
HELD_SECONDS = 5.0
# A hand-over quicker than this may have its outcome written together with the next mail's start.
QUICK_SECONDS = 0.1


class LostClaimError(Exception):
    """Another has taken this mail from us; we must not send it."""


def checkpoint(step: str) -> None:
    """Does nothing. Tests hold a worker here, at the steps named above."""


def deliver(message_id: int) -> State | None:
    """Try to deliver one message now; returns its new state, or None when it was not ours to take."""
    with Line() as line:
        return _deliver(message_id, line)


def deliver_due() -> int:
    """Deliver what is due, for at most a minute; returns how many messages left.

    Any number of workers may run this at once. It stops when the mail server is away, and rings for another
    worker when time ran out with mail still waiting. Where more waits than one line takes at once, further lines
    open beside it, so that one waits for the disk while another talks (``MAIL_LINES`` at most).
    """
    began = time.monotonic()
    with ExitStack() as beside:
        helpers = [beside.enter_context(_Helper(began)) for _ in range(_lines_wanted() - 1)]
        left, is_late = _drain(began, Line())
    if is_late:
        bell.ring()
    return left + sum(helper.left for helper in helpers)


def _lines_wanted() -> int:
    """How many lines what is due is worth: one for each batch that waits."""
    waiting = Message.objects.due()[: settings.MAIL_LINES * BATCH].count()
    return max(1, math.ceil(waiting / BATCH))


class _Helper(threading.Thread):
    """Another line of the same process, with a connection of its own to mail server and database.

    It is one worker more and nothing else: what it claims is its own. Where the mail server grants no further line it
    ends and has touched no mail.
    """

    def __init__(self, began: float) -> None:
        super().__init__(name="outbox line", daemon=True)
        self.began, self.left = began, 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.join()

    def run(self) -> None:
        """Deliver until nothing is due."""
        line = Line()
        try:
            line.open()
            self.left, _ = _drain(self.began, line)
        except ServerAwayError:
            log.info("The mail server grants no further line.")
        except Exception:
            log.exception("A further line ended early; the sweep finds what it had in hand.")
        finally:
            connection.close()


def _drain(began: float, line: Line) -> tuple[int, bool]:
    """Deliver what is due over one line; gives how many left, and whether time ran out with mail still waiting."""
    with line:
        this = _Round(line)
        while True:
            # what was tried before goes alone: a mail that kills its worker takes no other with it twice
            due = Message.objects.due()
            was_idle = True
            for waiting, most in ((due.filter(attempts__gt=0), 1), (due.filter(attempts=0), BATCH)):
                batch = _claim_due(waiting, most)
                was_idle = was_idle and not batch
                try:
                    this.deliver(batch)
                except ServerAwayError:
                    return this.left, False
            if was_idle:
                return this.left, False
            if time.monotonic() - began > RUN_SECONDS:
                return this.left, True


class _Round:
    """One worker's way through the queue over one line, with the mail whose "sent" is not yet written."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.left = 0
        self._sent: Message | None = None

    def deliver(self, batch: list[Message]) -> None:
        """Hand claimed messages over one by one. What there is no time for goes back into the queue.

        Raises ServerAwayError after all of them are back in the queue.
        """
        claimed = time.monotonic()
        rest = list(batch)
        try:
            while rest and (len(rest) == len(batch) or time.monotonic() - claimed < HELD_SECONDS):
                message = rest.pop(0)
                began = time.monotonic()
                state = _hand_over(message, self.line, claimed=claimed, start_text=self._start_text)
                if state == State.SENT:
                    self._sent = message
                    if message.is_code or time.monotonic() - began > QUICK_SECONDS:
                        self._write_sent()
        finally:
            self._write_sent()
            _give_back(rest)

    def _start_text(self, message: Message) -> None:
        """Commit that this text is about to be handed over, and with it that the one before was sent."""
        before, self._sent = self._sent, None
        if before is None:
            _start_text(message)
            return
        try:
            written = Message.objects.sent_and_next(before, message)
        except (OperationalError, InterfaceError):
            self._sent = before
            raise
        self.left += before.pk in written
        if message.pk not in written:
            raise LostClaimError
        checkpoint("text_started")

    def _write_sent(self) -> None:
        message, self._sent = self._sent, None
        if message is not None:
            self.left += _finish(message, State.SENT, sent_at=timezone.now(), error="") == State.SENT


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
    state = _hand_over(message, line, claimed=time.monotonic(), start_text=_start_text)
    if state == State.SENT:
        return _finish(message, State.SENT, sent_at=timezone.now(), error="")
    return state


def _hand_over(
    message: Message, line: Line, *, claimed: float, start_text: Callable[[Message], None]
) -> State | None:
    """Hand one claimed message over. Its outcome is written, unless it is ``SENT``: that the caller writes.

    ``claimed`` is the ``time.monotonic()`` of its claim. Gives None when the claim was lost. Raises ServerAwayError
    after the message is back in the queue.
    """
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
            before_text=lambda: start_text(message),
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
    return State.SENT


def _claim(message_id: int) -> Message | None:
    """Take a due message for this worker alone, in one UPDATE."""
    claim = new_claim()
    return Message.objects.get(pk=message_id) if _take(Message.objects.filter(pk=message_id), claim) else None


def _claim_due(messages: MessageQuerySet, most: int) -> list[Message]:
    """Take so many of the messages for this worker alone, passing by those that another is just taking."""
    claim = new_claim()
    with transaction.atomic():
        # read first: as a part of the UPDATE its LIMIT would not hold
        chosen = list(messages.select_for_update(skip_locked=True).values_list("pk", flat=True)[:most])
        if not chosen or not _take(Message.objects.filter(pk__in=chosen), claim):
            return []
    return list(Message.objects.filter(claim=claim).order_by("due_at", "pk").prefetch_related("attachments"))


def _take(messages: MessageQuerySet, claim: uuid.UUID) -> int:
    """Claim those of the messages that are due; gives how many."""
    return messages.due().move(
        State.HANDING_OVER,
        claim=claim,
        claimed_at=timezone.now(),
        data_started_at=None,
        attempts=F("attempts") + 1,
    )


def _give_back(messages: list[Message]) -> None:
    """Put claimed messages whose turn has not come back into the queue, as if they had not been touched."""
    if messages:
        keys = [message.pk for message in messages]
        ours = Message.objects.filter(pk__in=keys, claim=messages[0].claim, data_started_at=None)
        ours.filter(state=State.HANDING_OVER).move(State.QUEUED, attempts=F("attempts") - 1)


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
