"""The catalogue beside the day: what may be added, the most wanted first."""

from collections.abc import Collection
from dataclasses import dataclass

from agendas.facts import Facts
from agendas.lines import Tick, tick_of
from agendas.telling import points_that_fit
from courses.models import Topic
from places.nations import Nation


@dataclass(frozen=True)
class Offered:
    """A topic of the catalogue beside the day."""

    slug: str
    title: str
    ticks: tuple[Tick, ...]
    minutes: int
    hints: str
    is_in: bool


def shelf_of(facts: Facts, *, inside: Collection[int | None], search: str) -> list[Offered]:
    """Topics that are not always given: those not in the day first, the most wanted first; narrowed by the search."""
    words = search.casefold().split()
    found = [topic for topic in facts.topics if not topic.is_core and _matches(topic, facts, words)]
    found.sort(key=lambda topic: (topic.pk in inside, -facts.wanted(topic), topic.rank))
    return [_offered(topic, facts, is_in=topic.pk in inside) for topic in found]


def _matches(topic: Topic, facts: Facts, words: list[str]) -> bool:
    if not words:
        return True
    points = (point.text for point in facts.points_of(topic))
    text = " ".join([topic.title, topic.printed_title, topic.summary, *points]).casefold()
    return all(word in text for word in words)


def _offered(topic: Topic, facts: Facts, *, is_in: bool) -> Offered:
    minutes = topic.usual_minutes
    hints = _hints(topic, facts)
    if is_in:
        return Offered(topic.slug, topic.title, ticks=(), minutes=minutes, hints=hints, is_in=True)
    fit = points_that_fit(facts, topic, minutes)
    ticks = tuple(tick_of(point, facts, fit) for point in facts.points_here(topic))
    return Offered(topic.slug, topic.title, ticks=ticks, minutes=minutes, hints=hints, is_in=False)


def _hints(topic: Topic, facts: Facts) -> str:
    hints = [f"{topic.least_minutes} to {topic.most_minutes} min"]
    if topic.pk in facts.must_ids:
        hints.append("they asked for this")
    if topic.pk in facts.leave_out_ids:
        hints.append("they asked to leave it out")
    if not facts.applies(topic):
        hints.append(f"not for {Nation(facts.nation).label}")
    needed = [facts.by_id[pk].title for pk in facts.needs_of(topic) if pk in facts.by_id]
    if needed:
        hints.append(f"builds on {', '.join(needed)}")
    if topic.is_demanding:
        hints.append("a demanding topic")
    if topic.given_by_host:
        hints.append("given by the host")
    return " · ".join(hints)
