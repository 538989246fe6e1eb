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
from bookings.states import BookingStatus

SIGNS = 8
OPEN_AFTER_THE_DAY = dt.timedelta(days=14)
OPEN_WHILE = (BookingStatus.CONFIRMED, BookingStatus.READY, BookingStatus.DELIVERED)
MOST_MESSAGES = 200
"""A session's people never write more; a flood that gets past the limits ends here."""


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
    return "".join(sign for sign in typed.upper() if sign.isalnum())[: SIGNS + 1]


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
def write_privately(typed: str, *, text: str, reach: str) -> bool:
    """Keep what an attendee writes and tell the desk that something waits; says whether the code was open.

    The mail holds the reference and no word of it. The organisation is told nothing, and no page of theirs shows it.
    """
    under = notices_under(typed)
    if under is None or under.code.messages.count() >= MOST_MESSAGES:
        return False
    with pghistory.context(verb="write privately", actor=None):
        message = AttendeeMessage.objects.create(code=under.code, text=text, reach=reach)
    mail.attendee_wrote(message)
    return True


def open_messages() -> list[AttendeeMessage]:
    """What waits to be read, the oldest first."""
    return list(
        AttendeeMessage.objects.filter(settled_at__isnull=True)
        .select_related("code__booking__agency")
        .order_by("at", "pk")[:100]
    )


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
