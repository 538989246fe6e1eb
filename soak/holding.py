"""Places in the portal where a soak can hold a process, to kill something just then. Only ``soak`` puts them there.

A file named as the step, in the folder SOAK_HOLDS, asks for the next process that comes by. That process renames the
file to ``<step>.held.<pid>`` and waits until it is removed.
"""

import contextlib
import os
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

LONGEST = 20.0  # seconds


def hold(step: str) -> None:
    """Wait here when somebody asked for it; otherwise cost nothing but a look at a folder."""
    folder = Path(os.environ["SOAK_HOLDS"])
    held = folder / f"{step}.held.{os.getpid()}"
    try:
        (folder / step).rename(held)  # one process alone succeeds
    except FileNotFoundError:
        return
    until = time.monotonic() + LONGEST
    while held.exists() and time.monotonic() < until:
        time.sleep(0.005)


def hold_before(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function with a place to be held in front of it."""

    @wraps(function)
    def held(*args: Any, **kwargs: Any) -> Any:
        hold(step)
        return function(*args, **kwargs)

    return held


class Holds:
    """The other side: asks for a process, and lets it go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def ask(self, step: str) -> None:
        """Hold the next process that comes to this step."""
        (self.folder / step).touch()

    def held(self, step: str) -> int | None:
        """The number of the process that is held there now."""
        found = next(self.folder.glob(f"{step}.held.*"), None)
        return int(found.name.rpartition(".")[2]) if found else None

    def let_go(self) -> None:
        """Let everybody go, and ask for nobody any more."""
        for file in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                file.unlink()
