"""The page of a booking that has no agenda yet: what was asked, and the days that its own may begin from."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from agendas import services
from agendas.access import Asker, asker_of
from agendas.models import Agenda, DayTemplate
from courses.models import Audience
from places.clock import say_date

OF_THEIRS, OF_OTHERS = "For the people who come", "Others"


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
    templates: list[tuple[str, list[tuple[int, str]]]]


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
        return Beginning(facts, None, [])
    last = services.last_for(booking)
    return Beginning(
        facts,
        _last_time(request, asker, last) if last is not None else None,
        _templates([share.audience for share in shares]),
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


def _templates(audiences: list[Audience]) -> list[tuple[str, list[tuple[int, str]]]]:
    ours = {audience.pk for audience in audiences}
    found = DayTemplate.objects.select_related("audience").order_by("name")[: services.MOST_TEMPLATES]
    groups: dict[str, list[tuple[int, str]]] = {OF_THEIRS: [], OF_OTHERS: []}
    for one in found:
        group = OF_THEIRS if one.audience_id in ours else OF_OTHERS
        groups[group].append((one.pk, f"{one.name} ({one.audience.name})" if one.audience else one.name))
    return [(label, rows) for label, rows in groups.items() if rows]
