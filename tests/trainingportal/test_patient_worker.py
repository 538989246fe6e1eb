"""Whoever sends a request a byte at a time keeps nobody else waiting for good."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from runner import BASE_DIR
from runner.house import free_port

SLOW = 16
HEAD = (
    "POST /ask-a-question/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken={token}; sessionid=x\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n"
)


@pytest.fixture
def port(tmp_path) -> Iterator[int]:
    """A web of four threads; the page asked for below needs no database."""
    port = free_port()
    environment = {
        **os.environ,
        "BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": "1",
        "WEB_THREADS": "4",
        "ALLOWED_HOSTS": "localhost",
    }
    with (tmp_path / "log").open("w") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "trainingportal/serving.py"],
            cwd=BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            until(lambda: is_alive(port), 60)
            yield port
        finally:
            web.kill()
            web.wait()


def until(is_so, seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.1)


def is_alive(port: int, patience: float = 5) -> bool:
    """Whether the page that only says so answers."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), patience) as line:
        line.settimeout(patience)
        line.sendall(b"GET /health/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return line.recv(100).startswith(b"HTTP/1.1 200")
    return False


@pytest.mark.parametrize(
    "head", [HEAD.format(token="x" * 32), "GET / HTTP/1.1\r\nX-Slow: "], ids=["body", "head"]
)
def test_sixteen_slow_requests_do_not_silence_the_site(port, head):
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(SLOW)]
    over = threading.Event()

    def trickle() -> None:
        for line in lines:
            line.sendall(head.encode())
        while not over.wait(0.5):
            for line in lines:
                with suppress(OSError):
                    line.sendall(b"a")

    sender = threading.Thread(target=trickle)
    sender.start()
    try:
        time.sleep(1)
        assert is_alive(port, patience=60)  # they go on for as long as it takes
    finally:
        over.set()
        sender.join()
        for line in lines:
            line.close()
