"""The bell that wakes a worker. It may fail: the queue is the table, and the sweep looks there by itself."""

import logging
import time
from functools import cache

from celery import current_app
from kombu import Connection

log = logging.getLogger(__name__)

DELIVER = "outbox.deliver"  # by name: the queue does not import its workers
PATIENCE_SECONDS = 0.3
QUIET_SECONDS = 15.0

_quiet_until = 0.0


@cache
def _connection() -> Connection:
    """This process's line to the broker, with no retries and little patience."""
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


def ring() -> None:
    """Tell a worker that mail waits. Never raises; after a failure this process is quiet for 15 seconds."""
    global _quiet_until  # noqa: PLW0603  one moment per process, on purpose
    if time.monotonic() < _quiet_until:
        return
    try:
        current_app.send_task(DELIVER, connection=_connection(), retry=False, ignore_result=True)
    except Exception as error:  # whatever a broker can raise: the row is safe, and the page must not suffer
        _quiet_until = time.monotonic() + QUIET_SECONDS
        _connection.cache_clear()
        log.warning("The bell did not ring (%s); the sweep will find the mail.", type(error).__name__)
