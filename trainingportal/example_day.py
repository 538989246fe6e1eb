"""The one example day on the landing page, laid out from the catalogue as it stands."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from agendas.strip import CORE, FILL, PAUSE, TOPIC, Block, Strip, draw
from trainingportal.public_catalogue import FormatSeen, TopicSeen

AUDIENCE = "front-line"
# What sits together; between the blocks people pause. Alice’s story comes early and time to pause follows it.
BLOCKS = (
    ("scale-of-the-problem", "alices-story"),
    ("what-is-stalking", "red-flags", "legal-issues"),
    ("victim-impact", "risk"),
    ("investigations", "local-procedures"),
)
WORKSHOPS = ("red-flags", "risk")
WORKSHOP_PILL = ("Workshop", "part")
STEP = 5


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the day, as ``components/timed_list.html`` draws it."""

    starts_at: dt.time
    minutes: int
    title: str
    kind: str
    detail: str = ""
    pills: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True)
class Day:
    """A timed day: rows that follow one another without a gap, its picture, and what found no room."""

    rows: tuple[Row, ...]
    strip: Strip
    ends_at: dt.time
    training_minutes: int
    workshops: int
    left_out: tuple[TopicSeen, ...]


@dataclasses.dataclass(frozen=True)
class _Part:
    minutes: int
    title: str
    kind: str
    detail: str = ""
    pills: tuple[tuple[str, str], ...] = ()


def lay_out(length: FormatSeen, topics: Sequence[TopicSeen]) -> Day:
    """Fill this length exactly with the example's topics, welcome, pauses and close.

    Minutes start at the usual and move in fives towards what the audience needs most, within each topic's own bounds
    and the longest sitting. What is left over goes to the questions at the end.
    """
    known = {topic.slug: topic for topic in topics}
    blocks = [[known[slug] for slug in block if slug in known] for block in BLOCKS]
    blocks = [block for block in blocks if block]
    minutes = _fit(length, blocks)
    blocks = [[topic for topic in block if topic.slug in minutes] for block in blocks]
    spare = length.topic_minutes - sum(minutes.values())

    parts = [_Part(length.welcome_minutes, "Welcome", FILL, "What the day is for, and how to step out of it")]
    for number, block in enumerate(blocks):
        if number:
            parts.append(_pause(length, number, blocks))
        parts += [_topic(topic, minutes[topic.slug]) for topic in block]
    close = "Feedback, certificates, and where to turn afterwards"
    parts.append(_Part(length.close_minutes + spare, "Questions and close", FILL, close))
    return _as_day(parts, length.starts_at, tuple(topic for topic in topics if topic.slug not in minutes))


def _fit(length: FormatSeen, blocks: list[list[TopicSeen]]) -> dict[str, int]:
    """Choose each topic's minutes so that together they come as near to the time there is as they can."""
    chosen = [topic for block in blocks for topic in block]
    minutes = {topic.slug: topic.usual_minutes for topic in chosen}
    by_weight = sorted(chosen, key=lambda topic: (-_weight(topic), chosen.index(topic)))
    may_grow_first = sorted(by_weight, key=lambda topic: topic.is_core)

    while sum(minutes.values()) > length.topic_minutes and minutes:
        lighter = [topic for topic in reversed(by_weight) if topic.slug in minutes]
        shorter = next((t for t in lighter if minutes[t.slug] - STEP >= t.least_minutes), None)
        if shorter:
            minutes[shorter.slug] -= STEP
        else:
            del minutes[lighter[0].slug]
    while sum(minutes.values()) + STEP <= length.topic_minutes:
        longer = next((t for t in may_grow_first if _may_grow(t, minutes, length, blocks)), None)
        if longer is None:
            break
        minutes[longer.slug] += STEP
    return minutes


def _may_grow(
    topic: TopicSeen, minutes: dict[str, int], length: FormatSeen, blocks: list[list[TopicSeen]]
) -> bool:
    if topic.slug not in minutes or minutes[topic.slug] + STEP > topic.most_minutes:
        return False
    number = next(number for number, block in enumerate(blocks) if topic in block)
    sitting = sum(minutes.get(other.slug, 0) for other in blocks[number])
    if number == 0:
        sitting += length.welcome_minutes
    if number == len(blocks) - 1:
        sitting += length.close_minutes
    return sitting + STEP <= length.longest_sitting_minutes


def _weight(topic: TopicSeen) -> int:
    return 9 if topic.is_core else topic.emphasis.get(AUDIENCE, 0)


def _topic(topic: TopicSeen, minutes: int) -> _Part:
    pills = []
    if topic.is_core:
        pills.append(("Always given", ""))
    if topic.slug in WORKSHOPS and (topic.is_workshop or topic.may_be_workshop):
        pills.append(WORKSHOP_PILL)
    return _Part(minutes, topic.title, CORE if topic.is_core else TOPIC, topic.summary, tuple(pills))


def _pause(length: FormatSeen, number: int, blocks: list[list[TopicSeen]]) -> _Part:
    if any(topic.slug == "alices-story" for topic in blocks[number - 1]):
        return _Part(length.pause_minutes, "Time to pause", PAUSE)
    if number == len(blocks) // 2 and length.lunch_minutes:
        return _Part(length.lunch_minutes, "Lunch", PAUSE)
    return _Part(length.break_minutes, "Break", PAUSE)


def _as_day(parts: list[_Part], starts_at: dt.time, left_out: tuple[TopicSeen, ...]) -> Day:
    clock = dt.datetime.combine(dt.date(2000, 1, 1), starts_at)
    rows = []
    for part in parts:
        rows.append(Row(starts_at=clock.time(), **vars(part)))
        clock += dt.timedelta(minutes=part.minutes)
    return Day(
        rows=tuple(rows),
        strip=draw([Block(part.kind, part.minutes, part.title) for part in parts], starts_at=starts_at),
        ends_at=clock.time(),
        training_minutes=sum(part.minutes for part in parts if part.kind != PAUSE),
        workshops=sum(WORKSHOP_PILL in part.pills for part in parts),
        left_out=left_out,
    )
