"""Reads the tables of docs/rights.md: who asks, what for, and the answer that each role gets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "rights.md"
HEAD = ("Address", "Method")
LAST = "Leads to"
_WORD = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Line:
    """One line of a table, for one of its addresses: ``sent`` is the field that names the verb, where there is one."""

    area: str
    address: str
    sent: str
    method: str
    answers: Mapping[str, str]
    leads_to: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.address} {self.sent}".strip()

    @property
    def key(self) -> str:
        """How tests/rights/sent.py calls what is posted there."""
        return f"{self.address} {self.sent}".strip()


def lines() -> list[Line]:
    """Every line of the page. Raises ``ValueError`` for a table that cannot be read, or a line that stands twice."""
    found: list[Line] = []
    area = ""
    roles: list[str] = []
    for text in PAGE.read_text().splitlines():
        if text.startswith("## "):
            area, roles = text.removeprefix("## "), []
        if not text.startswith("|"):
            continue
        cells = [cell.strip() for cell in text.strip("|").split("|")]
        if tuple(cells[:2]) == HEAD:
            roles = cells[2:-1]
        elif roles and not set(text) <= set("|-: "):
            found += _lines(area, roles, cells)
    twice = [str(a) for a, b in pairwise(sorted(found, key=str)) if str(a) == str(b)]
    if twice:
        raise ValueError(f"These stand twice in {PAGE.name}: {twice}")
    return found


def _lines(area: str, roles: list[str], cells: list[str]) -> list[Line]:
    """One row of a table: its addresses, each once for every field that follows it."""
    if len(cells) != len(roles) + 3:
        raise ValueError(f"{PAGE.name}: {len(cells)} cells in {cells}")
    addresses, method, *answers, leads_to = cells
    asked: list[tuple[str, list[str]]] = []
    for word in _WORD.findall(addresses):
        if word.startswith("/"):
            asked.append((word, []))
        else:
            asked[-1][1].append(word)
    if not asked:
        raise ValueError(f"{PAGE.name}: no address in {cells}")
    said = dict(zip(roles, answers, strict=True))
    targets = tuple(_WORD.findall(leads_to))
    return [
        Line(area, address, field, method, said, targets)
        for address, fields in asked
        for field in fields or [""]
    ]


def writings() -> dict[str, frozenset[str]]:
    """The tables that a GET may write to, each with the addresses that may; none named means any."""
    found = {}
    is_inside = False
    for text in PAGE.read_text().splitlines():
        if text.startswith("|"):
            cells = text.strip("|").split("|")
            is_heading = cells[0].strip() == "Table"
            if is_inside and not set(text) <= set("|-: "):
                [table], addresses = _WORD.findall(cells[0]), _WORD.findall(cells[1])
                found[table] = frozenset(addresses)
            is_inside = is_inside or is_heading
        else:
            is_inside = False
    return found
