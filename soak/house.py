"""A whole portal of the soak's own: servers, web, worker, clock and a mail server that counts. Loopback only."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import psycopg2

from runner import BASE_DIR
from runner.children import Child, start, stop_all
from runner.house import House, free_port
from runner.run import answers
from runner.say import fail
from runner.servers import Postgres, Valkey, prepare_postgres, prepare_valkey, tail, wait_until
from runner.testing import clear
from soak.holding import Holds
from tests.mail import CaughtMail

BIN = Path(sys.executable).parent
PREPARE_SECONDS = 180


class _Stays(urllib.request.HTTPRedirectHandler):
    """A redirect is the answer; nobody goes there."""

    def redirect_request(self, *args: Any) -> None:
        return None


@dataclass
class SoakHouse:
    """Everything that runs, with the means to break it. ``tend`` starts again what died, as a supervisor does."""

    house: House
    postgres: Postgres
    valkey: Valkey
    mail: CaughtMail
    holds: Holds
    port: int
    environment: dict[str, str]
    children: dict[str, Child] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def tend(self) -> None:
        """Start again whatever died. Each kill here is the first of its hour: the supervisor's patience is not the question."""
        for child in self.children.values():
            child.deaths = 0
            child.keep_alive()

    def wait(self, until: Callable[[], Any], seconds: float, *, tending: bool = True) -> Any:
        """Wait for something, tending the house meanwhile; gives it back, or None when it did not come."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if tending:
                self.tend()
            if found := until():
                return found
            time.sleep(0.02)
        return None

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database; waits while it is away."""
        limit = time.monotonic() + 60
        while True:
            try:
                line = psycopg2.connect(self.postgres.url, connect_timeout=3)
                with contextlib.closing(line), line.cursor() as cursor:
                    cursor.execute(sql, values)
                    return cursor.fetchall()
            except psycopg2.OperationalError:
                if time.monotonic() > limit:
                    raise
                self.tend()
                time.sleep(0.1)

    # ---- breaking things

    def kill(self, name: str) -> None:
        """End a program and all it started, at once."""
        process = self.children[name].process
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill_one_of(self, name: str) -> None:
        """End what a program has started (gunicorn's workers, PostgreSQL's back ends), and leave the program itself."""
        process = self.children[name].process
        for pid in children_of(process.pid) if process is not None else []:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


class Visitor:
    """A browser with cookies: fetches the question form once, and sends it as often as asked."""

    def __init__(self, address: str) -> None:
        self.address = address + "/ask-a-question/"
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _Stays)
        page = self.opener.open(self.address, timeout=30).read().decode()
        self.hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page))
        self.counter = 0
        self._lock = threading.Lock()

    def send(self, words: str) -> int:
        """Send a question; gives the status, or 0 when the line broke."""
        with self._lock:
            self.counter += 1
            source = f"10.{self.counter >> 16 & 255}.{self.counter >> 8 & 255}.{self.counter & 255}"
        number = urllib.parse.quote(words, safe="")
        form = {**self.hidden, "name": "Soak", "email": f"{number}@example.org", "message": words}
        # each comes from an address of its own: the limits are not the question here
        request = urllib.request.Request(
            self.address,
            urllib.parse.urlencode(form).encode(),
            {"X-Forwarded-For": source, "Referer": self.address},
        )
        try:
            with self.opener.open(request, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            return 0


# the mails to the desk are counted too, so it has an address
SOMEBODY_AT_HOME = "from bookings.models import DeskSettings; DeskSettings.objects.create(pk=1, desk_email='desk@example.org')"


@contextlib.contextmanager
def open_house(var: Path, *, quick: bool = False) -> Iterator[SoakHouse]:
    """Start a whole portal in a folder of its own, and clear everything away afterwards."""
    house = House(var)
    with house.claim(), CaughtMail() as mail, contextlib.ExitStack() as stack:
        clear(house)
        stack.callback(clear, house)
        children: dict[str, Child] = {}
        stack.callback(lambda: stop_all(list(children.values())))
        valkey = prepare_valkey(house)
        postgres = prepare_postgres(house)
        for name, server in (("Valkey", valkey), ("PostgreSQL", postgres)):
            children[name] = server.child()
            children[name].start()
            wait_until(server.answers, children[name])
        postgres.make_database()
        port = free_port()
        holds = Holds(house.var / "holds")
        holds.let_go()
        environment = {
            **os.environ,
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "EMAIL_URL": mail.url,
            "SECRET_KEY": house.secret("key"),
            "VAR_DIR": str(house.var),
            "DEMO": "0",
            "PRODUCTION": "0",
            "BEHIND_PROXY": "1",
            "SITE_URL": f"http://localhost:{port}",
            "DJANGO_SETTINGS_MODULE": "trainingportal.settings",
            "SOAK_HOLDS": str(holds.folder),
            **({"SOAK_QUICK": "1"} if quick else {}),
        }
        soak = SoakHouse(house, postgres, valkey, mail, holds, port, environment, children)
        manage(soak, ["collectstatic", "--noinput", "--verbosity", "0"], ["migrate", "--verbosity", "0"])
        manage(soak, ["createcachetable"], ["shell", "-c", SOMEBODY_AT_HOME])
        for child in portal(soak):
            children[child.name] = child
            child.start()
        wait_until(lambda: answers(f"{soak.address}/health/"), children["web"])
        if not soak.wait(lambda: soak.ask("SELECT 1 FROM outbox_heartbeat WHERE name = 'worker'"), 90):
            fail(f"The worker was not seen:\n\n{tail(house.log('worker'))}")
        yield soak


def manage(soak: SoakHouse, *commands: list[str]) -> None:
    """Run commands of the portal beside one another; ends with the tail of its log when one fails."""
    running = []
    for command in commands:
        log = soak.house.log(command[0])
        step = start([sys.executable, BASE_DIR / "manage.py", *command], env=soak.environment, log=log)
        running.append((command[0], log, step))
    for name, log, step in running:
        try:
            code = step.wait(PREPARE_SECONDS)
        except subprocess.TimeoutExpired:
            step.kill()
            code = step.wait()
        if code:
            fail(f"manage.py {name} failed:\n\n{tail(log)}")


def portal(soak: SoakHouse) -> list[Child]:
    """Web, worker and clock, each with its places to be held."""
    celery: list[str | Path] = [BIN / "celery", "-A", "soak.worker"]
    logs = soak.house.log
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    serving: list[str | Path] = [
        "--config",
        BASE_DIR / "trainingportal" / "serving.py",
        "soak.web:application",
    ]
    return [
        Child(
            "web",
            [BIN / "gunicorn", *serving],
            log=logs("web"),
            env={**soak.environment, "BIND": f"127.0.0.1:{soak.port}"},
        ),
        Child(
            "worker",
            [*celery, "worker", "--concurrency", "2", *quiet],
            log=logs("worker"),
            env=soak.environment,
        ),
        Child(
            "clock",
            [*celery, "beat", "--pidfile=", "--loglevel", "INFO"],
            log=logs("beat"),
            env=soak.environment,
        ),
    ]
