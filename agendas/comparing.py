"""Two drafts side by side: what a person has typed, and what somebody else saved meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from agendas.models import Agenda, AgendaItem
from agendas.posted import Posted, RawRow
from agendas.running import running_order
from agendas.services import HOST, RECORDED
from courses.models import Topic

Rows = list[dict[str, Any]]
OWN_WORDS = {
    "quiet_room": "Quiet room",
    "support_contact": "Support contact",
    "in_welsh": "Papers in Welsh as well",
    "is_marked": "OFFICIAL-SENSITIVE",
}


@dataclass(frozen=True)
class Side:
    """One of the two drafts: its rows for a timed list, and what of the day's other fields is another in the other one."""

    rows: Rows
    own: list[tuple[str, str]]

    @property
    def differs(self) -> bool:
        return bool(self.own) or any(row["flag"] for row in self.rows)


def side_by_side(agenda: Agenda, posted: Posted, saved: Sequence[AgendaItem]) -> tuple[Side, Side]:
    """Mine and theirs; a row that differs carries a bar, and says in what."""
    mine = _as_items(agenda, posted, saved)
    changed = [
        (words, typed, getattr(agenda, name))
        for name, words in OWN_WORDS.items()
        if (typed := getattr(posted, name)) is not None and typed != getattr(agenda, name)
    ]
    return (
        Side(_rows(agenda, mine, saved), [(words, _say(typed)) for words, typed, _ in changed]),
        Side(_rows(agenda, saved, mine), [(words, _say(theirs)) for words, _, theirs in changed]),
    )


def _say(value: str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or "not named"


def _as_items(agenda: Agenda, posted: Posted, saved: Sequence[AgendaItem]) -> list[AgendaItem]:
    """What was typed as unsaved lines."""
    topics = {
        topic.slug: topic for topic in Topic.objects.filter(slug__in=[row.topic_slug for row in posted.rows])
    }
    by_id = {item.pk: item for item in saved}
    found = []
    for row in posted.rows:
        topic = topics.get(row.topic_slug)
        if row.kind in AgendaItem.Kind.values and (row.kind != AgendaItem.Kind.TOPIC or topic is not None):
            found.append(_as_item(agenda, row, topic, by_id.get(row.item_id or 0)))
    return found


def _as_item(agenda: Agenda, row: RawRow, topic: Topic | None, before: AgendaItem | None) -> AgendaItem:
    return AgendaItem(
        pk=row.item_id,
        agenda=agenda,
        kind=row.kind,
        topic=topic,
        title=row.title or (before.title if before is not None else ""),
        minutes=int(row.minutes or 0),
        speaker_id=int(row.who) if row.who.isdecimal() else None,
        by_host=row.who == HOST,
        variant=RECORDED
        if row.who == RECORDED
        else row.how or (before.variant if before is not None else ""),
        point_ids=sorted(row.point_ids),
        note=row.note if row.note is not None else before.note if before is not None else "",
        pin=row.pin,
    )


def _name(item: AgendaItem) -> str:
    """What makes a line the same in both: its topic, which stands once in a day, or its key."""
    return f"topic:{item.topic_id}" if item.topic_id else f"line:{item.pk}"


def _rows(agenda: Agenda, items: Sequence[AgendaItem], others: Sequence[AgendaItem]) -> Rows:
    by_name = {_name(item): item for item in others}
    in_place = _in_the_same_place([_name(item) for item in items], [_name(item) for item in others])
    rows = []
    for n, line in enumerate(running_order(agenda, items).lines):
        differs = _differences(line.item, by_name.get(_name(line.item)), same_place=n in in_place)
        rows.append(
            {
                "starts_at": line.starts_at,
                "title": line.item.words,
                "minutes": line.item.minutes,
                "kind": "pause" if line.item.is_pause and not differs else "",
                "flag": bool(differs),
                "detail": f"Differs: {', '.join(differs)}." if differs else "",
            }
        )
    return rows


def _in_the_same_place(names: list[str], others: list[str]) -> set[int]:
    """The places of the lines that keep their order in both drafts."""
    matcher = SequenceMatcher(a=names, b=others, autojunk=False)
    return {block.a + n for block in matcher.get_matching_blocks() for n in range(block.size)}


def _differences(item: AgendaItem, other: AgendaItem | None, *, same_place: bool) -> list[str]:
    if other is None:
        return ["only in this draft"]
    pairs = [
        ("place in the day", same_place, True),
        ("what it says", item.title, other.title),
        ("minutes", item.minutes, other.minutes),
        ("speaker", (item.speaker_id, item.by_host), (other.speaker_id, other.by_host)),
        ("how it is given", item.variant, other.variant),
        ("points", sorted(item.point_ids), sorted(other.point_ids)),
        ("note", item.note, other.note),
        ("what is held fast", item.pin, other.pin),
    ]
    return [words for words, here, there in pairs if here != there]
