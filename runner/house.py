"""One instance on this machine: its folder, its lock, its secrets, and how ``manage.py`` finds it."""

import contextlib
import fcntl
import json
import os
import random
import secrets
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from runner import BASE_DIR
from runner.say import fail

# below the range from which the kernel takes ports for outgoing connections
FREE_PORTS = range(20_000, 32_000)


class AlreadyRunningError(Exception):
    """Another runner holds this folder."""


@dataclass(frozen=True)
class House:
    """The folder in which an instance keeps everything: ``var/`` for bin/run, ``var/test/`` for bin/test."""

    var: Path

    @property
    def logs(self) -> Path:
        """Where every program writes its log."""
        return self.var / "log"

    @property
    def instance_file(self) -> Path:
        """What ``trainingportal/instance.py`` reads."""
        return self.var / "instance.json"

    @contextlib.contextmanager
    def claim(self) -> Iterator[None]:
        """Hold the folder for this process alone; the kernel lets go when the process dies, however it dies.

        Raises AlreadyRunningError when another process holds it.
        """
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            lock = (self.var / "run.lock").open("a")
        except PermissionError:
            fail(f"{self.var} belongs to another user. Go on as that user, or remove the folder first.")
        except OSError as trouble:
            fail(
                f"Nothing can be written to {self.var}: {trouble.strerror}. Make the folder writable, or make room on the disk."
            )
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunningError from None
            yield

    def log(self, name: str) -> Path:
        """Return the log of the program called ``name``."""
        return self.logs / f"{name}.log"

    def secret(self, name: str) -> str:
        """Return a secret that is made once and kept in ``var/secret/``, readable by this user only."""
        path = self.var / "secret" / name
        with contextlib.suppress(OSError):
            if found := path.read_text().strip():
                return found
        path.parent.mkdir(mode=0o700, exist_ok=True)
        made = secrets.token_urlsafe(48)
        write_whole(path, made, mode=0o600)
        return made

    def tell(self, variables: Mapping[str, str]) -> None:
        """Write down where the servers listen, for ``manage.py``."""
        write_whole(self.instance_file, json.dumps(dict(variables), indent=1), mode=0o600)

    def told(self) -> dict[str, str]:
        """Return what was written down, or nothing."""
        try:
            return dict(json.loads(self.instance_file.read_text()))
        except (OSError, ValueError):
            return {}

    def forget(self) -> None:
        """Remove what was written down."""
        self.instance_file.unlink(missing_ok=True)


def write_whole(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old text or the new, never a part of it."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def is_free(host: str, port: int) -> bool:
    """Whether nothing listens at this address yet."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port on which nothing listens on the loopback."""
    for port in random.sample(FREE_PORTS, 200):
        if is_free("127.0.0.1", port):
            return port
    fail("No free port was found on 127.0.0.1.")


def given(name: str) -> str | None:
    """Return an environment variable that someone has set to something."""
    return os.environ.get(name) or None


HOUSE = House(Path(given("VAR_DIR") or BASE_DIR / "var").resolve())
TEST_HOUSE = House(BASE_DIR / "var" / "test")
