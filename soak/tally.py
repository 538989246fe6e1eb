"""What was tried and what came of it."""

import time
from dataclasses import dataclass, field

from runner.say import say


@dataclass
class Tally:
    """Counts checks, and keeps the words of those that failed."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def check(self, is_right: bool, words: str) -> None:
        """Count one check; ``words`` say what was wrong."""
        if is_right:
            self.passed += 1
        else:
            self.failed.append(words)
            if len(self.failed) <= 50:
                say(f"FAILED  {words}")

    def add(self, other: "Tally") -> None:
        """Count what another counted."""
        self.passed += other.passed
        self.failed += other.failed

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return time.monotonic() - self.began

    def __str__(self) -> str:
        return f"{self.passed:,} passed, {len(self.failed):,} failed"
