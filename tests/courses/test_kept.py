"""The catalogue in memory: read once, the same as what the database holds, and never older than a minute."""

import pytest
import time_machine

from courses import kept
from courses.models import Audience, Point, Topic, TopicForAudience
from places import keeping
from tests.factories import TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> tuple[Topic, Topic]:
    """A topic with a point, which another builds on; the second is no longer on offer."""
    first, second = TopicFactory(rank=1), TopicFactory(rank=2, is_active=False)
    second.requires.add(first)
    Point.objects.create(topic=first, text="The law", minutes=5)
    audience = Audience.objects.create(slug="mixed", name="Everybody")
    TopicForAudience.objects.create(topic=first, audience=audience, emphasis=3)
    return first, second


def test_it_is_read_once(two, django_assert_num_queries):
    with django_assert_num_queries(7):
        kept.catalogue()
    with django_assert_num_queries(0):
        assert kept.catalogue().topics == (two[0],)


def test_it_holds_what_the_database_holds(two):
    first, second = two
    catalogue = kept.catalogue()

    assert catalogue.topics == (first,)
    assert catalogue.every_topic == {first.pk: first, second.pk: second}
    assert [point.text for point in catalogue.points[first.pk]] == ["The law"]
    assert catalogue.needs == {second.pk: (first.pk,)}
    assert catalogue.emphasis_for({}) == {}
    assert catalogue.emphasis_for({Audience.objects.get().pk: 4}) == {first.pk: 12}


def test_a_change_shows_within_a_minute(two):
    with time_machine.travel(0, tick=False) as clock:
        kept.catalogue()
        Topic.objects.update(is_active=True)
        clock.shift(59)
        assert len(kept.catalogue().topics) == 1
        clock.shift(2)
        assert len(kept.catalogue().topics) == 2


def test_what_must_not_lag_is_read_afresh(two):
    kept.catalogue()
    Topic.objects.update(is_active=True)

    assert len(kept.read().topics) == 2
    keeping.forget()
    assert len(kept.catalogue().topics) == 2
