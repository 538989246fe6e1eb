"""Two limits that depend on the day alone, as they are counted and said wherever a date is planned."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Touched:
    """A limit that a session would go past; ``words`` follow the speaker's name."""

    key: str
    words: str


def month_touched(most: int | None, in_month: int, day: dt.date) -> list[Touched]:
    """Whether one more session would be too many for the month of ``day``, which holds ``in_month`` already."""
    if most is None or in_month < most:
        return []
    if most == 0:
        return [Touched("month", "gives no sessions for the time being")]
    sessions = "1 session" if most == 1 else f"{most} sessions"
    return [Touched("month", f"gives at most {sessions} a month and has {in_month} in {day:%B} already")]


def rest_touched(least: int | None, apart: int | None) -> list[Touched]:
    """Whether ``apart`` days to the nearest other telling are too few; ``None`` where there is no other."""
    if not least or apart is None or apart >= least:
        return []
    return [Touched("rest", f"asked for {least} days between tellings; here there would be {apart}")]
