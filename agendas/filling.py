"""“Fill it for me”: a first agenda from the wishes and the catalogue, by simple rules in plain order.

1. Welcome, the two core topics (facts first, then Alice's story), time to pause after the story, a close.
2. What they must cover, with whatever it needs first.
3. A workshop, where the format asks for one and none is in yet.
4. What suits the audience, the most wanted first; never what they asked to leave out, nor another nation's.
5. Lunch and breaks, so that nobody sits longer than the format allows; topics keep the catalogue's order.

Nothing is added that would not fit. What is left of the time goes to topics up to their usual length, then to the close.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from agendas.facts import Facts, TeamMember
from agendas.models import AgendaItem
from courses.models import Format, Topic

STEP = 5
LUNCH_LATEST, LUNCH_BEST = 13 * 60 + 15, 12 * 60 + 30
MOST_BREAKS = 4
MOST_CLOSE = 30
Kind, Variant = AgendaItem.Kind, AgendaItem.Variant


@dataclass(frozen=True)
class Block:
    """A stretch that is not a pause. ``pause_after``: minutes to pause that always follow it."""

    minutes: int
    kind: str = Kind.TOPIC
    topic: Topic | None = None
    pause_after: int = 0


@dataclass(frozen=True)
class Filled:
    """A first agenda, unsaved, and what was asked for and did not fit."""

    items: list[AgendaItem]
    left_out: list[Topic] = field(default_factory=list)


def fill(facts: Facts, format: Format, *, length: int, starts_at_minute: int) -> Filled:
    """Choose, order and time everything for a day of ``length`` minutes that starts ``starts_at_minute`` after midnight."""
    day = _Day(facts, format, length, starts_at_minute)
    day.take_what_must_be()
    day.take_a_workshop()
    day.take_what_suits()
    day.grow()
    return Filled(day.items(), day.left_out)


class _Day:
    """The topics taken so far, each with its minutes; every change is tried and kept only when the whole still fits."""

    def __init__(self, facts: Facts, format: Format, length: int, starts_at_minute: int) -> None:
        self.facts, self.format, self.length, self.start = facts, format, length, starts_at_minute
        self.minutes: dict[int, int] = {}
        self.close_minutes = format.close_minutes
        self.left_out: list[Topic] = []
        self.workshop: int | None = None

    # ---- what goes in

    def take_what_must_be(self) -> None:
        core = [topic for topic in self.facts.topics if topic.is_core]
        self.minutes = {topic.pk: topic.least_minutes for topic in core}
        for topic in (self.facts.by_id[pk] for pk in self._in_order(self.facts.must_ids)):
            if not self._take(topic, topic.least_minutes):
                self.left_out.append(topic)
        for pk in list(self.minutes):
            self._stretch(pk, self.facts.by_id[pk].usual_minutes)

    def take_a_workshop(self) -> None:
        if not self.format.needs_workshop:
            return
        in_already = [self.facts.by_id[pk] for pk in self.minutes]
        if any(topic.is_workshop for topic in in_already):
            return
        may_be = [topic for topic in in_already if topic.may_be_workshop]
        if may_be:
            self.workshop = max(may_be, key=lambda topic: (self.minutes[topic.pk], -topic.rank)).pk
            return
        for topic in self._by_wish():
            if (topic.is_workshop or topic.may_be_workshop) and self._take(
                topic, topic.usual_minutes, topic.least_minutes
            ):
                self.workshop = topic.pk
                return

    def take_what_suits(self) -> None:
        for topic in self._by_wish():
            if self.facts.wanted(topic):
                self._take(topic, topic.usual_minutes)
        for topic in self._by_wish():
            if self.facts.wanted(topic):
                self._take(topic, topic.least_minutes)

    def grow(self) -> None:
        for pk in sorted(self.minutes, key=lambda pk: -self.facts.wanted(self.facts.by_id[pk])):
            self._stretch(pk, self.facts.by_id[pk].usual_minutes)
        while self.close_minutes < MOST_CLOSE and self._fits(self.minutes, self.close_minutes + STEP):
            self.close_minutes += STEP
        for pk in sorted(self.minutes, key=lambda pk: -self.facts.wanted(self.facts.by_id[pk])):
            self._stretch(pk, self.facts.by_id[pk].most_minutes)

    def _by_wish(self) -> list[Topic]:
        """What could still be taken, the most wanted first."""
        open_ones = [
            topic
            for topic in self.facts.topics
            if topic.pk not in self.minutes
            and topic.pk not in self.facts.leave_out_ids
            and self.facts.applies(topic)
        ]
        return sorted(open_ones, key=lambda topic: (-self.facts.wanted(topic), topic.rank))

    def _take(self, topic: Topic, *lengths: int) -> bool:
        """Add a topic, with what it needs first, at the first of the lengths that fits. False when none does."""
        if topic.pk in self.minutes:
            return True
        first = self._needed_before(topic)
        if any(
            pk not in self.facts.by_id or pk in self.facts.leave_out_ids for pk in first
        ) or not self.facts.applies(topic):
            return False
        for minutes in lengths:
            tried = (
                self.minutes | {pk: self.facts.by_id[pk].least_minutes for pk in first} | {topic.pk: minutes}
            )
            if self._fits(tried, self.close_minutes):
                self.minutes = tried
                return True
        return False

    def _needed_before(self, topic: Topic) -> list[int]:
        """What a topic needs first and is not in yet, and what that needs in turn."""
        needed: list[int] = []
        waiting = list(self.facts.needs_of(topic))
        while waiting:
            pk = waiting.pop()
            if pk in self.minutes or pk in needed:
                continue
            needed.append(pk)
            if pk in self.facts.by_id:
                waiting += self.facts.needs_of(self.facts.by_id[pk])
        return needed

    def _stretch(self, pk: int, most: int) -> None:
        """Lengthen a topic in steps up to ``most`` for as long as the day still fits."""
        while self.minutes[pk] < most:
            tried = self.minutes | {pk: min(self.minutes[pk] + STEP, most)}
            if not self._fits(tried, self.close_minutes):
                return
            self.minutes = tried

    def _fits(self, minutes: dict[int, int], close: int) -> bool:
        return self._laid_out(self._blocks(minutes, close)) is not None

    # ---- in which order

    def _in_order(self, pks: "frozenset[int] | dict[int, int]") -> list[int]:
        """The catalogue's order, each topic after what it needs; what the host gives comes last."""
        ranked = sorted(
            (pk for pk in pks if pk in self.facts.by_id),
            key=lambda pk: (self.facts.by_id[pk].given_by_host, self.facts.by_id[pk].rank),
        )
        ordered: list[int] = []
        while ranked:
            ready = next(
                (
                    pk
                    for pk in ranked
                    if not any(needed in ranked for needed in self.facts.needs_of(self.facts.by_id[pk]))
                ),
                ranked[0],
            )
            ranked.remove(ready)
            ordered.append(ready)
        return ordered

    def _blocks(self, minutes: dict[int, int], close: int) -> list[Block]:
        """Welcome, facts, Alice's story with its pause, the rest, close."""
        ordered = self._in_order(minutes)
        core = [pk for pk in ordered if self.facts.by_id[pk].is_core]
        core.sort(key=lambda pk: self.facts.by_id[pk].kind == Topic.Kind.ACCOUNT)
        rest = [pk for pk in ordered if not self.facts.by_id[pk].is_core]
        blocks = [Block(self.format.welcome_minutes, Kind.WELCOME)] if self.format.welcome_minutes else []
        for pk in core + rest:
            topic = self.facts.by_id[pk]
            pause = self.format.pause_minutes if topic.kind == Topic.Kind.ACCOUNT else 0
            blocks.append(Block(minutes[pk], topic=topic, pause_after=pause))
        if close:
            blocks.append(Block(close, Kind.CLOSE))
        return blocks

    def _laid_out(self, blocks: Sequence[Block]) -> "tuple[str, ...] | None":
        """Which pause follows each block ("", break, lunch, pause), or ``None`` when it does not fit into the day."""
        return _place_pauses(
            tuple((block.minutes, block.pause_after) for block in blocks),
            self.length,
            self.start,
            self.format.longest_sitting_minutes,
            self.format.break_minutes,
            self.format.lunch_minutes if self.length >= self.format.clock_minutes * 3 // 4 else 0,
        )

    # ---- the result

    def items(self) -> list[AgendaItem]:
        blocks = self._blocks(self.minutes, self.close_minutes)
        pauses = self._laid_out(blocks)
        if pauses is None:  # the day is too short even for what must be; the trainer sees by how much
            pauses = tuple(Kind.PAUSE if block.pause_after else "" for block in blocks)
        items: list[AgendaItem] = []
        so_far: dict[int, int] = {}
        for block, pause in zip(blocks, pauses, strict=True):
            items.append(self._item(block, so_far))
            if pause == Kind.PAUSE:
                items.append(AgendaItem(kind=Kind.PAUSE, minutes=block.pause_after))
            elif pause == Kind.LUNCH:
                items.append(AgendaItem(kind=Kind.LUNCH, minutes=self.format.lunch_minutes))
            elif pause == Kind.BREAK:
                items.append(AgendaItem(kind=Kind.BREAK, minutes=self.format.break_minutes))
        return items

    def _item(self, block: Block, so_far: dict[int, int]) -> AgendaItem:
        item = AgendaItem(kind=block.kind, minutes=block.minutes, topic=block.topic)
        giver: TeamMember | None = self.facts.lead
        if block.topic is not None:
            tell(item, self.facts, as_workshop=block.topic.pk == self.workshop, so_far=so_far)
            return item
        item.speaker_id = giver.speaker_id if giver else None
        return item


def tell(
    item: AgendaItem, facts: Facts, *, as_workshop: bool = False, so_far: dict[int, int] | None = None
) -> AgendaItem:
    """Fill in how a topic is given, by whom, and which points fit into its minutes. ``so_far`` is brought up to date."""
    topic = item.topic
    assert topic is not None
    so_far = so_far if so_far is not None else {}
    item.variant = Variant.WORKSHOP if as_workshop else _usual_variant(topic)
    item.by_host = topic.given_by_host
    giver = None if item.by_host else facts.best_for(topic, minutes_so_far=so_far)
    item.speaker_id = giver.speaker_id if giver else None
    if giver is not None:
        so_far[giver.speaker_id] = so_far.get(giver.speaker_id, 0) + item.minutes
    elif topic.kind == Topic.Kind.ACCOUNT:
        item.variant = Variant.RECORDED
    item.point_ids = points_that_fit(facts, topic, item.minutes)
    return item


def _usual_variant(topic: Topic) -> str:
    return Variant.PRESENTATION if topic.kind == Topic.Kind.ACCOUNT else Variant(topic.kind)


def points_that_fit(facts: Facts, topic: Topic, minutes: int) -> list[int]:
    """The nation's points of a topic, in order, for as long as there is time; at least one where there are any."""
    chosen: list[int] = []
    for point in facts.points_here(topic):
        if chosen and point.minutes > minutes:
            continue
        chosen.append(point.pk)
        minutes -= point.minutes
    return chosen


@dataclass(frozen=True)
class _State:
    """How far pauses are placed: breaks used, lunch had, minutes on the clock, and how good it is so far."""

    breaks: int
    lunch: bool
    clock: int
    cost: tuple[int, int]
    trail: tuple[str, ...]


@lru_cache(maxsize=2048)
def _place_pauses(
    blocks: tuple[tuple[int, int], ...],
    length: int,
    start: int,
    longest: int,
    break_minutes: int,
    lunch_minutes: int,
) -> tuple[str, ...] | None:
    """Put as few breaks as possible, and lunch near half past twelve, between blocks of (minutes, pause after).

    A sitting never exceeds ``longest`` unless a single block does. ``None`` when the day would be too long.
    """
    n = len(blocks)
    best: dict[tuple[int, int, bool], _State] = {
        (0, 0, lunch_minutes == 0): _State(0, lunch_minutes == 0, 0, (0, 0), ())
    }
    for i in range(n):
        for state in [state for (at, _, _), state in list(best.items()) if at == i]:
            sitting = 0
            for j in range(i, n):
                sitting += blocks[j][0]
                if sitting > longest and j > i:
                    break
                trail = state.trail + ("",) * (j - i)
                for after in _ways_to_go_on(
                    state, blocks[j][1], j + 1 == n, sitting, trail, start, break_minutes, lunch_minutes
                ):
                    key = (j + 1, after.breaks, after.lunch)
                    if after.clock <= length and (key not in best or after.cost < best[key].cost):
                        best[key] = after
                if blocks[j][1]:
                    break
    ends = [state for (at, _, lunch), state in best.items() if at == n and lunch]
    return min(ends, key=lambda state: (state.breaks, state.cost)).trail if ends else None


def _ways_to_go_on(
    state: _State,
    pause_after: int,
    is_last: bool,
    sitting: int,
    trail: tuple[str, ...],
    start: int,
    break_minutes: int,
    lunch_minutes: int,
) -> list[_State]:
    """A sitting ends here: with the day, with the pause that must follow, with lunch, or with a break."""
    clock = state.clock + sitting
    late, uneven = state.cost
    cost = (late, uneven + sitting * sitting)
    here = replace(state, clock=clock, cost=cost, trail=(*trail, ""))
    if is_last:
        return [here]
    if pause_after:
        return [replace(here, clock=clock + pause_after, trail=(*trail, Kind.PAUSE.value))]
    ways = []
    at = start + clock
    if not state.lunch and at <= LUNCH_LATEST:
        off = abs(at - LUNCH_BEST) if abs(at - LUNCH_BEST) > 30 else 0
        ways.append(
            replace(
                here,
                clock=clock + lunch_minutes,
                lunch=True,
                cost=(late + off, cost[1]),
                trail=(*trail, Kind.LUNCH.value),
            )
        )
    if state.breaks < MOST_BREAKS:
        ways.append(
            replace(
                here, clock=clock + break_minutes, breaks=state.breaks + 1, trail=(*trail, Kind.BREAK.value)
            )
        )
    return ways
