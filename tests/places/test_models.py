import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from places.models import Force, Region

pytestmark = pytest.mark.django_db

MERGER = dt.date(2028, 4, 1)


@pytest.fixture
def merged() -> dict[str, Force]:
    """Fen and Moor became one on 1 April 2028."""
    new = Force.objects.create(slug="fen-and-moor", name="Fen and Moor Police", starts_on=MERGER)
    return {
        "new": new,
        "fen": Force.objects.create(slug="fen", name="Fen Police", ends_on=MERGER, successor=new),
        "moor": Force.objects.create(slug="moor", name="Moor Police", ends_on=MERGER, successor=new),
    }


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        (MERGER - dt.timedelta(days=1), ["Fen Police", "Moor Police"]),
        (MERGER, ["Fen and Moor Police"]),
    ],
)
def test_a_merger_swaps_the_forces_on_its_day(merged: dict[str, Force], day: dt.date, standing: list[str]):
    assert [force.name for force in Force.objects.standing(day)] == standing
    assert [force.name for force in Force.objects.all() if force.stands_on(day)] == standing


def test_a_force_with_predecessors_cannot_be_deleted(merged: dict[str, Force]):
    with pytest.raises(ProtectedError):
        merged["new"].delete()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": MERGER, "ends_on": MERGER}, "A force ends after it starts."),
        (
            {"ends_on": None, "successor": "new"},
            "Give the day this force ends before you name its successor.",
        ),
        ({"ends_on": MERGER, "successor": "fen"}, "A force cannot follow itself."),
    ],
)
def test_dates_that_make_no_sense_are_refused_in_words_and_by_the_database(
    merged: dict[str, Force], changes: dict, words: str
):
    force = merged["fen"]
    for name, value in changes.items():
        setattr(force, name, merged[value] if name == "successor" else value)

    with pytest.raises(ValidationError) as refused:
        force.full_clean()
    assert words in refused.value.messages
    with pytest.raises(IntegrityError), transaction.atomic():
        force.save()


def test_regions_and_forces_are_called_by_their_names(merged: dict[str, Force]):
    assert str(Region(name="Moor")) == "Moor"
    assert str(merged["fen"]) == "Fen Police"
