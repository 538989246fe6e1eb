"""An agenda in hand: what the verbs change, and how the difference is written."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any

from accounts.models import User
from agendas.facts import Facts, facts_of
from agendas.models import Agenda, AgendaItem, SetAside
from agendas.reading import AsideSeen, DraftSeen, whole_of
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


def load(agenda_id: int) -> Draft:
    """Lock an agenda and read its lines and all that its page shows: that begins a change.

    The lock comes first, so the rest is read as whoever held it before has left it.
    """
    agenda = (
        Agenda.objects.select_related("booking", "composition")
        .select_for_update(of=("self",))
        .get(pk=agenda_id)
    )
    catalogue = kept.catalogue()
    facts, seen = whole_of(agenda, catalogue)
    draft = Draft(agenda, seen.items, catalogue, seen=seen, read=facts, asides=seen.asides)
    draft._before = {item.pk: _values(item) for item in draft.items}
    return draft


def still_on(booking: Booking) -> None:
    """Raises ``CannotDo`` for a booking that is over."""
    if booking.status in OVER:
        raise CannotDo(
            f"{booking.reference} is {booking.get_status_display().lower()}: its agenda no longer changes."
        )


def write(draft: Draft) -> bool:
    """Write the lines that are new, changed or gone, and say whether any is."""
    was = draft._before
    for position, item in enumerate(draft.items):
        item.position = position
    new = [item for item in draft.items if item.pk not in was]
    stays = [item for item in draft.items if item.pk in was]
    changed = [item for item in stays if _values(item) != was[item.pk]]
    gone = was.keys() - {item.pk for item in stays}
    if gone:
        AgendaItem.objects.filter(pk__in=gone).delete()
    # the others make room first: no two lines stand in one place, not even for a moment
    AgendaItem.objects.bulk_update(changed, WRITTEN)
    AgendaItem.objects.bulk_create(new)
    return bool(gone or new or changed)


def write_asides(draft: Draft) -> None:
    """Write the set-asides as the draft holds them; one of a person who is gone stays away."""
    wanted = {aside.key: aside for aside in draft.asides}
    SetAside.objects.filter(agenda=draft.agenda).exclude(key__in=wanted).delete()
    people = set(
        User.objects.filter(pk__in={aside.by_id for aside in draft.asides}).values_list("pk", flat=True)
    )
    SetAside.objects.bulk_create(
        [
            SetAside(
                agenda=draft.agenda,
                key=aside.key,
                words=aside.words,
                reason=aside.reason,
                by_id=aside.by_id,
                at=dt.datetime.fromisoformat(aside.at),
            )
            for aside in draft.asides
            if aside.by_id in people
        ],
        update_conflicts=True,
        unique_fields=["agenda", "key"],
        update_fields=["words", "reason", "by", "at"],
    )
