"""``bin/run``: servers, data, web, worker and clock of the portal in the foreground of one terminal."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import psycopg2

from runner import BASE_DIR, SET_UP_SECONDS
from runner.children import Child, start, stop_all
from runner.house import HOUSE, AlreadyRunningError, House, free_port, given, is_free, write_whole
from runner.say import fail, say
from runner.servers import prepare_postgres, prepare_valkey, tail, wait_until

BIN = Path(sys.executable).parent
LOOK_EVERY = 0.5  # seconds
WEB = "The web"
OWNER = "DATABASE_OWNER_URL"
MANAGE = [sys.executable, str(BASE_DIR / "manage.py")]
PATIENCE_FOR_A_CASE = 20  # seconds
NOT_CODE = {".git", ".venv", "var", "node_modules", "docs", "tests", "bench", "soak", "runner"}


def main() -> None:
    """Run until Ctrl-C (or a TERM signal), then stop everything and leave nothing behind."""
    # INT too: a shell starts what runs in its background with Ctrl-C ignored
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with HOUSE.claim():
            run(HOUSE)
    except KeyboardInterrupt:
        say("\nStopped")
    except AlreadyRunningError:
        where = HOUSE.told().get("SITE_URL", "its own terminal (it is still starting or stopping)")
        fail(f"The portal already runs here: {where}\nStop that one with Ctrl-C first.")


def run(house: House) -> None:
    """Start everything in order, watch it, and stop it in the opposite order."""
    children: list[Child] = []
    filling: subprocess.Popen[bytes] | None = None
    took = Took()
    try:
        host, port = where_to_listen()
        own = own_settings(house, host, port)
        pages = begin_pages(house, {**os.environ, **own})
        environment = start_servers(house, children) | own
        owner = environment.pop(OWNER, "")  # for prepare alone
        house.tell(environment)
        took.lap("servers")
        everything = {**os.environ, **environment}
        everything.pop(OWNER, None)
        is_new = prepare(house, everything, pages, owner)
        took.lap("tables and pages")
        web, *others = portal(house, everything, host, port)
        launch(web, children)
        wait_until(lambda: answers(f"http://{own_name(host)}:{port}/health/"), web)
        took.lap("web")
        if is_new and is_demo(environment):
            filling = begin_demo(
                house, everything
            )  # the papers in it are drawn there, so the worker comes after it
        else:
            launch_all(others, children)
        greet(environment, took, is_filling=filling is not None)
        while True:
            time.sleep(LOOK_EVERY)
            if filling is not None and filling.poll() is not None:
                end_demo(house, everything, filling)
                filling = None
                launch_all(others, children)
            for child in children:
                child.keep_alive()
    except KeyboardInterrupt:
        say("\nStopping")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if filling is not None:
            finish_case(filling)
        servers = [child for child in children if child.name in ("PostgreSQL", "Valkey")]
        stop_all([child for child in children if child not in servers])
        stop_all(servers)
        house.forget()


def launch(child: Child, children: list[Child]) -> None:
    """Start a program and have it watched."""
    children.append(child)
    child.start()


def launch_all(more: list[Child], children: list[Child]) -> None:
    """Start these as well."""
    for child in more:
        launch(child, children)


class Took:
    """Where the seconds of a start went, the set-up before it included."""

    def __init__(self) -> None:
        self.laps = {"packages": float(os.environ.get(SET_UP_SECONDS, "0"))}
        self.since = time.monotonic()

    def lap(self, name: str) -> None:
        """Note how long a part took that has just ended."""
        now = time.monotonic()
        self.laps[name] = now - self.since
        self.since = now

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in self.laps.items())
        return f"{sum(self.laps.values()):.0f} s: {parts}"


def where_to_listen() -> tuple[str, int]:
    """Return host and port for the web, after looking that nothing else is there."""
    host = given("HOST") or "127.0.0.1"
    asked = given("PORT") or "8000"
    if not asked.isdigit() or not 0 < int(asked) < 65_536:
        fail(f"PORT={asked} is no port number.", code=2)
    port = int(asked)
    if not is_free(host, port):
        fail(f"Something else uses {host}, port {port}. Choose another: PORT={port + 1} bin/run")
    return host, port


def start_servers(house: House, children: list[Child]) -> dict[str, str]:
    """Start what no environment variable names, and return the addresses of database, broker and mail.

    A database of our own comes with two: its owner's, and that of the plain role as which everything works.
    """
    found = {
        "DATABASE_URL": given("DATABASE_URL"),
        OWNER: given(OWNER),
        "REDIS_URL": given("REDIS_URL"),
        "EMAIL_URL": given("EMAIL_URL"),
    }
    if not found["REDIS_URL"]:
        valkey = prepare_valkey(house)
        children.append(valkey.child())
        children[-1].start()
        found["REDIS_URL"] = valkey.url
    if not found["DATABASE_URL"]:
        postgres = prepare_postgres(house)
        children.append(postgres.child())
        children[-1].start()
        wait_until(postgres.answers, children[-1])
        postgres.make_database()
        found |= {"DATABASE_URL": postgres.plain_url, OWNER: postgres.url}
    if not found["EMAIL_URL"]:
        port = free_port()
        children.append(mail_catcher(house, port))
        children[-1].start()
        found["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
    return {name: address for name, address in found.items() if address}


def mail_catcher(house: House, port: int) -> Child:
    """Return the mail server that keeps everything in ``var/mail/``."""
    command = [sys.executable, "-m", "runner.mailsink", str(port), str(house.var / "mail")]
    return Child("The mail catcher", command, log=house.log("mail"))


def own_settings(house: House, host: str, port: int) -> dict[str, str]:
    """Return the settings that depend on this instance; what the environment names stays as it is."""
    is_open = host not in ("127.0.0.1", "::1", "localhost")
    names = ["localhost", "127.0.0.1", "[::1]", *(own_names(host) if is_open else [])]
    defaults = {
        "SECRET_KEY": house.secret("key"),
        "DEMO": "1",
        # passkeys work on localhost, not on 127.0.0.1
        "SITE_URL": f"http://{own_name(host)}:{port}",
        "ALLOWED_HOSTS": ",".join(names),
    }
    return {"VAR_DIR": str(house.var)} | {name: given(name) or value for name, value in defaults.items()}


def own_name(host: str) -> str:
    """Return the name under which a browser on this machine finds what listens on ``host``."""
    if host in ("127.0.0.1", "::1", "0.0.0.0", "::"):  # noqa: S104  compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host


def own_names(host: str) -> list[str]:
    """Return the names and addresses under which other machines may ask for this one."""
    names = [socket.gethostname()]
    if host not in ("0.0.0.0", "::"):  # noqa: S104  compared, not bound
        names.append(host)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: it only chooses the address facing outwards
            names.append(probe.getsockname()[0])
        except OSError:
            pass
    return names


# ---- data


def begin_pages(house: House, environment: Mapping[str, str]) -> "subprocess.Popen[bytes] | None":
    """Start to gather the static files, which needs no server; nothing where the last start's are still right."""
    has_static = (house.var / "static" / "staticfiles.json").exists()
    if has_static and prepared(house).get("code") == code_for(environment):
        return None
    return start([*MANAGE, "collectstatic", "--noinput"], env=environment, log=fresh(house.log("static")))


def prepare(
    house: House, environment: Mapping[str, str], pages: "subprocess.Popen[bytes] | None", owner: str
) -> bool:
    """Bring tables and catalogue up to date, and wait for the static files; return whether there was anything to do.

    Quick when nothing has changed. ``owner`` is the address of the database for the role that owns the tables.
    """
    if pages is None and prepared(house) == fingerprints(environment):
        return False
    say("Preparing tables, catalogue and pages")
    command = [*MANAGE, "prepare", "--without-demo"]
    as_owner = {OWNER: owner} if owner else {}
    steps = {"prepare": start(command, env={**environment, **as_owner}, log=fresh(house.log("prepare")))}
    if pages is not None:
        steps["static"] = pages
    for name, step in steps.items():
        if step.wait() != 0:
            log = house.log(name)
            fail(f"The data could not be prepared:\n\n{tail(log)}\n\nThe whole log: {log}")
    if not is_demo(environment):
        note_prepared(house, environment)
    return True


def begin_demo(house: House, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start to make the invented bookings that are not there yet, while the pages can be looked at already."""
    return start(
        [*MANAGE, "demo"], env=environment, log=fresh(house.log("demo")), orphan_signal=signal.SIGTERM
    )


def end_demo(house: House, environment: Mapping[str, str], filling: "subprocess.Popen[bytes]") -> None:
    """Tell how the making of the invented bookings went; where it failed, the next start tries again."""
    if filling.returncode == 0:
        note_prepared(house, environment)
        say("  The invented bookings are there")
    else:
        log = house.log("demo")
        say(f"The invented bookings could not be made:\n\n{tail(log)}\n\nThe whole log: {log}")


def finish_case(filling: "subprocess.Popen[bytes]") -> None:
    """Let the making of the invented bookings end with the one in hand, so that none is left half told."""
    filling.terminate()
    try:
        filling.wait(PATIENCE_FOR_A_CASE)
    except subprocess.TimeoutExpired:
        filling.kill()
        filling.wait()


def note_prepared(house: House, environment: Mapping[str, str]) -> None:
    """Write down for the next start that nothing is left to prepare."""
    write_whole(house.var / "prepared.json", json.dumps(fingerprints(environment)))


def prepared(house: House) -> dict[str, str | None]:
    """Return what the last whole preparation was for, or nothing."""
    try:
        return dict(json.loads((house.var / "prepared.json").read_text()))
    except (OSError, ValueError):
        return {}


def fingerprints(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Return what tells whether anything has changed since the last start."""
    return {"code": code_for(environment), "tables": fingerprint_of_tables(environment["DATABASE_URL"])}


def code_for(environment: Mapping[str, str]) -> str:
    """Return a word for the files, and for whether they show a demo."""
    return fingerprint_of_code() + environment["DEMO"]


def fresh(log: Path) -> Path:
    """Return a log emptied of what an earlier start wrote."""
    log.unlink(missing_ok=True)
    return log


def fingerprint_of_code() -> str:
    """Return a word that changes when any file changes that could change tables, catalogue or pages."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(BASE_DIR):
        folders[:] = sorted(
            name for name in folders if name not in NOT_CODE and not name.endswith(("__pycache__", "_cache"))
        )
        for name in sorted(files):
            if not name.endswith(".pyc"):
                path = Path(folder, name)
                state = path.lstat()
                digest.update(f"{path.relative_to(BASE_DIR)} {state.st_mtime_ns} {state.st_size}\n".encode())
    return digest.hexdigest()


def fingerprint_of_tables(database_url: str) -> str | None:
    """Return a word for the migrations that this database has seen; another database has another one."""
    try:
        connection = psycopg2.connect(database_url)
    except psycopg2.OperationalError:
        return None  # prepare has not made the role yet, and says what is wrong otherwise
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "select string_agg(concat(app, name, applied), ',' order by id) from django_migrations"
            )
            row = cursor.fetchone()
    except psycopg2.errors.UndefinedTable:
        return None
    finally:
        connection.close()
    return hashlib.sha256(str(row).encode()).hexdigest()


# ---- the portal itself


def portal(house: House, environment: Mapping[str, str], host: str, port: int) -> list[Child]:
    """Return web, worker and clock; the web first, because somebody waits for its first page."""
    celery = [str(BIN / "celery"), "-A", "trainingportal"]
    binds = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"]
    if host == "127.0.0.1" and socket.has_ipv6 and is_free("::1", port):
        binds.append(f"[::1]:{port}")  # browsers try it first for "localhost"
    web = {**environment, "BIND": ",".join(binds), "ACCESS_LOG": "-"}
    return [
        Child(
            WEB,
            [BIN / "gunicorn", "--config", BASE_DIR / "trainingportal" / "serving.py"],
            log=house.log("web"),
            env=web,
        ),
        Child(
            "The worker",
            [
                *celery,
                "worker",
                "--concurrency",
                "2",
                "--without-gossip",
                "--without-mingle",
                "--loglevel",
                "INFO",
            ],
            log=house.log("worker"),
            env=environment,
        ),
        Child(
            "The clock",
            [*celery, "beat", "--pidfile=", "--loglevel", "INFO"],
            log=house.log("beat"),
            env=environment,
        ),
    ]


def answers(address: str) -> bool:
    """Whether the web answers on this machine."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return True  # it serves, though not under this name (see ALLOWED_HOSTS)
    except OSError:
        return False


def greet(environment: Mapping[str, str], took: Took, *, is_filling: bool) -> None:
    """Tell where the portal is, how long that took, and how to get in."""
    site = environment["SITE_URL"]
    say(f"\n  The portal runs at {site}  (after {took})\n")
    if is_demo(environment):
        say(f"  Try it out:  {site}/demo/  enter as coordinator, lead trainer, agency, speaker or attendee")
        say("               everybody and everything in it is invented")
        if is_filling:
            say("               its bookings are still being made, one after another")
    else:
        say(f"  Sign in:     {site}/desk/")
        say("               the first coordinator: .venv/bin/python manage.py first_coordinator_link")
    if not given("EMAIL_URL"):
        say("  Mail:        kept in var/mail/, sent to nobody")
    say("  Logs:        var/log/")
    say("  Stop:        Ctrl-C")
    say("\n  Not for production: see docs/deployment.md\n")


def is_demo(environment: Mapping[str, str]) -> bool:
    """Whether this instance is the demo."""
    return environment["DEMO"].lower() in ("1", "true", "yes", "on", "y", "ok")


if __name__ == "__main__":
    main()
