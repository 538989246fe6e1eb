"""What of a draft a reader below T3 does not get: names, the place, and what the team writes to one another.

The tier comes from ``bookings/release.py``. What is withheld is taken out of copies before anything is drawn, so no part of
a page can show it, and the line says so: a field that was not shown is not emptied by a save.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agendas.access import Asker
from agendas.models import AgendaItem
from agendas.private_words import names_any, private_of, with_other_words
from agendas.reading import AsideSeen, DraftSeen, Thread
from bookings.release import name_of_actor

WORDS_WITHHELD = "Shown to those who may know who comes, and where."


@dataclass(frozen=True)
class Lines:
    """The lines of a draft as one reader may have them; ``untitled`` holds the keys of those whose own title is withheld."""

    items: list[AgendaItem]
    has_notes: bool = True
    untitled: frozenset[int] = field(default_factory=frozenset)


def lines_for(asker: Asker, items: Sequence[AgendaItem]) -> Lines:
    """The lines: below T3 without a title that names a speaker or the place, and without notes where those are closed."""
    if asker.shows_detail:
        return Lines(list(items))
    open_notes = asker.reads_team_words
    private: set[str] | None = None
    shown, untitled = [], []
    for item in items:
        kept = item if open_notes or not item.note else with_other_words(item, note="")
        if item.kind == AgendaItem.Kind.NOTE and not open_notes:
            kept, closed = with_other_words(kept, title=""), True
        elif item.kind != AgendaItem.Kind.NOTE and item.title:
            private = private_of(asker.booking) if private is None else private
            closed = names_any(item.title, private)
            kept = with_other_words(kept, title="") if closed else kept
        else:
            closed = False
        shown.append(kept)
        if closed:
            untitled.append(item.pk)
    return Lines(shown, open_notes, frozenset(untitled))


def draft_for(asker: Asker, draft: DraftSeen) -> DraftSeen:
    """The rest of a draft: who set aside, issued and said something only as far as the gate names them."""
    if asker.shows_detail:
        return draft
    opens = asker.reads_team_words
    return replace(
        draft,
        asides=[_aside(one, asker, opens=opens) for one in draft.asides],
        issues=[replace(one, by="") for one in draft.issues],
        thread=thread_for(asker, draft.thread),
    )


def _aside(one: AsideSeen, asker: Asker, *, opens: bool) -> AsideSeen:
    return replace(one, by=name_of_actor(one.by, asker.tier), reason=one.reason if opens else "")


def thread_for(asker: Asker, thread: Thread) -> Thread:
    """What was said, below T3: nothing of ours where the team's words are closed, and no name of anybody.

    A host's own people read one another, but for words that name a speaker or the place: one of them may know more.
    """
    if asker.shows_detail:
        return thread
    if asker.is_ours and not asker.reads_team_words:
        return replace(thread, comments=())
    private = private_of(asker.booking) if asker.contact is not None and thread.comments else set()
    return replace(
        thread,
        comments=tuple(
            replace(
                one,
                by=name_of_actor(one.by, asker.tier),
                words=WORDS_WITHHELD
                if one.by_id != asker.user.pk and names_any(one.words, private)
                else one.words,
            )
            for one in thread.comments
        ),
    )
