import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from courses.models import Topic, TopicForAudience
from tests.factories import AudienceFactory, FormatFactory, PointFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("minutes", [(0, 10, 20), (30, 20, 40), (10, 50, 40)])
def test_minutes_that_do_not_rise_are_refused_by_the_database(minutes):
    least, usual, most = minutes
    with pytest.raises(IntegrityError), transaction.atomic():
        TopicFactory(least_minutes=least, usual_minutes=usual, most_minutes=most)


def test_a_format_ends_after_it_starts():
    with pytest.raises(IntegrityError), transaction.atomic():
        FormatFactory(starts_at=dt.time(12), ends_at=dt.time(9))


def test_a_format_has_room_for_more_than_welcome_and_close():
    with pytest.raises(IntegrityError), transaction.atomic():
        FormatFactory(training_minutes=25, welcome_minutes=10, close_minutes=15)


def test_a_format_whose_parts_do_not_fit_is_refused_with_a_sum():
    length = FormatFactory.build(training_minutes=400)

    with pytest.raises(ValidationError, match="need 465 minutes; from start to end there are 420"):
        length.clean()


def test_an_audience_has_one_emphasis_for_a_topic():
    topic, audience = TopicFactory(), AudienceFactory()
    TopicForAudience.objects.create(topic=topic, audience=audience, emphasis=2)

    with pytest.raises(IntegrityError), transaction.atomic():
        TopicForAudience.objects.create(topic=topic, audience=audience, emphasis=1)


def test_a_topic_without_nations_applies_everywhere():
    everywhere, scottish = TopicFactory(), TopicFactory(nations=["sc"])

    assert set(Topic.objects.for_nation("sc")) == {everywhere, scottish}
    assert set(Topic.objects.for_nation("ew")) == {everywhere}


def test_a_point_without_nations_applies_everywhere():
    assert PointFactory.build(nations=[]).applies_in("ni") is True
    assert PointFactory.build(nations=["sc"]).applies_in("ni") is False


def test_outcomes_are_read_line_by_line():
    assert Topic(outcomes=" one \n\n two\n").outcome_lines == ["one", "two"]
