"""What stood on the page when a button was pressed, brought into the draft; and the one way to set each part of a line."""

from collections.abc import Sequence

from agendas.models import AgendaItem
from agendas.services.draft import HOST, MOST_MINUTES, NOBODY, RECORDED, CannotDo, Draft, Row, Typed
from courses.models import Topic

Kind, Variant = AgendaItem.Kind, AgendaItem.Variant


def take_over(draft: Draft, typed: Typed) -> None:
    """Bring the rows and the agenda's own fields into the draft."""
    if typed.instead:
        _start_over_from(draft, typed.rows)
    by_id = {item.pk: item for item in draft.items}
    for row in typed.rows:
        if row.item_id is not None and row.item_id in by_id:
            _take_row(draft, by_id[row.item_id], row)
    for name in ("quiet_room", "support_contact", "in_welsh", "is_marked"):
        value = getattr(typed, name)
        if value is not None:
            setattr(draft.agenda, name, value)


def _start_over_from(draft: Draft, rows: Sequence[Row]) -> None:
    """Make the day what the rows say, in their order; lines that are gone come back, core topics never go."""
    by_id = {item.pk: item for item in draft.items}
    by_topic = {item.topic_id: item for item in draft.items if item.topic_id}
    topics = {topic.slug: topic for topic in draft.catalogue.every_topic.values()}
    ordered: list[AgendaItem] = []
    for row in rows:
        topic = topics.get(row.topic_slug)
        found = by_id.get(row.item_id or 0) or (by_topic.get(topic.pk) if topic else None)
        if found is None and (topic is not None or row.kind != Kind.TOPIC) and row.kind in Kind.values:
            found = AgendaItem(agenda=draft.agenda, kind=row.kind, topic=topic, minutes=row.minutes)
            _take_row(draft, found, row)
        if found is not None and found not in ordered:
            if found.pk is not None and found.pk != row.item_id:
                _take_row(draft, found, row)
            ordered.append(found)
    core_left = [item for item in draft.items if item.is_core and item not in ordered]
    draft.items = core_left + ordered


def _take_row(draft: Draft, item: AgendaItem, row: Row) -> None:
    """Make a line what the row says."""
    if item.kind != Kind.NOTE:
        set_minutes(item, row.minutes)
    if item.kind in (Kind.HOST, Kind.NOTE) and row.title is not None:
        item.title = row.title.strip()[:200]
    if row.note is not None:
        item.note = row.note.strip()[:300]
    if item.is_pause:
        return
    if item.kind == Kind.TOPIC:
        item.pin = row.pin if row.pin in AgendaItem.Pin.values else ""
        if item.is_core and item.pin == AgendaItem.Pin.OUT:
            raise CannotDo(f"{item.words} is always given and stays.")
    if row.variant in Variant.values and row.variant != Variant.RECORDED and item.variant != row.variant:
        set_variant(item, row.variant)
    give_to(draft, item, row.speaker)
    if item.topic_id is not None and list(row.point_ids) != item.point_ids:
        set_points(draft, item, row.point_ids)


def set_minutes(item: AgendaItem, minutes: int) -> None:
    """Raises ``CannotDo`` beyond 1 to 600."""
    if not 1 <= minutes <= MOST_MINUTES:
        raise CannotDo(f"{item.words}: write a number of minutes from 1 to {MOST_MINUTES}.")
    item.minutes = minutes


def set_points(draft: Draft, item: AgendaItem, point_ids: Sequence[int]) -> None:
    """Only the topic's own points count, and they keep the catalogue's order."""
    points = draft.catalogue.points.get(item.topic_id or 0, ())
    item.point_ids = [point.pk for point in points if point.pk in point_ids]


def set_variant(item: AgendaItem, variant: str) -> None:
    """A recording has no speaker. Raises ``CannotDo`` for anything but a topic."""
    if item.topic is None or variant not in Variant.values:
        raise CannotDo("Only a topic can be given in different ways.")
    item.variant = variant
    if variant == Variant.RECORDED:
        item.speaker, item.by_host = None, False


def give_to(draft: Draft, item: AgendaItem, who: str) -> None:
    """``who`` is a speaker's key, or host, recorded, nobody. Only those at this session can be named."""
    if item.variant == Variant.RECORDED and who != RECORDED:
        item.variant = Variant.PRESENTATION
    if who == RECORDED:
        if item.topic is None or item.topic.kind != Topic.Kind.ACCOUNT:
            raise CannotDo("Only a personal account has a recording.")
        set_variant(item, Variant.RECORDED)
    elif who == HOST:
        item.speaker, item.by_host = None, True
    elif who in (NOBODY, ""):
        item.speaker, item.by_host = None, item.kind == Kind.HOST
    elif not who.isdecimal() or int(who) != item.speaker_id:
        here = {str(member.speaker_id) for member in draft.facts.team}
        if who not in here:
            raise CannotDo("That speaker is not at this session.")
        item.speaker_id, item.by_host = int(who), False
