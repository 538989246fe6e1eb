import socket
from collections.abc import Iterator

import pytest
from celery import current_app
from django.db import transaction

from outbox import bell, sender
from outbox.models import Message

publish = bell.publish


@pytest.fixture
def silent_broker() -> Iterator[int]:
    """A broker that takes the connection and never says a word; the slowest way to be away."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def broker_at(monkeypatch: pytest.MonkeyPatch, quiet_bell: list[str]) -> Iterator:
    """Point the bell at a broker, with the real way to ring it."""

    def point(port: int) -> None:
        monkeypatch.setattr(current_app.conf, "broker_url", f"redis://127.0.0.1:{port}/0")
        monkeypatch.setattr(current_app.conf, "broker_write_url", f"redis://127.0.0.1:{port}/0")
        monkeypatch.setattr(bell, "publish", publish)
        bell.forget_trouble()

    yield point
    bell.forget_trouble()


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_loses_nothing_and_is_waited_for_once_and_not_long(
    queue, broker_at, silent_broker, caught_mail, caplog
):
    broker_at(silent_broker)
    bell.warm_up()

    with transaction.atomic():
        queue()

    line = bell.connect()
    patience = {name: line.transport_options[name] for name in ("socket_connect_timeout", "socket_timeout")}
    assert {line.connect_timeout, *patience.values()} == {0.3}  # bin/bench measures what a request waits
    assert (line.transport_options["retry_on_timeout"], line.transport_options["max_retries"]) == (False, 0)
    assert "did not ring (OperationalError)" in caplog.text
    assert Message.objects.count() == 1
    assert sender.sweep() == 1


@pytest.mark.django_db(transaction=True)
def test_after_a_bell_that_failed_the_next_requests_do_not_try_it(
    queue, broker_at, silent_broker, monkeypatch, caplog
):
    monkeypatch.setattr(
        bell, "QUIET_SECONDS", 3600.0
    )  # longer than the slowest machine takes for what follows
    broker_at(silent_broker)
    queue()
    assert len(caplog.messages) == 1

    for _ in range(5):
        queue()

    assert len(caplog.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_refuses_is_not_asked_twice_within_a_call(queue, broker_at, monkeypatch):
    port = _closed_port()
    broker_at(port)
    asked = []
    connect = socket.socket.connect

    def counted(line, address):
        asked.append(address)
        return connect(line, address)

    monkeypatch.setattr(socket.socket, "connect", counted)

    queue()

    assert [address for address in asked if address[1] == port] == [("127.0.0.1", port)]


def test_the_task_goes_by_name_and_carries_nothing(broker_at, monkeypatch):
    """What lies on the broker holds no number, name, address or reference."""
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda *args, **options: sent.append((args, options)))
    broker_at(_closed_port())

    bell.ring()

    [(args, options)] = sent
    assert args == ("outbox.deliver",)
    assert set(options) == {"connection", "retry", "ignore_result"}
    assert options["retry"] is False
