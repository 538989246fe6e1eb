"""A queue of mails drained by one process, beside plain smtplib with the same mails over one connection."""

import smtplib
import time

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from bookings.models import Contact
from outbox import sender
from outbox.models import Message
from outbox.queue import queue_message
from outbox.states import State

KIND = "request-received"
ROUNDS = 4


def compare(count: str) -> dict[str, float]:
    """Mails a second: the outbox with all its promises, and smtplib with none. Raises ``RuntimeError`` if any stays.

    Half of them in turn, four times, the best of each: what else runs on the machine only ever slows.
    """
    while sender.deliver_due():  # what the demo has left
        pass
    half = int(count) // 2
    ours, theirs = [], []
    for _ in range(ROUNDS):
        wanted = queue(half)
        theirs.append(half / plain(wanted))
        began = time.monotonic()
        sent = sender.deliver_due()
        ours.append(half / (time.monotonic() - began))
        if sent != half or Message.objects.filter(pk__in=wanted, state=State.SENT).count() != half:
            raise RuntimeError(f"{sent} of {half} mails left.")
    return {"ours": max(ours), "against": max(theirs)}


def queue(count: int) -> list[int]:
    """Queue so many mails to a contact of the demo; gives their keys."""
    contact = Contact.objects.select_related("booking").filter(revoked_at=None).order_by("pk")[0]
    with transaction.atomic():
        return [
            queue_message(
                KIND,
                to=contact.email,
                about=contact,
                occasion=f"bench-{time.time_ns()}-{number}",
                reference=contact.booking.reference,
                context={"name": contact.name, "answer_by": "Monday 4 January", "link": settings.SITE_URL},
            ).pk
            for number in range(count)
        ]


def plain(keys: list[int]) -> float:
    """Seconds that it takes to make the same mails and to hand them over, with no word kept of any."""
    rows = list(Message.objects.filter(pk__in=keys))
    began = time.monotonic()
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as smtp:
        for row in rows:
            mail = EmailMultiAlternatives(row.subject, row.text, settings.DEFAULT_FROM_EMAIL, [row.to])
            mail.attach_alternative(row.html, "text/html")
            content = mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own messages take it
            smtp.sendmail(settings.DEFAULT_FROM_EMAIL, [row.to], content)
    return time.monotonic() - began
