"""Between a booking and the composer: what it is given to compose from, and the lines that its day becomes."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from agendas.composing.brief import Around, Brief, Composed, Day, Given, Pin, PointFacts, Teacher, TopicFacts
from agendas.facts import Facts
from agendas.models import Agenda, AgendaItem
from courses.models import Format, Topic, TopicForAudience

Kind, Variant, Kept = AgendaItem.Kind, AgendaItem.Variant, AgendaItem.Pin
Emphasis = TopicForAudience.Emphasis

FIRST_CHOICE, USUAL, ROOM = "A first choice for {}", "Usual for {}", "There was room for it"
A_MIXED_AUDIENCE = "a mixed audience"

RULE_OF_CHECK = {
    "workshop": "workshop",
    "needs": "needs",
    "order": "needs",
    "last": "last",
    "demanding": "demanding",
}
"""Which rule of the composer falls when a person set this check aside (the part of its key before the colon)."""


def brief_of(
    agenda: Agenda, facts: Facts, items: Sequence[AgendaItem] = (), set_aside: Sequence[str] = ()
) -> Brief:
    """What the day is composed from: the frame, the catalogue as it stands for these people, the team, what is held fast.

    A host's own slot keeps its place in the choice as a topic of its own, held fast.
    """
    slots = [item for item in items if item.kind == Kind.HOST]
    out = kept_out(agenda, items)
    day = _day(agenda)
    return Brief(
        day=day,
        topics=(*(_topic(topic, facts, out) for topic in facts.topics), *(_slot(item) for item in slots)),
        team=tuple(
            Teacher(
                key=member.speaker_id,
                is_family=member.is_family,
                is_lead=member.is_lead,
                asked=_slugs(member.topic_ids, facts),
                knows=_slugs(member.can_give, facts),
            )
            for member in facts.team
        ),
        pins=(*_pins(items, facts), *(Pin(_slot_slug(item)) for item in slots)),
        without=frozenset(
            rule for key in set_aside if (rule := RULE_OF_CHECK.get(key.partition(":")[0])) is not None
        ),
        longer=tuple(_longer(day, facts)),
    )


def kept_out(agenda: Agenda, items: Sequence[AgendaItem]) -> list[int]:
    """The topics that a trainer keeps out of this day: those kept out before, and those whose line says so now."""
    now = {item.topic_id for item in items if item.pin == Kept.OUT and item.topic_id and not item.is_core}
    return sorted({*agenda.leave_out_ids, *now})


def _day(agenda: Agenda) -> Day:
    return _frame(agenda.format, agenda.starts_at, agenda.length_minutes)


def _longer(day: Day, facts: Facts) -> Iterator[Day]:
    """What else the catalogue offers and lasts longer, the shortest first."""
    for shape in sorted(facts.catalogue.formats.values(), key=lambda one: (one.clock_minutes, one.pk)):
        if shape.clock_minutes > day.length:
            yield _frame(shape, shape.starts_at, shape.clock_minutes)


def _frame(shape: Format, starts_at: dt.datetime | dt.time, minutes: int) -> Day:
    return Day(
        starts_at=starts_at.hour * 60 + starts_at.minute,
        length=minutes,
        longest_sitting=shape.longest_sitting_minutes,
        break_minutes=shape.break_minutes,
        lunch_minutes=shape.lunch_minutes,
        pause_minutes=shape.pause_minutes,
        welcome_minutes=shape.welcome_minutes,
        close_minutes=shape.close_minutes,
        needs_workshop=shape.needs_workshop,
        name=shape.name.lower(),
    )


def _slugs(topic_ids: frozenset[int], facts: Facts) -> frozenset[str]:
    return frozenset(facts.by_id[pk].slug for pk in topic_ids if pk in facts.by_id)


def _topic(topic: Topic, facts: Facts, out: Collection[int]) -> TopicFacts:
    mean = facts.mean_emphasis(topic)
    return TopicFacts(
        slug=topic.slug,
        title=topic.title,
        rank=topic.rank,
        least=topic.least_minutes,
        usual=topic.usual_minutes,
        most=topic.most_minutes,
        is_core=topic.is_core,
        is_account=topic.kind == Topic.Kind.ACCOUNT,
        is_demanding=topic.is_demanding,
        is_workshop=topic.is_workshop,
        may_be_workshop=topic.may_be_workshop,
        by_host=topic.given_by_host,
        needs=_slugs(frozenset(facts.needs_of(topic)), facts),
        applies=facts.applies(topic),
        is_must=topic.pk in facts.must_ids,
        is_left_out=topic.pk in facts.leave_out_ids,
        is_kept_out=topic.pk in out,
        wanted=round(mean * 2),
        if_room=mean < (Emphasis.IF_ROOM + Emphasis.USUALLY) / 2,
        because=because(topic, facts, mean),
        points=tuple(PointFacts(point.pk, point.minutes) for point in facts.points_here(topic)),
    )


def because(topic: Topic, facts: Facts, mean: float) -> str:
    """Why it suits them, by the audience that wants it most."""
    most = max(facts.shares, key=lambda share: facts.emphasis_for(topic, share.audience), default=None)
    audience = most.audience if most is not None else facts.usual
    whom = audience.name.lower() if audience is not None else A_MIXED_AUDIENCE
    if mean >= (Emphasis.USUALLY + Emphasis.FIRST) / 2:
        return FIRST_CHOICE.format(whom)
    return USUAL.format(whom) if mean >= (Emphasis.IF_ROOM + Emphasis.USUALLY) / 2 else ROOM


def _slot_slug(item: AgendaItem) -> str:
    return f"line-{item.pk}"


def _slot(item: AgendaItem) -> TopicFacts:
    return TopicFacts(
        slug=_slot_slug(item), title=item.words, rank=999,
        least=item.minutes, usual=item.minutes, most=item.minutes, by_host=True,
    )  # fmt: skip


def _pins(items: Sequence[AgendaItem], facts: Facts) -> Iterator[Pin]:
    sitting = 0
    for item in items:
        if item.is_pause:
            sitting += 1
        topic = facts.by_id.get(item.topic_id or 0)
        if topic is None or item.pin in ("", Kept.OUT):
            continue
        if item.pin == Kept.AT_MOST:
            yield Pin(topic.slug, at_most=item.minutes)
            continue
        if item.pin == Kept.IN_DAY:
            yield Pin(topic.slug)
            continue
        yield Pin(
            topic.slug,
            minutes=item.minutes,
            teacher=item.speaker_id,
            sitting=sitting if item.pin == Kept.HERE else None,
            point_ids=frozenset(item.point_ids),
        )


# ---- the day as lines


def lines_of(day: Composed, facts: Facts, items: Sequence[AgendaItem] = ()) -> list[AgendaItem]:
    """The lines of a composed day, unsaved. What is held fast keeps its note and how it is given; notes for the team stay."""
    before = {item.topic_id: item for item in items if item.topic_id is not None}
    slots = {_slot_slug(item): item for item in items if item.kind == Kind.HOST}
    lead = facts.lead.speaker_id if facts.lead is not None else None
    lines = []
    for line in day.lines:
        if isinstance(line, Around):
            rests = line.kind in ("break", "lunch", "pause")
            lines.append(AgendaItem(kind=line.kind, minutes=line.minutes, speaker_id=None if rests else lead))
        elif line.slug in slots:
            lines.append(slots[line.slug])
        else:
            topic = facts.by_slug[line.slug]
            lines.append(_line(line, topic, before.get(topic.pk)))
    return [*lines, *(item for item in items if item.kind == Kind.NOTE)]


def _line(given: Given, topic: Topic, before: AgendaItem | None) -> AgendaItem:
    """A topic's line; the line it had before is used again, so that what was changed shows, and no more."""
    item = before or AgendaItem(kind=Kind.TOPIC, topic=topic)
    item.minutes, item.point_ids = given.minutes, list(given.point_ids)
    if item.pin in (Kept.AS_IS, Kept.HERE):
        return item
    item.speaker_id, item.by_host = given.teacher, topic.given_by_host
    if given.is_recorded:
        item.variant = Variant.RECORDED
    elif given.as_workshop:
        item.variant = Variant.WORKSHOP
    else:
        item.variant = Variant.PRESENTATION if topic.kind == Topic.Kind.ACCOUNT else Variant(topic.kind)
    return item


def said_of(day: Composed) -> dict[str, Any]:
    """What the page tells of it, as ``Composition.result`` keeps it."""
    return {
        "why": {one.slug: one.why for one in day.topics},
        "left_out": [[one.title, one.why, one.buys_back] for one in day.left_out],
        "is_proven": day.is_proven,
    }
