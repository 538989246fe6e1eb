"""The catalogue as it ships, for tests that need it there and do not test how it gets there.

    from tests.shipped import load

    load(places.catalogue, courses.catalogue)

Reading it row by row takes a second; a process does so once for each catalogue, and from then on writes the same rows in
one statement a table. Sequences are never set back, so the numbers of those rows stay free.
"""

from types import ModuleType

from django.db import transaction
from django.db.models import Model

import courses.catalogue
import places.catalogue
import speakers.catalogue
from courses.models import Audience, Course, Format, PageText, Point, Topic, TopicForAudience
from places.models import Force, Region, ShippedRow
from speakers.models import Expertise, Organisation, Speaker

TABLES: dict[ModuleType, list[type[Model]]] = {
    places.catalogue: [Region, Force],
    courses.catalogue: [
        Course,
        Format,
        Audience,
        Topic,
        Topic.requires.through,
        Point,
        TopicForAudience,
        PageText,
    ],
    speakers.catalogue: [Organisation, Speaker, Expertise],
}
_kept: dict[ModuleType, list[list[Model]]] = {}


def load(*catalogues: ModuleType) -> None:
    """Load these catalogues, in this order."""
    for catalogue in catalogues:
        tables = TABLES[catalogue]
        if any(table._base_manager.exists() for table in tables):
            catalogue.load()  # into what a test has made already
        elif catalogue in _kept and _stands_on_the_same_rows(catalogue):
            with transaction.atomic():
                for table, rows in zip([*tables, ShippedRow], _kept[catalogue], strict=True):
                    table._base_manager.bulk_create(rows)
        else:
            catalogue.load()
            labels = [table._meta.label for table in tables]
            shipped = ShippedRow.objects.filter(model__in=labels)
            _kept[catalogue] = [*(list(table._base_manager.all()) for table in tables), list(shipped)]


def _stands_on_the_same_rows(catalogue: ModuleType) -> bool:
    """Whether the rows that the kept ones point at are there: topics, in what speakers know."""
    if catalogue is not speakers.catalogue:
        return True
    wanted = {row.topic_id for row in _kept[catalogue][2]}
    return Topic.objects.filter(pk__in=wanted).count() == len(wanted)
