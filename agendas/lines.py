"""The lines of the day as the studio shows them, each with its controls; what was typed lies on top of what is saved."""

import datetime as dt
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from operator import attrgetter
from typing import NamedTuple

from agendas.facts import Facts
from agendas.models import AgendaItem
from agendas.posted import Posted, RawRow
from agendas.running import RunningOrder
from agendas.services import HOST, NOBODY, RECORDED
from courses.models import Point, Topic
from places.clock import say_time
from places.keeping import Lately

Kind, Variant = AgendaItem.Kind, AgendaItem.Variant
Pill = tuple[str, str]
MOST_KEPT = 400


@dataclass(frozen=True)
class Option:
    """A choice of a select."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True)
class Tick:
    """A point of a topic, with a box."""

    pk: int
    words: str
    minutes: int
    ticked: bool
    elsewhere: bool = False


@dataclass(frozen=True, eq=False)
class Controls:
    """What may be chosen for a line: who gives it, how, which points, and what composing again leaves.

    While nothing of it changes it is the same object, so that other minutes or another note draw less anew.
    """

    key: str
    title: str
    who: tuple[Option, ...]
    how: tuple[Option, ...]
    pins: tuple[Option, ...]
    ticks: tuple[Tick, ...]

    @property
    def points_words(self) -> str:
        return f"{sum(tick.ticked for tick in self.ticks)} of {len(self.ticks)} points"


@dataclass(frozen=True, eq=False)
class StudioRow:
    """One line of the day with its controls, but for its time: while nothing else changes it is the same object."""

    key: str
    what: str
    title: str
    minutes: int
    typed_minutes: str
    is_pause: bool
    is_note: bool
    names_itself: bool
    own_title: str
    pills: tuple[Pill, ...]
    flag: bool
    who_words: str
    controls: Controls
    why: str
    note: str
    first: bool
    last: bool
    stays: bool
    mistake: str
    has_note: bool = True

    @property
    def points(self) -> list[str]:
        """The points that are ticked, in words."""
        return [tick.words for tick in self.controls.ticks if tick.ticked]

    @property
    def takes_part(self) -> str:
        """How it is given, where people take part."""
        ways = (Variant.WORKSHOP, Variant.DISCUSSION)
        return next((one.words for one in self.controls.how if one.chosen and one.value in ways), "")


class TimedRow(NamedTuple):
    """A line of the day and when it starts, on the London clock."""

    row: StudioRow
    starts_at: dt.datetime

    @property
    def clock(self) -> str:
        """When it starts, for machines."""
        return _clock(self.starts_at.hour, self.starts_at.minute)[0]

    @property
    def time_words(self) -> str:
        """When it starts, for people."""
        return _clock(self.starts_at.hour, self.starts_at.minute)[1]


@cache
def _clock(hour: int, minute: int) -> tuple[str, str]:
    """A time of London's clock for machines and for people: ``09:05`` and ``9.05am``."""
    time = dt.time(hour, minute)
    return f"{time:%H:%M}", say_time(time)


_kept: Lately[StudioRow] = Lately(MOST_KEPT)
_kept_controls: Lately[Controls] = Lately(MOST_KEPT)


def rows_of(
    order: RunningOrder,
    facts: Facts,
    *,
    names: Mapping[int, str],
    flags: Mapping[int, int],
    posted: Posted | None,
    why: Mapping[str, str],
    has_notes: bool = True,
    untitled: Collection[int] = (),
) -> list[TimedRow]:
    """Every line in order. ``names`` says who comes, as far as the reader may know; ``flags`` the number of an item's check;

    ``why`` the composer's reason for each topic, by slug; it is shown where no pill says the same. Without ``has_notes`` no
    note is shown, and of the lines in ``untitled`` no title of their own: neither can be changed then.
    """
    last = len(order.lines) - 1
    shared = _shared(facts, names)
    found = []
    for n, line in enumerate(order.lines):
        item = line.item
        topic = facts.by_id.get(item.topic_id) if item.topic_id else None
        make = partial(
            _row,
            item,
            topic,
            facts,
            names,
            check=flags.get(item.pk),
            why=why.get(topic.slug, "") if topic is not None and not _says_why(topic, facts) else "",
            first=n == 0,
            last=n == last,
            names_itself=item.kind in (Kind.HOST, Kind.NOTE) and item.pk not in untitled,
            has_note=has_notes,
        )
        if posted is not None or not _is_kept(item, facts):
            row = make(posted=posted)
        else:
            row = _kept.get((shared, _own(item), *make.keywords.values()), partial(make, shared=shared))
        found.append(TimedRow(row, line.starts_at))
    return found


def _shared(facts: Facts, names: Mapping[int, str]) -> Hashable:
    """What all lines of a page rest on; the names as well, so that no reader gets a line that was made for another's tier."""
    team = tuple(member.speaker_id for member in facts.team)
    return (facts.catalogue.edition, facts.nation, facts.must_ids, team, tuple(names.items()))


def _says_why(topic: Topic, facts: Facts) -> bool:
    """Whether a pill of the line is reason enough: always given, or asked for."""
    return topic.is_core or topic.pk in facts.must_ids


_shown = attrgetter(
    "id", "kind", "topic_id", "title", "minutes", "speaker_id", "by_host", "variant", "note", "pin"
)


def _own(item: AgendaItem) -> Hashable:
    """What a line shows of its own."""
    return _shown(item), tuple(item.point_ids)


def _chosen(item: AgendaItem) -> Hashable:
    """What its controls show of a line."""
    return (
        item.pk,
        item.kind,
        item.topic_id,
        item.words,
        item.speaker_id,
        item.by_host,
        item.variant,
        item.pin,
        tuple(item.point_ids),
    )


def _is_kept(item: AgendaItem, facts: Facts) -> bool:
    """Whether the line rests on the catalogue in memory: a topic that is newer may yet change unseen."""
    return item.topic_id is None or item.topic_id in facts.catalogue.every_topic


def _row(
    item: AgendaItem,
    topic: Topic | None,
    facts: Facts,
    names: Mapping[int, str],
    *,
    check: int | None,
    why: str,
    first: bool,
    last: bool,
    names_itself: bool,
    has_note: bool,
    posted: Posted | None = None,
    shared: Hashable = None,
) -> StudioRow:
    raw = posted.row_of(item.pk) if posted is not None else None
    choose = partial(_controls, item, topic, facts, names, raw)
    return StudioRow(
        key=str(item.pk),
        what=f"topic:{item.topic.slug}" if item.topic is not None else item.kind,
        title=item.words,
        minutes=item.minutes,
        typed_minutes=raw.minutes if raw else str(item.minutes),
        is_pause=item.is_pause,
        is_note=item.kind == Kind.NOTE,
        names_itself=names_itself,
        has_note=has_note,
        own_title=raw.title if raw and raw.title is not None else item.title,
        pills=_pills(item, facts, check),
        flag=check is not None,
        who_words=_who_words(item, names),
        controls=choose() if shared is None else _kept_controls.get((shared, _chosen(item)), choose),
        why=why,
        note=raw.note if raw and raw.note is not None else item.note,
        first=first,
        last=last,
        stays=item.is_core,
        mistake=posted.mistakes.get(f"minutes-{item.pk}", "") if posted is not None else "",
    )


def _controls(
    item: AgendaItem, topic: Topic | None, facts: Facts, names: Mapping[int, str], raw: RawRow | None
) -> Controls:
    return Controls(
        key=str(item.pk),
        title=item.words,
        who=_who(item, facts, names, raw),
        how=_how(item, topic, raw),
        pins=_pins(item, raw),
        ticks=_ticks(topic, facts, raw.point_ids if raw else item.point_ids),
    )


def _pills(item: AgendaItem, facts: Facts, check: int | None) -> tuple[Pill, ...]:
    pills: list[Pill] = []
    if item.is_core:
        pills.append(("Always given", ""))
    if item.topic_id in facts.must_ids:
        pills.append(("They asked for this", ""))
    if item.topic is not None and item.topic.is_demanding:
        pills.append(("A demanding topic", ""))
    if item.is_workshop:
        pills.append(("Workshop", "part"))
    if item.kind == Kind.NOTE:
        pills.append(("Run sheet only", ""))
    if item.pin:
        pills.append(("Leaves the day" if item.pin == AgendaItem.Pin.OUT else "Pinned", ""))
    if check is not None:
        pills.append((f"See check {check}", "warn"))
    return tuple(pills)


def _giver(item: AgendaItem) -> str:
    """Who gives it, as the select names them."""
    if item.variant == Variant.RECORDED:
        return RECORDED
    if item.by_host:
        return HOST
    return str(item.speaker_id) if item.speaker_id else NOBODY


def _who(item: AgendaItem, facts: Facts, names: Mapping[int, str], raw: RawRow | None) -> tuple[Option, ...]:
    if item.is_pause or item.kind == Kind.NOTE:
        return ()
    chosen = raw.who if raw and raw.who else _giver(item)
    choices = [(NOBODY, "Nobody yet")] if item.kind != Kind.HOST else []
    choices += [(str(member.speaker_id), _name(member.speaker_id, names)) for member in facts.team]
    if item.speaker_id is not None and str(item.speaker_id) not in {value for value, _ in choices}:
        choices.append((str(item.speaker_id), "Somebody who no longer comes"))
    choices.append((HOST, "Host’s own speaker"))
    if item.topic is not None and item.topic.kind == Topic.Kind.ACCOUNT:
        choices.append((RECORDED, "Recorded account"))
    return tuple(Option(value, words, value == chosen) for value, words in choices)


def _name(speaker_id: int, names: Mapping[int, str]) -> str:
    return names.get(speaker_id, "One of our trainers")


def _who_words(item: AgendaItem, names: Mapping[int, str]) -> str:
    if item.is_pause or item.kind == Kind.NOTE:
        return ""
    if item.variant == Variant.RECORDED:
        return "Recorded account"
    if item.by_host:
        return "Host’s own speaker"
    return _name(item.speaker_id, names) if item.speaker_id else "Nobody yet"


def _how(item: AgendaItem, topic: Topic | None, raw: RawRow | None) -> tuple[Option, ...]:
    if topic is None or topic.kind == Topic.Kind.ACCOUNT:
        return ()
    chosen = raw.how if raw and raw.how else item.variant
    ways = [Variant.PRESENTATION, Variant.DISCUSSION]
    if topic.may_be_workshop or topic.is_workshop or item.variant == Variant.WORKSHOP:
        ways.insert(1, Variant.WORKSHOP)
    return tuple(Option(way.value, way.label, way == chosen) for way in ways)


def _pins(item: AgendaItem, raw: RawRow | None) -> tuple[Option, ...]:
    """What composing again leaves as it is."""
    if item.kind != Kind.TOPIC:
        return ()
    chosen = raw.pin if raw else item.pin
    choices = [("", "Free to change"), *AgendaItem.Pin.choices]
    if item.is_core:
        choices = [(value, words) for value, words in choices if value != AgendaItem.Pin.OUT]
    return tuple(Option(value, words, value == chosen) for value, words in choices)


def _ticks(topic: Topic | None, facts: Facts, ticked: Collection[int]) -> tuple[Tick, ...]:
    """The points of this nation, and any other that is ticked."""
    if topic is None:
        return ()
    return tuple(
        tick_of(point, facts, ticked)
        for point in facts.points_of(topic)
        if point.applies_in(facts.nation) or point.pk in ticked
    )


def tick_of(point: Point, facts: Facts, ticked: Collection[int]) -> Tick:
    """A point with its box."""
    elsewhere = not point.applies_in(facts.nation)
    return Tick(point.pk, point.text, point.minutes, point.pk in ticked, elsewhere)
