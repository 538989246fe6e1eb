"""Giving a booking its agenda."""

from collections.abc import Callable

import pghistory
from django.db import transaction

from accounts.models import User
from agendas.models import Agenda, AgendaItem
from agendas.services.composing import compose_into
from agendas.services.draft import CannotDo, Draft, still_on, write
from agendas.telling import tell
from bookings.models import Booking
from courses.models import Format, Topic

Kind = AgendaItem.Kind


def format_for(booking: Booking) -> Format:
    """The format asked for; where they are not sure, the one whose length is nearest to the agreed times, else the longest."""
    if booking.format is not None:
        return booking.format
    formats = list(Format.objects.order_by("rank"))
    if not formats:
        raise CannotDo("The catalogue holds no format yet.")
    if booking.starts_at is None or booking.ends_at is None:
        return max(formats, key=lambda one: one.clock_minutes)
    agreed = (booking.ends_at - booking.starts_at).total_seconds() / 60
    return min(formats, key=lambda one: abs(one.clock_minutes - agreed))


@transaction.atomic
def open_agenda(booking: Booking, *, filled: bool = False, actor: User) -> Agenda:
    """Give a booking its agenda: the core topics, or a composed first day when ``filled`` (never in the web).

    A second call changes nothing. Raises ``CannotDo`` for a booking that is over.
    """
    return _opened(booking, filled=filled, actor=actor)[0]


@transaction.atomic
def begin_agenda(booking: Booking, *, then: Callable[..., Draft] | None = None, actor: User) -> bool:
    """Give a booking its agenda and do ``then`` with it, both or neither; says whether it was begun now.

    One that somebody has begun meanwhile is left as it is. Raises ``CannotDo`` for a booking that is over, and what
    ``then`` raises.
    """
    agenda, is_new = _opened(booking, filled=False, actor=actor)
    if is_new and then is not None:
        then(agenda.pk, version=agenda.version, actor=actor)
    return is_new


def _opened(booking: Booking, *, filled: bool, actor: User) -> tuple[Agenda, bool]:
    still_on(booking)
    with pghistory.context(verb="open agenda", actor=actor.pk):
        agenda, is_new = Agenda.objects.get_or_create(
            booking=booking,
            defaults={
                "format": format_for(booking),
                "updated_by": actor,
                "in_welsh": booking.papers_in_welsh,
            },
        )
        if is_new:
            draft = Draft(agenda, [])
            if not (filled and compose_into(draft)):
                _put_the_core(draft)
            write(draft)
    return agenda, is_new


def _put_the_core(draft: Draft) -> None:
    core = sorted(
        (topic for topic in draft.facts.topics if topic.is_core),
        key=lambda topic: topic.kind == Topic.Kind.ACCOUNT,
    )
    shape, lead = draft.agenda.format, draft.facts.lead
    lead_id = lead.speaker_id if lead else None
    if shape.welcome_minutes:
        draft.items.append(AgendaItem(kind=Kind.WELCOME, minutes=shape.welcome_minutes, speaker_id=lead_id))
    for topic in core:
        draft.items.append(
            tell(AgendaItem(kind=Kind.TOPIC, topic=topic, minutes=topic.usual_minutes), draft.facts)
        )
        if topic.kind == Topic.Kind.ACCOUNT and shape.pause_minutes:
            draft.items.append(AgendaItem(kind=Kind.PAUSE, minutes=shape.pause_minutes))
    if shape.close_minutes:
        draft.items.append(AgendaItem(kind=Kind.CLOSE, minutes=shape.close_minutes, speaker_id=lead_id))
    for item in draft.items:
        item.agenda = draft.agenda
