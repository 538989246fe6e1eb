"""Reads what the studio's one form sends: every row as the person left it, and what they mistyped, in words."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import QueryDict

from agendas.models import AgendaItem
from agendas.services import MOST_MINUTES, NOBODY, NOT_SENT, Row, Sent, Typed
from courses.models import Topic
from formkit.lengths import too_long

Kind = AgendaItem.Kind
MOST_ROWS = 80
NOT_SAVED = ("why-", "template-name")
MOST_TITLE, MOST_NOTE, MOST_WORDS = 200, 300, 200  # characters, as the columns hold them


@dataclass(frozen=True)
class RawRow:
    """One row exactly as it was typed. ``key`` names it on the page: its item, or a word where the item is gone.

    Title and note are ``None`` where the page did not show them.
    """

    key: str
    what: str
    minutes: str
    who: str
    how: str
    title: str | None
    note: str | None
    pin: str
    point_ids: frozenset[int]

    @property
    def kind(self) -> str:
        return Kind.TOPIC if self.what.startswith("topic:") else self.what

    @property
    def topic_slug(self) -> str:
        return self.what.removeprefix("topic:") if self.what.startswith("topic:") else ""

    @property
    def item_id(self) -> int | None:
        return int(self.key) if self.key.isdecimal() else None


@dataclass(frozen=True)
class Posted:
    """The whole form. ``mistakes`` maps the id of a field to what is wrong with it."""

    version: int
    rows: tuple[RawRow, ...]
    quiet_room: str | None
    support_contact: str | None
    in_welsh: bool | None
    is_marked: bool | None
    instead: bool
    not_saved: Mapping[str, str] = field(default_factory=dict)
    """What stands in a field that only its own button saves: why a check is laid aside, the name of a template."""
    sent: Sent = NOT_SENT
    mistakes: Mapping[str, str] = field(default_factory=dict)

    def row_of(self, item_id: int) -> RawRow | None:
        return next((row for row in self.rows if row.item_id == item_id), None)

    def typed(self) -> Typed:
        """The same for the services. Call it only when there are no mistakes."""
        return Typed(
            rows=tuple(
                Row(
                    item_id=row.item_id,
                    kind=row.kind,
                    minutes=int(row.minutes or 0),
                    topic_slug=row.topic_slug,
                    title=row.title,
                    speaker=row.who or NOBODY,
                    variant=row.how,
                    point_ids=tuple(row.point_ids),
                    note=row.note,
                    pin=row.pin,
                )
                for row in self.rows
            ),
            instead=self.instead,
            quiet_room=self.quiet_room,
            support_contact=self.support_contact,
            in_welsh=self.in_welsh,
            is_marked=self.is_marked,
        )


def read(post: QueryDict) -> Posted:
    """Read the form. Nothing is thrown away: what cannot be used stands in ``mistakes``, and its row keeps the words."""
    rows = tuple(_row(post, key) for key in dict.fromkeys(post.getlist("row")[:MOST_ROWS]))
    version = post.get("version", "")
    return Posted(
        version=int(version) if version.isdecimal() and len(version) < 9 else 0,
        rows=rows,
        quiet_room=_line(post, "quiet-room"),
        support_contact=_line(post, "support-contact"),
        in_welsh=_tick(post, "in-welsh"),
        is_marked=_tick(post, "is-marked"),
        instead=post.get("keep") == "mine",
        not_saved={
            name: words for name in post if name.startswith(NOT_SAVED) and (words := _line(post, name))
        },
        sent=_sent(post),
        mistakes=_mistakes([row for row in rows if row.kind != Kind.NOTE and not _is_minutes(row.minutes)])
        | _too_long(post, rows),
    )


def _too_long(post: QueryDict, rows: tuple[RawRow, ...]) -> dict[str, str]:
    """Words that are longer than there is room for, by field: said with how much, and never cut."""
    told = [(f"title-{row.key}", "Title of a line", row.title, MOST_TITLE) for row in rows]
    told += [(f"note-{row.key}", "Note for the run sheet", row.note, MOST_NOTE) for row in rows]
    told += [
        ("quiet-room", "Quiet room", _line(post, "quiet-room"), MOST_WORDS),
        ("support-contact", "Support contact", _line(post, "support-contact"), MOST_WORDS),
    ]
    return {
        name: too_long(label, most, len(words))
        for name, label, words, most in told
        if words and len(words) > most
    }


NOT_OF_THE_PRESS = ("csrfmiddlewaretoken", "have")
"""What may differ between two sendings of the same press."""


def _sent(post: QueryDict) -> Sent:
    page = post.get("page", "")
    everything = sorted((name, values) for name, values in post.lists() if name not in NOT_OF_THE_PRESS)
    press = hashlib.sha256(json.dumps(everything).encode()).hexdigest()
    return Sent(page, press) if re.fullmatch(r"[0-9a-f]{32}", page) else NOT_SENT


def _row(post: QueryDict, key: str) -> RawRow:
    def word(name: str) -> str:
        return (post.get(f"{name}-{key}") or "").replace("\x00", "").strip()

    return RawRow(
        key=key[:12],
        what=word("what")[:80],
        minutes=word("minutes")[:12],
        who=word("who")[:12],
        how=word("how")[:12],
        title=word("title") if f"title-{key}" in post else None,
        note=word("note") if f"note-{key}" in post else None,
        pin=word("pin")[:4],
        point_ids=frozenset(
            int(pk) for pk in post.getlist(f"point-{key}") if pk.isdecimal() and len(pk) < 12
        ),
    )


def _line(post: QueryDict, name: str) -> str | None:
    if name not in post:
        return None
    return " ".join((post.get(name) or "").replace("\x00", "").split())


def _tick(post: QueryDict, name: str) -> bool | None:
    """Whether a box is ticked; ``None`` where the page does not show it. A hidden field says that it does."""
    return None if f"has-{name}" not in post else name in post


def _is_minutes(words: str) -> bool:
    return words.isascii() and words.isdecimal() and 1 <= int(words[:6]) <= MOST_MINUTES and len(words) <= 6


def _mistakes(wrong: list[RawRow]) -> dict[str, str]:
    """What to change in rows whose minutes cannot be read, by field; the catalogue is asked only where there are some."""
    slugs = {row.topic_slug for row in wrong} - {""}
    titles = dict(Topic.objects.filter(slug__in=slugs).values_list("slug", "title")) if slugs else {}
    return {
        f"minutes-{row.key}": f"{_title_of(row, titles)}: write the minutes as a number from 1 to {MOST_MINUTES}."
        for row in wrong
    }


def _title_of(row: RawRow, titles: dict[str, str]) -> str:
    if words := row.title or titles.get(row.topic_slug):
        return words
    return str(Kind(row.kind).label) if row.kind in Kind.values else "A line"
