"""The papers' own words in Welsh. What the catalogue says in Welsh is in ``agendas/bilingual.py``.

A Welsh reader must check these words before a paper leaves: see docs/papers.md.
"""

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent / "papers" / "welsh.toml"

DAYS = (
    "Dydd Llun",
    "Dydd Mawrth",
    "Dydd Mercher",
    "Dydd Iau",
    "Dydd Gwener",
    "Dydd Sadwrn",
    "Dydd Sul",
)
MONTHS = (
    "Ionawr",
    "Chwefror",
    "Mawrth",
    "Ebrill",
    "Mai",
    "Mehefin",
    "Gorffennaf",
    "Awst",
    "Medi",
    "Hydref",
    "Tachwedd",
    "Rhagfyr",
)


@cache
def words() -> dict[str, str]:
    """English to Welsh, as ``papers/welsh.toml`` has them."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def say_date(day: dt.date) -> str:
    """“Dydd Mawrth 9 Mawrth 2027”."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def say_time(clock: dt.time) -> str:
    """“9.15yb”, “1yp”, “12 hanner dydd”."""
    if clock.minute == 0 and clock.hour in (0, 12):
        return "12 hanner dydd" if clock.hour else "12 hanner nos"
    minutes = f".{clock.minute:02}" if clock.minute else ""
    return f"{clock.hour % 12 or 12}{minutes}{'yb' if clock.hour < 12 else 'yp'}"


def say_times(start: dt.time, end: dt.time) -> str:
    """“9.15yb i 4.15yp”."""
    return f"{say_time(start)} i {say_time(end)}"


def say_minutes(minutes: int) -> str:
    """“1 awr 30 munud”: after a number the noun stays single."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} awr"] if hours else []
    return " ".join([*parts, *([f"{rest} munud"] if rest or not hours else [])])
