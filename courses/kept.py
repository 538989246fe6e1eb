"""The whole catalogue in memory, read once a minute in each process. Whoever gets it only reads.

What the desk changes in the catalogue shows within that minute. What must not lag (a paper that is frozen) asks ``read``.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from courses.models import Audience, Format, Material, Point, Topic, TopicForAudience
from places import keeping

_editions = itertools.count(1)


@dataclass(frozen=True)
class Catalogue:
    """Topics with their points, what each needs first, and how much each matters to whom. Keys are primary keys.

    ``edition`` is another number for each time that it was read in this process.
    """

    edition: int
    every_topic: dict[int, Topic]
    points: dict[int, tuple[Point, ...]]
    materials: dict[int, tuple[Material, ...]]
    needs: dict[int, tuple[int, ...]]
    emphasis: dict[int, dict[int, int]]
    audiences: dict[int, Audience]
    formats: dict[int, Format]
    topics: tuple[Topic, ...]
    by_id: dict[int, Topic]
    by_slug: dict[str, Topic]

    def emphasis_for(self, weights: dict[int, int]) -> dict[int, int]:
        """How much each topic matters to audiences of these weights."""
        found: dict[int, int] = {}
        for audience_id, weight in weights.items():
            for topic_id, emphasis in self.emphasis.get(audience_id, {}).items():
                found[topic_id] = found.get(topic_id, 0) + weight * emphasis
        return found


def catalogue() -> Catalogue:
    """The catalogue as this process keeps it. ``topics``, ``by_id`` and ``by_slug`` hold what is on offer."""
    return keeping.keep("catalogue", read)


def forget() -> None:
    """Read afresh the next time."""
    keeping.forget("catalogue")


def read() -> Catalogue:
    """The catalogue as it stands, in seven queries."""
    every = {topic.pk: topic for topic in Topic.objects.order_by("-is_core", "rank", "title")}
    points: dict[int, list[Point]] = {}
    for point in Point.objects.order_by("rank", "pk"):
        points.setdefault(point.topic_id, []).append(point)
    materials: dict[int, list[Material]] = {}
    for material in Material.objects.order_by("title", "pk"):
        materials.setdefault(material.topic_id, []).append(material)
    needs: dict[int, list[int]] = {}
    for topic_id, needed in Topic.requires.through.objects.values_list("from_topic", "to_topic"):
        needs.setdefault(topic_id, []).append(needed)
    emphasis: dict[int, dict[int, int]] = {}
    for audience_id, topic_id, how_much in TopicForAudience.objects.values_list(
        "audience_id", "topic_id", "emphasis"
    ):
        emphasis.setdefault(audience_id, {})[topic_id] = how_much
    topics = tuple(topic for topic in every.values() if topic.is_active)
    return Catalogue(
        edition=next(_editions),
        every_topic=every,
        points={pk: tuple(found) for pk, found in points.items()},
        materials={pk: tuple(found) for pk, found in materials.items()},
        needs={pk: _in_order(found, every) for pk, found in needs.items()},
        emphasis=emphasis,
        audiences={audience.pk: audience for audience in Audience.objects.all()},
        formats={format.pk: format for format in Format.objects.all()},
        topics=topics,
        by_id={topic.pk: topic for topic in topics},
        by_slug={topic.slug: topic for topic in topics},
    )


def _in_order(pks: Iterable[int], every: dict[int, Topic]) -> tuple[int, ...]:
    """In the order of the lists."""
    wanted = set(pks)
    return tuple(pk for pk in every if pk in wanted)
