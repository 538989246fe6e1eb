"""Everything that changes a draft. Each save names the version it saw; who comes second is told, and nothing is overwritten."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import pghistory
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agendas.checks import length_for
from agendas.facts import Facts, facts_of
from agendas.filling import fill as fill_day
from agendas.filling import points_that_fit, tell
from agendas.models import PAUSES, Agenda, AgendaItem, SetAside
from agendas.running import running_order
from bookings.models import Booking, Engagement
from bookings.states import LIVE_ENGAGEMENTS, BookingStatus, OfferState
from courses.models import Format, Point, Topic

Kind, Variant = AgendaItem.Kind, AgendaItem.Variant

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
    touched: AgendaItem | None = None
    _before: dict[int, tuple[object, ...]] = field(default_factory=dict)

    @cached_property
    def facts(self) -> Facts:
        return facts_of(self.agenda.booking)

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


def _load(agenda_id: int) -> Draft:
    agenda = (
        Agenda.objects.select_for_update(of=["self"])
        .select_related("booking", "booking__agency", "format")
        .get(pk=agenda_id)
    )
    draft = Draft(agenda, list(agenda.items.select_related("topic").order_by("position")))
    draft._before = {item.pk: _values(item) for item in draft.items}
    return draft


@contextmanager
def editing(
    agenda_id: int, *, verb: str, version: int, actor: User, typed: Typed = NOTHING_TYPED
) -> Iterator[Draft]:
    """Lock the draft, save what was typed, let the caller change it, and write the difference as one new version.

    Raises ``StaleAgenda`` when ``version`` is not the present one. A save that changes nothing keeps the version.
    """
    with transaction.atomic(), pghistory.context(verb=verb, actor=actor.pk):
        draft = _load(agenda_id)
        if draft.agenda.version != version:
            raise StaleAgenda(draft.agenda)
        _still_on(draft.agenda.booking)
        fields = _take_over(draft, typed)
        yield draft
        if _write(draft) or fields:
            agenda = draft.agenda
            agenda.version += 1
            agenda.updated_by, agenda.updated_at = actor, timezone.now()
            agenda.save(update_fields=["version", "updated_by", "updated_at", *fields])


def _write(draft: Draft) -> bool:
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


# ---- what was typed


def _take_over(draft: Draft, typed: Typed) -> list[str]:
    """Bring the rows into the draft; gives the names of the agenda's own fields that changed."""
    if typed.instead:
        _start_over_from(draft, typed.rows)
    by_id = {item.pk: item for item in draft.items}
    for row in typed.rows:
        if row.item_id is not None and row.item_id in by_id:
            _take_row(draft, by_id[row.item_id], row)
    fields = []
    for name, value in (("quiet_room", typed.quiet_room), ("support_contact", typed.support_contact)):
        if value is not None and value != getattr(draft.agenda, name):
            setattr(draft.agenda, name, value)
            fields.append(name)
    return fields


def _start_over_from(draft: Draft, rows: Sequence[Row]) -> None:
    """Make the day what the rows say, in their order; lines that are gone come back, core topics never go."""
    by_id = {item.pk: item for item in draft.items}
    by_topic = {item.topic_id: item for item in draft.items if item.topic_id}
    topics = {topic.slug: topic for topic in Topic.objects.filter(slug__in=[row.topic_slug for row in rows])}
    ordered: list[AgendaItem] = []
    for row in rows:
        topic = topics.get(row.topic_slug)
        found = by_id.get(row.item_id or 0) or (by_topic.get(topic.pk) if topic else None)
        if found is None and (topic is not None or row.kind != Kind.TOPIC) and row.kind in Kind.values:
            found = AgendaItem(agenda=draft.agenda, kind=row.kind, topic=topic, minutes=row.minutes)
            _take_row(draft, found, row)
        if found is not None and found not in ordered:
            if found.pk is not None and found.pk != row.item_id:
                _take_row(draft, found, row)
            ordered.append(found)
    core_left = [item for item in draft.items if item.is_core and item not in ordered]
    draft.items = core_left + ordered


def _take_row(draft: Draft, item: AgendaItem, row: Row) -> None:
    if item.kind != Kind.NOTE:
        _set_minutes(item, row.minutes)
    if item.kind in (Kind.HOST, Kind.NOTE):
        item.title = row.title.strip()[:200]
    item.note = row.note.strip()[:300]
    if item.is_pause:
        return
    if row.variant in Variant.values and row.variant != Variant.RECORDED and item.variant != row.variant:
        _set_variant(item, row.variant)
    _give_to(draft, item, row.speaker)
    if item.topic_id is not None and list(row.point_ids) != item.point_ids:
        _set_points(item, row.point_ids)


def _set_minutes(item: AgendaItem, minutes: int) -> None:
    if not 1 <= minutes <= MOST_MINUTES:
        raise CannotDo(f"{item.words}: write a number of minutes from 1 to {MOST_MINUTES}.")
    item.minutes = minutes


def _set_points(item: AgendaItem, point_ids: Sequence[int]) -> None:
    """Only the topic's own points count, and they keep the catalogue's order."""
    item.point_ids = list(
        Point.objects.filter(topic=item.topic_id, pk__in=point_ids)
        .order_by("rank", "pk")
        .values_list("pk", flat=True)
    )


def _set_variant(item: AgendaItem, variant: str) -> None:
    if item.topic is None or variant not in Variant.values:
        raise CannotDo("Only a topic can be given in different ways.")
    item.variant = variant
    if variant == Variant.RECORDED:
        item.speaker, item.by_host = None, False


def _give_to(draft: Draft, item: AgendaItem, who: str) -> None:
    """``who`` is a speaker's key, or host, recorded, nobody. Only those at this session can be named."""
    if item.variant == Variant.RECORDED and who != RECORDED:
        item.variant = Variant.PRESENTATION
    if who == RECORDED:
        if item.topic is None or item.topic.kind != Topic.Kind.ACCOUNT:
            raise CannotDo("Only a personal account has a recording.")
        _set_variant(item, Variant.RECORDED)
    elif who == HOST:
        item.speaker, item.by_host = None, True
    elif who in (NOBODY, ""):
        item.speaker, item.by_host = None, item.kind == Kind.HOST
    elif not who.isdecimal() or int(who) != item.speaker_id:
        if not who.isdecimal() or not _is_here(draft.agenda.booking, int(who)):
            raise CannotDo("That speaker is not at this session.")
        item.speaker_id, item.by_host = int(who), False


def _is_here(booking: Booking, speaker_id: int) -> bool:
    return Engagement.objects.filter(
        offer__booking=booking,
        offer__state=OfferState.ACCEPTED,
        state__in=LIVE_ENGAGEMENTS,
        speaker=speaker_id,
    ).exists()


# ---- opening and filling


def format_for(booking: Booking) -> Format:
    """The format asked for; where they are not sure, the one whose length is nearest to the agreed times, else the longest."""
    if booking.format is not None:
        return booking.format
    formats = list(Format.objects.order_by("rank"))
    if not formats:
        raise CannotDo("The catalogue holds no format yet.")
    if booking.starts_at is None or booking.ends_at is None:
        return max(formats, key=lambda one: one.clock_minutes)
    agreed = (booking.ends_at - booking.starts_at).total_seconds() / 60
    return min(formats, key=lambda one: abs(one.clock_minutes - agreed))


def _still_on(booking: Booking) -> None:
    if booking.status in OVER:
        raise CannotDo(
            f"{booking.reference} is {booking.get_status_display().lower()}: its agenda no longer changes."
        )


@transaction.atomic
def open_agenda(booking: Booking, *, filled: bool = False, actor: User) -> Agenda:
    """Give a booking its agenda: the core topics, or a whole first day when ``filled``. A second call changes nothing.

    Raises ``CannotDo`` for a booking that is over.
    """
    _still_on(booking)
    with pghistory.context(verb="open agenda", actor=actor.pk):
        agenda, is_new = Agenda.objects.get_or_create(
            booking=booking, defaults={"format": format_for(booking), "updated_by": actor}
        )
        if is_new:
            draft = Draft(agenda, [])
            _fill(draft) if filled else _put_the_core(draft)
            _write(draft)
    return agenda


def _put_the_core(draft: Draft) -> None:
    core = sorted(
        (topic for topic in draft.facts.topics if topic.is_core),
        key=lambda topic: topic.kind == Topic.Kind.ACCOUNT,
    )
    shape, lead = draft.agenda.format, draft.facts.lead
    lead_id = lead.speaker_id if lead else None
    if shape.welcome_minutes:
        draft.items.append(AgendaItem(kind=Kind.WELCOME, minutes=shape.welcome_minutes, speaker_id=lead_id))
    for topic in core:
        draft.items.append(
            tell(AgendaItem(kind=Kind.TOPIC, topic=topic, minutes=topic.usual_minutes), draft.facts)
        )
        if topic.kind == Topic.Kind.ACCOUNT and shape.pause_minutes:
            draft.items.append(AgendaItem(kind=Kind.PAUSE, minutes=shape.pause_minutes))
    if shape.close_minutes:
        draft.items.append(AgendaItem(kind=Kind.CLOSE, minutes=shape.close_minutes, speaker_id=lead_id))
    for item in draft.items:
        item.agenda = draft.agenda


def _fill(draft: Draft) -> list[Topic]:
    agenda = draft.agenda
    starts_at = agenda.starts_at
    filled = fill_day(
        draft.facts,
        agenda.format,
        length=agenda.length_minutes,
        starts_at_minute=starts_at.hour * 60 + starts_at.minute,
    )
    for item in filled.items:
        item.agenda = agenda
    draft.items = filled.items
    return filled.left_out


def fill(agenda_id: int, *, version: int, actor: User, typed: Typed = NOTHING_TYPED) -> Draft:
    """“Fill it for me”: put a whole first day in place of the present one. Notes for the team stay, at the end."""
    with editing(agenda_id, verb="fill agenda", version=version, actor=actor, typed=typed) as draft:
        notes = [item for item in draft.items if item.kind == Kind.NOTE]
        _fill(draft)
        draft.items += notes
    return draft


# ---- one change each; all take the version that was seen, and what else was typed


def save(agenda_id: int, *, version: int, actor: User, typed: Typed) -> Draft:
    """Save what was typed and nothing else."""
    with editing(agenda_id, verb="save agenda", version=version, actor=actor, typed=typed) as draft:
        pass
    return draft


def add_topic(
    agenda_id: int,
    *,
    slug: str,
    point_ids: Sequence[int] | None = None,
    version: int,
    actor: User,
    typed: Typed = NOTHING_TYPED,
) -> Draft:
    """Add a topic after what it needs, with these points or those that fit. Raises ``CannotDo`` when it is in already."""
    with editing(agenda_id, verb="add topic", version=version, actor=actor, typed=typed) as draft:
        topic = draft.facts.by_slug.get(slug)
        if topic is None:
            raise CannotDo("That topic is not on offer.")
        if any(item.topic_id == topic.pk for item in draft.items):
            raise CannotDo(f"{topic.title} is in the agenda already.")
        item = AgendaItem(kind=Kind.TOPIC, topic=topic, minutes=length_for(topic, draft.free))
        tell(item, draft.facts, as_workshop=_lacks_workshop(draft) and topic.may_be_workshop)
        if point_ids:
            item.point_ids = [point.pk for point in topic.points.all() if point.pk in point_ids]
        draft.put(item, after=_place_for(draft, topic))
    return draft


def _lacks_workshop(draft: Draft) -> bool:
    return draft.agenda.format.needs_workshop and not any(item.is_workshop for item in draft.items)


def _place_for(draft: Draft, topic: Topic) -> AgendaItem | None:
    """Core topics go to the front, after the welcome; another before what builds on it; else the end of the day."""
    if topic.is_core:
        welcome = [item for item in draft.items if item.kind == Kind.WELCOME]
        return welcome[-1] if welcome else None
    for n, item in enumerate(draft.items):
        builds_on = draft.facts.by_id.get(item.topic_id or 0)
        if builds_on is not None and any(other.pk == topic.pk for other in builds_on.requires.all()) and n:
            return draft.items[n - 1]
    return None


def add_pause(
    agenda_id: int,
    *,
    kind: str,
    after_id: int | None = None,
    version: int,
    actor: User,
    typed: Typed = NOTHING_TYPED,
) -> Draft:
    """Add a break, lunch or time to pause, as long as the format says, behind a line or at the end."""
    if kind not in PAUSES:
        raise CannotDo("People pause for a break, for lunch, or after Alice’s story.")
    with editing(agenda_id, verb=f"add {kind}", version=version, actor=actor, typed=typed) as draft:
        shape = draft.agenda.format
        minutes = {
            Kind.BREAK: shape.break_minutes,
            Kind.LUNCH: shape.lunch_minutes,
            Kind.PAUSE: shape.pause_minutes,
        }
        after = draft.find(after_id) if after_id is not None else None
        draft.put(AgendaItem(kind=kind, minutes=minutes[Kind(kind)] or shape.break_minutes), after=after)
    return draft


def add_filler(
    agenda_id: int, *, kind: str, version: int, actor: User, typed: Typed = NOTHING_TYPED
) -> Draft:
    """Add a welcome, time for questions, a close, a slot for the host, or a note for the team, where it belongs."""
    if kind not in (Kind.WELCOME, Kind.QUESTIONS, Kind.CLOSE, Kind.HOST, Kind.NOTE):
        raise CannotDo("That cannot be added.")
    with editing(agenda_id, verb=f"add {kind}", version=version, actor=actor, typed=typed) as draft:
        free = draft.free if draft.free > 0 else 15
        minutes = {Kind.WELCOME: draft.agenda.format.welcome_minutes or 5, Kind.NOTE: 0}.get(
            Kind(kind), min(free, 30)
        )
        lead = draft.facts.lead if kind in (Kind.WELCOME, Kind.CLOSE, Kind.QUESTIONS) else None
        item = AgendaItem(
            kind=kind,
            minutes=minutes,
            by_host=kind == Kind.HOST,
            speaker_id=lead.speaker_id if lead else None,
        )
        draft.put(item, after=None)
        if kind == Kind.WELCOME:
            draft.items.remove(item)
            draft.items.insert(0, item)
    return draft


def remove_item(
    agenda_id: int, *, item_id: int, version: int, actor: User, typed: Typed = NOTHING_TYPED
) -> Draft:
    """Take a line out. Raises ``CannotDo`` for a core topic."""
    with editing(agenda_id, verb="remove item", version=version, actor=actor, typed=typed) as draft:
        item = draft.find(item_id)
        if item.is_core:
            raise CannotDo(f"{item.words} is always given and stays.")
        draft.items.remove(item)
    return draft


def move_item(
    agenda_id: int, *, item_id: int, by: int, version: int, actor: User, typed: Typed = NOTHING_TYPED
) -> Draft:
    """Move a line up (``by`` negative) or down; at either end it stays."""
    with editing(agenda_id, verb="move item", version=version, actor=actor, typed=typed) as draft:
        item = draft.find(item_id)
        at = draft.items.index(item)
        draft.items.insert(max(0, min(len(draft.items) - 1, at + by)), draft.items.pop(at))
    return draft


def place_item(
    agenda_id: int, *, item_id: int, after_id: int, version: int, actor: User, typed: Typed = NOTHING_TYPED
) -> Draft:
    """Put a line directly behind another; a pause that belongs to Alice's story goes with it."""
    with editing(agenda_id, verb="move item", version=version, actor=actor, typed=typed) as draft:
        item, after = draft.find(item_id), draft.find(after_id)
        if item is after:
            raise CannotDo("A line cannot stand behind itself.")
        at = draft.items.index(item)
        together = [item]
        if item.topic is not None and item.topic.kind == Topic.Kind.ACCOUNT:
            together += [
                one for one in draft.items[at + 1 : at + 2] if one.kind == Kind.PAUSE and one is not after
            ]
        draft.items = [one for one in draft.items if one not in together]
        at = draft.items.index(after) + 1
        draft.items[at:at] = together
        draft.touched = item
    return draft


def _one(
    agenda_id: int,
    item_id: int,
    change: Callable[[Draft, AgendaItem], None],
    *,
    verb: str,
    version: int,
    actor: User,
    typed: Typed,
) -> Draft:
    with editing(agenda_id, verb=verb, version=version, actor=actor, typed=typed) as draft:
        change(draft, draft.find(item_id))
    return draft


def set_minutes(
    agenda_id: int, *, item_id: int, minutes: int, version: int, actor: User, typed: Typed = NOTHING_TYPED
) -> Draft:
    """Give a line so many minutes. Raises ``CannotDo`` beyond 1 to 600."""
    return _one(
        agenda_id,
        item_id,
        lambda draft, item: _set_minutes(item, minutes),
        verb="set minutes",
        version=version,
        actor=actor,
        typed=typed,
    )


def set_points(
    agenda_id: int,
    *,
    item_id: int,
    point_ids: Sequence[int],
    version: int,
    actor: User,
    typed: Typed = NOTHING_TYPED,
) -> Draft:
    """Tick exactly these points of a topic; those of other topics are ignored."""
    return _one(
        agenda_id,
        item_id,
        lambda draft, item: _set_points(item, point_ids),
        verb="set points",
        version=version,
        actor=actor,
        typed=typed,
    )


def set_speaker(
    agenda_id: int, *, item_id: int, who: str, version: int, actor: User, typed: Typed = NOTHING_TYPED
) -> Draft:
    """Say who gives a line: a speaker's key, host, recorded or nobody. Raises ``CannotDo`` for somebody not there."""
    return _one(
        agenda_id,
        item_id,
        lambda draft, item: _give_to(draft, item, who),
        verb="set speaker",
        version=version,
        actor=actor,
        typed=typed,
    )


def set_variant(
    agenda_id: int, *, item_id: int, variant: str, version: int, actor: User, typed: Typed = NOTHING_TYPED
) -> Draft:
    """Say how a topic is given: presentation, workshop, discussion or recorded."""
    return _one(
        agenda_id,
        item_id,
        lambda draft, item: _set_variant(item, variant),
        verb="set variant",
        version=version,
        actor=actor,
        typed=typed,
    )


def keep_points_here(
    agenda_id: int,
    *,
    item_id: int,
    that_fit: bool = False,
    version: int,
    actor: User,
    typed: Typed = NOTHING_TYPED,
) -> Draft:
    """Untick the points of other nations' law; with ``that_fit``, also those for which there is no time."""

    def change(draft: Draft, item: AgendaItem) -> None:
        topic = draft.facts.by_id.get(item.topic_id or 0)
        if topic is None:
            raise CannotDo("Only a topic has points.")
        if that_fit:
            item.point_ids = _first_that_fit(draft.facts, topic, item)
            return
        here = {point.pk for point in draft.facts.points_here(topic)}
        kept = [pk for pk in item.point_ids if pk in here]
        item.point_ids = kept or points_that_fit(draft.facts, topic, item.minutes)

    return _one(agenda_id, item_id, change, verb="set points", version=version, actor=actor, typed=typed)


def _first_that_fit(facts: Facts, topic: Topic, item: AgendaItem) -> list[int]:
    """The ticked points, in order, for as long as there is time; at least one."""
    kept: list[int] = []
    left = item.minutes
    for point in topic.points.all():
        if point.pk in item.point_ids and (not kept or point.minutes <= left):
            kept.append(point.pk)
            left -= point.minutes
    return kept


# ---- checks that a person decided against


def set_aside(
    agenda_id: int,
    *,
    key: str,
    words: str,
    reason: str,
    version: int,
    actor: User,
    typed: Typed = NOTHING_TYPED,
) -> Draft:
    """Lay a check aside with one sentence, which goes to the run sheet. Raises ``CannotDo`` without the sentence."""
    reason = " ".join(reason.split())
    if not reason:
        raise CannotDo("Say in one sentence why this is right here.")
    with editing(agenda_id, verb="set check aside", version=version, actor=actor, typed=typed) as draft:
        SetAside.objects.update_or_create(
            agenda=draft.agenda,
            key=key,
            defaults={"words": words[:300], "reason": reason[:300], "by": actor, "at": timezone.now()},
        )
    return draft


def check_again(
    agenda_id: int, *, key: str, version: int, actor: User, typed: Typed = NOTHING_TYPED
) -> Draft:
    """Take back a set-aside: the check speaks up again."""
    with editing(agenda_id, verb="check again", version=version, actor=actor, typed=typed) as draft:
        SetAside.objects.filter(agenda=draft.agenda, key=key).delete()
    return draft
