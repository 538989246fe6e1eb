from datetime import timedelta

import pytest
import time_machine
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from outbox import health, sender, services, tasks
from outbox.models import Heartbeat


@pytest.fixture(autouse=True)
def broker_is_there(monkeypatch):
    monkeypatch.setattr(health, "broker_answers", lambda: True)


def _alive(**parts):
    for name, ago in parts.items():
        Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": timezone.now() - ago})


NOW, LONG_AGO = timedelta(0), timedelta(minutes=21)


@pytest.mark.django_db
def test_all_is_well_when_beat_was_seen_and_nothing_waits():
    _alive(beat=NOW, worker=NOW)

    seen = health.look()

    assert (seen.is_silent, seen.words, seen.waiting) == (False, "", 0)


@pytest.mark.django_db
def test_mail_that_just_came_in_is_no_alarm(queue):
    _alive(beat=NOW, worker=NOW)
    queue()

    seen = health.look()

    assert (seen.is_silent, seen.waiting) == (False, 1)


@pytest.mark.django_db
def test_mail_that_waits_20_minutes_while_none_leaves_is_an_alarm_that_says_what_to_do(queue):
    with time_machine.travel("2026-11-27T09:10:00Z"):
        queue()
    with time_machine.travel("2026-11-27T09:31:00Z"):
        _alive(beat=NOW, worker=NOW)
        seen = health.look()

    assert seen.is_silent
    assert seen.words == (
        "No mail has left since Friday 27 November, 9.10am. 1 mail waits. Nothing is lost. The worker runs, so "
        "look at the mail server: the reason stands beside each waiting mail. What is urgent, ring."
    )


@pytest.mark.django_db
def test_one_mail_that_waits_while_others_leave_is_no_alarm(queue, caught_mail):
    with time_machine.travel(timezone.now() - timedelta(minutes=30)):
        queue(to="stubborn@example.org")
        caught_mail.answer(rcpt="450 later")
        sender.deliver_due()
    caught_mail.answer()
    sender.deliver(queue().pk)
    _alive(beat=NOW, worker=NOW)

    assert health.look().is_silent is False


@pytest.mark.django_db
def test_a_silent_beat_is_an_alarm_even_when_nothing_waits():
    _alive(beat=LONG_AGO, worker=LONG_AGO)

    seen = health.look()

    assert seen.is_silent
    assert seen.words.startswith("The scheduler has been silent since ")
    assert "start the worker and the scheduler" in seen.words


@pytest.mark.django_db
def test_a_beat_that_never_ran_is_an_alarm_20_minutes_after_the_portal_was_set_up():
    assert health.look().is_silent is False

    MigrationRecorder.Migration.objects.filter(app="outbox").update(applied=timezone.now() - LONG_AGO)

    assert health.look().is_silent is True


@pytest.mark.django_db
def test_mail_held_back_until_next_week_is_not_counted_as_waiting(queue):
    queue(not_before=timezone.now() + timedelta(days=7))

    assert health.look().waiting == 0


@pytest.mark.django_db
def test_unsure_and_failed_count_what_a_person_can_settle_and_no_codes(queue, caught_mail, django_user_model):
    caught_mail.answer(data="drop")
    unsure, _code = queue(), queue("trial-code")
    sender.deliver_due()
    caught_mail.answer(rcpt="550 no")
    queue()
    sender.deliver_due()

    seen = health.look()
    assert (seen.unsure, seen.failed) == (1, 1)
    services.withhold(
        unsure.pk, reason="It arrived.", actor=django_user_model.objects.create_user("d@example.org")
    )
    assert health.look().unsure == 0


@pytest.mark.django_db
def test_looking_costs_three_queries_whatever_waits(queue, django_assert_num_queries):
    _alive(beat=NOW, worker=NOW)
    for count in (0, 3):
        for _ in range(count):
            queue()
        with django_assert_num_queries(3):
            health.look()


@pytest.mark.django_db
def test_beat_and_workers_leave_their_heartbeats(caught_mail):
    tasks.deliver()
    assert health.look().beat_seen_at is None
    tasks.beat_seen()

    seen = health.look()
    assert seen.beat_seen_at is not None
    assert seen.worker_seen_at is not None


@pytest.mark.django_db
def test_an_absent_broker_is_found_out_quickly(settings, monkeypatch):
    monkeypatch.undo()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert health.look().broker_ok is False
