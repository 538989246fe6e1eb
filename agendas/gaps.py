"""What a day's questions might hold instead: topics that suit these people and that nobody on the team gives.

The composer never puts in a topic without a speaker. Where the team knows few topics it fills the day with questions, and
a trainer may rather have a topic stand there while its speaker is found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agendas.facts import Facts
from agendas.models import Agenda, AgendaItem
from courses.models import Topic

Kind = AgendaItem.Kind
MANY_QUESTIONS = 30
"""From so many minutes of questions beyond the usual close on, a trainer is told what could stand in them."""
STEP = 5


@dataclass(frozen=True)
class Gap:
    """A topic that would find room in the line at this place, with the minutes that it would take from it."""

    slug: str
    title: str
    minutes: int
    place: int


def question_minutes(agenda: Agenda, items: Sequence[AgendaItem]) -> int:
    """Minutes of questions beyond the close that the format has anyway."""
    asked = sum(item.minutes for item in items if item.kind in (Kind.QUESTIONS, Kind.CLOSE))
    return max(asked - agenda.format.close_minutes, 0)


def gaps_of(agenda: Agenda, items: Sequence[AgendaItem], facts: Facts) -> tuple[Gap, ...]:
    """Topics that nobody on the team gives, what they asked for first and then the most wanted, each where it fits.

    A topic takes its minutes from one line of questions, so that no sitting grows. It stands behind what it builds on, before
    what builds on it, and not beside another demanding topic.
    """
    if not facts.team or question_minutes(agenda, items) < MANY_QUESTIONS:
        return ()
    inside = {item.topic_id for item in items}
    found = [topic for topic in facts.topics if topic.pk not in inside and _might_stand(topic, agenda, facts)]
    found.sort(key=lambda topic: (topic.pk not in facts.must_ids, -facts.wanted(topic), topic.rank))
    return tuple(gap for topic in found if (gap := _gap_for(topic, agenda, items, facts)) is not None)


def _might_stand(topic: Topic, agenda: Agenda, facts: Facts) -> bool:
    return (
        not topic.is_core
        and topic.kind != Topic.Kind.ACCOUNT
        and not topic.given_by_host
        and facts.applies(topic)
        and topic.pk not in facts.leave_out_ids
        and topic.pk not in agenda.leave_out_ids
        and (topic.pk in facts.must_ids or facts.wanted(topic) > 0)
        and facts.best_for(topic) is None
    )


def _gap_for(topic: Topic, agenda: Agenda, items: Sequence[AgendaItem], facts: Facts) -> Gap | None:
    """The roomiest line of questions that can take the topic."""
    rooms = sorted(_rooms(agenda, items), key=lambda room: (-room[1], room[0]))
    for place, room in rooms:
        minutes = min(topic.usual_minutes, room // STEP * STEP)
        if minutes >= topic.least_minutes and _may_stand_at(place, topic, items, facts):
            return Gap(topic.slug, topic.title, minutes, place)
    return None


def _rooms(agenda: Agenda, items: Sequence[AgendaItem]) -> Iterator[tuple[int, int]]:
    """Each line of questions, with the minutes it can spare; the close keeps its own."""
    for place, item in enumerate(items):
        if item.kind == Kind.QUESTIONS:
            yield place, item.minutes
        elif item.kind == Kind.CLOSE:
            yield place, item.minutes - agenda.format.close_minutes


def _may_stand_at(place: int, topic: Topic, items: Sequence[AgendaItem], facts: Facts) -> bool:
    before = {item.topic_id for item in items[:place]}
    builds_on_it = (item.topic_id for item in items[:place] if item.topic is not None)
    if not before.issuperset(facts.needs_of(topic)):
        return False
    if any(topic.pk in facts.needs_of(facts.by_id[pk]) for pk in builds_on_it if pk in facts.by_id):
        return False
    return not (topic.is_demanding and any(_is_demanding(item) for item in _sitting(place, items)))


def _is_demanding(item: AgendaItem) -> bool:
    return item.topic is not None and item.topic.is_demanding


def _sitting(place: int, items: Sequence[AgendaItem]) -> Sequence[AgendaItem]:
    """The lines around a place, as far as the next pauses."""
    first = last = place
    while first and not items[first - 1].is_pause:
        first -= 1
    while last < len(items) and not items[last].is_pause:
        last += 1
    return items[first:last]
