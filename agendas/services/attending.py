"""Those who attend: the code on their joining instructions, the notices under it, and what they write to us in private."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import Count, QuerySet, Value
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import User
from agendas import mail
from agendas.models import AttendeeCode, AttendeeMessage, Issue
from bookings.models import Booking
from bookings.references import LETTERS
from bookings.services.moves import SAME_WITHIN, one_at_a_time
from bookings.states import BookingStatus
from outbox.services import forget_mail
from places import codes
from places.email import tidy

SIGNS = 8
OPEN_AFTER_THE_DAY = dt.timedelta(days=14)
OPEN_WHILE = (BookingStatus.CONFIRMED, BookingStatus.READY, BookingStatus.DELIVERED)
MOST_MESSAGES = 200
"""A session's people never write more; a flood that gets past the limits ends here."""
ON_A_PAGE = 20


class CannotAnswer(Exception):
    """There is nobody whom an answer would reach; the words are for the desk."""


class AnsweredAlready(Exception):
    """Somebody has answered this message; it is handed on, with who and when."""

    def __init__(self, message: AttendeeMessage) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Notices:
    """What stands under a code: the content notices of the issue that holds, and nothing of when, where and who."""

    code: AttendeeCode
    notices: tuple[dict[str, str], ...]


def code_of(booking: Booking) -> str:
    """The code of a booking, made at its first issue: eight signs, 282 thousand million of them."""
    return AttendeeCode.objects.get_or_create(
        booking=booking, defaults={"code": get_random_string(SIGNS, LETTERS)}
    )[0].code


def say_code(code: str) -> str:
    """A code as people read it: “K9QM 4TXP”."""
    return f"{code[:4]} {code[4:]}"


def plain_code(typed: str) -> str:
    """A code however it was typed."""
    return codes.read(typed, SIGNS)[: SIGNS + 1]


def notices_under(typed: str) -> Notices | None:
    """What stands under a code; ``None`` for a wrong one, before an issue, while no day is agreed, days after it."""
    found = (
        AttendeeCode.objects.select_related("booking")
        .filter(
            code=plain_code(typed),
            booking__status__in=OPEN_WHILE,
            booking__ends_at__gt=timezone.now() - OPEN_AFTER_THE_DAY,
        )
        .first()
    )
    if found is None:
        return None
    issue = (
        Issue.objects.filter(agenda__booking=found.booking, withdrawn_at__isnull=True)
        .order_by("-number")
        .first()
    )
    if issue is None:
        return None
    return Notices(found, tuple(issue.snapshot["agenda"]["notices"]))


@transaction.atomic
def write_privately(typed: str, *, text: str, email: str = "", reach: str = "") -> bool:
    """Keep what an attendee writes and tell the desk that something waits; says whether the code was open.

    The mail holds the reference and no word of it. The organisation is told nothing, and no page of theirs shows it. The
    same words sent again within minutes are one message.
    """
    under = notices_under(typed)
    if under is None:
        return False
    said = {"text": text, "email": tidy(email), "reach": reach}
    one_at_a_time("write privately", under.code.code, *said.values())
    if under.code.messages.filter(**said, at__gt=timezone.now() - SAME_WITHIN).exists():
        return True
    if under.code.messages.count() >= MOST_MESSAGES:
        return False
    with pghistory.context(verb="write privately", actor=None):
        message = AttendeeMessage.objects.create(code=under.code, **said)
    mail.attendee_wrote(message)
    return True


def open_messages() -> list[AttendeeMessage]:
    """What waits to be read, the oldest first: a page of it, and one more where there are more."""
    return list(_messages().filter(settled_at__isnull=True).order_by("at", "pk")[: ON_A_PAGE + 1])


def settled_messages() -> list[AttendeeMessage]:
    """What was seen to, the latest first: a page of it. All of it goes some weeks after the training."""
    return list(_messages().filter(settled_at__isnull=False).order_by("-settled_at", "-pk")[:ON_A_PAGE])


def _messages() -> QuerySet[AttendeeMessage]:
    return AttendeeMessage.objects.select_related("code__booking__agency", "settled_by")


def open_messages_counted() -> QuerySet[AttendeeMessage, Any]:
    """How many wait, as a query within another."""
    waiting = AttendeeMessage.objects.filter(settled_at__isnull=True).order_by()
    return waiting.values(one=Value(1)).annotate(count=Count("*")).values("count")


@transaction.atomic
def settle_message(message_id: int, *, actor: User) -> bool:
    """Note that somebody at the desk has read a message and seen to it; says whether it still waited."""
    with pghistory.context(verb="settle private message", actor=actor.pk):
        return bool(
            AttendeeMessage.objects.filter(pk=message_id, settled_at__isnull=True).update(
                settled_by=actor, settled_at=timezone.now()
            )
        )


@transaction.atomic
def answer_message(message_id: int, *, answer: str, actor: User) -> AttendeeMessage:
    """Mail our one answer to the address that somebody left, and note that their message is seen to.

    Nobody else is told. Raises ``AnsweredAlready`` for the second of two answers, and ``CannotAnswer`` for a message
    without an address and for one that is gone.
    """
    message = _messages().select_for_update(of=["self"]).filter(pk=message_id).first()
    if message is None:
        raise CannotAnswer("This message is gone: its time was over.")
    if message.answer:
        raise AnsweredAlready(message)
    if not message.email:
        raise CannotAnswer("They left no e-mail address.")
    with pghistory.context(verb="answer private message", actor=actor.pk):
        message.answer, message.settled_by, message.settled_at = answer, actor, timezone.now()
        message.save(update_fields=["answer", "settled_by", "settled_at"])
    mail.attendee_answer(message)
    return message


@transaction.atomic
def forget_attendees(code_id: int) -> None:
    """Delete a code with all that was written under it, and the mails that hold an answer or its address."""
    code = (
        AttendeeCode.objects.select_for_update(of=["self"])
        .select_related("booking")
        .filter(pk=code_id)
        .first()
    )
    if code is None:
        return
    with pghistory.context(verb="purge", actor=None):
        for message in code.messages.all():
            forget_mail(about=message)
        code.delete()
