"""The page of the agenda that answers the host: what they asked for, what we chose, what is not in the day and where to read it.

Everything here is T2: why a topic is missing never says who comes or can come.
"""

from collections.abc import Collection, Sequence
from typing import Any

from agendas.composed import because
from agendas.facts import Facts
from agendas.models import AgendaItem
from courses.models import Topic, TopicForAudience
from outbox.queue import link

ALWAYS, ASKED, OWN = "Always given.", "You asked for it.", "Given by your own people."
LEFT_OUT = "You asked us to leave it out."
MISSED = "You asked for it, and it is not in this day. Write to us: we say why, and what could give way."
WOULD_SUIT = "It would suit your people: tell us what it should take the place of."
OTHERS_MATTER = "Other topics matter more to your people."
IT_TAKES, ABOUT_SO_MANY = "It takes {} to {} minutes.", "About {} people"


def host_part(items: Sequence[AgendaItem], facts: Facts) -> dict[str, Any]:
    """What was asked, in pairs; each topic in the day with why; each that is not, with where to read about it."""
    inside = {item.topic_id for item in items}
    return {
        "asked": _asked(facts),
        "chosen": [
            {"title": item.words, "why": _why(item, facts)}
            for item in items
            if item.kind in (AgendaItem.Kind.TOPIC, AgendaItem.Kind.HOST)
        ],
        "left_out": [
            {"title": topic.title, "why": _why_not(topic, facts), "address": _address(topic)}
            for topic in sorted(facts.topics, key=lambda topic: _place(topic, facts))
            if topic.pk not in inside and not topic.is_core and facts.applies(topic)
        ],
    }


def _asked(facts: Facts) -> list[list[str]]:
    booking = facts.booking
    pairs = [
        ("How long", booking.format.name if booking.format is not None else ""),
        ("How many", ABOUT_SO_MANY.format(booking.head_count) if booking.head_count else ""),
        ("Must be covered", _titles(facts.must_ids, facts)),
        ("To leave out", _titles(facts.leave_out_ids, facts)),
    ]
    return [[label, words] for label, words in pairs if words]


def _titles(topic_ids: Collection[int], facts: Facts) -> str:
    return ", ".join(topic.title for topic in facts.chosen(topic_ids))


def _why(item: AgendaItem, facts: Facts) -> str:
    topic = item.topic
    if topic is None:
        return OWN
    if topic.is_core:
        return ALWAYS
    if topic.pk in facts.must_ids:
        return ASKED
    return f"{because(topic, facts, facts.mean_emphasis(topic))}."


def _why_not(topic: Topic, facts: Facts) -> str:
    if topic.pk in facts.must_ids:
        return MISSED
    if topic.pk in facts.leave_out_ids:
        return LEFT_OUT
    suits = facts.mean_emphasis(topic) >= TopicForAudience.Emphasis.USUALLY
    lengths = IT_TAKES.format(topic.least_minutes, topic.most_minutes)
    return f"{WOULD_SUIT if suits else OTHERS_MATTER} {lengths}"


def _place(topic: Topic, facts: Facts) -> tuple[bool, bool, int, int]:
    """What they asked for first, what they asked to leave out last, the most wanted between."""
    return (
        topic.pk not in facts.must_ids,
        topic.pk in facts.leave_out_ids,
        -facts.wanted(topic),
        topic.rank,
    )


def _address(topic: Topic) -> str:
    return link(f"/topics/{topic.slug}/")
