"""How long each kind of personal data is kept: one table, read by the privacy page and by the nightly purge.

What is due is asked of the rows themselves, so the purge may be stopped anywhere and run again; each row, with all that
hangs on it, goes in a transaction of its own.
"""

import calendar
import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pghistory.models
import pgtrigger
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.services import FORGOTTEN, forget_person
from agendas.models import AttendeeCode
from agendas.services import forget_attendees
from agendas.services import forgetting as of_agendas
from bookings.models import Booking, DetailRead, Enquiry
from bookings.services import forgetting as of_bookings
from bookings.states import BookingStatus, EnquiryState
from outbox.models import Message
from outbox.states import LIVE
from speakers.models import DiaryEntry
from speakers.services import ABSENCES_STAY
from trainingportal import sightings
from trainingportal.models import Attempts, ExampleDay, RequestDraft, Sighting

log = logging.getLogger(__name__)

BATCH = 200
NIGHT_SECONDS = 25 * 60
WITHOUT_TRAINING = (
    BookingStatus.REQUESTED,
    BookingStatus.WAITING_LIST,
    BookingStatus.DECLINED,
    BookingStatus.CANCELLED,
)
Rows = models.QuerySet[Any]


@dataclass(frozen=True)
class Span:
    """How long: so many days, or months of the calendar."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count} {self.unit if self.count > 1 else self.unit.rstrip('s')}"

    def before(self, now: dt.datetime) -> dt.datetime:
        """The moment since when it is too long ago."""
        if self.unit == "days":
            return now - dt.timedelta(days=self.count)
        year, month = divmod(now.year * 12 + now.month - 1 - self.count, 12)
        last_day = calendar.monthrange(year, month + 1)[1]
        return now.replace(year=year, month=month + 1, day=min(now.day, last_day))


@dataclass(frozen=True)
class Kind:
    """One kind of data: what it is, how long it is kept and from when, what then happens, and which rows are due."""

    key: str
    what: str
    keep: Span
    since: str
    then: str
    due: Callable[[dt.datetime], Rows] = field(repr=False)
    forget: Callable[[Any], None] | None = field(default=None, repr=False)
    """Takes one key. ``None``: the rows themselves are deleted."""

    def rows(self, now: dt.datetime) -> Rows:
        """The rows whose time is over."""
        return self.due(self.keep.before(now))


# ---- which rows are due


def _requests_without_training(cutoff: dt.datetime) -> Rows:
    return Booking.objects.filter(
        Q(ends_at=None) | Q(ends_at__lt=cutoff),
        status__in=WITHOUT_TRAINING,
        created_at__lt=cutoff,
        waiting_since__lt=cutoff,
        contacts__isnull=False,
    ).distinct()


def _trainings(cutoff: dt.datetime) -> Rows:
    return Booking.objects.filter(ends_at__lt=cutoff, contacts__isnull=False).distinct()


def _questions(cutoff: dt.datetime) -> Rows:
    """Questions that became a booking go with that booking."""
    return (
        Enquiry.objects.filter(created_at__lt=cutoff)
        .exclude(answered_at__gte=cutoff)
        .exclude(state=EnquiryState.CONVERTED, booking__isnull=False)
    )


def _people(cutoff: dt.datetime) -> Rows:
    """People without a booking, a role, a speaker's page or an open invitation, who have not been here since."""
    return (
        User.objects.filter(joined_at__lt=cutoff, is_staff=False, contacts=None, speaker=None)
        .exclude(last_login__gte=cutoff)
        .exclude(invitations__expires_at__gte=cutoff)
        .exclude(email__endswith=FORGOTTEN)
    )


def _forget_booking(booking_id: int) -> None:
    with transaction.atomic():
        of_agendas.forget_people(booking_id)
        of_bookings.forget_people(booking_id)


WITHOUT_TRAINING_KEPT = Span(12, "months")
TRAINING_KEPT = Span(24, "months")


def may_be_forgotten(now: dt.datetime) -> Rows:
    """Bookings old enough for their people to be gone, as the table has it: nobody there is no fault."""
    return Booking.objects.filter(
        Q(ends_at__lt=TRAINING_KEPT.before(now))
        | Q(status__in=WITHOUT_TRAINING, created_at__lt=WITHOUT_TRAINING_KEPT.before(now))
    )


KINDS: tuple[Kind, ...] = (
    Kind(
        "drafts",
        "What you typed into our form and did not send",
        Span(1, "days"),
        "you last typed",
        "It is deleted.",
        lambda cutoff: RequestDraft.objects.filter(touched_at__lt=cutoff),
    ),
    Kind(
        "example-days",
        "Example days that visitors asked to see, without who asked",
        Span(30, "days"),
        "somebody first asked",
        "They are deleted.",
        lambda cutoff: ExampleDay.objects.filter(asked_at__lt=cutoff),
    ),
    Kind(
        "sessions",
        "That you are signed in, on our side",
        Span(1, "days"),
        "you came in, at most",
        "It is deleted.",
        lambda cutoff: Session.objects.filter(expire_date__lt=cutoff + dt.timedelta(days=1)),
    ),
    Kind(
        "attempts",
        "Counters against floods, which cannot be read back into an address",
        Span(1, "days"),
        "the last try",
        "They are deleted.",
        lambda cutoff: Attempts.objects.filter(ends_at__lt=cutoff),
    ),
    Kind(
        "refusals",
        "Mailboxes for which wrong codes or wrong addresses were tried",
        Span(sightings.KEPT.days, "days"),
        "the last try",
        "They are deleted.",
        lambda cutoff: Sighting.objects.filter(last_at__lt=cutoff),
    ),
    Kind(
        "access-needs",
        "What people need to take part",
        Span(30, "days"),
        "the training",
        "It is deleted.",
        lambda cutoff: Booking.objects.filter(ends_at__lt=cutoff).exclude(access_needs=""),
        of_bookings.forget_access_needs,
    ),
    Kind(
        "attendees",
        "What somebody who attended wrote to us in private, their address and our answer, and the code they used",
        Span(30, "days"),
        "the training",
        "All of it is deleted, with the mail that took our answer.",
        lambda cutoff: AttendeeCode.objects.filter(
            Q(booking__ends_at__lt=cutoff)
            | Q(booking__status__in=WITHOUT_TRAINING, booking__waiting_since__lt=cutoff)
        ),
        forget_attendees,
    ),
    Kind(
        "questions",
        "A question that led to no training",
        Span(12, "months"),
        "we last wrote",
        "It is deleted, with our answer.",
        _questions,
        of_bookings.forget_enquiry,
    ),
    Kind(
        "requests",
        "A request that led to no training",
        WITHOUT_TRAINING_KEPT,
        "it last moved",
        "Names, mailboxes, numbers and everything written is deleted. How many people it was for stays.",
        _requests_without_training,
        _forget_booking,
    ),
    Kind(
        "trainings",
        "A training that took place: who asked, where it was, what was written",
        TRAINING_KEPT,
        "the day",
        "The same. Date, length, topics and how many came stay, without a name.",
        _trainings,
        _forget_booking,
    ),
    Kind(
        "mail",
        "Mail that we sent, with its files",
        Span(12, "months"),
        "it left",
        "It is deleted.",
        lambda cutoff: Message.objects.filter(queued_at__lt=cutoff).exclude(state__in=LIVE),
    ),
    Kind(
        "people",
        "Your name and mailbox as somebody who signs in, once no booking names you",
        Span(12, "months"),
        "you were last here",
        "They are deleted.",
        _people,
        forget_person,
    ),
    Kind(
        "days-away",
        "A speaker’s days away",
        Span(ABSENCES_STAY.days, "days"),
        "they passed",
        "They are deleted.",
        lambda cutoff: DiaryEntry.objects.filter(busy__endswith__lt=cutoff).exclude(
            kind=DiaryEntry.Kind.ENGAGEMENT
        ),
    ),
    Kind(
        "reads",
        "Who looked at names and places",
        Span(24, "months"),
        "the look",
        "It is deleted.",
        lambda cutoff: DetailRead.objects.filter(at__lt=cutoff),
    ),
)
TRAIL = Span(24, "months")
TRAIL_WORDS = ("The record of who did what on this site", TRAIL, "the deed", "It is deleted.")


def _trail(now: dt.datetime) -> Iterator[Rows]:
    """The rows of the audit trail that are due, table by table; last what they share."""
    cutoff = TRAIL.before(now)
    for model in apps.get_models():
        if issubclass(model, pghistory.models.Event):
            yield model.objects.filter(pgh_created_at__lt=cutoff)
    yield pghistory.models.Context.objects.filter(created_at__lt=cutoff)


# ---- the page


def told() -> list[dict[str, str]]:
    """The table as the privacy page shows it."""
    rows = [(kind.what, kind.keep, kind.since, kind.then) for kind in KINDS]
    return [
        {"what": what, "keep": str(keep), "since": since, "then": then}
        for what, keep, since, then in (*rows, TRAIL_WORDS)
    ]


# ---- the purge


def count_due(now: dt.datetime | None = None) -> dict[str, int]:
    """How many rows of each kind the purge would meet now; reads only."""
    now = now or timezone.now()
    counts = {kind.key: kind.rows(now).count() for kind in KINDS}
    return counts | {"trail": sum(rows.count() for rows in _trail(now))}


def purge(now: dt.datetime | None = None, *, seconds: float = NIGHT_SECONDS) -> dict[str, int]:
    """Forget what is due, for so long at most, and say how many rows of each kind. The next night goes on.

    A row that cannot be forgotten is noted in the log and passed by; it costs the others nothing.
    """
    now = now or timezone.now()
    ends_at = time.monotonic() + seconds
    counts = {kind.key: _purge_kind(kind, now, ends_at) for kind in KINDS}
    return counts | {"trail": sum(_purge_trail(rows, ends_at) for rows in _trail(now))}


def _purge_kind(kind: Kind, now: dt.datetime, ends_at: float) -> int:
    count, after = 0, None
    while time.monotonic() < ends_at:
        rows = kind.rows(now).order_by("pk")
        keys = list(
            (rows if after is None else rows.filter(pk__gt=after)).values_list("pk", flat=True)[:BATCH]
        )
        if not keys:
            break
        after = keys[-1]
        count += _delete(rows.model, keys) if kind.forget is None else _forget_each(kind, keys, ends_at)
    return count


def _delete(model: type[models.Model], keys: list[Any]) -> int:
    with transaction.atomic(), pghistory.context(verb="purge", actor=None):
        model._default_manager.filter(pk__in=keys).delete()
    return len(keys)


def _forget_each(kind: Kind, keys: list[Any], ends_at: float) -> int:
    assert kind.forget is not None
    count = 0
    for key in keys:
        if time.monotonic() > ends_at:
            break
        try:
            kind.forget(key)
        except Exception:
            log.exception("%s %s could not be forgotten", kind.key, key)
        else:
            count += 1
    return count


def _purge_trail(rows: Rows, ends_at: float) -> int:
    """Delete old rows of one table of the trail, which is append-only to everything else."""
    count = 0
    is_event = issubclass(rows.model, pghistory.models.Event)
    while time.monotonic() < ends_at:
        keys = list(rows.values_list("pk", flat=True)[:BATCH])
        if not keys:
            break
        with transaction.atomic():
            if is_event:
                with pgtrigger.ignore(f"{rows.model._meta.label}:append_only"):
                    rows.model._default_manager.filter(pk__in=keys).delete()
            else:
                rows.model._default_manager.filter(pk__in=keys).delete()
        count += len(keys)
    return count
