"""The bell that wakes a worker. It may fail: the queue is the table, and the sweep looks there by itself."""

import logging
import threading
import time

from celery import current_app
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


def ring() -> None:
    """Tell a worker that mail waits. Never raises; after a failure this thread is quiet for 15 seconds."""
    if time.monotonic() < _rope.quiet_until:
        return
    try:
        publish()
    except Exception as error:  # whatever a broker can raise: the row is safe, and the page must not suffer
        _rope.quiet_until = time.monotonic() + QUIET_SECONDS
        _rope.connection = None
        log.warning("The bell did not ring (%s); the sweep will find the mail.", type(error).__name__)


def publish() -> None:
    """Put the task on the broker; raises whatever the broker raises, within some 0.3 seconds."""
    if _rope.connection is None:
        _rope.connection = connect()
    current_app.send_task(DELIVER, connection=_rope.connection, retry=False, ignore_result=True)


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


def forget_trouble() -> None:
    """Ring again at once, as a fresh process would."""
    _rope.quiet_until = 0.0
    _rope.connection = None
