"""The catalogue beside the day: what may be added, the most wanted first."""

from dataclasses import dataclass
from functools import partial

from agendas.facts import Facts
from agendas.lines import Tick, tick_of
from agendas.telling import points_that_fit
from courses.models import Topic
from places.keeping import Lately
from places.nations import Nation
from places.searching import plain

MOST_KEPT = 60
Shelf = tuple["Offered", ...]


@dataclass(frozen=True, eq=False)
class Offered:
    """A topic of the catalogue beside the day. While nothing of it changes it is the same object."""

    slug: str
    title: str
    ticks: tuple[Tick, ...]
    minutes: int
    hints: str
    materials: str
    is_in: bool


_kept: Lately[Shelf] = Lately(MOST_KEPT)
_kept_cards: Lately[Offered] = Lately(MOST_KEPT * 10)


def shelf_of(facts: Facts, *, inside: frozenset[int | None], search: str) -> Shelf:
    """Topics that are not always given: those not in the day first, the most wanted first; narrowed by the search."""
    make = partial(_shelf, facts, inside, plain(search).split())
    if search:
        return make()
    audiences = tuple((share.audience.pk, share.share) for share in facts.shares)
    usual = facts.usual and facts.usual.pk
    return _kept.get((*_asked(facts), audiences, usual, inside), make)


def _asked(facts: Facts) -> tuple[object, ...]:
    """What every card rests on."""
    return facts.catalogue.edition, facts.nation, facts.must_ids, facts.leave_out_ids


def _shelf(facts: Facts, inside: frozenset[int | None], words: list[str]) -> Shelf:
    found = [topic for topic in facts.topics if not topic.is_core and _matches(topic, facts, words)]
    found.sort(key=lambda topic: (topic.pk in inside, -facts.wanted(topic), topic.rank))
    return tuple(
        _kept_cards.get(
            (*_asked(facts), topic.pk, topic.pk in inside),
            partial(_offered, topic, facts, is_in=topic.pk in inside),
        )
        for topic in found
    )


def _matches(topic: Topic, facts: Facts, words: list[str]) -> bool:
    if not words:
        return True
    points = (point.text for point in facts.points_of(topic))
    materials = (material.title for material in facts.materials_of(topic))
    text = plain(" ".join([topic.title, topic.printed_title, topic.summary, *points, *materials]))
    return all(word in text for word in words)


def _offered(topic: Topic, facts: Facts, *, is_in: bool) -> Offered:
    minutes = topic.usual_minutes
    ticks: tuple[Tick, ...] = ()
    if not is_in:
        fit = points_that_fit(facts, topic, minutes)
        ticks = tuple(tick_of(point, facts, fit) for point in facts.points_here(topic))
    return Offered(
        slug=topic.slug,
        title=topic.title,
        ticks=ticks,
        minutes=minutes,
        hints=_hints(topic, facts),
        materials="; ".join(material.words for material in facts.materials_of(topic)),
        is_in=is_in,
    )


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
