"""Invented bookings by the hundred thousand, written by the database itself."""

import datetime as dt
from itertools import count, islice
from typing import Any

from django.db import connection, models, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from accounts.models import User
from bookings.models import Agency, Booking, Contact, Offer
from bookings.states import BookingStatus
from places.clock import LONDON
from speakers.models import DiaryEntry, Speaker

# what lies in a desk's books after some years: status, whose turn, what is due, and how many of twenty
SHARES = [
    (BookingStatus.REQUESTED, "us", "call_back", 2),
    (BookingStatus.REQUESTED, "us", "make_offer", 1),
    (BookingStatus.OFFERED, "agency", "agency_answers", 2),
    (BookingStatus.CONFIRMED, "us", "issue_agenda", 1),
    (BookingStatus.READY, "the_day", "deliver", 2),
    (BookingStatus.CLOSED, "nobody", "nothing", 10),
    (BookingStatus.CANCELLED, "nobody", "nothing", 2),
]
DIARY = 5_000
HALF_AN_HOUR = dt.timedelta(minutes=30)
LETTERS = "ABCDEFGHJKLMNPQRTUVWXY34689"


def fill(how_many: str) -> dict[str, int]:
    """Bring the table to ``how_many`` bookings, each with an agency, a contact and, where one is out, an offer.

    Triggers and foreign keys are not asked: the rows are consistent by construction. The bench's own servers only.
    """
    wanted, there = int(how_many), Booking.objects.count()
    if wanted > there:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            _write(cursor, there, wanted)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"bookings": Booking.objects.count()}


def fill_diary(speaker: Speaker) -> None:
    """Bring one speaker's diary to ``DIARY`` entries: two short absences a night, as many years back as ahead."""
    missing = DIARY - speaker.diary.count()
    sessions = list(
        speaker.diary.filter(kind=DiaryEntry.Kind.ENGAGEMENT).values_list(
            "busy__startswith", "busy__endswith"
        )
    )
    first = dt.datetime.combine(
        timezone.localdate() - dt.timedelta(days=missing // 4), dt.time(), tzinfo=LONDON
    )
    nights = (first + dt.timedelta(days=n // 2, hours=n % 2) for n in count())
    free = (
        DateTimeTZRange(begins, begins + HALF_AN_HOUR, "[)")
        for begins in nights
        if not any(begins < ends and begins + HALF_AN_HOUR > starts for starts, ends in sessions)
    )
    DiaryEntry.objects.bulk_create(
        DiaryEntry(speaker=speaker, kind=DiaryEntry.Kind.ABSENCE, busy=busy)
        for busy in islice(free, max(missing, 0))
    )


def _write(cursor: Any, there: int, wanted: int) -> None:
    now = timezone.now()
    user = User.objects.order_by("pk").first()
    contact = Contact.objects.select_related("booking__agency").order_by("pk").first()
    offer = Offer.objects.order_by("pk").first()
    if user is None or contact is None or offer is None:
        raise RuntimeError("The demo's rows, which these are copied from, are missing.")
    numbers = "generate_series(%(from)s, %(to)s) AS i"
    parameters = {"from": there + 1, "to": wanted, "now": now, "letters": LETTERS}
    # far from the keys that sequences give out
    key = "1000000 + i"
    kind = "(i %% 20)"
    open_days = "make_interval(mins => i * 7)"

    _copy(cursor, User, user.pk, numbers, parameters, {
        "id": key,
        "email": "concat('contact', i, '@bench.example.org')",
        "name": "concat('Quillfeather ', i)",
        "is_staff": "false",
    })  # fmt: skip
    _copy(cursor, Agency, contact.booking.agency_id, numbers, parameters, {
        "id": key,
        "name": "concat('Northmere Council ', i)",
    })  # fmt: skip
    agreed = f"{_case(kind, 'status', quoted=True)} IN ('confirmed', 'ready', 'closed')"
    # half of them before today, half after
    starts = f"CASE WHEN {agreed} THEN %(now)s + make_interval(hours => 9 * (i %% 2000) - 9000) END"
    _copy(cursor, Booking, contact.booking_id, numbers, parameters, {
        "id": key,
        "reference": "concat('WT-', "
        + ", ".join(f"substr(%(letters)s, 1 + (i / {27**power}) %% 27, 1)" for power in range(4))
        + ", 'A8')",
        "status": _case(kind, "status", quoted=True),
        "waiting_for": _case(kind, "waiting_for", quoted=True),
        "next_step": _case(kind, "next_step", quoted=True),
        "agency_id": key,
        "owner_id": "NULL",
        "created_at": f"%(now)s - {open_days}",
        "waiting_since": f"%(now)s - {open_days}",
        "answer_due_on": f"(%(now)s - {open_days} + interval '7 days')::date",
        "due_at": f"CASE WHEN {kind} BETWEEN 3 AND 7 THEN %(now)s + make_interval(hours => i %% 4000 - 1000) END",
        "set_aside_until": "NULL",
        "starts_at": starts,
        "ends_at": f"{starts} + interval '7 hours'",
        "invented": "true",
    })  # fmt: skip
    _copy(cursor, Contact, contact.pk, numbers, parameters, {
        "id": key,
        "booking_id": key,
        "user_id": key,
        "name": "concat('Quillfeather ', i)",
        "email": "concat('contact', i, '@bench.example.org')",
    })  # fmt: skip
    _copy(cursor, Offer, offer.pk, f"{numbers} CROSS JOIN LATERAL (SELECT 1 WHERE {kind} IN (3, 4)) AS offered",
        parameters, {
            "id": key,
            "booking_id": key,
            "number": "1",
            "state": "'open'",
            "starts_at": "%(now)s + make_interval(days => 60 + i %% 200)",
            "ends_at": "%(now)s + make_interval(days => 60 + i %% 200, hours => 7)",
            "expires_at": "%(now)s + make_interval(hours => i %% 4000 - 1000)",
        })  # fmt: skip


def _case(kind: str, column: str, *, quoted: bool) -> str:
    """The SQL that deals the shares out by a number from 0 to 19."""
    place = {"status": 0, "waiting_for": 1, "next_step": 2}[column]
    words, upper = "CASE", 0
    for share in SHARES:
        upper += share[3]
        words += f" WHEN {kind} < {upper} THEN '{share[place]}'"
    return words + " END"


def _copy(
    cursor: Any,
    model: type[models.Model],
    pk: int,
    numbers: str,
    parameters: dict[str, Any],
    other: dict[str, str],
) -> None:
    """Copy one row for each number ``i``, the columns of ``other`` by their own SQL."""
    columns = [field.column for field in model._meta.local_concrete_fields if field.column]
    table = connection.ops.quote_name(model._meta.db_table)
    values = ", ".join(other.get(column) or f'p."{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(
        # names of our own tables and columns, and the expressions above
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} AS p, {numbers} WHERE p.id = {pk:d}",  # noqa: S608
        parameters,
    )
