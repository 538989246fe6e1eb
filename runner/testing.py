"""``bin/test``: every check, then every test with a PostgreSQL and a Valkey of its own."""

import os
import shutil
import signal
import subprocess
import sys

from runner.checking import run_checks
from runner.children import Child, start, stop_all
from runner.house import TEST_HOUSE, AlreadyRunningError, House
from runner.say import fail, say
from runner.servers import prepare_postgres, prepare_valkey, wait_until

# the browser tests share two cores with the servers
PROCESSES = "2"


def main(arguments: list[str]) -> int:
    """Run checks and tests, print pytest's closing line last, and return 0 when everything passed.

    Naming tests leaves the checks to ``bin/check``, and says so.
    """
    # INT too: a shell starts what runs in its background with Ctrl-C ignored
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with TEST_HOUSE.claim():
            return check_and_test(TEST_HOUSE, arguments)
    except AlreadyRunningError:
        fail("Another bin/test runs in this checkout. Wait until it has finished.", code=2)
    except KeyboardInterrupt:
        return 130


def check_and_test(house: House, arguments: list[str]) -> int:
    """Run the checks, unless tests are named, and then the tests, whatever the checks said."""
    failed: list[str] = []
    if arguments:
        say("Only the named tests; bin/check runs the checks")
    else:
        say("Checking")
        failed = run_checks()
    code = run_tests(house, arguments, note=f"FAILED before the tests: {', '.join(failed)}" if failed else "")
    return code or (1 if failed else 0)


def run_tests(house: House, arguments: list[str], *, note: str) -> int:
    """Run pytest against fresh servers, which are cleared away afterwards; return its exit code."""
    children: list[Child] = []
    clear(house)
    try:
        say("Starting PostgreSQL and Valkey for the tests")
        valkey = prepare_valkey(house)
        postgres = prepare_postgres(house, is_for_tests=True)
        children = [valkey.child(), postgres.child()]
        for child in children:
            child.start()
        wait_until(postgres.answers, children[1])
        wait_until(valkey.answers, children[0])
        postgres.make_database()
        environment = {
            **os.environ,
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "EMAIL_URL": "smtp://127.0.0.1:1",  # nothing leaves: a test that sends starts a server of its own
            "SECRET_KEY": house.secret("key"),
            "VAR_DIR": str(house.var),
            "DEMO": "1",
            "PRODUCTION": "0",
        }
        if note:
            say(note)
        say("Testing")
        pytest = start(
            [
                sys.executable,
                "-m",
                "pytest",
                "-n",
                PROCESSES,
                "--dist",
                "loadgroup",
                "--durations=20",
                *arguments,
            ],
            env=environment,
            own_session=False,
        )
        try:
            return pytest.wait()
        except KeyboardInterrupt:
            return let_finish(pytest)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stop_all(children)
        clear(house)


def let_finish(pytest: "subprocess.Popen[bytes]") -> int:
    """Let pytest print what it has: a Ctrl-C has reached it too. Another signal has not, so it is ended."""
    try:
        return pytest.wait(15)
    except subprocess.TimeoutExpired:
        pytest.terminate()
        return pytest.wait()


def clear(house: House) -> None:
    """Remove what an earlier run left, its logs aside."""
    database = house.var / "database"
    if database.is_symlink():
        shutil.rmtree(database.resolve(), ignore_errors=True)
        database.unlink()
    for name in ("database", "files", "valkey"):
        shutil.rmtree(house.var / name, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
