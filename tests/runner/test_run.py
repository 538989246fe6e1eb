"""``bin/run`` from outside: what a person at a terminal, a crash and a power cut do to it."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from runner import BASE_DIR
from runner.house import free_port

# one start after another over one folder, so that only the first makes tables
pytestmark = [pytest.mark.xdist_group("runner"), pytest.mark.timeout(600)]


class Instance:
    """A bin/run over a folder of its own, as seen by its operator."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = free_port()
        self.process: subprocess.Popen[str]
        self.output = var.parent / "output.txt"

    @property
    def environment(self) -> dict[str, str]:
        """An environment that names no server, so that the runner starts its own."""
        named = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS")
        rest = {name: value for name, value in os.environ.items() if name not in named}
        return {**rest, "VAR_DIR": str(self.var), "PORT": str(self.port), "DEMO": "0"}

    def command(self) -> list[str]:
        return [sys.executable, "-m", "runner.run"]

    def start(self) -> float:
        """Start it, wait for its first page, and return the seconds that took."""
        began = time.monotonic()
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                self.command(), cwd=BASE_DIR, env=self.environment, stdout=output, stderr=output, text=True
            )
        wait_for(lambda: self.answers() or self.process.poll() is not None, 240)
        assert self.process.poll() is None, self.output.read_text()
        wait_for(lambda: "Ctrl-C" in self.output.read_text(), 60)
        return time.monotonic() - began

    def end(self, number: int) -> int:
        """Send it a signal and return what it ended with."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def answers(self) -> bool:
        """Whether its health page answers."""
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/health/", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def processes(self) -> dict[int, str]:
        """Every process that belongs to it, by number, with its command."""
        found = {}
        mark = f"VAR_DIR={self.var}".encode()
        # servers write their title over their environment, but stay in their folder
        folders = (self.var, (self.var / "database").resolve())
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                ours = mark in (folder / "environ").read_bytes().split(b"\0")
                ours = ours or any((folder / "cwd").readlink().is_relative_to(home) for home in folders)
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if ours and command:
                found[int(folder.name)] = command
        return found

    def oldest(self, words: str) -> int:
        """The first process whose command has these words: of a family, the parent."""
        return min(pid for pid, command in self.processes().items() if words in command)


def wait_for(is_so: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so, or fail."""
    limit = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A portal whose tables are made, stopped."""
    instance = Instance(tmp_path_factory.mktemp("instance") / "var")
    instance.start()
    assert instance.end(signal.SIGINT) == 0
    yield instance
    database = instance.var / "database"
    if database.is_symlink():  # pytest's folders are closed to the user who runs root's PostgreSQL
        shutil.rmtree(database.resolve())


@pytest.fixture
def instance(prepared: Instance) -> Iterator[Instance]:
    """The same portal for each test, which starts and ends it itself."""
    yield prepared
    if prepared.process.poll() is None:
        prepared.end(signal.SIGKILL)
    wait_for(lambda: not prepared.processes(), 60)


def test_the_second_start_shows_its_first_page_in_five_seconds_and_ctrl_c_leaves_nothing(instance):
    seconds = instance.start()
    if seconds >= 5:  # other tests share the processors: once more before it counts
        assert instance.end(signal.SIGINT) == 0
        seconds = min(seconds, instance.start())
    assert seconds < 5
    assert (instance.var / "instance.json").stat().st_mode & 0o777 == 0o600
    assert "not for production: see docs/deployment.md" in instance.output.read_text().lower()

    assert instance.end(signal.SIGINT) == 0

    assert instance.processes() == {}
    assert not (instance.var / "instance.json").exists()


def test_manage_py_finds_the_running_instance_and_a_second_start_says_where_it_is(instance):
    instance.start()
    told = json.loads((instance.var / "instance.json").read_text())

    code = "from django.conf import settings; print(settings.DATABASES['default']['PORT'])"
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(instance.var)}
    answer = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    second = subprocess.run(
        instance.command(),
        cwd=BASE_DIR,
        env=instance.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert f":{answer.stdout.strip()}/" in told["DATABASE_URL"]
    assert second.returncode == 1
    assert f"already runs here: http://localhost:{instance.port}\n" in second.stderr
    assert instance.answers()
    assert instance.end(signal.SIGTERM) == 0


def test_the_portal_works_as_a_role_that_can_neither_empty_tables_nor_make_any(instance):
    instance.start()
    told = json.loads((instance.var / "instance.json").read_text())
    owner = (instance.var / "secret" / "database").read_text()

    connection = psycopg2.connect(told["DATABASE_URL"])
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("portal_web", False)
        for statement in (
            "TRUNCATE bookings_booking CASCADE",
            "ALTER TABLE bookings_booking DISABLE TRIGGER ALL",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
    assert instance.processes()
    for process in instance.processes():
        with contextlib.suppress(OSError):  # one that ended meanwhile
            assert owner.encode() not in Path(f"/proc/{process}/environ").read_bytes()
    assert instance.end(signal.SIGTERM) == 0


def test_a_killed_runner_leaves_nothing_and_the_next_start_recovers(instance):
    instance.start()
    assert len(instance.processes()) > 8

    instance.end(signal.SIGKILL)

    wait_for(lambda: not instance.processes(), 60)
    assert (instance.var / "instance.json").exists()
    instance.start()
    assert instance.end(signal.SIGINT) == 0


def test_whatever_is_killed_comes_back_and_nothing_is_left_in_the_end(instance):
    instance.start()
    killed = ["bin/postgres -D", "valkey-server", "bin/gunicorn", "celery -A trainingportal worker"]
    killed += ["celery -A trainingportal beat", "runner.mailsink"]
    before = {words: instance.oldest(words) for words in killed}

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def all_are_back() -> bool:
        now = instance.processes()
        return all(
            any(words in c and pid not in before.values() for pid, c in now.items()) for words in killed
        )

    wait_for(all_are_back, 120)
    wait_for(instance.answers, 120)
    assert instance.end(signal.SIGINT) == 0
    assert instance.processes() == {}


def test_postgres_starts_although_its_old_pid_file_names_another_program(instance):
    pid_file = instance.var / "database" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n")
    os.chown(pid_file, pid_file.parent.stat().st_uid, pid_file.parent.stat().st_gid)

    instance.start()

    assert instance.end(signal.SIGINT) == 0


def test_a_port_that_is_taken_is_named_with_another_to_try(instance):
    instance.start()
    other = Instance(instance.var.parent / "other")
    other.port = instance.port

    answer = subprocess.run(
        other.command(), cwd=BASE_DIR, env=other.environment, capture_output=True, text=True, check=False
    )

    assert instance.end(signal.SIGINT) == 0
    assert answer.returncode == 1
    assert f"Choose another: PORT={instance.port + 1} bin/run" in answer.stderr
    assert other.processes() == {}
