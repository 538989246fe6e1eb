"""The terms of a booking: one text that the desk edits, read by every page and mail that states them."""

from dataclasses import dataclass

from bookings.models import DeskSettings
from courses.words import Block, read_blocks

TITLES = {
    "binding": "When your booking is confirmed",
    "contribution": "Contribution",
    "travel": "Travel and overnight costs",
    "cancelling": "Cancelling or changing the date",
    "host": "What we ask of you",
}


@dataclass(frozen=True)
class Term:
    """One part of the terms, cut into paragraphs and lists."""

    key: str
    title: str
    blocks: tuple[Block, ...]


def terms(settings: DeskSettings) -> tuple[Term, ...]:
    """The terms in the order in which they are read. A part that the desk has emptied is left out."""
    texts = {key: str(getattr(settings, f"terms_{key}")) for key in TITLES}
    return tuple(
        Term(key, TITLES[key], tuple(read_blocks(text))) for key, text in texts.items() if text.strip()
    )
