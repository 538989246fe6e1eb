"""What is different between two issues, in plain words, and whom it concerns.

Both are given as frozen data (``agendas/snapshot.py``). The words use the part at T2 only: they may go to the agency.
"""

import datetime as dt
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from places.clock import say_date, say_minutes, say_time, say_times

Part = dict[str, Any]
SMALL = "Some words are different; topics and times stay."
FRAME = ("day", "starts_at", "ends_at", "format", "place")


def changes(before: Part, after: Part) -> list[str]:
    """What the agency reads differently, the day first; empty where it reads the same."""
    shown_before, shown_after = _shown(before), _shown(after)
    if shown_before == shown_after:
        return []
    return [*_of_the_day(before, after), *_of_the_lines(before["lines"], after["lines"])] or [SMALL]


def _shown(part: Part) -> Part:
    """Without the page for the host, which follows from the rest, and what no page shows."""
    return {key: value for key, value in part.items() if key not in ("host", "invented", "marking")}


def _time(words: str) -> str:
    return say_time(dt.time.fromisoformat(words))


def _times(part: Part) -> str:
    return say_times(dt.time.fromisoformat(part["starts_at"]), dt.time.fromisoformat(part["ends_at"]))


def _of_the_day(before: Part, after: Part) -> Iterator[str]:
    if before["day"] != after["day"]:
        day, was = (
            say_date(dt.date.fromisoformat(part["day"])) if part["day"] else "no day"
            for part in (after, before)
        )
        yield f"The day is now {day}. It was {was}."
    if _times(before) != _times(after):
        yield f"It now runs from {_times(after)}. It was {_times(before)}."
    if before["format"] != after["format"]:
        yield f"It is now a {after['format'].lower()}. It was a {before['format'].lower()}."
    if (before["audience"], before["head_count"]) != (after["audience"], after["head_count"]):
        yield "For whom it is has changed."
    if before["nation"] != after["nation"]:
        yield f"It now follows the law of {after['nation']}."


def _named(lines: list[Part]) -> dict[str, Part]:
    """Lines by what they are: a topic by its title, a second break as such."""
    found: dict[str, Part] = {}
    for line in lines:
        name, n = line["title"], 2
        while name in found:
            name, n = f"{line['title']} ({n})", n + 1
        found[name] = line
    return found


def _of_the_lines(before: list[Part], after: list[Part]) -> Iterator[str]:
    old, new = _named(before), _named(after)
    for name, line in new.items():
        if name not in old:
            yield f"New: {name}, {say_minutes(line['minutes'])}, at {_time(line['at'])}."
    for name in old:
        if name not in new:
            yield f"No longer in the day: {name}."
    both = [name for name in new if name in old]
    stayed = _in_order([name for name in old if name in new], both)
    for name in both:
        yield from _of_a_line(name, old[name], new[name], moves=name not in stayed)
    shifts = [abs(_minute(new[name]["at"]) - _minute(old[name]["at"])) for name in stayed]
    if any(shifts):
        yield f"Other times move by up to {say_minutes(max(shifts))}."


def _in_order(before: list[str], after: list[str]) -> set[str]:
    """The names that keep their order."""
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    return {before[block.a + n] for block in matcher.get_matching_blocks() for n in range(block.size)}


def _minute(words: str) -> int:
    clock = dt.time.fromisoformat(words)
    return clock.hour * 60 + clock.minute


def _of_a_line(name: str, before: Part, after: Part, *, moves: bool) -> Iterator[str]:
    if moves:
        yield f"{name} moves to {_time(after['at'])}. It was at {_time(before['at'])}."
    if before["minutes"] != after["minutes"]:
        yield f"{name} takes {say_minutes(after['minutes'])}. It was {say_minutes(before['minutes'])}."
    if before["how"] != after["how"]:
        yield f"{name} is now given as a {(after['how'] or 'presentation').lower()}."
    added = [point for point in after["points"] if point not in before["points"]]
    gone = [point for point in before["points"] if point not in after["points"]]
    if added:
        yield f"{name} now holds: {'; '.join(added)}."
    if gone:
        yield f"{name} no longer holds: {'; '.join(gone)}."


def concerns(name: str, before: Part, after: Part) -> bool:
    """Whether a new issue changes anything for the speaker of this name: the day itself, who comes, or a line of theirs.

    ``before`` and ``after`` are whole snapshots.
    """
    old, new = before["agenda"], after["agenda"]
    if any(old[key] != new[key] for key in FRAME):
        return True
    own = ("who", "notes")
    if _without(before["detail"], own) != _without(after["detail"], own):
        return True
    return _lines_of(name, before) != _lines_of(name, after)


def _without(detail: Part, keys: tuple[str, ...]) -> Part:
    return {key: value for key, value in detail.items() if key not in keys}


def _lines_of(name: str, snapshot: Part) -> list[tuple[Any, ...]]:
    detail = snapshot["detail"]
    rows = zip(snapshot["agenda"]["lines"], detail.get("who", []), detail.get("notes", []), strict=False)
    return [(line, note) for line, who, note in rows if who == name]
