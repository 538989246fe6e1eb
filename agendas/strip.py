"""The picture of a day: blocks side by side, times below, a check drawn above. Numbers and words only, no markup.

    strip = draw([Block("core", 60, "Alice’s story"), Block("pause", 15, "Time to pause")], starts_at=dt.time(9, 15))

`templates/components/day_strip.html` draws what comes back as SVG in percentages, so it fits any width without a style.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from places.clock import say_minutes, say_time, say_times

CORE, TOPIC, PAUSE, FILL, FREE = "core", "topic", "pause", "fill", "free"
KEY = {
    CORE: "always given",
    TOPIC: "topic",
    PAUSE: "people pause",
    FILL: "welcome, questions",
    FREE: "still free",
}

LETTERS = {CORE: "A", TOPIC: "T", PAUSE: "P", FILL: "W", FREE: "F"}
"""What stands in a block and in the key where a reader's own palette leaves no fills to tell the kinds by."""
LEAST_FOR_A_LETTER = 1.6  # hundredths of the strip

# How wide words are, in hundredths of the strip: on a wide page (about 560 px) and on a phone (about 270 px).
WIDE_CHARACTER = 1.25
PHONE_CHARACTER = 2.6
GAP = 0.35


class Block(NamedTuple):
    """A stretch of the day. `kind` is one of core, topic, pause, fill, free."""

    kind: str
    minutes: int
    name: str = ""


@dataclass(frozen=True)
class Mark:
    """A check drawn over a stretch of the day, from one minute after the start to another."""

    from_minute: int
    to_minute: int
    words: str


@dataclass(frozen=True)
class Said:
    """How a day is put into words, in one language."""

    day: str = "Picture of the day from {}: {}"
    free: str = "{} still free"
    rest: str = "Break"
    minutes: Callable[[int], str] = say_minutes
    times: Callable[[dt.time, dt.time], str] = say_times


ENGLISH = Said()


class Rect(NamedTuple):
    """A block as it is drawn; `x` and `width` are percentages."""

    kind: str
    x: str
    width: str

    @property
    def letter(self) -> str:
        """What tells its kind apart where a reader's own palette leaves no fills."""
        return LETTERS[self.kind]

    @property
    def letter_at(self) -> str:
        """Where its letter stands; empty where there is no room for one."""
        width = float(self.width[:-1])
        return _percent(float(self.x[:-1]) + width / 2) if width >= LEAST_FOR_A_LETTER else ""


@dataclass(frozen=True)
class Label:
    """Words under or over the strip. `anchor` is SVG's text-anchor; a phone leaves out what is optional."""

    x: str
    anchor: str
    words: str
    optional: bool = False


@dataclass(frozen=True)
class Over:
    """A check as it is drawn: a bar, and its words where there is room for them."""

    x: str
    width: str
    label: Label | None


class KeyItem(NamedTuple):
    """What a fill means, with the letter that stands for it."""

    kind: str
    words: str
    letter: str


@dataclass(frozen=True)
class Strip:
    """The whole picture, and the same in words for people who do not see it."""

    rects: list[Rect]
    labels: list[Label]
    overs: list[Over]
    end: Label | None
    end_at: str
    words: str
    key: list[KeyItem] = field(default_factory=list)


def draw(
    blocks: Iterable[Block],
    *,
    starts_at: dt.time | None = None,
    holds: int | None = None,
    end_words: str = "",
    marks: Sequence[Mark] = (),
    said: Said = ENGLISH,
) -> Strip:
    """Lay the blocks of a day side by side.

    `holds` is the length in minutes that the day has: what is missing shows as free, and where there is too much a line
    says where the day ends (`end_words`). Without `starts_at` the strip counts minutes instead of telling times. `said`
    puts a day that tells times into words.
    """
    day = [block for block in blocks if block.minutes > 0]
    planned = sum(block.minutes for block in day)
    if holds is not None and planned < holds:
        day.append(Block(FREE, holds - planned))
    length = max(planned, holds or 0) or 1

    rects, at = [], 0
    starts: list[tuple[int, Block]] = []
    for block in day:
        starts.append((at, block))
        share = 100 * block.minutes / length
        width = max(share - GAP, share / 2)
        rects.append(Rect(block.kind, _percent(100 * at / length), _percent(width)))
        at += block.minutes

    end = None
    if holds is not None and planned > holds:
        end = _place(100 * holds / length, 100 * holds / length, end_words)
    kinds = {block.kind for block in day}
    return Strip(
        rects=rects,
        labels=[] if end else _labels(starts, length, starts_at),
        overs=_overs(marks, length),
        end=end,
        end_at=_percent(100 * (holds or 0) / length),
        words=_say(day, length, starts_at, planned - holds if end and holds is not None else 0, marks, said),
        key=[KeyItem(kind, words, LETTERS[kind]) for kind, words in KEY.items() if kind in kinds],
    )


def _labels(starts: list[tuple[int, Block]], length: int, starts_at: dt.time | None) -> list[Label]:
    """Write the first and the last time, then when people pause: the longest pause first, and none over another."""
    if starts_at is None:
        return [Label("0.00%", "start", "0"), Label("100.00%", "end", f"{length} minutes")]
    first, last = say_time(starts_at), say_time(_later(starts_at, length))
    labels = [Label("0.00%", "start", first), Label("100.00%", "end", last)]
    taken = [(0.0, len(first)), (100.0, -len(last))]
    pauses = sorted(
        (pair for pair in starts if pair[1].kind == PAUSE and pair[0]), key=lambda pair: -pair[1].minutes
    )
    for minute, _ in pauses:
        x, words = 100 * minute / length, say_time(_later(starts_at, minute))
        fits_wide = _is_clear(x, len(words), taken, WIDE_CHARACTER)
        fits_phone = len(taken) == 2 and _is_clear(x, len(words), taken, PHONE_CHARACTER)
        if fits_wide:
            labels.append(Label(_percent(x), "middle", words, optional=not fits_phone))
            taken.append((x, len(words)))
    return sorted(labels, key=lambda label: float(label.x[:-1]))


def _is_clear(x: float, characters: int, taken: list[tuple[float, int]], per_character: float) -> bool:
    """Say whether words centred on `x` keep clear of those already written.

    The first two entries of `taken` are the ends: words that begin at 0 and words that end at 100.
    """
    half = characters * per_character / 2 + per_character
    for number, (other, length) in enumerate(taken):
        span = abs(length) * per_character
        low, high = (other - span / 2, other + span / 2)
        if number == 0:
            low, high = (0.0, span)
        elif number == 1:
            low, high = (100.0 - span, 100.0)
        if x + half > low and x - half < high:
            return False
    return True


def _overs(marks: Sequence[Mark], length: int) -> list[Over]:
    """Draw each check; its words stand only while they are clear of the words before, on a phone seldom more than one's."""
    overs: list[Over] = []
    reach = on_phone = -1.0
    for mark in sorted(marks, key=lambda mark: mark.from_minute):
        low, high = 100 * mark.from_minute / length, 100 * min(mark.to_minute, length) / length
        label = _place(low, high, mark.words)
        wide, narrow = (len(mark.words) * each for each in (WIDE_CHARACTER, PHONE_CHARACTER))
        x, ends = float(label.x[:-1]), label.anchor == "end"
        left = x - (wide if ends else 0)
        shown = None
        if left > reach:
            reach = left + wide + 2
            left_on_phone = x - (narrow if ends else 0)
            shown = replace(label, optional=left_on_phone <= on_phone)
            if not shown.optional:
                on_phone = left_on_phone + narrow
        overs.append(Over(_percent(low), _percent(max(high - low - GAP, (high - low) / 2)), shown))
    return overs


def _place(low: float, high: float, words: str) -> Label:
    """Put words where they stay on the strip, on a phone too: from the left edge of a stretch, or up to its right."""
    width = len(words) * PHONE_CHARACTER
    if low + width <= 100:
        return Label(_percent(low), "start", words)
    if high - width >= 0:
        return Label(_percent(high), "end", words)
    return Label(_percent(max(100 - width, 0)), "start", words)


def _say(
    day: list[Block],
    length: int,
    starts_at: dt.time | None,
    too_many: int,
    marks: Sequence[Mark],
    said: Said,
) -> str:
    """Say the picture: what people sit through, and what lies between."""
    if starts_at is None:
        sums = {kind: sum(block.minutes for block in day if block.kind == kind) for kind in KEY}
        parts = [f"{say_minutes(minutes)} {KEY[kind]}" for kind, minutes in sums.items() if minutes]
        whole = f"Picture of the time: {', '.join(parts)}"
        return f"{whole}. {say_minutes(too_many)} too many" if too_many else whole
    stretches: list[str] = []
    sitting = 0
    for block in day:
        if block.kind not in (PAUSE, FREE):
            sitting += block.minutes
            continue
        if sitting:
            stretches.append(said.minutes(sitting))
        sitting = 0
        free = said.free.format(said.minutes(block.minutes))
        stretches.append(free if block.kind == FREE else (block.name or said.rest).lower())
    if sitting:
        stretches.append(said.minutes(sitting))
    whole = said.day.format(said.times(starts_at, _later(starts_at, length)), ", ".join(stretches))
    return ". ".join([whole, *(mark.words for mark in marks)])


def _later(start: dt.time, minutes: int) -> dt.time:
    """Give the time so many minutes on. A day that runs past midnight starts again at nought."""
    total = (start.hour * 60 + start.minute + minutes) % (24 * 60)
    return dt.time(total // 60, total % 60)


def _percent(number: float) -> str:
    return f"{number:.2f}%"
