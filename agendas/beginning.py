"""The page of a booking that has no agenda yet: what was asked, and the days that its own may begin from."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.http import Http404, HttpRequest

from agendas import services
from agendas.access import Asker, asker_of
from agendas.models import Agenda, DayTemplate
from courses import kept
from courses.models import Audience
from places.clock import say_date

OF_THEIRS, OF_OTHERS = "For the people who come", "Others"
TemplateGroups = tuple[tuple[str, tuple[tuple[int, str], ...]], ...]
"""A group's name, and the key and name of each template in it."""


@dataclass(frozen=True)
class LastTime:
    """The agency's last day, as somebody may know it who shapes the next one."""

    words: str
    is_another_format: bool


@dataclass(frozen=True)
class Beginning:
    """What stands on the page. ``templates``: groups of key and name, those for the people who come first."""

    facts: list[tuple[str, str]]
    last: LastTime | None
    templates: TemplateGroups


def beginning_of(request: HttpRequest, asker: Asker) -> Beginning:
    """Read what the page shows; where a day may begin is read for those alone who may begin it."""
    booking = asker.booking
    shares = list(booking.audience_shares.select_related("audience"))
    facts = [
        ("Audience", "; ".join(str(share) for share in shares) or "Not said"),
        ("Numbers", f"{booking.head_count} people" if booking.head_count else "Not said"),
        ("Law", booking.get_nation_display()),
        ("Format", booking.format.name if booking.format else "Not sure yet"),
    ]
    if not asker.may_edit:
        return Beginning(facts, None, ())
    last = services.last_for(booking)
    return Beginning(
        facts,
        _last_time(request, asker, last) if last is not None else None,
        templates_by_audience(
            DayTemplate.objects.order_by("name")[: services.MOST_TEMPLATES],
            {share.audience_id for share in shares},
            kept.catalogue().audiences,
        ),
    )


def _last_time(request: HttpRequest, asker: Asker, last: Agenda) -> LastTime:
    """The day is said to whoever may know it: the desk, and a trainer who gave it."""
    try:
        starts_at = asker_of(request, last.booking.reference).seen(page=None).starts_at
    except Http404:
        starts_at = None
    length = last.format.name.lower()
    count = last.items.filter(topic__isnull=False).count()
    topics = f"{count} topic{'' if count == 1 else 's'}"
    when = f"{say_date(starts_at)}: " if starts_at else ""
    words = f"{when}a {length} with {topics}."
    return LastTime(
        words[0].upper() + words[1:],
        is_another_format=asker.booking.format_id not in (None, last.format_id),
    )


class Template(Protocol):
    """A template as a list names it: the row itself, or what the studio read of it."""

    @property
    def pk(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def audience_id(self) -> int | None: ...


def templates_by_audience(
    templates: Iterable[Template], ours: Collection[int], audiences: Mapping[int, Audience]
) -> TemplateGroups:
    """Templates for those who come first, then the others, each named with the audience that it was made for."""
    groups: dict[str, list[tuple[int, str]]] = {OF_THEIRS: [], OF_OTHERS: []}
    for one in templates:
        audience = audiences.get(one.audience_id or 0)
        group = OF_THEIRS if one.audience_id in ours else OF_OTHERS
        groups[group].append((one.pk, f"{one.name} ({audience.name})" if audience else one.name))
    return tuple((label, tuple(rows)) for label, rows in groups.items() if rows)
