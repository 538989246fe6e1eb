"""Every table of states, in every table of the database: what is not in it is refused, however it is asked."""

import itertools
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pgtrigger
import pytest
from django.db import InternalError, connection, models, transaction
from django.utils import timezone

from agendas.models import Agenda, Document
from agendas.states import DOCUMENT_MOVES
from bookings import states
from bookings.models import Booking, ChangeRequest, Engagement, Enquiry, Offer, Release
from outbox.models import Message
from outbox.queue import stable_message_id
from outbox.states import MOVES as MESSAGE_MOVES
from speakers.models import DiaryEntry
from tests.factories import (
    BookingFactory,
    ContactFactory,
    EnquiryFactory,
    FormatFactory,
    SpeakerFactory,
    UserFactory,
    at,
)

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Table:
    """One column of states, its moves, its triggers, and a row to try them on."""

    model: type[models.Model]
    field: str
    moves: Mapping[str, frozenset[str]]
    triggers: tuple[str, ...]
    make: Callable[[], models.Model]

    def __str__(self) -> str:
        return self.model.__name__


def booking() -> Booking:
    return BookingFactory(starts_at=at(9), ends_at=at(16))


def offer() -> Offer:
    return Offer.objects.create(
        booking=BookingFactory(),
        number=1,
        starts_at=at(9),
        ends_at=at(16),
        lead=SpeakerFactory(),
        expires_at=at(9, day=1),
        made_by=UserFactory(),
    )


def engagement() -> Engagement:
    made = offer()
    entry = DiaryEntry.objects.create(speaker=made.lead, kind="engagement", busy=(at(9), at(16)))
    return Engagement.objects.create(offer=made, speaker=made.lead, diary_entry=entry)


def release() -> Release:
    return Release.objects.create(contact=ContactFactory(), asked_by=UserFactory(), takes_effect_at=at(9))


def change_request() -> ChangeRequest:
    return ChangeRequest.objects.create(
        booking=BookingFactory(), kind="cancel", asked_by=UserFactory(), answer_due_on=at(9).date()
    )


def message() -> Message:
    """With everything that any of its states asks for."""
    key = str(uuid.uuid4())
    return Message.objects.create(
        kind="note",
        key=key,
        to="a@example.org",
        subject="x",
        about="bookings.booking:1",
        occasion="x",
        message_id=stable_message_id(key),
        claim=uuid.uuid4(),
        claimed_at=timezone.now(),
        sent_at=timezone.now(),
    )


def document() -> Document:
    """With everything that any of its states asks for."""
    agenda = Agenda.objects.create(booking=BookingFactory(), format=FormatFactory())
    return Document.objects.create(
        agenda=agenda, kind="draft", version=1, content={}, file="papers/x.pdf", sha256="0" * 64, size=1
    )


TABLES = [
    Table(Booking, "status", states.BOOKING_MOVES, ("booking_moves",), booking),
    Table(Offer, "state", states.OFFER_MOVES, ("offer_moves",), offer),
    Table(Engagement, "state", states.ENGAGEMENT_MOVES, ("engagement_moves",), engagement),
    Table(Enquiry, "state", states.ENQUIRY_MOVES, ("enquiry_moves",), EnquiryFactory),
    Table(Release, "state", states.RELEASE_MOVES, ("release_moves",), release),
    Table(ChangeRequest, "state", states.CHANGE_MOVES, ("change_request_moves",), change_request),
    Table(
        Message,
        "state",
        {old: frozenset(new for before, new in MESSAGE_MOVES if before == old) for old, _ in MESSAGE_MOVES},
        ("message_moves",),
        message,
    ),
    Table(Document, "state", DOCUMENT_MOVES, ("document_moves", "a_file_once_made_stays"), document),
]
every_table = pytest.mark.parametrize("table", TABLES, ids=str)


def every_pair(table: Table) -> list[tuple[str, str]]:
    choices = getattr(table.model._meta.get_field(table.field), "choices")  # noqa: B009 - relations have none
    assert choices is not None
    return list(itertools.permutations([value for value, _ in choices], 2))


def put(table: Table, row: models.Model, value: str) -> None:
    """Set a state past the trigger, to begin from it."""
    label = table.model._meta.label
    with pgtrigger.ignore(*(f"{label}:{name}" for name in table.triggers)):
        table.model._base_manager.filter(pk=row.pk).update(**{table.field: value})


def goes(change: Callable[[], Any]) -> bool:
    """Whether the database lets a change through; what it did is taken back."""
    try:
        with transaction.atomic():
            change()
            transaction.set_rollback(True)
    except InternalError:
        return False
    return True


def by_sql(table: Table, row: models.Model, new: str) -> None:
    meta = table.model._meta
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{meta.db_table}" SET "{table.field}" = %s WHERE id = %s', [new, row.pk])  # noqa: S608


def by_update(table: Table, row: models.Model, new: str) -> None:
    table.model._base_manager.filter(pk=row.pk).update(**{table.field: new})


def by_save(table: Table, row: models.Model, new: str) -> None:
    fresh = table.model._base_manager.get(pk=row.pk)
    setattr(fresh, table.field, new)
    fresh.save(update_fields=[table.field])


@every_table
@pytest.mark.parametrize("ask", [by_sql, by_update, by_save])
def test_only_the_moves_of_the_table_go_through(table, ask):
    row = table.make()
    went = []
    for old, new in every_pair(table):
        put(table, row, old)
        if goes(lambda new=new: ask(table, row, new)):
            went.append((old, new))

    assert sorted(went) == sorted((old, new) for old, news in table.moves.items() for new in news)


@every_table
def test_a_stale_copy_cannot_bring_an_older_state_back(table):
    """Two people hold the same row: one moves it on, the other saves what they still see."""
    row = table.make()
    old, new = next(
        (old, new)
        for old, new in every_pair(table)
        if new in table.moves[old] and old not in table.moves.get(new, ())
    )
    put(table, row, old)
    stale = table.model._base_manager.get(pk=row.pk)
    by_update(table, row, new)

    assert not goes(stale.save)
    row.refresh_from_db()
    assert getattr(row, table.field) == new


def test_no_table_of_states_is_forgotten():
    """Whoever adds a state machine to the database finds it missing here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_%%moves%%'")
        there = {name.removeprefix("pgtrigger_").rpartition("_")[0] for (name,) in cursor.fetchall()}

    # a code's own moves are a second, narrower table: tests/outbox/test_states.py
    assert there - {"code_moves"} == {table.triggers[0] for table in TABLES}
