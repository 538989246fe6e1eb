"""The verbs of the studio: one change of a draft each. All take the version that was seen, and what else was typed.

Each names the version it saw; who comes second is told (``StaleAgenda``), and nothing is overwritten.
"""

from collections.abc import Collection, Sequence
from typing import Unpack

from django.utils import timezone

from agendas.checks import length_for
from agendas.facts import Facts
from agendas.gaps import gaps_of
from agendas.models import PAUSES, AgendaItem
from agendas.reading import AsideSeen
from agendas.services import typed
from agendas.services.draft import CannotDo, Draft
from agendas.services.editing import Save, editing
from agendas.telling import points_that_fit, tell
from courses.models import Topic
from formkit.lengths import too_long

LONGEST_REASON = 300

Kind = AgendaItem.Kind


def save(agenda_id: int, **save: Unpack[Save]) -> Draft:
    """Save what was typed and nothing else."""
    with editing(agenda_id, verb="save agenda", **save) as draft:
        pass
    return draft


def add_topic(
    agenda_id: int,
    *,
    slug: str,
    point_ids: Collection[int] = (),
    **save: Unpack[Save],
) -> Draft:
    """Add a topic after what it needs, with these points, or those that fit where nobody chose.

    Those that its usual minutes hold are what the catalogue ticks by itself, and count as no choice. Raises ``CannotDo``
    when it is in already.
    """
    with editing(agenda_id, verb="add topic", **save) as draft:
        topic = draft.facts.by_slug.get(slug)
        if topic is None:
            raise CannotDo("That topic is not on offer.")
        if any(item.topic_id == topic.pk for item in draft.items):
            raise CannotDo(f"{topic.title} is in the agenda already.")
        _let_in(draft, topic)
        item = AgendaItem(kind=Kind.TOPIC, topic=topic, minutes=length_for(topic, draft.free))
        tell(item, draft.facts, as_workshop=_lacks_workshop(draft) and topic.may_be_workshop)
        if point_ids and set(point_ids) != set(points_that_fit(draft.facts, topic, topic.usual_minutes)):
            item.point_ids = [point.pk for point in draft.facts.points_of(topic) if point.pk in point_ids]
        draft.put(item, after=_place_for(draft, topic))
    return draft


def add_unstaffed(agenda_id: int, *, slug: str, **save: Unpack[Save]) -> Draft:
    """Let a topic that nobody on the team gives stand in place of questions, without a speaker for now.

    It is held in the day, for the composer would never choose it. The day stays as long, and so does every sitting. Raises
    ``CannotDo`` when the day has no room for it any more.
    """
    with editing(agenda_id, verb="add topic without speaker", **save) as draft:
        gaps = gaps_of(draft.agenda, draft.items, draft.facts)
        gap = next((one for one in gaps if one.slug == slug), None)
        if gap is None:
            raise CannotDo("There is no room for that topic among the questions any more.")
        questions = draft.items[gap.place]
        item = AgendaItem(
            kind=Kind.TOPIC, topic=draft.facts.by_slug[slug], minutes=gap.minutes, pin=AgendaItem.Pin.IN_DAY
        )
        tell(item, draft.facts)
        draft.put(item, after=draft.items[gap.place - 1] if gap.place else None)
        questions.minutes -= gap.minutes
        if not questions.minutes:
            draft.items.remove(questions)
    return draft


def let_in(agenda_id: int, *, slug: str, **save: Unpack[Save]) -> Draft:
    """A topic that was kept out may be chosen again when the day is composed."""
    with editing(agenda_id, verb="let topic in", **save) as draft:
        topic = draft.facts.by_slug.get(slug)
        if topic is None:
            raise CannotDo("That topic is not on offer.")
        _let_in(draft, topic)
    return draft


def _let_in(draft: Draft, topic: Topic) -> None:
    draft.agenda.leave_out_ids = [pk for pk in draft.agenda.leave_out_ids if pk != topic.pk]


def _lacks_workshop(draft: Draft) -> bool:
    return draft.agenda.format.needs_workshop and not any(item.is_workshop for item in draft.items)


def _place_for(draft: Draft, topic: Topic) -> AgendaItem | None:
    """Core topics go to the front, after the welcome; another before what builds on it; else the end of the day."""
    if topic.is_core:
        welcome = [item for item in draft.items if item.kind == Kind.WELCOME]
        return welcome[-1] if welcome else None
    for n, item in enumerate(draft.items):
        builds_on = draft.facts.by_id.get(item.topic_id or 0)
        if builds_on is not None and topic.pk in draft.facts.needs_of(builds_on) and n:
            return draft.items[n - 1]
    return None


def add_pause(
    agenda_id: int,
    *,
    kind: str,
    after_id: int | None = None,
    **save: Unpack[Save],
) -> Draft:
    """Add a break, lunch or time to pause, as long as the format says, behind a line or at the end."""
    if kind not in PAUSES:
        raise CannotDo("People pause for a break, for lunch, or after Alice’s story.")
    with editing(agenda_id, verb=f"add {kind}", **save) as draft:
        shape = draft.agenda.format
        minutes = {
            Kind.BREAK: shape.break_minutes,
            Kind.LUNCH: shape.lunch_minutes,
            Kind.PAUSE: shape.pause_minutes,
        }
        after = draft.find(after_id) if after_id is not None else None
        draft.put(AgendaItem(kind=kind, minutes=minutes[Kind(kind)] or shape.break_minutes), after=after)
    return draft


def add_filler(agenda_id: int, *, kind: str, **save: Unpack[Save]) -> Draft:
    """Add a welcome, time for questions, a close, a slot for the host, or a note for the team, where it belongs."""
    if kind not in (Kind.WELCOME, Kind.QUESTIONS, Kind.CLOSE, Kind.HOST, Kind.NOTE):
        raise CannotDo("That cannot be added.")
    with editing(agenda_id, verb=f"add {kind}", **save) as draft:
        free = draft.free if draft.free > 0 else 15
        minutes = {Kind.WELCOME: draft.agenda.format.welcome_minutes or 5, Kind.NOTE: 0}.get(
            Kind(kind), min(free, 30)
        )
        lead = draft.facts.lead if kind in (Kind.WELCOME, Kind.CLOSE, Kind.QUESTIONS) else None
        item = AgendaItem(
            kind=kind,
            minutes=minutes,
            by_host=kind == Kind.HOST,
            speaker_id=lead.speaker_id if lead else None,
        )
        draft.put(item, after=None)
        if kind == Kind.WELCOME:
            draft.items.remove(item)
            draft.items.insert(0, item)
    return draft


def remove_item(agenda_id: int, *, item_id: int, **save: Unpack[Save]) -> Draft:
    """Take a line out. Raises ``CannotDo`` for a core topic."""
    with editing(agenda_id, verb="remove item", **save) as draft:
        item = draft.find(item_id)
        if item.is_core:
            raise CannotDo(f"{item.words} is always given and stays.")
        draft.items.remove(item)
    return draft


def move_item(agenda_id: int, *, item_id: int, by: int, **save: Unpack[Save]) -> Draft:
    """Move a line up (``by`` negative) or down; at either end it stays."""
    with editing(agenda_id, verb="move item", **save) as draft:
        item = draft.find(item_id)
        at = draft.items.index(item)
        draft.items.insert(max(0, min(len(draft.items) - 1, at + by)), draft.items.pop(at))
    return draft


def place_item(agenda_id: int, *, item_id: int, after_id: int, **save: Unpack[Save]) -> Draft:
    """Put a line directly behind another, or first (0); a pause that belongs to Alice's story goes with it."""
    with editing(agenda_id, verb="move item", **save) as draft:
        after = draft.find(after_id) if after_id else None
        item = draft.find(item_id)
        if item is after:
            raise CannotDo("A line cannot stand behind itself.")
        at = draft.items.index(item)
        together = [item]
        if item.topic is not None and item.topic.kind == Topic.Kind.ACCOUNT:
            together += [
                one for one in draft.items[at + 1 : at + 2] if one.kind == Kind.PAUSE and one is not after
            ]
        draft.items = [one for one in draft.items if one not in together]
        at = draft.items.index(after) + 1 if after is not None else 0
        draft.items[at:at] = together
        draft.touched = item
    return draft


def set_minutes(agenda_id: int, *, item_id: int, minutes: int, **save: Unpack[Save]) -> Draft:
    """Give a line so many minutes. Raises ``CannotDo`` beyond 1 to 600."""
    with editing(agenda_id, verb="set minutes", **save) as draft:
        typed.set_minutes(draft.find(item_id), minutes)
    return draft


def set_points(agenda_id: int, *, item_id: int, point_ids: Sequence[int], **save: Unpack[Save]) -> Draft:
    """Tick exactly these points of a topic; those of other topics are ignored."""
    with editing(agenda_id, verb="set points", **save) as draft:
        typed.set_points(draft, draft.find(item_id), point_ids)
    return draft


def set_speaker(agenda_id: int, *, item_id: int, who: str, **save: Unpack[Save]) -> Draft:
    """Say who gives a line: a speaker's key, host, recorded or nobody. Raises ``CannotDo`` for somebody not there."""
    with editing(agenda_id, verb="set speaker", **save) as draft:
        typed.give_to(draft, draft.find(item_id), who)
    return draft


def set_variant(agenda_id: int, *, item_id: int, variant: str, **save: Unpack[Save]) -> Draft:
    """Say how a topic is given: presentation, workshop, discussion or recorded."""
    with editing(agenda_id, verb="set variant", **save) as draft:
        typed.set_variant(draft.find(item_id), variant)
    return draft


def keep_points_here(agenda_id: int, *, item_id: int, that_fit: bool = False, **save: Unpack[Save]) -> Draft:
    """Untick the points of other nations' law; with ``that_fit``, also those for which there is no time."""
    with editing(agenda_id, verb="set points", **save) as draft:
        item = draft.find(item_id)
        topic = draft.facts.by_id.get(item.topic_id or 0)
        if topic is None:
            raise CannotDo("Only a topic has points.")
        here = {point.pk for point in draft.facts.points_here(topic)}
        if that_fit:
            item.point_ids = _first_that_fit(draft.facts, topic, item)
        else:
            kept = [pk for pk in item.point_ids if pk in here]
            item.point_ids = kept or points_that_fit(draft.facts, topic, item.minutes)
    return draft


def _first_that_fit(facts: Facts, topic: Topic, item: AgendaItem) -> list[int]:
    """The ticked points, in order, for as long as there is time; at least one."""
    kept: list[int] = []
    left = item.minutes
    for point in facts.points_of(topic):
        if point.pk in item.point_ids and (not kept or point.minutes <= left):
            kept.append(point.pk)
            left -= point.minutes
    return kept


# ---- checks that a person decided against


def set_aside(
    agenda_id: int,
    *,
    key: str,
    words: str,
    reason: str,
    **save: Unpack[Save],
) -> Draft:
    """Lay a check aside with one sentence, which goes to the run sheet. Raises ``CannotDo`` without the sentence."""
    reason = " ".join(reason.split())
    if not reason:
        raise CannotDo("Say in one sentence why this is right here.")
    if len(reason) > LONGEST_REASON:
        raise CannotDo(too_long("Your sentence", LONGEST_REASON, len(reason)))
    actor = save["actor"]
    with editing(agenda_id, verb="set check aside", **save) as draft:
        _let_speak(draft, key)
        draft.asides.append(
            AsideSeen(
                key=key,
                words=words[:300],
                reason=reason,
                by_id=actor.pk,
                by=str(actor),
                at=timezone.now().isoformat(),
            )
        )
    return draft


def check_again(agenda_id: int, *, key: str, **save: Unpack[Save]) -> Draft:
    """Take back a set-aside: the check speaks up again."""
    with editing(agenda_id, verb="check again", **save) as draft:
        _let_speak(draft, key)
    return draft


def _let_speak(draft: Draft, key: str) -> None:
    draft.asides[:] = [one for one in draft.asides if one.key != key]
