"""Set up what is missing, then hand over to the command in the portal's own environment."""

import os
import sys
import time

from runner import BASE_DIR, SET_UP_SECONDS, setup
from runner.say import fail

USAGE = "Use: bin/run, bin/test [pytest arguments], bin/check, bin/bench [--quick] or bin/soak [part …]"
MODULES = {
    "run": "runner.run",
    "test": "runner.testing",
    "check": "runner.checking",
    "bench": "bench.main",
    "soak": "soak.main",
}


def main(arguments: list[str]) -> None:
    """Prepare the machine for the command named first, and become that command."""
    if not arguments or arguments[0] not in MODULES:
        fail(USAGE, code=2)
    command, rest = arguments[0], arguments[1:]
    os.chdir(BASE_DIR)
    began = time.monotonic()
    try:
        python = setup.prepare(command)
    except KeyboardInterrupt:
        fail("\nStopped during set-up; the next start goes on from here.", code=130)
    # the packages in .venv are started many times over, and compiled once
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ[SET_UP_SECONDS] = f"{time.monotonic() - began:.1f}"
    os.execv(python, [str(python), "-m", MODULES[command], *rest])  # noqa: S606  replaces this process, no shell


main(sys.argv[1:])
