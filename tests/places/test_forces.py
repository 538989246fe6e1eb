import datetime as dt

import pytest

from places.catalogue import load
from places.forces import force_of
from places.models import Force

pytestmark = pytest.mark.django_db

TODAY, MERGER = dt.date(2026, 11, 22), dt.date(2028, 4, 1)
EVE = MERGER - dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("outcode", "slug"),
    [
        ("CW7", "cheshire"),
        ("EC2V 1AA", "city-of-london"),
        ("BT1", "northern-ireland"),
        ("EH1", "police-scotland"),
    ],
)
def test_a_district_knows_its_force(outcode: str, slug: str):
    load()
    force = force_of(outcode, TODAY)

    assert force is not None
    assert force.slug == slug


@pytest.mark.parametrize("outcode", ["IM1", "QQ1", ""])
def test_where_no_force_is_known_none_is_given(outcode: str):
    load()

    assert force_of(outcode, TODAY) is None


def test_an_area_that_was_taken_over_twice_leads_to_whoever_stands_that_day():
    load()
    again = dt.date(2030, 4, 1)
    last = Force.objects.create(slug="last", name="Last Police", starts_on=again)
    new = Force.objects.create(slug="new", name="New Police", starts_on=MERGER, ends_on=again, successor=last)
    Force.objects.filter(slug="cheshire").update(ends_on=MERGER, successor=new)

    found = [force_of("CW7", day) for day in (EVE, MERGER, again)]

    assert [force and force.slug for force in found] == ["cheshire", "new", "last"]


def test_a_force_that_ended_with_no_successor_leaves_nobody():
    load()
    Force.objects.filter(slug="cheshire").update(ends_on=MERGER)

    assert force_of("CW7", EVE) is not None
    assert force_of("CW7", MERGER) is None


def test_two_forces_that_name_one_another_are_no_endless_walk():
    load()
    other = Force.objects.create(slug="other", name="Other Police", ends_on=MERGER)
    Force.objects.filter(slug="cheshire").update(ends_on=MERGER, successor=other)
    other.successor = Force.objects.get(slug="cheshire")
    other.save()

    assert force_of("CW7", MERGER) is None
