"""``bin/bench``: the portal and a bare Django site side by side, every figure with its target; ends in ``var/bench.json``.

CPU is what the kernel counts for gunicorn's workers around the requests, so it says the same on a busy machine; of
several rounds the least counts. Wall time stands only where waiting is the question.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from bench.figures import Figure, best, table, write
from bench.load import Burst, LoadFailed, Site, cpu_per_request, first_visit, send_at_once
from bench.processes import cpu_of_all, cpu_of_trees, pss_megabytes, workers_of
from bench.studio import save
from runner import BASE_DIR
from runner.children import Child, stop_all
from runner.house import AlreadyRunningError, House, free_port
from runner.run import answers
from runner.say import fail, say
from runner.servers import Postgres, Valkey, prepare_postgres, prepare_valkey, wait_until
from runner.testing import clear

BENCH_HOUSE = House(BASE_DIR / "var" / "bench")
RESULT = BASE_DIR / "var" / "bench.json"
BIN = Path(sys.executable).parent
SERVING = BASE_DIR / "trainingportal" / "serving.py"
BARE = "bare"
# the portal's own worker and logger would load its settings before the bare site's
GUNICORN_ALONE = ("--worker-class", "gthread", "--logger-class", "gunicorn.glogging.Logger")
BARE_PAGES = ("hello", "query", "form", "list")
PUBLIC = (
    "/",
    "/training/",
    "/topics/",
    "/topics/what-is-stalking/",
    "/speakers/",
    "/partners/",
    "/what-it-costs/",
    "/contact/",
    "/privacy/",
    "/accessibility/",
    "/exit-this-page/",
    "/ask-a-question/",
    "/ask-for-training/",
)
FEW, MANY = 1_000, 100_000
STEP_SECONDS = 600
DRAIN_SECONDS = 120
# so many times hello, and so many queries
TARGETS = {
    "landing": (4, 0),
    "request form": (20, 4),
    "requester's page": (25, 12),
    "speaker's page": (25, 12),
    "diary page": (60, 12),
    "agenda page": (25, 12),
    "issued agenda": (25, 12),
    "download": (8, 8),
}


@dataclass(frozen=True)
class Size:
    """How thorough a run is."""

    rounds: int
    seconds: float
    submissions: int
    mails: int
    papers: int
    requests: int
    queued: int
    saves: int


WHOLE = Size(
    rounds=3, seconds=2, submissions=500, mails=1000, papers=24, requests=1000, queued=200, saves=200
)
QUICK = Size(rounds=2, seconds=1, submissions=100, mails=200, papers=12, requests=100, queued=20, saves=60)


@dataclass
class Bench:
    """The servers and sites of one run, and the figures found so far."""

    house: House
    size: Size
    postgres: Postgres
    valkey: Valkey
    environment: dict[str, str]
    children: dict[str, Child] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str | Path]) -> Child:
        """Start a program of this run with its settings."""
        child = Child(name, command, log=self.house.log(name.replace(" ", "-")), env=self.environment)
        self.children[name] = child
        child.start()
        return child

    def serve(self, name: str, wsgi: str, path: str, *own: str) -> Site:
        """Serve a site as the portal is served, but for its ``own`` arguments; no worker is replaced while we count."""
        port = free_port()
        environment = {**self.environment, "BIND": f"127.0.0.1:{port}"}
        command: list[str | Path] = [BIN / "gunicorn", "--config", SERVING, "--max-requests", "0", *own, wsgi]
        child = Child(name, command, log=self.house.log(name.replace(" ", "-")), env=environment)
        self.children[name] = child
        child.start()
        wait_until(lambda: answers(f"http://127.0.0.1:{port}{path}"), child)
        return Site(port, self.pid(name))

    def pid(self, name: str) -> int:
        """The process of a program of this run."""
        process = self.children[name].process
        assert process is not None
        return process.pid

    def inside(self, step: str, *arguments: str | int | Path) -> Any:
        """Run a step within the portal; its last line is the answer. Ends the run when it fails."""
        command = [sys.executable, "-m", "bench.inside", step, *(str(each) for each in arguments)]
        done = subprocess.run(
            command,
            env=self.environment,
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise LoadFailed(f"The step “{step}” failed:\n{done.stderr[-3000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def add(
        self,
        name: str,
        unit: str,
        ours: float,
        *,
        against: float | None = None,
        target: float | None = None,
        at_least: bool = False,
    ) -> None:
        """Note one figure, and say it at once."""
        figure = Figure(name, unit, ours, against, target, at_least)
        self.figures.append(figure)
        say(table([figure]).splitlines()[1])


def main(arguments: list[str]) -> int:
    """Run everything; 0 when every target was met."""
    parser = argparse.ArgumentParser(
        prog="bin/bench", description="How quick the portal is, beside bare Django."
    )
    parser.add_argument(
        "--quick", action="store_true", help="fewer requests: some two minutes, coarser figures"
    )
    size = QUICK if parser.parse_args(arguments).quick else WHOLE
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with BENCH_HOUSE.claim():
            return run(BENCH_HOUSE, size)
    except AlreadyRunningError:
        fail("Another bin/bench runs in this checkout. Wait until it has finished.", code=2)
    except LoadFailed as error:
        fail(f"It could not be measured. {error}")
    except KeyboardInterrupt:
        return 130


def run(house: House, size: Size) -> int:
    """Measure everything on fresh servers, which are cleared away afterwards."""
    began = time.monotonic()
    with servers(house, size) as bench:
        migrate(bench)
        prepare(bench)
        bare = bench.serve("bare site", "bench.bare.wsgi", "/hello/", *GUNICORN_ALONE)
        ours = bench.serve("portal", "trainingportal.wsgi", "/health/")
        pages(bench, bare, ours)
        saves(bench, ours)
        visits(bench, ours)
        submission(bench)
        paper(bench)
        queued_papers(bench)
        composing(bench)
        options(bench)
        mails(bench)
        desk(bench, bare, ours)
        memory(bench, ours)
        submissions_at_once(bench, ours)
        broker_away(bench)
    write(bench.figures, RESULT)
    missed = [figure.name for figure in bench.figures if not figure.ok]
    say(f"\n{table(bench.figures)}\n")
    say(
        f"{len(bench.figures)} figures in {time.monotonic() - began:.0f} s, written to {RESULT.relative_to(BASE_DIR)}"
    )
    say(f"{len(missed)} missed: {', '.join(missed)}" if missed else "Every target was met")
    return 1 if missed else 0


@contextlib.contextmanager
def servers(house: House, size: Size) -> Iterator[Bench]:
    """PostgreSQL (as careful with its disk as in real life), Valkey and a mail server of this run alone."""
    children: list[Child] = []
    bench: Bench | None = None
    clear(house)
    try:
        say("Starting PostgreSQL, Valkey and a mail server for the bench")
        valkey, postgres = prepare_valkey(house), prepare_postgres(house)
        children = [valkey.child(), postgres.child()]
        for child in children:
            child.start()
        wait_until(postgres.answers, children[1])
        wait_until(valkey.answers, children[0])
        postgres.make_database()
        mail_port = free_port()
        environment = {
            **os.environ,
            "DATABASE_URL": postgres.url,
            "BARE_DATABASE_URL": postgres.url.rpartition("/")[0] + f"/{BARE}",
            "REDIS_URL": valkey.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "SECRET_KEY": house.secret("key"),
            "VAR_DIR": str(house.var),
            "DEMO": "1",
            "PRODUCTION": "0",
            "BEHIND_PROXY": "1",  # the burst comes from many addresses
            "LOG_LEVEL": "WARNING",
        }
        bench = Bench(house, size, postgres, valkey, environment)
        bench.children = {"Valkey": children[0], "PostgreSQL": children[1]}
        bench.start("mail server", [sys.executable, "-m", "bench.sink", str(mail_port)])
        yield bench
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if bench is not None:
            stop_all([child for child in bench.children.values() if child not in children])
        stop_all(children)
        clear(house)
        shutil.rmtree(house.var / "static", ignore_errors=True)


def migrate(bench: Bench) -> None:
    """How long an empty database takes to get its tables."""
    began = time.monotonic()
    command(bench, [sys.executable, "manage.py", "migrate", "--verbosity", "0"])
    bench.add("migrate on an empty database", "s", time.monotonic() - began, target=7)


def prepare(bench: Bench) -> None:
    """Catalogue, demo and static files of the portal; the bare site's table."""
    say("Preparing both sites")
    connection = psycopg2.connect(bench.postgres.url)
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(f'create database "{BARE}"')
    command(bench, [sys.executable, "-m", "bench.bare.fill"])
    command(bench, [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"])
    command(bench, [sys.executable, "manage.py", "prepare"])


def command(bench: Bench, words: list[str]) -> None:
    """Run a command with the settings of this run; ends the run when it fails."""
    done = subprocess.run(
        words, env=bench.environment, cwd=BASE_DIR, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise LoadFailed(f"{' '.join(words[1:])} failed:\n{done.stderr[-3000:]}")


def pages(bench: Bench, bare: Site, ours: Site) -> None:
    """CPU of every page beside hello, in turn so that both see the same machine, and their queries."""
    looked = bench.inside("pages")
    least: dict[str, float] = {}
    for _ in range(bench.size.rounds):
        for name in BARE_PAGES:
            note_least(least, f"bare {name}", cpu_per_request(bare, f"/{name}/", seconds=bench.size.seconds))
        for page in looked:
            cpu = cpu_per_request(ours, page["path"], seconds=bench.size.seconds, cookie=page["cookie"])
            note_least(least, page["name"], cpu)
    hello = least["bare hello"]
    for name in BARE_PAGES:
        bench.add(f"bare {name}", "CPU ms", least[f"bare {name}"], against=hello)
    for page in looked:
        name = page["name"]
        times, queries = TARGETS[name.partition(",")[0]]
        bench.add(name, "CPU ms", least[name], against=hello, target=times)
        bench.add(f"{name}, warm", "queries", page["queries"], target=queries)


def saves(bench: Bench, ours: Site) -> None:
    """A change in the studio, saved as its page does; beside the hello of this run."""
    studio = bench.inside("studio")
    found = [
        save(ours, studio["path"], studio["cookie"], times=bench.size.saves) for _ in range(bench.size.rounds)
    ]
    hello = next(figure.ours for figure in bench.figures if figure.name == "bare hello")
    bench.add("studio save", "CPU ms", min(each.cpu_ms for each in found), against=hello, target=15)
    bench.add("studio save", "queries", studio["queries"], target=10)
    bench.add("studio save, largest answer", "KB", max(each.bytes for each in found) / 1024, target=8)


def note_least(least: dict[str, float], name: str, cpu: float) -> None:
    """Keep the smaller of what was found before and now."""
    least[name] = min(cpu, least.get(name, cpu))


def visits(bench: Bench, ours: Site) -> None:
    """What a first visit to each public page fetches; the heaviest counts."""
    found = [first_visit(ours.port, path) for path in PUBLIC]
    heaviest = max(found, key=lambda visit: visit.bytes)
    bench.add(f"first visit, heaviest ({heaviest.path})", "KB", heaviest.bytes / 1024, target=30)
    bench.add("first visit, most requests", "requests", max(visit.requests for visit in found), target=4)
    bench.add("first visit, third parties", "addresses", max(v.third_parties for v in found), target=0)


def submission(bench: Bench) -> None:
    """The last press of the request form."""
    found = bench.inside("submit")
    bench.add("final submit", "queries", found["queries"], target=22)
    bench.add("final submit, mail servers spoken to", "connections", found["smtp"], target=0)
    bench.add("final submit, slowest bell", "ms", found["bell_ms"], target=5)


def paper(bench: Bench) -> None:
    """The agenda's PDF beside WeasyPrint alone."""
    found = bench.inside("paper", bench.size.papers)
    bench.add("agenda PDF, warm worker", "CPU ms", found["ours"], against=found["against"], target=1.05)


def queued_papers(bench: Bench) -> None:
    """Many agendas through the queue, and by WeasyPrint alone, in as many processes as there are cores."""
    workers = os.cpu_count() or 1
    share = bench.size.queued // workers
    ours, theirs = [], []
    for _ in range(2):
        theirs.append(side_by_side(bench, workers, "papers-make-bare", share))
        bench.inside("papers-lay", share * workers)
        ours.append(side_by_side(bench, workers, "papers-make"))
        if (ready := bench.inside("papers-clear")["ready"]) != share * workers:
            raise LoadFailed(f"{ready} of {share * workers} papers were made.")
    bench.add(
        f"{share * workers} agendas queued", "a second", max(ours), against=max(theirs), target=0.9, at_least=True
    )  # fmt: skip


def side_by_side(bench: Bench, workers: int, step: str, *arguments: int) -> float:
    """Papers a second of several processes at once, by the one that takes longest."""
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(lambda _: bench.inside(step, *arguments), range(workers)))
    return float(sum(each["made"] for each in found) / max(each["seconds"] for each in found))


def composing(bench: Bench) -> None:
    """A whole day composed, with its reasons, for many different requests."""
    found = bench.inside("composing", bench.size.requests)
    name = f"{bench.size.requests:,} requests composed"
    bench.add(f"{name}, median", "CPU ms", found["median"])
    bench.add(f"{name}, 95th percentile", "CPU ms", found["p95"], target=500)
    bench.add(f"{name}, a day that fits", "share", found["days"])
    bench.add(f"{name}, proven the best", "share", found["proven"], target=0.99, at_least=True)


def options(bench: Bench) -> None:
    """Dates and teams for one booking, read from the diaries and ranked."""
    found = bench.inside("options", bench.size.rounds)
    bench.add("options, 40 speakers × 120 dates", "CPU ms", found["ms"], target=1000)


def broker_away(bench: Bench) -> None:
    """Questions taken while the broker is away, beside the same with it there. The last: its mail stays."""
    found = bench.inside("away", bench.size.rounds)
    bench.add("20 questions, broker away", "CPU ms", found["away"], against=found["there"], target=1.2)


def mails(bench: Bench) -> None:
    """A queue drained by one process beside plain smtplib."""
    found = bench.inside("mails", bench.size.mails)
    bench.add(
        f"{bench.size.mails} mails drained",
        "mails/s",
        found["ours"],
        against=found["against"],
        target=0.7,
        at_least=True,
    )


def desk(bench: Bench, bare: Site, ours: Site) -> None:
    """The desk at a thousand and at a hundred thousand bookings."""
    cpu: dict[int, dict[str, float]] = {}
    looked: dict[int, Any] = {}
    for count in (FEW, MANY):
        bench.inside("fill", count)
        looked[count] = bench.inside("desk")
        cpu[count] = {
            page["name"]: best(
                lambda page=page: cpu_per_request(  # type: ignore[misc]
                    ours, page["path"], seconds=bench.size.seconds, cookie=page["cookie"]
                ),
                rounds=bench.size.rounds,
            )
            for page in looked[count]["pages"]
        }
    for name, most in (("desk home", 12), ("desk list", 8)):
        queries = max(
            page["queries"] for each in looked.values() for page in each["pages"] if page["name"] == name
        )
        bench.add(name, "queries", queries, target=most)
        bench.add(
            f"{name}, {MANY:,} beside {FEW:,}", "CPU ms", cpu[MANY][name], against=cpu[FEW][name], target=1.2
        )
        times = [looked[count]["wall"][name] for count in (MANY, FEW)]
        bench.add(f"{name}, {MANY:,} beside {FEW:,}", "wall ms", times[0], against=times[1], target=1.2)
    bench.add(f"search, {MANY:,}", "ms of database", looked[MANY]["search_ms"], target=50)
    bench.add("booking page at the desk, dearest", "queries", looked[MANY]["booking_queries"], target=25)


def memory(bench: Bench, ours: Site) -> None:
    """The larger web worker, after all that load."""
    bench.add("web worker", "MB PSS", max(pss_megabytes(pid) for pid in workers_of(ours.master)), target=85)


def submissions_at_once(bench: Bench, ours: Site) -> None:
    """Many last presses at the same moment, with a worker that mails at the same time."""
    bench.start(
        "worker",
        [BIN / "celery", "-A", "trainingportal", "worker", "--concurrency", "2", "--loglevel", "ERROR"],
    )
    bench.start(
        "clock", [BIN / "celery", "-A", "trainingportal", "beat", "--pidfile=", "--loglevel", "ERROR"]
    )
    wait_for_outbox(bench)
    folder = bench.house.var / "burst"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    count = bench.size.submissions
    bench.inside("drafts", count, folder)
    requests = [path.read_bytes() for path in sorted(folder.glob("*.request"))]
    time.sleep(2)
    roots = [bench.pid(name) for name in bench.children if name not in ("bare site", "clock")]
    before, all_before = cpu_of_trees(roots), cpu_of_all()
    burst = send_at_once(ours.port, requests)
    cpu = cpu_of_trees(roots) - before
    others = max(cpu_of_all() - all_before - cpu, 0)
    free = max((os.cpu_count() or 1) * burst.seconds - others, cpu)
    found = bench.inside("arrived")
    report_burst(bench, burst, cpu / count, found, count, cores=free / burst.seconds)
    began = time.monotonic()
    waiting = wait_for_outbox(bench)
    bench.add(f"mails waiting {time.monotonic() - began:.0f} s after", "mails", waiting, target=0)
    shutil.rmtree(folder)


def report_burst(
    bench: Bench, burst: Burst, cpu: float, found: dict[str, int], count: int, *, cores: float
) -> None:
    """What came of the burst. CPU is that of the whole house: web, database, broker, mail workers.

    ``cores`` is how many were left to it: what others on the machine used, and the load itself, is not ours to use.
    """
    name = f"{count} submissions at once"
    bench.add(f"{name}, server errors", "answers", burst.failures, target=0)
    bench.add(f"{name}, lost", "requests", count - min(found["bookings"], found["codes"]), target=0)
    bench.add(
        f"{name} (CPU each {cpu * 1000:.0f} ms)", "a second",
        count / burst.seconds, against=cores / cpu, target=0.8, at_least=True,
    )  # fmt: skip


def wait_for_outbox(bench: Bench) -> int:
    """Wait until nothing is left to send, for two minutes at most; gives what still waits."""
    limit = time.monotonic() + DRAIN_SECONDS
    while (waiting := int(bench.inside("arrived")["waiting"])) and time.monotonic() < limit:
        time.sleep(1)
    return waiting


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
