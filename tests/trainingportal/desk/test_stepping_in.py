"""Who could step in is found as the options find people: same facts, same words, same order of what counts."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings import services
from courses.models import Topic
from speakers.models import Expertise, Speaker
from tests.factories import SpeakerFactory, TopicFactory
from tests.trainingportal.desk.conftest import confirmed, page_of, requested, said, speakers

pytestmark = pytest.mark.django_db


def knows(speaker: Speaker, *topics: Topic) -> Speaker:
    for topic in topics:
        Expertise.objects.create(speaker=speaker, topic=topic, confirmed_at=timezone.now())
    return speaker


def looked(days_ago: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days_ago)


def test_the_likeliest_comes_first_with_the_reasons_of_the_options(desk, priya):
    leaving, staying = speakers(2)
    flags, law = TopicFactory(title="Red flags"), TopicFactory(title="Legal issues")
    booking = confirmed(requested(), priya, [leaving, staying])
    place = booking.offers.get().engagements.get(speaker=leaving)
    place.topics.set([flags, law])
    knows(SpeakerFactory(name="Half Known", diary_seen_at=looked(1)), flags)
    knows(
        SpeakerFactory(name="Whole Past-Limit", diary_seen_at=looked(1), most_sessions_a_month=0), flags, law
    )
    knows(SpeakerFactory(name="Whole Free", diary_seen_at=looked(59)), flags, law)
    knows(SpeakerFactory(name="Whole Silent", diary_seen_at=looked(61)), flags, law)
    knows(
        SpeakerFactory(name="Whole Paused", paused_until=timezone.localdate() + dt.timedelta(days=3)),
        flags,
        law,
    )
    services.give_up_session(place.pk, actor=leaving.user)

    response = desk.get(page_of(booking))

    [gap] = response.context["gaps"]
    found = [(each.speaker.name, each.standing.kind) for each in gap["row"].stand_ins]
    assert found == [
        ("Whole Free", "free"),
        ("Whole Silent", "unknown"),
        ("Whole Past-Limit", "free"),
        ("Half Known", "free"),
    ]
    page = said(response)
    assert "Gives Red flags and Legal issues. Leaves home about" in page
    assert "Gives Red flags, not Legal issues. Leaves home about" in page
    assert "No session before it" in page
    assert "<strong>Gives no sessions for the time being.</strong>" in page
    assert "Whole Paused" not in page


def test_who_goes_only_with_a_colleague_is_said_to_where_nobody_is_left(desk, priya):
    [leaving] = speakers(1)
    booking = confirmed(requested(), priya, [leaving])
    SpeakerFactory(only_with_colleague=True)
    services.give_up_session(booking.offers.get().engagements.get().pk, actor=leaving.user)

    [gap] = desk.get(page_of(booking)).context["gaps"]

    assert [each.standing.cautions for each in gap["row"].stand_ins] == [
        ("Gives sessions only with a colleague",)
    ]
