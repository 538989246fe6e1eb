"""The studio's page in parts. A save answers with those that changed: each has an id and a mark, the sum of what it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from agendas.lines import TimedRow
from agendas.shelf import Offered
from agendas.studio import Studio

SECTIONS = ("start", "steps", "budget", "composed", "checks", "free", "left_out", "ready", "papers")


@dataclass(frozen=True)
class Part:
    """A piece of the page: its markup, inside a wrapper with its id and its mark. A line has its time in front."""

    id: str
    inside: SafeString
    tag: str = "div"
    classes: str = ""
    clock: str = ""
    time_words: str = ""

    @cached_property
    def mark(self) -> str:
        """What the browser sends back, so that only a part that says something else is sent again; a line's time is not in it."""
        return f"{crc32((self.classes + self.inside).encode()):x}"

    def __str__(self) -> str:
        return render_to_string("agendas/studio/part.html", {"part": self})


def lines(page: Studio) -> list[Part]:
    """Every line of the day, each with its time before it."""
    return [_line(timed) for timed in page.rows]


def _line(timed: TimedRow) -> Part:
    row = timed.row
    kind = " is-pause" if row.is_pause else " is-flag" if row.flag or row.mistake else ""
    inside = render_to_string("agendas/studio/line.html", {"row": row})
    return Part(f"line-{row.key}", inside, "li", f"wt-line{kind}", timed.clock, timed.time_words)


def cards(page: Studio) -> list[Part]:
    """Every card of the catalogue, in order."""
    return [_card(offered) for offered in page.catalogue]


def _card(offered: Offered) -> Part:
    return Part(
        f"card-{offered.slug}", render_to_string("agendas/studio/card.html", {"offered": offered}), "li"
    )


def sections(page: Studio, *, is_silent: bool) -> dict[str, Part]:
    """The parts beside the lines and the cards, by name."""
    context = {"page": page, "booking": page.asker.booking, "agenda": page.agenda, "is_silent": is_silent}
    return {
        name: Part(f"part-{name.replace('_', '-')}", render_to_string(f"agendas/studio/{name}.html", context))
        for name in SECTIONS
    }


def answer(page: Studio, have: dict[str, str], *, is_silent: bool, anchor: str, words: str) -> SafeString:
    """What changed since the browser's page, whose marks are ``have``; with the order and times of lines, and of cards."""

    def every() -> Iterator[Part]:
        yield from lines(page)
        yield from cards(page)
        yield from sections(page, is_silent=is_silent).values()

    return render_to_string(
        "agendas/studio/parts.html",
        {
            "page": page,
            "anchor": anchor,
            "words": words,
            "changed": [part for part in every() if have.get(part.id) != part.mark],
            "order_of_lines": " ".join(
                f"{timed.row.key}/{timed.clock}/{timed.time_words}" for timed in page.rows
            ),
            "order_of_cards": " ".join(offered.slug for offered in page.catalogue),
        },
    )


def marks_in(words: str) -> dict[str, str]:
    """What the browser has: ``id.mark`` pairs, parted by spaces; a form sends a point as it is."""
    return dict(pair.split(".", 1) for pair in words[:8000].split() if "." in pair)
