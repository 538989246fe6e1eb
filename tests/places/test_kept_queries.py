"""A kept query gives what the ORM gives, however often it is asked."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Upper
from django.test.utils import CaptureQueriesContext

from places.kept_queries import Blank, KeptQuery
from places.models import Force, Region, ShippedRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_forces():
    """One with a region and one that follows it, one that has neither."""
    region = Region.objects.create(name="The North Isles", nation="sc")
    heir = Force.objects.create(slug="joined", name="Isles Joined", region=region)
    Force.objects.create(slug="old", name="Isles Old", successor=heir, ends_on=dt.date(2020, 1, 1))
    Force.objects.create(slug="bare", name="Bare", email_domains=["bare.example.org"])


def forces(name, slug):
    """A query with all that a page asks for: joins that may be empty, a subquery, an order and a bound."""
    nations = Region.objects.filter(pk=OuterRef("region")).values("nation")
    return (
        Force.objects.filter(Q(name__startswith=name) | Q(slug=slug))
        .select_related("region", "successor")
        .annotate(loud=Upper("name"), of_nation=Subquery(nations))
        .order_by("-name")[:2]
    )


def as_read(rows):
    """Everything that was read of these forces, and what hangs on them."""
    with CaptureQueriesContext(connection) as asked:
        found = [
            (
                {name: value for name, value in vars(force).items() if name != "_state"},
                force.region and force.region.name,
                force.successor and force.successor.name,
            )
            for force in rows
        ]
    assert len(asked) == 0
    return found


def test_it_gives_the_same_objects_as_the_orm_each_time(three_forces):
    kept = KeptQuery(lambda: forces(Blank("name"), Blank("slug")))

    for name, slug, count in (("Isles", "", 2), ("Bare", "old", 2), ("Nowhere", "bare", 1), ("", "%s", 2)):
        with_orm = as_read(list(forces(name, slug)))
        assert len(with_orm) == count
        assert as_read(kept.rows(name=name, slug=slug)) == with_orm


def test_letters_of_either_case_are_found_as_the_orm_finds_them(three_forces):
    kept = KeptQuery(lambda: Force.objects.filter(slug__iexact=Blank("slug")))

    assert kept.rows(slug="BaRe") == list(Force.objects.filter(slug__iexact="BaRe")) != []


def test_it_is_one_statement_and_the_first_row_or_none(three_forces):
    kept = KeptQuery(lambda: Force.objects.filter(slug=Blank("slug")))

    with CaptureQueriesContext(connection) as asked:
        assert kept.first(slug="bare") == Force.objects.get(slug="bare")
    assert len(asked) == 2
    assert kept.first(slug="no such") is None


def test_values_are_read_as_the_orm_reads_them(three_forces):
    ShippedRow.objects.create(model="m", name="n", row="1", values={"of": ["json"]})
    pairs = KeptQuery(lambda: ShippedRow.objects.filter(name=Blank("name")).values_list("row", "values"))
    names = KeptQuery(lambda: Force.objects.filter(ends_on__lt=Blank("day")).values_list("name", flat=True))

    assert pairs.rows(name="n") == [("1", {"of": ["json"]})]
    assert names.rows(day=dt.date(2020, 1, 2)) == ["Isles Old"]
    assert names.rows(day=dt.date(2020, 1, 1)) == []


def test_a_value_is_a_parameter_and_never_part_of_the_statement(three_forces):
    kept = KeptQuery(lambda: Force.objects.filter(slug=Blank("slug")))

    assert kept.rows(slug="' OR true --") == []


def test_a_blank_must_be_filled_in_and_not_with_none():
    kept = KeptQuery(lambda: Force.objects.filter(slug=Blank("slug")))

    with pytest.raises(KeyError):
        kept.rows()
    with pytest.raises(TypeError):
        kept.rows(slug=None)


def test_what_takes_more_than_one_statement_is_refused():
    kept = KeptQuery(lambda: Force.objects.prefetch_related("predecessors"))

    with pytest.raises(ValueError, match="one statement"):
        kept.rows()
