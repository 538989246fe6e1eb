"""Health pages: honest about every part, silent about everything else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbox.models import Heartbeat


@pytest.fixture
def everything_beats(db, monkeypatch):
    """A broker that answers, a worker and a beat that were seen just now."""
    monkeypatch.setattr("outbox.health.broker_answers", lambda: True)
    for name in ("worker", "beat"):
        Heartbeat.objects.create(name=name, seen_at=timezone.now())


def ask(client: Client) -> tuple[int, dict[str, object]]:
    """Ask whether the portal is ready."""
    response = client.get(reverse("health-ready"))
    return response.status_code, response.json()


def test_alive_answers_without_asking_the_database(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get(reverse("health"))

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_alive_is_never_sent_elsewhere(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(reverse("health")).status_code == 200


def test_ready_when_every_part_was_seen(client, everything_beats):
    well = {"database": "well", "broker": "well", "worker": "well", "beat": "well", "keys": "well"}

    assert ask(client) == (200, {"ready": True, **well})


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_not_ready_when_a_part_has_been_silent_for_three_minutes(client, everything_beats, name):
    Heartbeat.objects.filter(name=name).update(seen_at=timezone.now() - timedelta(minutes=3))

    status, words = ask(client)

    assert (status, words["ready"], words[name]) == (503, False, "not seen")
    assert sorted(words.values(), key=str) == [False, "not seen", "well", "well", "well", "well"]


def test_not_ready_without_a_broker(client, everything_beats, settings, monkeypatch):
    monkeypatch.undo()
    settings.REDIS_URL = "redis://:hidden-password@127.0.0.1:1/0"

    response = client.get(reverse("health-ready"))

    assert (response.status_code, response.json()["broker"]) == (503, "not seen")
    assert b"hidden" not in response.content


def test_not_ready_when_the_database_refuses(client, everything_beats):
    def refuse(execute, sql, params, many, context):
        return execute("SELECT no_such_thing('hidden-name')", None, many, context)

    with connection.execute_wrapper(refuse):
        response = client.get(reverse("health-ready"))

    assert response.status_code == 503
    assert response.json() == {
        "ready": False,
        "database": "not seen",
        "broker": "not seen",
        "worker": "not seen",
        "beat": "not seen",
    }
