"""gunicorn's worker with threads, and an end to its patience with whoever sends a request a byte at a time.

A thread waits for a body for as long as any byte comes now and then: sixteen such posts silence a site of eight threads. In
front of a real site a proxy takes bodies in whole; this bounds them where there is none.
"""

import errno
import select
import threading
import time
from typing import Any

from gunicorn.workers import gthread

PATIENCE = 20.0  # seconds for a whole request to arrive, its body included
PATIENCE_IN_A_CROWD = 2.0  # where more than half the threads wait for somebody's bytes
LOOK_EVERY = 0.25


class Crowd:
    """How many threads of this process wait for bytes now."""

    def __init__(self) -> None:
        self.size = 0
        self.lock = threading.Lock()

    def __enter__(self) -> None:
        with self.lock:
            self.size += 1

    def __exit__(self, *error: object) -> None:
        with self.lock:
            self.size -= 1


class PatientSocket:
    """What the parser reads a request from: a socket that hangs up on whoever takes too long over one request."""

    def __init__(self, sock: Any, crowd: Crowd, threads: int) -> None:
        self.sock, self.crowd, self.threads = sock, crowd, threads
        self.began = time.monotonic()

    def recv(self, size: int) -> bytes:
        """Wait for the next bytes. Raises ConnectionResetError where patience has an end."""
        line = select.poll()
        line.register(self.sock.fileno(), select.POLLIN)
        with self.crowd:
            while True:
                if time.monotonic() - self.began > self._patience():
                    raise ConnectionResetError(errno.ECONNRESET, "the request took too long to arrive")
                if line.poll(LOOK_EVERY * 1000):
                    received: bytes = self.sock.recv(size)
                    return received

    def _patience(self) -> float:
        return PATIENCE_IN_A_CROWD if self.crowd.size * 2 > self.threads else PATIENCE


class PatientWorker(gthread.ThreadWorker):
    """Serves as gunicorn's own, and reads every request through a ``PatientSocket``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.crowd = Crowd()

    def handle(self, conn: Any) -> Any:
        """Wait for the first byte as gunicorn does, then read under a deadline."""
        if not conn.initialized and not conn.data_ready:
            if not conn.wait_for_data(gthread.DEFAULT_WORKER_DATA_TIMEOUT):
                return gthread._DEFER
            conn.data_ready = True
        if not conn.is_http2:
            conn.sock.setblocking(True)
            conn.init()
            conn.parser.unreader.sock = PatientSocket(conn.sock, self.crowd, self.cfg.threads)
        return super().handle(conn)
