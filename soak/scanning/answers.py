"""The answers of docs/security.md to what scanners find and we leave as it is: one row of a table each."""

import functools
from dataclasses import dataclass

from runner import BASE_DIR
from soak.tally import Tally

PAGE = BASE_DIR / "docs" / "security.md"
HEADING = "## What the scanners find and we leave as it is"


@dataclass(frozen=True)
class Answer:
    """What is left: which finding of which scanner, and where (the beginning of a path, or ``everywhere``)."""

    scanner: str
    finding: str
    where: str

    def covers(self, scanner: str, finding: str, where: str) -> bool:
        """Whether this answers a finding."""
        is_here = self.where == "everywhere" or where.startswith(self.where)
        return (self.scanner, self.finding) == (scanner, finding) and is_here


@functools.cache
def answers() -> tuple[Answer, ...]:
    """Every row of the table."""
    section = PAGE.read_text().partition(HEADING)[2].partition("\n## ")[0]
    rows = [
        [cell.strip().strip("`") for cell in line.strip("| \n").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    return tuple(Answer(*row[:3]) for row in rows[2:])


@dataclass
class Findings:
    """Counts what one scanner finds; fails for each finding without an answer, and for each answer without a finding."""

    scanner: str
    tally: Tally

    def __post_init__(self) -> None:
        self.used: set[Answer] = set()

    def add(self, finding: str, where: str, words: str) -> None:
        """Count one finding."""
        covering = [answer for answer in answers() if answer.covers(self.scanner, finding, where)]
        self.used.update(covering)
        self.tally.check(bool(covering), f"{self.scanner}: {finding} at {where}: {words}")

    def end(self) -> None:
        """Fail for answers to questions that nobody asks any more."""
        for answer in answers():
            if answer.scanner == self.scanner:
                self.tally.check(
                    answer in self.used,
                    f"docs/security.md answers {answer.finding} at {answer.where}, which {self.scanner} no longer finds",
                )
