"""What people tried that is not theirs, for the desk to see: addresses of bookings, and codes for a mailbox.

A person who is signed in and meets “not found” at the address of a booking has guessed it, was taken off it, or got a
forwarded link. It is counted by a GET too, as a read of names and place is: this is the log of reads refused. The work
is the same whether the reference is there or not.
"""

import datetime as dt
import re
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from bookings.models import Contact
from outbox.health import Health
from outbox.models import mark_seen
from places.clock import say_moment
from places.email import tidy
from trainingportal.models import Sighting

KEPT = dt.timedelta(days=90)
TOGETHER = dt.timedelta(days=7)
"""Tries within so long of the last one are one story; the desk's home tells of it for as long after the last."""
MOST_REFERENCES = 20
MANY_REFERENCES = 5
MANY_ROUNDS = 2
MOST_LINES = 5
MOST_READ = 100
REFERENCE = re.compile(r"\bWT-[A-Z0-9]+\b")


NAME = "doors"


@dataclass(frozen=True)
class Line:
    """One story in words, with the reference it names where it names one."""

    words: str
    reference: str = ""


def note_refused(who: str, reference: str) -> None:
    """Count that a signed-in person was refused at the address of this booking, there or not."""
    _note(Sighting.Kind.REFERENCE, who, reference.upper()[:12].replace("\0", ""))


def note_wrong_codes(mailbox: str) -> None:
    """Count that a way in ended because every code typed for it was wrong, whether anybody has the mailbox or not."""
    _note(Sighting.Kind.CODE, tidy(mailbox)[:254], "")


def note_codes_refused(mailbox: str) -> None:
    """Count that a code was refused because too many were asked for, whether anybody has the mailbox or not."""
    _note(Sighting.Kind.ASKED, tidy(mailbox)[:254], "")


def _note(kind: str, who: str, reference: str) -> None:
    """One row for each person, however much they try: the newest references and how often. One statement."""
    now = timezone.now()
    table = connection.ops.quote_name(Sighting._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            # the table's name is ours, everything else is a parameter
            f"""
            INSERT INTO {table} AS s (kind, who, "references", tries, first_at, last_at)
            VALUES (%(kind)s, %(who)s, %(new)s, 1, %(now)s, %(now)s)
            ON CONFLICT (kind, who) DO UPDATE SET
                "references" = CASE WHEN s.last_at < %(stale)s THEN excluded."references" ELSE
                    (excluded."references" || array_remove(s."references", %(reference)s))[1:{MOST_REFERENCES}] END,
                tries = CASE WHEN s.last_at < %(stale)s THEN 1 ELSE s.tries + 1 END,
                first_at = CASE WHEN s.last_at < %(stale)s THEN excluded.first_at ELSE s.first_at END,
                last_at = excluded.last_at
            """,  # noqa: S608
            {
                "kind": kind,
                "who": who,
                "reference": reference,
                "new": [reference] if reference else [],
                "now": now,
                "stale": now - TOGETHER,
            },
        )


def look_and_note() -> list[str]:
    """Say what the desk's home shows, and write it where the home reads what every part has to say.

    Guesses at many references, people taken off who come back, codes guessed at length; at most five, the newest first.
    A single slip is nobody's business.
    """
    seen = list(
        Sighting.objects.filter(last_at__gt=timezone.now() - TOGETHER)
        .filter(
            Q(kind=Sighting.Kind.REFERENCE)
            | Q(
                kind__in=[Sighting.Kind.CODE, Sighting.Kind.ASKED],
                tries__gte=MANY_ROUNDS,
                who__in=User.objects.values("email"),
            )
        )
        .order_by("-last_at")[:MOST_READ]
    )
    taken_off = _taken_off(seen)
    words = [said for each in seen if (said := _say(each, taken_off))][:MOST_LINES]
    mark_seen([NAME], words="\n".join(words))
    return words


def told(health: Health) -> list[Line]:
    """What was noted last, for the desk's home; nothing where nobody has looked lately."""
    said = health.said.get(NAME)
    if said is None or said.at < timezone.now() - TOGETHER:
        return []
    return [Line(words, match[0] if (match := REFERENCE.search(words)) else "") for words in said.lines]


def of_booking(reference: str) -> QuerySet[Sighting]:
    """Who was refused at the address of one booking lately, the newest first."""
    return Sighting.objects.filter(
        kind=Sighting.Kind.REFERENCE, references__contains=[reference], last_at__gt=timezone.now() - KEPT
    ).order_by("-last_at")[:MOST_LINES]


def forget_old() -> int:
    """Delete what was last seen three months ago; gives how many."""
    return Sighting.objects.filter(last_at__lte=timezone.now() - KEPT).delete()[0]


def _taken_off(seen: list[Sighting]) -> set[tuple[str, str]]:
    """The people and references, among these, where the person was a contact and was taken off."""
    people = [each.who for each in seen if each.kind == Sighting.Kind.REFERENCE]
    if not people:
        return set()
    rows = Contact.objects.filter(user__email__in=people, revoked_at__isnull=False)
    return set(rows.values_list("user__email", "booking__reference"))


def _say(seen: Sighting, taken_off: set[tuple[str, str]]) -> str:
    """One story in words; nothing for a slip."""
    when = say_moment(seen.last_at)
    if seen.kind == Sighting.Kind.CODE:
        return f"Five wrong codes in a row were typed {seen.tries} times for {seen.who}, last on {when}."
    if seen.kind == Sighting.Kind.ASKED:
        return (
            f"Someone asked for too many sign-in codes for {seen.who}: we refused {seen.tries}, the last on {when}. "
            "They can still sign in on a device they had us remember, or with a passkey."
        )
    for reference in seen.references:
        if (seen.who, reference) in taken_off:
            return f"{seen.who} was taken off {reference} and came back, last on {when}."
    count = len(seen.references)
    if count < MANY_REFERENCES:
        return ""
    many = f"{count} or more" if count == MOST_REFERENCES else str(count)
    return f"{seen.who} tried the addresses of {many} bookings that are not theirs, last on {when}."
