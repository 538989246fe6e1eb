"""An agenda in hand: what the verbs change, and how the difference is written."""

from dataclasses import dataclass, field
from functools import cached_property

from agendas.facts import Facts, facts_of
from agendas.models import Agenda, AgendaItem
from agendas.reading import items_of
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
    """One line as a person left it on the page. ``item_id`` is ``None`` for a line that is gone and should come back."""

    item_id: int | None
    kind: str
    minutes: int
    topic_slug: str = ""
    title: str = ""
    speaker: str = NOBODY
    variant: str = ""
    point_ids: tuple[int, ...] = ()
    note: str = ""
    pin: str = ""


@dataclass(frozen=True)
class Typed:
    """What else stood on the page when a button was pressed: it is saved first, in the same transaction.

    With ``instead`` the rows are the whole day, in order: "keep mine", after somebody else saved.
    """

    rows: tuple[Row, ...] = ()
    instead: bool = False
    quiet_room: str | None = None
    support_contact: str | None = None


NOTHING_TYPED = Typed()


@dataclass
class Draft:
    """An agenda in hand: locked, its items in order, and what the next change needs to know."""

    agenda: Agenda
    items: list[AgendaItem]
    catalogue: Catalogue = field(default_factory=kept.catalogue)
    touched: AgendaItem | None = None
    _before: dict[int, tuple[object, ...]] = field(default_factory=dict)

    @cached_property
    def facts(self) -> Facts:
        return facts_of(self.agenda.booking, catalogue=self.catalogue)

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


def _values(item: AgendaItem) -> tuple[object, ...]:
    return tuple(
        tuple(value) if isinstance(value := getattr(item, name), list) else value for name in WRITTEN
    )


def load(agenda_id: int) -> Draft:
    """Lock an agenda and read its lines."""
    agenda = Agenda.objects.select_for_update(of=["self"]).select_related("booking").get(pk=agenda_id)
    catalogue = kept.catalogue()
    if agenda.format_id in catalogue.formats:
        agenda.format = catalogue.formats[agenda.format_id]
    draft = Draft(agenda, items_of(agenda, catalogue), catalogue)
    draft._before = {item.pk: _values(item) for item in draft.items}
    return draft


def still_on(booking: Booking) -> None:
    """Raises ``CannotDo`` for a booking that is over."""
    if booking.status in OVER:
        raise CannotDo(
            f"{booking.reference} is {booking.get_status_display().lower()}: its agenda no longer changes."
        )


def write(draft: Draft) -> bool:
    """Write new, changed and removed lines; says whether there were any."""
    for n, item in enumerate(draft.items):
        item.position = n
    kept = {item.pk for item in draft.items if item.pk is not None}
    gone = [pk for pk in draft._before if pk not in kept]
    if gone:
        AgendaItem.objects.filter(pk__in=gone).delete()
    changed = [
        item for item in draft.items if item.pk is not None and _values(item) != draft._before[item.pk]
    ]
    if changed:
        AgendaItem.objects.bulk_update(changed, WRITTEN)
    new = [item for item in draft.items if item.pk is None]
    AgendaItem.objects.bulk_create(new)
    return bool(gone or changed or new)
