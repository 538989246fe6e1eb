"""``bin/check``: what can be said about the code without running it, two checks at a time."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from runner import BASE_DIR
from runner.say import count, fail, say

BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
AT_ONCE = 2

# the slow one first, so that the others run beside it
CHECKS: dict[str, list[str | Path]] = {
    "types (mypy)": [BIN / "mypy", "."],
    "style (ruff)": [BIN / "ruff", "check", "."],
    "layout (ruff format)": [BIN / "ruff", "format", "--check", "."],
    "arrows between apps (import-linter)": [BIN / "lint-imports"],
    "templates (djLint)": [BIN / "djlint", "templates", "--lint", "--quiet"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "system checks": [*MANAGE, "check", "--fail-level", "WARNING"],
    "system checks for production": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
}
# no check needs a server, and none may find a running one by accident
SETTINGS = {
    "SECRET_KEY": "only-to-check-the-code-and-long-enough-for-the-checks-of-django-0123456789",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "DEMO": "1",
    # makemigrations would like to look into a database as well; there is none here
    "PYTHONWARNINGS": "ignore:Got an error checking a consistent migration history:RuntimeWarning",
}
PRODUCTION = {
    "DEMO": "0",
    "PRODUCTION": "1",
    "SITE_URL": "https://training.example.org",
    "ALLOWED_HOSTS": "training.example.org",
    "EMAIL_URL": "smtp+tls://127.0.0.1:1",
    "BEHIND_PROXY": "1",
    "DEFAULT_FROM_EMAIL": "Training team <training@training.example.com>",
}


@dataclass
class Running:
    """A check that is under way, with its output going to a file."""

    name: str
    process: "subprocess.Popen[bytes]"
    output: IO[bytes]
    started: float


def main() -> None:
    """Run every check and end with 1 when one of them failed."""
    failed = run_checks()
    if failed:
        fail(f"{count(len(failed), 'check', 'checks')} failed: {', '.join(failed)}")
    say("All checks passed")


def run_checks() -> list[str]:
    """Run every check, print one line for each and the output of those that failed; return their names."""
    waiting = list(CHECKS)
    running: list[Running] = []
    failed: list[str] = []
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                running.append(begin(waiting.pop(0)))
            for check in [check for check in running if check.process.poll() is not None]:
                running.remove(check)
                if not finish(check):
                    failed.append(check.name)
            time.sleep(0.05)
    finally:
        for check in running:
            check.process.kill()
            check.process.wait()
    return failed


def begin(name: str) -> Running:
    """Start one check."""
    output = tempfile.TemporaryFile()  # noqa: SIM115  closed when the check has finished
    command = [str(part) for part in CHECKS[name]]
    process = subprocess.Popen(
        command,
        cwd=BASE_DIR,
        env=environment("--deploy" in command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    return Running(name, process, output, time.monotonic())


def environment(for_production: bool) -> Mapping[str, str]:
    """Return the environment of a check."""
    return {**os.environ, "PRODUCTION": "0", **SETTINGS, **(PRODUCTION if for_production else {})}


def finish(check: Running) -> bool:
    """Print how a check went, with its words when it failed; return whether it passed."""
    passed = check.process.returncode == 0
    say(f"{'passed' if passed else 'FAILED'}  {check.name}  ({time.monotonic() - check.started:.1f} s)")
    check.output.seek(0)
    words = check.output.read().decode(errors="replace").strip()
    check.output.close()
    if not passed:
        say(f"\n{words}\n")
    return passed


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        fail("\nStopped", code=130)
