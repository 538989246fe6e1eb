"""What must always be true of the data, looked at again every night: each rule is one function and its words.

The database and the services keep these already. A finding means that somebody wrote past both, that a file changed, or
that a fault is ours; nothing is put right here, a person looks. Everything is read, nothing is written.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from agendas.models import Document, Issue
from agendas.states import UNDER_WAY, DocumentState
from bookings import next_step
from bookings.models import Booking, Contact, DeskSettings, Engagement, Offer, Release
from bookings.release import Tier, tier_of_contact
from bookings.services.places import places_past_their_time
from bookings.states import (
    LIVE_ENGAGEMENTS,
    LIVE_OFFERS,
    BookingStatus,
    EngagementState,
    OfferState,
    ReleaseState,
)
from outbox.models import Message, mark_seen
from outbox.states import State
from places.clock import LONDON
from speakers.models import DiaryEntry
from trainingportal import retention

NAME = "invariants"  # the heartbeat under which the desk finds what was found
MOST_OF_A_RULE = 20
BATCH = 500
# longer than any worker holds anything, and than the sweeps take to find what was lost
LATE = dt.timedelta(minutes=15)
# longer than the longest wait between two tries of one mail
STUCK = dt.timedelta(hours=3)
HELD_DATES = [
    BookingStatus.CONFIRMED,
    BookingStatus.READY,
    BookingStatus.DELIVERED,
    BookingStatus.CLOSED,
]


@dataclass(frozen=True)
class Finding:
    """One rule broken by one thing. ``what`` names it by reference and key, never by a person or a place."""

    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


def look_over() -> list[Finding]:
    """Look at every rule in one read-only transaction; gives at most 20 findings of each."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        found = [
            Finding(words, what) for words, rule in RULES.items() for what in islice(rule(), MOST_OF_A_RULE)
        ]
        transaction.set_rollback(True)
    return found


def look_over_and_note() -> list[Finding]:
    """The same, noted for the desk's home: when it was, and what was found."""
    found = look_over()
    mark_seen([NAME], words="\n".join(map(str, found)))
    return found


# ---- papers and the day


def _papers_of_another_day() -> Iterator[str]:
    """An issue that holds says the day of its booking; a session that was postponed has withdrawn its own."""
    holding = Issue.objects.filter(
        withdrawn_at__isnull=True, agenda__booking__status__in=HELD_DATES
    ).annotate(day=KeyTextTransform("day", KeyTransform("agenda", "snapshot")))
    wrong = holding.exclude(day="").exclude(
        day=Cast(TruncDate("agenda__booking__starts_at", tzinfo=LONDON), TextField())
    )
    yield from _named(wrong.values_list("agenda__booking__reference", "number"), "issue")


def _ready_without_an_agenda() -> Iterator[str]:
    """A booking is "Agenda issued" while an issue holds, and only then."""
    holding = Issue.objects.filter(withdrawn_at__isnull=True).values("agenda__booking")
    agreed = Booking.objects.filter(status__in=[BookingStatus.CONFIRMED, BookingStatus.READY])
    wrong = agreed.filter(status=BookingStatus.READY).exclude(pk__in=holding) | agreed.filter(
        status=BookingStatus.CONFIRMED, pk__in=holding
    )
    yield from _references(wrong)


# ---- diaries


def _clashes() -> Iterator[str]:
    """Two sessions of one speaker at once, or a session while they are away."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, b.id FROM speakers_diaryentry a
            JOIN speakers_diaryentry b ON a.speaker_id = b.speaker_id AND a.busy && b.busy AND a.id <> b.id
            WHERE a.kind = 'engagement' AND (b.kind <> 'engagement' OR a.id < b.id)
            ORDER BY a.id, b.id LIMIT %s
            """,
            [MOST_OF_A_RULE],
        )
        rows = cursor.fetchall()
    yield from (f"diary entries {one} and {other}" for one, other in rows)


def _places_without_time() -> Iterator[str]:
    live = Engagement.objects.filter(state__in=LIVE_ENGAGEMENTS)
    wrong = live.filter(diary_entry__isnull=True) | live.exclude(
        diary_entry__speaker=F("speaker"),
        diary_entry__kind=DiaryEntry.Kind.ENGAGEMENT,
        diary_entry__busy__startswith__lte=F("offer__starts_at"),
        diary_entry__busy__endswith__gte=F("offer__ends_at"),
    )
    yield from _named(wrong.values_list("offer__booking__reference", "pk"), "place")


def _time_without_a_place() -> Iterator[str]:
    taken = DiaryEntry.objects.filter(kind=DiaryEntry.Kind.ENGAGEMENT)
    live = Engagement.objects.filter(state__in=LIVE_ENGAGEMENTS, diary_entry__isnull=False)
    stray = taken.exclude(pk__in=live.values("diary_entry"))
    yield from (
        f"diary entry {pk}" for pk in stray.order_by("pk").values_list("pk", flat=True)[:MOST_OF_A_RULE]
    )


# ---- bookings


def _agreed_by_nobody() -> Iterator[str]:
    """An agreed session without anybody who said yes, was asked to step in, or is missed by the desk."""
    live = Engagement.objects.filter(offer__state=OfferState.ACCEPTED, state__in=LIVE_ENGAGEMENTS).values(
        "offer__booking"
    )
    gap = Engagement.objects.filter(offer__state=OfferState.ACCEPTED, leaves_a_gap=True).values(
        "offer__booking"
    )
    agreed = Booking.objects.filter(status__in=HELD_DATES)
    yield from _references(agreed.exclude(pk__in=live).exclude(pk__in=gap))


def _agreed_on_another_day() -> Iterator[str]:
    same = Offer.objects.filter(
        state=OfferState.ACCEPTED, starts_at=F("booking__starts_at"), ends_at=F("booking__ends_at")
    ).values("booking")
    yield from _references(Booking.objects.filter(status__in=HELD_DATES).exclude(pk__in=same))


def _offers_out_of_place() -> Iterator[str]:
    """A live offer of a booking that is past offering, and an offered booking without one."""
    live = Offer.objects.filter(state__in=LIVE_OFFERS)
    may_be = live.filter(booking__status=BookingStatus.OFFERED) | live.filter(
        booking__status__in=HELD_DATES, state=OfferState.ACCEPTED
    )
    yield from _named(
        live.exclude(pk__in=may_be.values("pk")).values_list("booking__reference", "number"), "offer"
    )
    yield from _references(
        Booking.objects.filter(status=BookingStatus.OFFERED).exclude(pk__in=live.values("booking"))
    )


def _holds_past_their_time() -> Iterator[str]:
    late = Offer.objects.filter(
        state__in=LIVE_OFFERS,
        booking__status=BookingStatus.OFFERED,
        expires_at__lt=timezone.now() - LATE,
    )
    yield from _named(late.values_list("booking__reference", "number"), "offer")


def _places_past_their_time() -> Iterator[str]:
    late = places_past_their_time(timezone.now() - LATE)
    yield from _named(late.values_list("offer__booking__reference", "pk"), "place")


def _agreed_and_only_held() -> Iterator[str]:
    """A plain yes in an agreed session whose time would be taken for a hold that ends."""
    settled = Q(condition="") | Q(condition_settled_at__isnull=False)
    held = Engagement.objects.filter(
        settled,
        state=EngagementState.ACCEPTED,
        offer__state=OfferState.ACCEPTED,
        offer__booking__status__in=HELD_DATES,
        diary_entry__held_until__isnull=False,
    )
    yield from _named(held.values_list("offer__booking__reference", "pk"), "place")


def _stands_in_elsewhere() -> Iterator[str]:
    wrong = Engagement.objects.filter(instead_of__isnull=False).exclude(
        instead_of__offer__booking=F("offer__booking")
    )
    yield from _named(wrong.values_list("offer__booking__reference", "pk"), "place")


def _waits_for_somebody_else() -> Iterator[str]:
    now = timezone.now()
    for booking in _in_batches():
        step = next_step.work_out(booking, now=now)
        just_passed = booking.ends_at is not None and now - LATE < booking.ends_at <= now
        if (step.waiting_for, step.key) != (booking.waiting_for, booking.next_step) and not just_passed:
            yield f"{booking.reference} says {booking.next_step}, and it is {step.key}"


def _in_batches() -> Iterator[Booking]:
    """Every booking, some hundreds at a time by key: PgBouncer keeps no cursor for us."""
    last = 0
    while batch := list(Booking.objects.filter(pk__gt=last).select_related("venue").order_by("pk")[:BATCH]):
        yield from batch
        last = batch[-1].pk


# ---- contacts, and what they may see


def _nobody_to_answer() -> Iterator[str]:
    """A booking without a contact, whose people's time is not over, and a contact whose booking is gone."""
    over = retention.may_be_forgotten(timezone.now())
    yield from _references(Booking.objects.filter(contacts__isnull=True).exclude(pk__in=over.values("pk")))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id FROM bookings_contact c LEFT JOIN bookings_booking b ON b.id = c.booking_id
            WHERE b.id IS NULL ORDER BY c.id LIMIT %s
            """,
            [MOST_OF_A_RULE],
        )
        rows = cursor.fetchall()
    yield from (f"contact {pk}" for (pk,) in rows)


def _released_without_a_call() -> Iterator[str]:
    rung = Contact.objects.filter(
        verified_at__isnull=False,
        call_backs__outcome="is_who_they_say",
        call_backs__email_then=F("email"),
    )
    released = Contact.objects.filter(released_at__isnull=False).exclude(pk__in=rung.values("pk"))
    yield from _named(released.values_list("booking__reference", "pk"), "contact")


def _open_without_a_release() -> Iterator[str]:
    """Somebody stands as released whom no release in effect lets in, or who was taken off the booking."""
    let_in = Release.objects.filter(state=ReleaseState.IN_EFFECT).values("contact")
    standing = Contact.objects.filter(released_at__isnull=False)
    wrong = standing.exclude(pk__in=let_in) | standing.filter(revoked_at__isnull=False)
    yield from _named(wrong.values_list("booking__reference", "pk"), "contact")


def _open_beyond_its_time() -> Iterator[str]:
    """What the one door gives is compared with the calendar: nobody outside sees detail once it has closed."""
    settings = DeskSettings.current()
    now = timezone.now()
    closed_since = now - dt.timedelta(days=settings.detail_closes_after_days)
    over = Q(booking__ends_at__lte=closed_since) | ~Q(booking__status__in=HELD_DATES)
    for contact in (
        Contact.objects.filter(over, released_at__isnull=False).select_related("booking").order_by("pk")
    ):
        if tier_of_contact(contact, contact.booking, settings) >= Tier.T3:
            yield f"{contact.booking.reference}, contact {contact.pk}"


def _releases_past_their_time() -> Iterator[str]:
    late = Release.objects.filter(state=ReleaseState.ASKED, takes_effect_at__lt=timezone.now() - LATE)
    yield from _named(late.values_list("contact__booking__reference", "pk"), "release")


# ---- mail and papers


def _stuck_mail() -> Iterator[str]:
    now = timezone.now()
    in_hand = Q(state=State.HANDING_OVER, claimed_at__lt=now - LATE)
    waiting = Q(state=State.QUEUED, due_at__lt=now - STUCK)
    yield from _named(Message.objects.filter(in_hand | waiting).values_list("reference", "pk"), "mail")


def _stuck_papers() -> Iterator[str]:
    late = Document.objects.filter(state__in=UNDER_WAY, requested_at__lt=timezone.now() - STUCK)
    yield from _named(late.values_list("agenda__booking__reference", "pk"), "paper")


def _changed_files() -> Iterator[str]:
    """A paper whose file is gone, or is not the one that was made."""
    last = 0
    ready = (
        Document.objects.filter(state=DocumentState.READY).select_related("agenda__booking").without_content()
    )
    while batch := list(ready.filter(pk__gt=last).order_by("pk")[:BATCH]):
        for document in batch:
            if _sha256(document) != document.sha256:
                yield f"{document.agenda.booking.reference}, paper {document.pk}"
        last = batch[-1].pk


def _sha256(document: Document) -> str:
    """The file's hash; empty when it cannot be read."""
    try:
        with document.file.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


# ---- words


def _references(bookings: QuerySet[Booking]) -> Iterator[str]:
    yield from bookings.order_by("pk").values_list("reference", flat=True)[:MOST_OF_A_RULE]


def _named(rows: QuerySet[Any, Any], kind: str) -> Iterator[str]:
    for reference, number in rows.order_by("pk")[:MOST_OF_A_RULE]:
        yield f"{reference}, {kind} {number}" if reference else f"{kind} {number}"


RULES: dict[str, Callable[[], Iterator[str]]] = {
    "A speaker is in two places": _clashes,
    "Somebody was asked and their time is not taken": _places_without_time,
    "Time is taken for no session": _time_without_a_place,
    "A session is agreed and nobody gives it": _agreed_by_nobody,
    "The agreed day is not the day that was offered": _agreed_on_another_day,
    "Papers say another day than their booking": _papers_of_another_day,
    "The booking and its agenda do not fit": _ready_without_an_agenda,
    "An offer and its booking do not fit": _offers_out_of_place,
    "An offer holds past its time": _holds_past_their_time,
    "A place in an agreed session is held past its time": _places_past_their_time,
    "An agreed place is only held": _agreed_and_only_held,
    "Somebody stands in for another booking's speaker": _stands_in_elsewhere,
    "The queue waits for the wrong side": _waits_for_somebody_else,
    "Nobody to answer to": _nobody_to_answer,
    "Released without a call-back": _released_without_a_call,
    "Released, and no release is in effect": _open_without_a_release,
    "Names and place are open beyond their time": _open_beyond_its_time,
    "A release waits past its time": _releases_past_their_time,
    "Mail is stuck": _stuck_mail,
    "A paper is stuck": _stuck_papers,
    "A paper's file is not the one that was made": _changed_files,
}
