"""What the form lets people choose from: forces, audiences, topics, lengths and months, kept a minute in each process."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from django.utils import timezone

from courses.models import Audience, Format, Topic
from places import keeping
from places.keeping import keep
from places.models import Force
from places.nations import Nation
from trainingportal import public_catalogue
from trainingportal.public_catalogue import FormatSeen, TopicSeen

MONTHS_AHEAD = 12
EVERYWHERE = "Across the nations"

Groups = list[tuple[str, list[tuple[str, str]]]]


@dataclasses.dataclass(frozen=True)
class AudienceSeen:
    """The people in the room, by the work they do."""

    slug: str
    name: str
    summary: str


@dataclasses.dataclass(frozen=True)
class Rows:
    """Rows by slug."""

    audiences: dict[str, Audience]
    topics: dict[str, Topic]
    formats: dict[str, Format]
    forces: dict[str, Force]


def audiences() -> tuple[AudienceSeen, ...]:
    """Every audience that the form offers, in the order of the lists."""
    return keep("asking:audiences", _read_audiences)


def forces() -> Groups:
    """The forces that stand today, by nation, as a select takes them."""
    return keep("asking:forces", _read_forces)


def rows() -> Rows:
    """What may be chosen, as the rows that a request points at."""
    return keep("asking:rows", _read_rows)


def topics() -> tuple[TopicSeen, ...]:
    """The topics that may be asked for, without those always given."""
    return tuple(topic for topic in public_catalogue.topics() if not topic.is_core)


def core_topics() -> tuple[TopicSeen, ...]:
    """The topics that every session holds."""
    return tuple(topic for topic in public_catalogue.topics() if topic.is_core)


def lengths() -> tuple[FormatSeen, ...]:
    """The lengths of session on offer."""
    return public_catalogue.formats().formats


def answer_within_days() -> int:
    """How soon the desk answers, in working days."""
    return public_catalogue.formats().answer_within_days


def months(today: dt.date | None = None) -> list[dt.date]:
    """The first days of the months ahead, beginning with the next one."""
    today = today or timezone.localdate()
    first = today.year * 12 + today.month
    return [dt.date((first + ahead) // 12, (first + ahead) % 12 + 1, 1) for ahead in range(MONTHS_AHEAD)]


def forget() -> None:
    """Drop what this process keeps, so that the next page reads afresh."""
    keeping.forget("asking:audiences", "asking:forces", "asking:rows")
    public_catalogue.forget()


def label_of(choices: Sequence[tuple[str, object]], value: str) -> str:
    """The words of a choice, for the page that says the answers back; in groups too."""
    for key, words in choices:
        if isinstance(words, list | tuple):
            if inner := label_of(words, value):
                return inner
        elif key == value:
            return str(words)
    return ""


def _read_audiences() -> tuple[AudienceSeen, ...]:
    rows = Audience.objects.filter(is_active=True).values_list("slug", "name", "summary")
    return tuple(AudienceSeen(*row) for row in rows)


def _read_rows() -> Rows:
    return Rows(
        audiences={row.slug: row for row in Audience.objects.all()},
        topics={row.slug: row for row in Topic.objects.all()},
        formats={row.slug: row for row in Format.objects.all()},
        forces={row.slug: row for row in Force.objects.select_related("region")},
    )


def _read_forces() -> Groups:
    groups: dict[str, list[tuple[str, str]]] = {label: [] for label in [*Nation.labels, EVERYWHERE]}
    for force in Force.objects.standing(timezone.localdate()):
        label = Nation(force.nation).label if force.nation else EVERYWHERE
        groups[label].append((force.slug, force.name))
    return [(label, members) for label, members in groups.items() if members]
