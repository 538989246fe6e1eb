"""The studio's page in parts. A save answers with those that changed: each has an id and a mark, the sum of what it says.

A part is drawn once in a process for as long as it says the same, so a page mostly joins what is there already.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any
from zlib import crc32

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agendas import line_drawing
from agendas.lines import Controls, StudioRow, TimedRow
from agendas.shelf import Offered
from agendas.studio import Studio
from places.keeping import Lately

MOST_KEPT = 400


@dataclass(frozen=True)
class Part:
    """A piece of the page. ``inside`` is its HTML, which a wrapper with the id and the mark holds."""

    id: str
    inside: SafeString
    tag: str = "div"
    attributes: str = ""

    @cached_property
    def mark(self) -> str:
        """What the browser sends back, so that only a part that says something else is sent again."""
        return f"{crc32((self.attributes + self.inside).encode()):x}"

    def __str__(self) -> str:
        return self.html

    @cached_property
    def html(self) -> SafeString:
        return SafeString(
            f'<{self.tag} id="{self.id}" data-part="{self.mark}"{self.attributes}>{self.inside}</{self.tag}>'
        )


_kept: Lately[Part] = Lately(MOST_KEPT)


@lru_cache(maxsize=MOST_KEPT)
def row_part(row: StudioRow) -> Part:
    """A line of the day but for its time."""
    kind = " is-pause" if row.is_pause else " is-flag" if row.flag or row.mistake else ""
    return Part(
        f"line-{row.key}",
        line_drawing.line(row, "" if row.is_pause else _controls(row.controls)),
        "li",
        format_html(' class="wt-line{}" tabindex="-1"', kind),
    )


@lru_cache(maxsize=MOST_KEPT)
def _controls(controls: Controls) -> SafeString:
    return render_to_string("agendas/studio/controls.html", {"row": controls})


@lru_cache(maxsize=MOST_KEPT)
def card_part(offered: Offered) -> Part:
    """A topic of the catalogue."""
    return Part(
        f"card-{offered.slug}", render_to_string("agendas/studio/card.html", {"offered": offered}), "li"
    )


def lines(page: Studio) -> SafeString:
    """Every line of the day, each with its time before it."""
    return SafeString("".join(map(_with_time, page.rows)))


def _with_time(timed: TimedRow) -> str:
    opening, rest = row_part(timed.row).html.split(">", 1)
    return f'{opening}><time datetime="{timed.clock}">{timed.time_words}</time>{rest}'


def cards(page: Studio) -> SafeString:
    """Every card of the catalogue, in order."""
    return SafeString("".join(card_part(offered).html for offered in page.catalogue))


def sections(page: Studio, *, is_silent: bool) -> dict[str, Part]:
    """The parts beside the lines and the cards, by name.

    They are kept for a kind of reader: what an editor may press and read is never handed to somebody who may not.
    """
    context = {"page": page, "booking": page.asker.booking, "agenda": page.agenda, "is_silent": is_silent}
    audience = (page.asker.may_edit, page.asker.is_desk, page.shows_names)
    return {
        name: _kept.get((name, audience, says), partial(_section, name, context))
        for name, says in _says(page, is_silent).items()
    }


def _section(name: str, context: dict[str, Any]) -> Part:
    return Part(f"part-{name.replace('_', '-')}", render_to_string(f"agendas/studio/{name}.html", context))


def _says(page: Studio, is_silent: bool) -> dict[str, Hashable]:
    """What each section says, in short: the template is not drawn again while this is the same."""
    order, booking = page.order, page.asker.booking
    latest = page.latest
    return {
        "start": (page.starts, page.has_last, page.facts.catalogue.edition, page.first_audience, page.asker.is_desk),
        "steps": (page.can_undo, page.can_redo),
        "budget": (
            tuple((line.item.kind, line.item.minutes, line.item.words, line.item.is_core) for line in order.lines),
            order.starts_at.time(),
            order.length,
            tuple((one.number, one.check.sitting.starts_at.time()) for one in page.checks if one.check.sitting),
        ),
        "composed": (
            page.is_composing,
            is_silent,
            page.cannot,
            page.was_overtaken,
            bool(page.said),
            page.said.get("is_proven"),
            page.unfilled_words,
        ),
        "checks": (
            tuple((one.number, one.check.key, one.check.title, one.check.words, one.check.fix) for one in page.checks),
            tuple(page.asides_that_stand),
        ),
        "free": (order.free, page.free_from.time(), page.share_out),
        "left_out": (
            tuple(page.left_out),
            tuple((topic.slug, topic.title) for topic in page.kept_out),
            page.gaps,
            page.question_words,
        ),
        "ready": (
            tuple(page.before_issue),
            tuple(page.must_wait),
            page.next_number,
            latest and latest.number,
            booking.agency.name,
        ),
        "papers": (
            booking.reference,
            tuple((one.pk, one.state, one.error) for one in page.papers),
            tuple(page.issues),
            is_silent,
            page.has_changed_since,
        ),
    }  # fmt: skip


def answer(page: Studio, have: dict[str, str], *, is_silent: bool, anchor: str, words: str) -> SafeString:
    """What changed since the browser's page, whose marks are ``have``; with the order and times of lines, and of cards."""
    changed = [_with_time(timed) for timed in page.rows if _is_news(row_part(timed.row), have)]
    changed += [part.html for part in map(card_part, page.catalogue) if _is_news(part, have)]
    changed += [part.html for part in sections(page, is_silent=is_silent).values() if _is_news(part, have)]
    return format_html(
        '<div id="parts" data-version="{}" data-anchor="{}" data-lines="{}" data-cards="{}">'
        '<p id="saved">{}{}</p>{}</div>',
        page.agenda.version,
        anchor,
        " ".join(f"{timed.row.key}/{timed.clock}/{timed.time_words}" for timed in page.rows),
        " ".join(offered.slug for offered in page.catalogue),
        f"{words} " if words else "",
        page.saved_words,
        SafeString("".join(changed)),
    )


def _is_news(part: Part, have: dict[str, str]) -> bool:
    return have.get(part.id) != part.mark


def marks_in(words: str) -> dict[str, str]:
    """What the browser has: ``id.mark`` pairs, parted by spaces; a form sends a point as it is."""
    return dict(pair.split(".", 1) for pair in words[:8000].split() if "." in pair)
