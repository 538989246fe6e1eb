"""Child processes that never outlive the runner, and that are started again when they die."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.say import say

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
LONGEST_LOG = 5_000_000  # bytes, looked at when a process starts
LONGEST_WAIT = 30  # seconds between two attempts
STEADY_AFTER = 60  # seconds after which an earlier death no longer counts


@dataclass(frozen=True)
class Account:
    """A user of this machine to run a program as."""

    uid: int
    gid: int


def die_with_parent(signal_number: int) -> Callable[[], None]:
    """Return what a child does before it becomes its program: ask for a signal when the runner dies.

    Without it ``kill -9`` of the runner would leave the servers behind. The kernel counts the death of
    the *thread* that started the child, so children are started from the main thread only.
    """
    parent = os.getpid()

    def ask() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def start(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    account: Account | None = None,
    orphan_signal: int = signal.SIGKILL,
    own_session: bool = True,
) -> "subprocess.Popen[bytes]":
    """Start a program that dies with this process.

    ``own_session`` keeps the terminal's Ctrl-C away from it, so that the runner can stop things in order.
    """
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("ab")) if log else None
        return subprocess.Popen(
            [str(part) for part in command],
            env=dict(env) if env is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            start_new_session=own_session,
            # safe: the runner has one thread
            preexec_fn=die_with_parent(orphan_signal),  # noqa: PLW1509
        )


class Child:
    """One program that should be running for as long as the runner is."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        account: Account | None = None,
        stop_signal: int = signal.SIGTERM,
        orphan_signal: int = signal.SIGKILL,
        patience: float = 15,
        before_start: Callable[[], None] | None = None,
    ) -> None:
        self.name = name
        self.command = command
        self.log = log
        self.env = env
        self.account = account
        self.stop_signal = stop_signal
        self.orphan_signal = orphan_signal
        self.patience = patience
        self.before_start = before_start
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.started_at = 0.0
        self.next_try_at = 0.0

    def start(self) -> None:
        """Start the program; a long log is put aside first."""
        if self.before_start:
            self.before_start()
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.process = start(
            self.command, env=self.env, log=self.log, account=self.account, orphan_signal=self.orphan_signal
        )
        self.started_at = time.monotonic()

    @property
    def is_running(self) -> bool:
        """Whether the program was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def keep_alive(self) -> None:
        """Start the program again when it died, waiting longer after each death in a row."""
        if self.is_running:
            return
        now = time.monotonic()
        if self.process is not None:
            self.clear_group()
            self.deaths = 1 if now - self.started_at > STEADY_AFTER else self.deaths + 1
            wait = min(2 ** (self.deaths - 1), LONGEST_WAIT)
            ended = f"{self.name} ended ({self.process.returncode})"
            say(f"{ended}; starting it again in {wait} s. See {self.log}")
            self.process = None
            self.next_try_at = now + wait
        elif now >= self.next_try_at:
            self.start()

    def ask_to_stop(self) -> None:
        """Tell the program to end in its own way."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        """End the program and what it started, in its own way first, and wait until it is gone."""
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            say(f"{self.name} did not stop by itself within {self.patience:.0f} s and is ended")
            self.process.kill()
            self.process.wait()
        self.clear_group()
        self.process = None

    def clear_group(self) -> None:
        """End what the program left behind in its session."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def stop_all(children: Sequence[Child]) -> None:
    """Stop the given programs together, and wait for every one."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop()
