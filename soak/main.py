"""``bin/soak``: the parts that are named, or all of them; each with servers of its own. Ends with one line of counts.

The kills mostly wait for things to come right, so they go on beside the parts that follow them.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from runner import BASE_DIR
from runner.children import Child, stop_all
from runner.house import AlreadyRunningError, House, write_whole
from runner.say import fail, say
from runner.servers import prepare_postgres, prepare_valkey, wait_until
from runner.testing import clear
from soak import expiring, kills, races
from soak.house import open_house
from soak.scanning import code, pages, portal, tools, wapiti
from soak.tally import Tally

HOUSES = BASE_DIR / "var" / "soak"
ROUNDS = 300
HOLDS = 2_000
ENDING_HOLDS = 500
WORKER_KILLS = 12
SPEAKERS = 10
INPUTS = 20_000
SIDE_BY_SIDE = 2
SECONDS = {"manage": 300, "hostile": 40 * 60}


@contextlib.contextmanager
def servers(house: House) -> Iterator[dict[str, str]]:
    """A PostgreSQL and a Valkey with an empty portal in them; gives the environment that leads there."""
    with house.claim():
        clear(house)
        children: list[Child] = []
        try:
            valkey, postgres = prepare_valkey(house), prepare_postgres(house, is_for_tests=True)
            children = [valkey.child(), postgres.child()]
            for child, answers in zip(children, (valkey.answers, postgres.answers), strict=True):
                child.start()
                wait_until(answers, child)
            postgres.make_database()
            environment = {
                **os.environ,
                "DATABASE_URL": postgres.url,
                "REDIS_URL": valkey.url,
                "EMAIL_URL": "smtp://127.0.0.1:1",
                "SECRET_KEY": house.secret("key"),
                "VAR_DIR": str(house.var),
                "DEMO": "1",
                "PRODUCTION": "0",
                "DJANGO_SETTINGS_MODULE": "trainingportal.settings",
            }
            manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
            manage(environment, "prepare")
            yield environment
        finally:
            stop_all(children)
            clear(house)


def manage(environment: Mapping[str, str], *arguments: str) -> int:
    """Run a command of the portal; ends when it fails, unless it is one that only looks."""
    done = subprocess.run(
        [sys.executable, BASE_DIR / "manage.py", *arguments],
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=SECONDS["manage"],
    )
    if done.returncode and arguments[0] != "check_invariants":
        fail(f"manage.py {arguments[0]} failed:\n\n{done.stdout[-3000:]}")
    if done.returncode:
        say(done.stdout[-3000:])
    return done.returncode


def soak_kills(house: House) -> Tally:
    """Kills at random; afterwards the records are looked over."""
    with open_house(house.var) as soak:
        tally = kills.run(soak, rounds=ROUNDS, seed=int(time.time()))
        tally.check(manage(soak.environment, "check_invariants") == 0, "the records do not fit together")
    return tally


def soak_holds(house: House) -> Tally:
    """Holds end while the worker is killed; afterwards the records are looked over."""
    with open_house(house.var) as soak:
        tally = expiring.run(soak, holds=ENDING_HOLDS, kills=WORKER_KILLS, seed=int(time.time()))
        tally.check(manage(soak.environment, "check_invariants") == 0, "the records do not fit together")
    return tally


def soak_races(house: House) -> Tally:
    """Many holds over few speakers."""
    with servers(house) as environment:
        subprocess.run(
            [sys.executable, "-m", "soak.inventing", str(SPEAKERS)], cwd=BASE_DIR, env=environment, check=True
        )
        return races.run(environment, holds=HOLDS)


def soak_hostile(house: House) -> Tally:
    """Hostile input, in two processes, each over a copy of the same database."""
    tally = Tally()
    with servers(house) as environment:
        running = []
        for number in range(1, SIDE_BY_SIDE + 1):
            url = _copy(environment["DATABASE_URL"], f"portal_{number}")
            command = [sys.executable, "-m", "soak.hostile", str(INPUTS // SIDE_BY_SIDE), str(number)]
            running.append(
                subprocess.Popen(
                    command,
                    cwd=BASE_DIR,
                    env={**environment, "DATABASE_URL": url},
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        for process in running:
            try:
                output, _ = process.communicate(timeout=SECONDS["hostile"])
            except subprocess.TimeoutExpired:
                process.kill()
                output, _ = process.communicate()
            *said, last = output.splitlines() or [""]
            for line in said:
                say(line)
            tally.check(process.returncode == 0, f"a process ended with {process.returncode}")
            if process.returncode == 0:
                told = json.loads(last)
                tally.passed += told["passed"]
                tally.failed += told["failed"]
    return tally


def _copy(url: str, name: str) -> str:
    """Another database with the same in it."""
    parts = urlsplit(url)
    connection = psycopg2.connect(parts._replace(path="/postgres").geturl())
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {parts.path.strip('/')}")
    return parts._replace(path=f"/{name}").geturl()


def soak_scanners(house: House) -> Tally:
    """Other people's scanners over code, packages and pages; what they find is mended or answered in docs/security.md."""
    tally = Tally()
    tools.prepare()
    reports = tools.HOME / "reports"
    shutil.rmtree(reports, ignore_errors=True)
    code.scan_code(tally)
    code.scan_packages(tally)
    with servers(house) as environment, portal.serve(environment) as scanned:
        pages.scan_markup(scanned, reports / "pages", tally)
        pages.scan_with_lighthouse(scanned, reports / "lighthouse", tally)
        wapiti.scan_running(scanned, reports / "wapiti", tally)
    (reports / "failed.txt").write_text("\n".join(tally.failed))
    return tally


def soak_invariants(house: House) -> Tally:
    """The demo, as it is built, holds every rule."""
    tally = Tally()
    with servers(house) as environment:
        tally.check(manage(environment, "check_invariants") == 0, "the demo's records do not fit together")
    return tally


PARTS: dict[str, Callable[[House], Tally]] = {
    "scanners": soak_scanners,  # first and alone: it may lack something of the system, and it looks at a browser's clock
    "kills": soak_kills,
    "races": soak_races,
    "holds": soak_holds,
    "invariants": soak_invariants,
    "hostile": soak_hostile,
}
BESIDE = "kills"


def soak(name: str) -> Tally:
    """Run one part in a folder of its own, say what came of it and write it down there."""
    house = House(HOUSES / name)
    counts = counts_of(name)
    counts.unlink(missing_ok=True)
    say(f"Soaking: {name}")
    tally = PARTS[name](house)
    say(f"{name}: {tally} in {tally.seconds:.0f} s")
    write_whole(counts, json.dumps({"passed": tally.passed, "failed": tally.failed}), mode=0o600)
    return tally


def counts_of(name: str) -> Path:
    """Where a part writes down what came of it."""
    return HOUSES / name / "counts.json"


@contextlib.contextmanager
def beside(name: str, whole: Tally) -> Iterator[None]:
    """Run a part in a process of its own meanwhile; its counts are added at the end. Nothing of it outlives us."""
    process = subprocess.Popen([sys.executable, "-m", "soak.main", name], cwd=BASE_DIR)
    try:
        yield
        process.wait()
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait()
    try:
        told = json.loads(counts_of(name).read_text())
    except OSError:
        whole.check(False, f"{name} ended with {process.returncode} before it could count")
    else:
        whole.add(Tally(told["passed"], told["failed"]))


def main(arguments: list[str]) -> int:
    """Run the parts, print the counts last, and return 0 when nothing failed."""
    unknown = [name for name in arguments if name not in PARTS]
    if unknown:
        fail(f"Use: bin/soak [{'|'.join(PARTS)} …]. There is no {unknown[0]}.", code=2)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    names = arguments or list(PARTS)
    whole = Tally()
    try:
        with contextlib.ExitStack() as stack:
            for name in names:
                if name == BESIDE and name != names[-1]:
                    stack.enter_context(beside(name, whole))
                else:
                    whole.add(soak(name))
    except AlreadyRunningError:
        fail("Another bin/soak runs in this checkout. Wait until it has finished.", code=2)
    except KeyboardInterrupt:
        return 130
    say(f"{whole} in {whole.seconds / 60:.0f} min")
    return 1 if whole.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
