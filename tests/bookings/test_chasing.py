"""Reminders: at their moment, once each, and never to somebody who asked to be left alone."""

import datetime as dt

import pytest
import time_machine

from bookings import services
from bookings.mail import wanted
from bookings.models import Engagement
from bookings.services import InvalidMove
from outbox.models import Message
from speakers.models import Speaker
from tests.bookings.agreed import Agreed, agreed
from tests.factories import at

pytestmark = pytest.mark.django_db

ENDS = at(17, day=8, month=2)  # a Monday: five working days after Monday 1 February


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def asked() -> Agreed:
    return agreed(answers=False)


def reminders() -> list[str]:
    return sorted(Message.objects.filter(kind="reminder").values_list("to", flat=True))


def sweep(moment: dt.datetime) -> int:
    with time_machine.travel(moment, tick=False):
        return services.send_due_reminders()


def test_each_silent_speaker_is_reminded_three_days_and_one_day_before_the_hold_ends(asked):
    assert asked.offer.expires_at == ENDS
    three, one = ENDS - dt.timedelta(days=3), ENDS - dt.timedelta(days=1)

    assert sweep(three - dt.timedelta(seconds=1)) == 0
    assert [sweep(three), sweep(three + dt.timedelta(minutes=5))] == [2, 0]
    assert [sweep(one), sweep(one + dt.timedelta(hours=1)), sweep(ENDS)] == [2, 0, 0]

    message = Message.objects.filter(kind="reminder").first()
    assert message.subject == f"Reminder, please answer: {asked.booking.reference}"
    assert len(reminders()) == 4


def test_who_has_answered_is_not_reminded(asked):
    first, second = asked.places
    services.answer_invitation(first.pk, accepts=True, actor=first.speaker.user)

    assert sweep(ENDS - dt.timedelta(days=2)) == 1
    assert reminders() == [second.speaker.user.email]


def test_a_pause_ends_the_chasing_and_keeps_back_what_waits(asked):
    first, second = asked.places
    Speaker.objects.filter(pk=first.speaker_id).update(paused_until=dt.date(2027, 4, 1))

    assert sweep(ENDS - dt.timedelta(days=2)) == 1
    assert reminders() == [second.speaker.user.email]

    Speaker.objects.filter(pk=second.speaker_id).update(paused_until=dt.date(2027, 4, 1))
    assert wanted._may_still_be_chased(Message.objects.get(kind="reminder")) is not None


def test_a_hold_that_is_made_longer_has_new_moments(asked):
    sweep(ENDS - dt.timedelta(days=1))
    with time_machine.travel(ENDS - dt.timedelta(hours=1), tick=False):
        services.extend_hold(asked.offer.pk, expires_at=at(17, day=15, month=2), actor=asked.desk)

    assert sweep(at(18, day=12, month=2)) == 2


def test_nobody_is_reminded_on_the_day_they_were_asked(asked):
    Engagement.objects.update(asked_at=ENDS - dt.timedelta(days=1, hours=3))

    assert sweep(ENDS - dt.timedelta(hours=20)) == 0


def test_the_desk_reminds_once_in_a_while_and_not_at_all_in_a_pause(asked):
    place = asked.places[0]
    with pytest.raises(InvalidMove, match="twelve hours"):
        services.remind_speaker(place.pk, actor=asked.desk)

    with time_machine.travel(at(10, day=2, month=2), tick=False):
        services.remind_speaker(place.pk, actor=asked.desk)
        with pytest.raises(InvalidMove, match="twelve hours"):
            services.remind_speaker(place.pk, actor=asked.desk)

    Speaker.objects.filter(pk=place.speaker_id).update(paused_until=dt.date(2027, 4, 1))
    with time_machine.travel(at(10, day=3, month=2), tick=False), pytest.raises(InvalidMove, match="chase"):
        services.remind_speaker(place.pk, actor=asked.desk)
    assert reminders() == [place.speaker.user.email]
