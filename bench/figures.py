"""A figure, its target, and whether it was met; the table and the file they end in."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line of the table. ``target`` bounds ``ratio`` where there is one, else ``ours``; no target, no verdict."""

    name: str
    unit: str
    ours: float
    against: float | None = None
    target: float | None = None
    at_least: bool = False

    @property
    def ratio(self) -> float | None:
        """How often what it is compared with goes into ours; nothing to compare with, no ratio."""
        return self.ours / self.against if self.against else None

    @property
    def ok(self) -> bool:
        """Whether the target is met. A figure meant to be compared fails when there was nothing to compare with."""
        if self.target is None:
            return True
        if self.against is not None and self.ratio is None:
            return False
        bounded = self.ours if self.ratio is None else self.ratio
        return bounded >= self.target if self.at_least else bounded <= self.target

    @property
    def target_words(self) -> str:
        """The target as it is printed: "≤ 4×", "≥ 0.8×", "≤ 22"."""
        if self.target is None:
            return ""
        times = "×" if self.against is not None else ""
        return f"{'≥' if self.at_least else '≤'} {self.target:g}{times}"


def best(measure: Callable[[], float], *, rounds: int) -> float:
    """The least of several measurements: what else runs on a machine only ever adds."""
    return min(measure() for _ in range(rounds))


def in_words(number: float | None) -> str:
    """A number short enough for a table."""
    if number is None:
        return ""
    if number == int(number) and abs(number) < 1e6:
        return str(int(number))
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def table(figures: Iterable[Figure]) -> str:
    """The figures in columns, for a terminal."""
    head = ("", "unit", "ours", "against", "ratio", "target", "")
    rows = [head] + [
        (
            figure.name,
            figure.unit,
            in_words(figure.ours),
            in_words(figure.against),
            in_words(figure.ratio),
            figure.target_words,
            "" if figure.target is None else "ok" if figure.ok else "MISSED",
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = []
    for row in rows:
        words = [row[0].ljust(widths[0]), row[1].ljust(widths[1])]
        words += [part.rjust(width) for part, width in zip(row[2:6], widths[2:6], strict=True)]
        lines.append("  ".join([*words, row[6]]).rstrip())
    return "\n".join(lines)


def write(figures: Iterable[Figure], path: Path) -> None:
    """Write the figures for programs to read."""
    rows = [
        {
            "name": figure.name,
            "unit": figure.unit,
            "ours": figure.ours,
            "against": figure.against,
            "ratio": figure.ratio,
            "target": figure.target_words,
            "ok": figure.ok,
        }
        for figure in figures
    ]
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
