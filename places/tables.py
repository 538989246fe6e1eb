"""The tables we ship in places/data, read as they are."""

import csv
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"


def read(name: str) -> list[dict[str, str]]:
    """Read one table: a list of rows, each by column name."""
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
