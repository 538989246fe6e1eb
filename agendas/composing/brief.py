"""What the composer is given, and what it gives back. Plain values: times are minutes, topics go by slug."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class PointFacts:
    """One point of a topic that is meant for this nation."""

    point_id: int
    minutes: int


@dataclass(frozen=True)
class TopicFacts:
    """A topic of the catalogue as it stands for one booking.

    ``wanted`` is how much it matters to these people (0: only when asked for), ``because`` says that in words;
    ``if_room``: it fills what time there is, and shortens nothing else.
    ``workshop``: it is one, or may be given as one.
    """

    slug: str
    title: str
    rank: int
    least: int
    usual: int
    most: int
    is_core: bool = False
    is_account: bool = False
    is_demanding: bool = False
    is_workshop: bool = False
    may_be_workshop: bool = False
    by_host: bool = False
    needs: frozenset[str] = frozenset()
    applies: bool = True
    is_must: bool = False
    is_left_out: bool = False
    is_kept_out: bool = False
    wanted: int = 0
    if_room: bool = False
    because: str = ""
    points: tuple[PointFacts, ...] = ()

    @property
    def takes_part(self) -> bool:
        """Whether it can be the day's workshop."""
        return self.is_workshop or self.may_be_workshop


@dataclass(frozen=True)
class Teacher:
    """A speaker held for the session: what they were asked to give this time, and what else they know."""

    key: int
    is_family: bool = False
    is_lead: bool = False
    asked: frozenset[str] = frozenset()
    knows: frozenset[str] = frozenset()

    def suits(self, slug: str) -> int:
        """2 when the topic was asked of them, 1 when they know it, else 0."""
        return 2 if slug in self.asked else 1 if slug in self.knows else 0


@dataclass(frozen=True)
class Pin:
    """What a trainer holds fast about one topic. ``sitting`` counts from 0, the stretch between two pauses."""

    slug: str
    minutes: int | None = None
    at_most: int | None = None
    teacher: int | None = None
    sitting: int | None = None
    point_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Day:
    """The frame: when it starts (minutes after midnight), how long it is, and the format's rules for sitting and resting."""

    starts_at: int
    length: int
    longest_sitting: int
    break_minutes: int
    lunch_minutes: int
    pause_minutes: int
    welcome_minutes: int
    close_minutes: int
    needs_workshop: bool = False
    name: str = "day"

    @property
    def has_lunch(self) -> bool:
        """Whether lunch falls into it: a long day that begins before noon."""
        return self.lunch_minutes > 0 and self.starts_at < LUNCH_FROM + 15 and self.length >= 300


LUNCH_FROM, LUNCH_UNTIL, LUNCH_BEST = 11 * 60 + 45, 13 * 60 + 30, 12 * 60 + 30
LONGEST_CLOSE = 30


@dataclass(frozen=True)
class Brief:
    """Everything that a day is composed from. The same brief always gives the same day."""

    day: Day
    topics: tuple[TopicFacts, ...]
    team: tuple[Teacher, ...] = ()
    pins: tuple[Pin, ...] = ()
    without: frozenset[str] = frozenset()
    """Rules that a person set aside: "workshop", "needs", "demanding", "last"."""
    longer: tuple[Day, ...] = ()
    """What else is on offer and lasts longer, the shortest first: named where this day cannot hold what it must."""

    @cached_property
    def by_slug(self) -> Mapping[str, TopicFacts]:
        return {topic.slug: topic for topic in self.topics}

    @cached_property
    def pin_of(self) -> Mapping[str, Pin]:
        return {pin.slug: pin for pin in self.pins}

    @cached_property
    def in_order(self) -> tuple[TopicFacts, ...]:
        """The order of teaching: the facts, Alice's story, the rest by rank, the host's own last; needs come first."""
        waiting = sorted(
            self.topics,
            key=lambda topic: (not topic.is_core, topic.is_account, topic.by_host, topic.rank, topic.slug),
        )
        ordered: list[TopicFacts] = []
        while waiting:
            slugs = {topic.slug for topic in waiting}
            ready = next((topic for topic in waiting if not topic.needs & slugs), waiting[0])
            waiting.remove(ready)
            ordered.append(ready)
        return tuple(ordered)

    def may_be_in(self, topic: TopicFacts) -> bool:
        """Core topics and what a person holds fast always may; else this nation, not refused, and somebody to give it."""
        if topic.is_core or topic.slug in self.pin_of:
            return True
        if not topic.applies or topic.is_left_out or topic.is_kept_out:
            return False
        if not (topic.is_must or topic.wanted or self._is_of_use(topic)):
            return False
        return topic.is_must or bool(self.qualified(topic)) or self.needs_nobody(topic)

    def _is_of_use(self, topic: TopicFacts) -> bool:
        """Whether something may call for it though nobody asked: another topic, or the rule of the workshop."""
        return topic.takes_part or any(topic.slug in other.needs for other in self.topics)

    def qualified(self, topic: TopicFacts) -> tuple[Teacher, ...]:
        """Who may give a topic. A personal account is given by a member of the family beside a colleague, or by nobody here."""
        pin = self.pin_of.get(topic.slug)
        if pin is not None and pin.teacher is not None:
            return tuple(one for one in self.team if one.key == pin.teacher)
        if topic.by_host:
            return ()
        able = tuple(one for one in self.team if one.suits(topic.slug))
        if topic.is_account:
            has_colleague = any(not one.is_family for one in self.team)
            return tuple(one for one in able if one.is_family and has_colleague)
        return able

    def needs_nobody(self, topic: TopicFacts) -> bool:
        """Whether the day may hold it with no speaker named: the host's own, a recording, or no team yet."""
        return topic.by_host or topic.is_account or not self.team


@dataclass(frozen=True)
class Given:
    """A topic in the day. ``teacher`` is None for the host's own, a recording, and where nobody fits yet."""

    slug: str
    minutes: int
    teacher: int | None
    is_recorded: bool
    as_workshop: bool
    point_ids: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class Around:
    """What stands around the topics: welcome, break, lunch, pause, questions or close."""

    kind: str
    minutes: int


@dataclass(frozen=True)
class LeftOut:
    """A topic that is not in the day: why, and what would buy it back ("" when nothing would, or need)."""

    slug: str
    title: str
    why: str
    buys_back: str = ""


@dataclass(frozen=True)
class Composed:
    """A whole day in order. ``is_proven``: no better one exists under the rules and the order of wishes."""

    lines: tuple[Given | Around, ...]
    left_out: tuple[LeftOut, ...]
    is_proven: bool

    @property
    def topics(self) -> tuple[Given, ...]:
        return tuple(line for line in self.lines if isinstance(line, Given))


@dataclass(frozen=True)
class CannotCompose:
    """What is held fast does not fit into a day. ``words`` says by how much, and what would help."""

    words: str
    clashing: tuple[str, ...] = field(default=())
