"""An agenda in hand: what the verbs change, and how the difference is written."""

from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db import connection

from agendas.facts import Facts, facts_of
from agendas.models import Agenda, AgendaItem
from agendas.plain import Tables, columns, hang, rows, width
from agendas.reading import COLUMNS, PARAMS, AsideSeen, DraftSeen, whole_from
from agendas.running import running_order
from bookings.models import Booking
from bookings.states import BookingStatus
from courses import kept
from courses.kept import Catalogue

Kind = AgendaItem.Kind

OVER = (BookingStatus.DELIVERED, BookingStatus.CLOSED, BookingStatus.DECLINED, BookingStatus.CANCELLED)
MOST_MINUTES = 600
MOST_ITEMS = 60
HOST, RECORDED, NOBODY = "host", "recorded", "nobody"
WRITTEN = (
    "position",
    "kind",
    "topic_id",
    "title",
    "minutes",
    "speaker_id",
    "by_host",
    "variant",
    "point_ids",
    "note",
    "pin",
)


class StaleAgenda(Exception):
    """Somebody saved in between. ``agenda`` is theirs, as it stands now."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda
        super().__init__(f"Draft {agenda.version} was saved in between.")


class CannotDo(Exception):
    """What was asked cannot be done to this draft. The message says why, for the trainer."""


@dataclass(frozen=True)
class Row:
    """One line as a person left it on the page. ``item_id`` is ``None`` for a line that is gone and should come back.

    A title or note of ``None`` was not shown to them: it stays as it is.
    """

    item_id: int | None
    kind: str
    minutes: int
    topic_slug: str = ""
    title: str | None = None
    speaker: str = NOBODY
    variant: str = ""
    point_ids: tuple[int, ...] = ()
    note: str | None = None
    pin: str = ""


@dataclass(frozen=True)
class Typed:
    """What else stood on the page when a button was pressed: it is saved first, in the same transaction.

    What is ``None`` was not shown, and stays as it is. With ``instead`` the rows are the whole day, in order: "keep mine",
    after somebody else saved.
    """

    rows: tuple[Row, ...] = ()
    instead: bool = False
    quiet_room: str | None = None
    support_contact: str | None = None
    in_welsh: bool | None = None
    is_marked: bool | None = None


NOTHING_TYPED = Typed()


@dataclass(frozen=True)
class Sent:
    """Which page sent a save, and all that it sent as one hash: what comes twice, for its answer was lost, is known again."""

    page: str = ""
    press: str = ""


NOT_SENT = Sent()


@dataclass
class Draft:
    """An agenda in hand: locked, its items in order, and what the next change needs to know."""

    agenda: Agenda
    items: list[AgendaItem]
    catalogue: Catalogue = field(default_factory=kept.catalogue)
    touched: AgendaItem | None = None
    seen: DraftSeen | None = None
    read: Facts | None = None
    asides: list[AsideSeen] = field(default_factory=list)
    is_changed: bool = False
    _before: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    @cached_property
    def facts(self) -> Facts:
        return self.read or facts_of(self.agenda.booking, catalogue=self.catalogue)

    @property
    def lines_before(self) -> list[dict[str, Any]]:
        """The lines as they were when the draft was loaded, as an ``AgendaStep`` keeps them."""
        return [{"id": pk, **dict(zip(WRITTEN, values, strict=True))} for pk, values in self._before.items()]

    @property
    def free(self) -> int:
        return running_order(self.agenda, self.items).free

    def find(self, item_id: int) -> AgendaItem:
        """Raises ``CannotDo`` when the line is not in this draft."""
        for item in self.items:
            if item.pk == item_id:
                self.touched = item
                return item
        raise CannotDo("That line is no longer in the agenda.")

    def put(self, item: AgendaItem, *, after: AgendaItem | None) -> AgendaItem:
        """Add a line behind another, or at the end of the day but before its close."""
        if len(self.items) >= MOST_ITEMS:
            raise CannotDo(f"An agenda holds at most {MOST_ITEMS} lines.")
        item.agenda = self.agenda
        if after is not None:
            at = self.items.index(after) + 1
        else:
            at = len(self.items)
            while at and self.items[at - 1].kind in (Kind.CLOSE, Kind.QUESTIONS):
                at -= 1
        self.items.insert(at, item)
        self.touched = item
        return item


_written = attrgetter(*WRITTEN)
_POINTS = WRITTEN.index("point_ids")


def _values(item: AgendaItem) -> tuple[Any, ...]:
    """What a save writes of a line, fixed as it is now."""
    values = _written(item)
    return (*values[:_POINTS], tuple(values[_POINTS]), *values[_POINTS + 1 :])


def load(agenda_id: int, *, locked: bool = True) -> Draft:
    """Read an agenda, its lines and all that its page shows, in one statement, and lock it: that begins a change.

    Without the lock whoever writes must see to it that the version is still the one that was read (``editing``).
    Lines are read as they stood when the statement began. Had another save held the lock meanwhile, the version that comes
    with them is newer than any that a caller may have seen.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK if locked else _LOAD, {"agenda": agenda_id, **PARAMS})
        row = cursor.fetchone()
    found = rows(_TABLES, row)
    agenda: Agenda = found["agenda"]
    hang(agenda, "booking", found["booking"])
    catalogue = kept.catalogue()
    facts, seen = whole_from(row[width(_TABLES) :], agenda, catalogue)
    draft = Draft(agenda, seen.items, catalogue, seen=seen, read=facts, asides=seen.asides)
    draft._before = {item.pk: _values(item) for item in draft.items}
    return draft


# of the booking what a draft is checked against; whoever made the page has the whole of it
_OF_BOOKING = frozenset(
    {"id", "reference", "status", "agency_id", "lead_id", "nation", "starts_at", "ends_at", "place"}
)
_TABLES: Tables = {"agenda": Agenda, "booking": (Booking, _OF_BOOKING)}
_LOAD = f"""
SELECT {columns(_TABLES)}, {COLUMNS}
FROM agendas_agenda agenda JOIN bookings_booking booking ON booking.id = agenda.booking_id
    CROSS JOIN LATERAL (
        SELECT agenda.id AS agenda_id, booking.id AS booking_id, booking.agency_id, agenda.stands_at
    ) draft
WHERE agenda.id = %(agenda)s"""  # noqa: S608 - names of our own columns
_LOCK = f"{_LOAD} FOR UPDATE OF agenda"


def still_on(booking: Booking) -> None:
    """Raises ``CannotDo`` for a booking that is over."""
    if booking.status in OVER:
        raise CannotDo(
            f"{booking.reference} is {booking.get_status_display().lower()}: its agenda no longer changes."
        )


def write(draft: Draft) -> list[dict[str, Any]] | None:
    """Write new and removed lines. Gives the changed ones for ``CHANGED_LINES``, or ``None`` when no line differs."""
    was = draft._before
    stays: set[int] = set()
    new: list[AgendaItem] = []
    changed: list[dict[str, Any]] = []
    for n, item in enumerate(draft.items):
        item.position = n
        key = item.pk
        if key not in was:
            new.append(item)
            continue
        stays.add(key)
        if (values := _values(item)) != was[key]:
            changed.append({"id": key, **dict(zip(WRITTEN, values, strict=True))})
    if gone := was.keys() - stays:
        AgendaItem.objects.filter(pk__in=gone).delete()
    if new:
        AgendaItem.objects.bulk_create(new)
    return changed if gone or changed or new else None


# All changed lines at once, in the statement that counts the version up: of the ORM this is the dearest part of a save.
CHANGED_LINES = f"""
lines AS (
    UPDATE agendas_agendaitem line SET {", ".join(f"{name} = fresh.{name}" for name in WRITTEN)}
    FROM counted, jsonb_to_recordset(%(lines)s) AS fresh (
        id bigint, position smallint, kind text, topic_id bigint, title text, minutes smallint, speaker_id bigint,
        by_host boolean, variant text, point_ids bigint[], note text, pin text
    ) WHERE line.id = fresh.id
)"""  # noqa: S608 - names of our own columns

# What is not among the set-asides any more goes, the others are written as they are; one of a person who is gone stays away.
SET_ASIDES = """
aside AS (
    SELECT fresh.* FROM jsonb_to_recordset(%(asides)s) AS fresh (key text, words text, reason text, by_id bigint, at timestamptz)
        JOIN accounts_user person ON person.id = fresh.by_id
), taken_back AS (
    DELETE FROM agendas_setaside WHERE agenda_id = %(agenda)s AND key NOT IN (SELECT key FROM aside)
), set_aside AS (
    INSERT INTO agendas_setaside (agenda_id, key, words, reason, by_id, at)
    SELECT %(agenda)s, key, words, reason, by_id, at FROM aside
    ON CONFLICT (agenda_id, key) DO UPDATE
        SET words = excluded.words, reason = excluded.reason, by_id = excluded.by_id, at = excluded.at
)"""
