"""How a topic is given when it is added by hand: its usual way, by whom it suits best, with the points that fit."""

from agendas.facts import Facts
from agendas.models import AgendaItem
from courses.models import Topic

Variant = AgendaItem.Variant


def tell(item: AgendaItem, facts: Facts, *, as_workshop: bool = False) -> AgendaItem:
    """Fill in how a topic is given, by whom, and which points fit into its minutes."""
    topic = item.topic
    assert topic is not None
    item.variant = Variant.WORKSHOP if as_workshop else _usual_variant(topic)
    item.by_host = topic.given_by_host
    giver = None if item.by_host else facts.best_for(topic)
    item.speaker_id = giver.speaker_id if giver else None
    if giver is None and topic.kind == Topic.Kind.ACCOUNT:
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
