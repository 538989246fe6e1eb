"""Words that nobody below T3 may read, and where somebody typed them into what they do read."""

import re
from collections.abc import Sequence
from copy import copy

from agendas.models import AgendaItem
from bookings.models import Booking
from bookings.release import SessionSeen, Tier, seen_for_papers


def private_words(seen: SessionSeen) -> set[str]:
    """The names and the place that nobody below T3 may read, as words to look for."""
    ours = " ".join(speaker.organisation for speaker in seen.speakers).casefold()
    private = {speaker.name for speaker in seen.speakers}
    private |= {
        name
        for name in (speaker.name.split()[-1] for speaker in seen.speakers)
        if name.casefold() not in ours
    }
    if seen.venue is not None:
        private |= {seen.venue.name, seen.venue.postcode, seen.venue.address.partition("\n")[0]}
    return private


def names_any(title: str, private: set[str]) -> bool:
    """Whether one of these stands in the words, however it is written."""
    typed = _plain(title)
    return any(name in typed for name in map(_plain, private) if name.strip())


def _plain(words: str) -> str:
    """The bare words, one space around each."""
    return " " + " ".join(re.findall(r"[^\W_]+", words.casefold())) + " "


def without_private_titles(booking: Booking, items: Sequence[AgendaItem]) -> list[AgendaItem]:
    """The lines of a paper at T2: a title that names a speaker or the place gives way to what the line is."""
    if not any(item.title for item in items):
        return list(items)
    private = private_of(booking)
    return [with_other_words(item, title="") if names_any(item.title, private) else item for item in items]


def private_of(booking: Booking) -> set[str]:
    """The names and the place that nobody below T3 may read."""
    return private_words(seen_for_papers(booking, Tier.T3))


def with_other_words(item: AgendaItem, *, title: str | None = None, note: str | None = None) -> AgendaItem:
    """A line with another title or note, beside the one that is saved."""
    made = copy(item)
    made.title = item.title if title is None else title
    made.note = item.note if note is None else note
    return made
