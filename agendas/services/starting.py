"""Beginning a day from one that there was: the agency's last, or a template that a trainer saved.

What is handed on are topics, minutes, points and ways of giving them. People, places and typed words never are.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Unpack

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import User
from accounts.rights import is_coordinator
from agendas.models import Agenda, AgendaItem, DayTemplate
from agendas.reading import items_of
from agendas.services.draft import CannotDo, Draft
from agendas.services.editing import Save, editing
from agendas.telling import tell
from bookings.models import Booking
from courses.models import Audience, Topic
from formkit.lengths import too_long

Kind, Variant = AgendaItem.Kind, AgendaItem.Variant
LONGEST_NAME = 80
MOST_TEMPLATES = 60
"""So many can still be looked over in one list; beyond it one that nobody uses must go first."""


def shape_of(items: Iterable[AgendaItem]) -> list[dict[str, Any]]:
    """A day without people, places and typed words: notes stay behind, and a host's slot loses its title."""
    return [
        {
            "kind": item.kind,
            "topic": item.topic.slug if item.topic is not None else "",
            "minutes": item.minutes,
            "variant": item.variant,
            "points": item.point_ids,
        }
        for item in items
        if item.kind != Kind.NOTE
    ]


def start_from_last(agenda_id: int, **save: Unpack[Save]) -> Draft:
    """Put the agency's last day in place of this one. Raises ``CannotDo`` when they had none."""
    with editing(agenda_id, verb="start from last time", **save) as draft:
        last = last_for(draft.agenda.booking)
        if last is None:
            raise CannotDo("There is no earlier day for this agency.")
        _put(draft, shape_of(items_of(last, draft.catalogue)))
    return draft


def last_for(booking: Booking) -> Agenda | None:
    """The newest other day of the same agency that has lines, agreed days before those without a date."""
    return (
        Agenda.objects.filter(booking__agency=booking.agency_id, items__isnull=False)
        .exclude(booking=booking.pk)
        .select_related("booking", "format")
        .order_by(F("booking__starts_at").desc(nulls_last=True), "-pk")
        .first()
    )


def start_from_template(agenda_id: int, *, template_id: int, **save: Unpack[Save]) -> Draft:
    """Put a template in place of the day. Raises ``CannotDo`` when it is gone."""
    with editing(agenda_id, verb="start from template", **save) as draft:
        template = DayTemplate.objects.filter(pk=template_id).first()
        if template is None:
            raise CannotDo("That template is gone.")
        _put(draft, template.lines)
    return draft


def _put(draft: Draft, shape: list[dict[str, Any]]) -> None:
    """Make the day what the shape says, given by today's team; topics that are no longer on offer stay away."""
    before = {item.topic_id: item for item in draft.items if item.topic_id is not None}
    lead = draft.facts.lead
    lines = [item for item in draft.items if item.kind == Kind.NOTE]
    found: list[AgendaItem] = []
    for row in shape:
        topic = draft.facts.by_slug.get(row["topic"])
        if topic is not None:
            found.append(_topic_line(draft, row, topic, before.get(topic.pk)))
        elif not row["topic"]:
            item = AgendaItem(kind=row["kind"], minutes=row["minutes"], by_host=row["kind"] == Kind.HOST)
            if not item.is_pause and not item.by_host and lead is not None:
                item.speaker_id = lead.speaker_id
            found.append(item)
    draft.items = found + lines
    for item in draft.items:
        item.agenda = draft.agenda


def _topic_line(draft: Draft, row: dict[str, Any], topic: Topic, before: AgendaItem | None) -> AgendaItem:
    item = before or AgendaItem(kind=Kind.TOPIC, topic=topic)
    item.minutes, item.pin = row["minutes"], ""
    tell(item, draft.facts)
    if item.variant != Variant.RECORDED and row["variant"] not in ("", Variant.RECORDED):
        item.variant = row["variant"]
    here = [point.pk for point in draft.facts.points_here(topic) if point.pk in row["points"]]
    item.point_ids = here or item.point_ids
    return item


# ---- templates


def save_template(agenda_id: int, *, name: str, audience_id: int | None, **save: Unpack[Save]) -> DayTemplate:
    """Save the day as a template under a name. Raises ``CannotDo`` without one, for one that is taken, and beyond the most."""
    name = _name(name)
    if DayTemplate.objects.count() >= MOST_TEMPLATES:
        raise CannotDo(
            f"There are {MOST_TEMPLATES} templates already. The desk can delete one that is no longer used."
        )
    with transaction.atomic():
        with editing(agenda_id, verb="save agenda", **save) as draft:
            pass
        audience = Audience.objects.filter(pk=audience_id).first() if audience_id else None
        with _named(save["actor"], "save template"):
            template = DayTemplate.objects.create(
                name=name, audience=audience, lines=shape_of(draft.items), made_by=save["actor"]
            )
    return template


def rename_template(template_id: int, *, name: str, actor: User) -> None:
    """Give a template another name. Coordinators only: raises ``CannotDo`` for others, and for a name that is taken."""
    _desk_only(actor)
    name = _name(name)
    with _named(actor, "rename template"):
        if not DayTemplate.objects.filter(pk=template_id).update(name=name):
            raise CannotDo("That template is gone.")


def delete_template(template_id: int, *, actor: User) -> None:
    """Delete a template; days that began with it stay. Coordinators only: raises ``CannotDo`` for others."""
    _desk_only(actor)
    with transaction.atomic(), pghistory.context(verb="delete template", actor=actor.pk):
        if not DayTemplate.objects.filter(pk=template_id).delete()[0]:
            raise CannotDo("That template is gone.")


def _desk_only(actor: User) -> None:
    if not is_coordinator(actor):
        raise CannotDo("Only the desk renames and deletes templates.")


def _name(words: str) -> str:
    name = " ".join(words.split())
    if not name:
        raise CannotDo("Give the template a name.")
    if len(name) > LONGEST_NAME:
        raise CannotDo(too_long("The template’s name", LONGEST_NAME, len(name)))
    return name


@contextmanager
def _named(actor: User, verb: str) -> Iterator[None]:
    """A transaction in which a name that is taken is said in words."""
    try:
        with transaction.atomic(), pghistory.context(verb=verb, actor=actor.pk):
            yield
    except IntegrityError as error:
        raise CannotDo("A template has this name already.") from error
