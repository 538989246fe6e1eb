"""Redis away, a full disk, a clock that jumps: requests are taken, pages stay quick, and nothing leaves twice."""

import datetime as dt
import itertools

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection

from bookings import services
from outbox import bell, sender
from outbox.bell import publish
from outbox.health import look
from outbox.models import Message
from outbox.states import State
from soak.wire import Wire
from trainingportal import away

MANY = 15
NUMBERS = itertools.count()


@pytest.fixture
def wire(settings, monkeypatch):
    """A wire between this process and the broker, and a bell that pulls it."""
    with Wire.to(django_settings.REDIS_URL) as wire:
        settings.REDIS_URL = wire.address(settings.REDIS_URL)
        monkeypatch.setattr(
            "celery.app.base.Celery.connection_for_write",
            lambda app, **options: app.connection(settings.REDIS_URL, **options),
        )
        bell.forget_trouble()
        yield wire
        bell.forget_trouble()


def ask(count):
    """Some questions, none asked before."""
    for _ in range(count):
        services.make_enquiry(name="Casey", message=f"Question {next(NUMBERS)}", email="casey@example.org")


@pytest.mark.django_db(transaction=True)
def test_with_redis_away_one_request_tries_the_bell_the_others_do_not_and_mail_leaves_when_the_sweep_looks(
    wire, caught_mail, monkeypatch, quiet_bell
):
    """What that costs a request, bin/bench says."""
    ask(MANY)
    assert len(quiet_bell) == MANY
    tried = []
    monkeypatch.setattr(bell, "publish", lambda task: (tried.append(task), publish(task)))
    monkeypatch.setattr(
        bell, "QUIET_SECONDS", 3600.0
    )  # longer than the slowest machine takes for what follows
    wire.cut()
    bell.forget_trouble()

    ask(MANY)

    health = look()
    assert tried == [bell.DELIVER]
    assert (health.broker_ok, health.waiting) == (False, 2 * 2 * MANY)

    sender.sweep()

    assert len(caught_mail.messages) == health.waiting
    assert look(ask_broker=False).waiting == 0


@pytest.mark.django_db
def test_a_clock_that_goes_back_sends_nothing_again(caught_mail):
    services.make_enquiry(name="Casey", message="?", email="casey@example.org")
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1), tick=False):
        sender.sweep()

    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(days=2), tick=False):
        sender.sweep()
        assert look(ask_broker=False).is_silent is False
    sender.sweep()

    assert len(caught_mail.messages) == 2
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


@pytest.mark.django_db
def test_a_clock_that_jumps_ahead_makes_nothing_leave_twice(caught_mail):
    """A mail in another's hands looks stuck then: it becomes unsure, or waits, and is never sent by two."""
    services.make_enquiry(name="Casey", message="?", email="casey@example.org")
    message = Message.objects.first()
    claimed = {
        "claim": "0" * 32,
        "claimed_at": dt.datetime.now(dt.UTC),
        "data_started_at": dt.datetime.now(dt.UTC),
    }
    Message.objects.filter(pk=message.pk).move(State.HANDING_OVER, **claimed)

    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=2), tick=False):
        sender.sweep()

    message.refresh_from_db()
    assert message.state == State.UNSURE
    assert look(ask_broker=False).unsure == 1
    assert len(caught_mail.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_without_room_refuses_whole_and_keeps_what_was_there():
    """As PostgreSQL answers on a full disk (53100): nothing is half written, and the page for it is the one of 503."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END$$"
        )
        cursor.execute("CREATE TRIGGER no_room BEFORE INSERT ON outbox_message EXECUTE FUNCTION no_room()")
    try:
        with pytest.raises(Exception, match="could not extend file") as caught:
            services.make_enquiry(name="Casey", message="?", email="casey@example.org")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER no_room ON outbox_message")
            cursor.execute("DROP FUNCTION no_room")

    assert away.is_away(caught.value)
    assert not Message.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bookings_enquiry")
        assert cursor.fetchone() == (0,)
