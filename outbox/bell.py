"""The bell that wakes a worker. It may fail: the work is kept in tables, and the sweeps look there by themselves."""

import logging
import threading
import time
from collections.abc import Callable
from functools import cache, partial

from celery import current_app
from django.db import connection, transaction
from kombu import Connection

log = logging.getLogger(__name__)

DELIVER = "outbox.deliver"  # by name: the queue does not import its workers
PATIENCE_SECONDS = 0.3
QUIET_SECONDS = 15.0


class _Rope(threading.local):
    """One thread's line to the broker, and until when it had better not be pulled."""

    connection: Connection | None = None
    quiet_until: float = 0.0


_rope = _Rope()


def ring_after_commit(task: str = DELIVER) -> None:
    """Ring once after the present transaction, however often this is asked in it. Never raises.

    ``task`` is a task without arguments that looks for its own work; a sweep must find what no bell announced.
    """
    hook = _hook(task)
    if not any(waiting[1] is hook for waiting in connection.run_on_commit):
        transaction.on_commit(hook, robust=True)


@cache
def _hook(task: str) -> Callable[[], None]:
    """One callable per task, so that two of a kind are known as such."""
    return partial(ring, task)


def ring(task: str = DELIVER) -> None:
    """Tell a worker that there is work. Never raises; after a failure this thread is quiet for 15 seconds."""
    if time.monotonic() < _rope.quiet_until:
        return
    try:
        publish(task)
    except Exception as error:  # whatever a broker can raise: the row is safe, and the page must not suffer
        _rope.quiet_until = time.monotonic() + QUIET_SECONDS
        _rope.connection = None
        log.warning("The bell for %s did not ring (%s); the sweep will find it.", task, type(error).__name__)


def publish(task: str) -> None:
    """Put the task on the broker; raises whatever the broker raises, within some 0.3 seconds."""
    if _rope.connection is None:
        _rope.connection = connect()
    current_app.send_task(task, connection=_rope.connection, retry=False, ignore_result=True)


def connect() -> Connection:
    """A line to the broker with no retries and 0.3 seconds of patience; opened at its first use."""
    return current_app.connection_for_write(
        connect_timeout=PATIENCE_SECONDS,
        transport_options={
            **current_app.conf.broker_transport_options,
            "socket_connect_timeout": PATIENCE_SECONDS,
            "socket_timeout": PATIENCE_SECONDS,
            "retry_on_timeout": False,
            "max_retries": 0,
        },
    )


def warm_up() -> None:
    """Load what the first ring needs, without asking the broker; a web process does so before its first visitor."""
    current_app.finalize()
    _ = current_app.backend, current_app.amqp, connect().transport_cls


def forget_trouble() -> None:
    """Ring again at once, as a fresh process would."""
    _rope.quiet_until = 0.0
    _rope.connection = None
