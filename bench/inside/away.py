"""Questions that are taken while the broker is there and while it is away: what the bell costs whoever asks."""

import itertools
import socket

from celery import current_app

from bench.inside.paper import cpu_ms
from bookings import services
from outbox import bell

MANY = 20
NUMBERS = itertools.count()  # the same question twice is one question


def compare(rounds: str) -> dict[str, float]:
    """The least CPU milliseconds for some questions, with the broker away and with it there."""
    _ask()  # what the first loads is not the question
    there = min(cpu_ms(_ask) for _ in range(int(rounds)))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    away = f"redis://127.0.0.1:{port}/0"
    current_app.conf.update(broker_url=away, broker_write_url=away)
    bell.forget_trouble()
    return {"away": min(cpu_ms(_ask) for _ in range(int(rounds))), "there": there}


def _ask() -> None:
    for _ in range(MANY):
        services.make_enquiry(
            name="Casey Bench", message=f"Question {next(NUMBERS)}", email="casey@example.org"
        )
