"""A real worker process, killed with kill -9 at each step of a delivery, and then the sweep."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection

from outbox import sender
from outbox.models import Message
from outbox.states import State
from tests.mail import CaughtMail

ROOT = Path(__file__).resolve().parents[2]

# Delivers one message, and stops for ever at the step it was told; says so on its standard output.
WORKER = """
import sys, time
import django
django.setup()
from django.conf import settings
from outbox import kinds, sender

step, message_id, settings.EMAIL_PORT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = "127.0.0.1", False, ""
kinds.register("trial", label="Trial", still_wanted=kinds.always_wanted)

def hold(here):
    if here == step:
        print("held", flush=True)
        time.sleep(600)

sender.checkpoint = hold
sender.deliver(message_id)
"""


@contextmanager
def worker_held_at(step: str, message: Message, port: int) -> Iterator["subprocess.Popen[str]"]:
    """A worker that has come to this step of this delivery and goes no further."""
    database = connection.settings_dict
    address = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"{address}/{database['NAME']}",
        "DJANGO_SETTINGS_MODULE": "trainingportal.settings",
    }
    process = subprocess.Popen(  # noqa: S603  our own interpreter and our own words
        [sys.executable, "-c", WORKER, step, str(message.pk), str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("step", "arrived", "then"),
    [
        ("claimed", 1, State.SENT),
        ("text_started", 0, State.UNSURE),
        ("answered", 1, State.UNSURE),
        ("finished", 1, State.SENT),
    ],
)
def test_a_killed_worker_loses_nothing_and_sends_nothing_twice(
    queue: Callable[..., Message], caught_mail: CaughtMail, step: str, arrived: int, then: State
) -> None:
    """Within a minute each mail is sent once, or unsure and shown."""
    message = queue()

    with worker_held_at(step, message, caught_mail.port) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    with time_machine.travel(message.queued_at + timedelta(seconds=60)):
        sender.sweep()
    message.refresh_from_db()
    assert message.state == then
    assert len(caught_mail.messages) == arrived
