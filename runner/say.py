"""What the commands tell the person in front of the terminal."""

import contextlib
import os
import sys
from typing import NoReturn


def say(text: str = "") -> None:
    """Print one line at once; a terminal that has gone away is no reason to stop half-way."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def fail(text: str, *, code: int = 1) -> NoReturn:
    """Print why it cannot go on, and end with ``code``."""
    sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)
    sys.exit(code)


def count(number: int, one: str, many: str) -> str:
    """Return "1 check" or "3 checks"."""
    return f"{number} {one if number == 1 else many}"


def is_root() -> bool:
    """Whether this process may install system packages and must not run PostgreSQL itself."""
    return os.geteuid() == 0
