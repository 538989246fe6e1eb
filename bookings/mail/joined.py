"""The one email that tells the desk what came in on a booking: the reference and the kind of thing, nothing of the case.

What follows within ten minutes joins the email that waits. The row is in the outbox from the first event on, so a crash
costs a delay and nothing else. What cannot wait takes with it what has gathered so far, and leaves at once.
"""

import datetime as dt
from typing import Any

from django.utils import timezone

from bookings.mail.parts import desk_link
from bookings.models import DeskSettings, Matter
from outbox.models import Message
from outbox.queue import link, queue_message, rewrite_waiting
from outbox.states import State

KIND = "heard"
JOINED_WITHIN = dt.timedelta(minutes=10)


def heard(matter: Matter) -> None:
    """Add one matter to the email that waits for the desk, or queue a new one."""
    about = matter.booking or matter.speaker
    assert about is not None  # a constraint of the row
    at_once = matter.kind in Matter.AT_ONCE
    reference = matter.booking.reference if matter.booking is not None else ""
    address = desk_link(matter.booking) if matter.booking is not None else link("/desk/")
    for mailbox in _mailboxes():
        waiting = Message.objects.about(about).filter(
            kind=KIND, to=mailbox.strip().lower(), state=State.QUEUED, attempts=0, due_at__gt=timezone.now()
        )
        for message in waiting[:1]:
            first = int(message.occasion.rpartition("-")[2])
            context = {"lines": _lines(matter, first), "link": address, "reference": reference}
            if rewrite_waiting(message, context=context, at_once=at_once):
                break
        else:
            queue_message(
                KIND,
                to=mailbox,
                about=about,
                occasion=f"from-{matter.pk}",
                reference=reference,
                context={"lines": _lines(matter, matter.pk), "link": address},
                not_before=None if at_once else timezone.now() + JOINED_WITHIN,
                is_first=True,
            )


def _mailboxes() -> list[str]:
    return DeskSettings.current().mailboxes()


def _since(matter: Matter, first: int) -> Any:
    same = Matter.objects.filter(booking=matter.booking_id, pk__gte=first)
    return same if matter.booking_id is not None else same.filter(speaker=matter.speaker_id)


def _lines(matter: Matter, first: int) -> list[str]:
    """What came in since the first matter of the email, each kind once with how often."""
    counts: dict[str, int] = {}
    for each in _since(matter, first).order_by("pk"):
        words = str(each)
        counts[words] = counts.get(words, 0) + 1
    return [f"{words}, {count} times" if count > 1 else words for words, count in counts.items()]


def still_wanted(message: Message) -> str | None:
    """Whether anything that the email tells of still needs the desk, or spoke for itself and was told nowhere else."""
    first = int(message.occasion.rpartition("-")[2])
    matter = Matter.objects.filter(pk=first).first()
    if matter is None:
        return "What it tells of is gone."
    told = _since(matter, first).filter(at__lte=message.queued_at + JOINED_WITHIN)
    if told.filter(settled_by__isnull=True).exists():
        return None
    return "The desk has dealt with all of it already."
