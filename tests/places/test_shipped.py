import json

import pytest
from django.contrib.auth.models import Group, Permission

from places.models import Force, Region, ShippedRow
from places.shipped import ship

pytestmark = pytest.mark.django_db


def ship_moor(allowance: int = 10) -> Region | None:
    return ship(Region, {"name": "Moor"}, {"nation": "ew", "allowance_minutes": allowance})


def as_stored(region: Region | None) -> tuple[str, int]:
    assert region is not None
    region.refresh_from_db()
    return region.nation, region.allowance_minutes


def test_a_row_is_created_and_given_back():
    region = ship_moor()

    assert region == Region.objects.get()
    assert as_stored(region) == ("ew", 10)


def test_shipping_the_same_twice_changes_nothing():
    ship_moor()
    remembered = ShippedRow.objects.get()

    ship_moor()

    assert ShippedRow.objects.get().shipped_at == remembered.shipped_at
    assert Region.objects.count() == 1


def test_an_untouched_row_follows_what_we_ship_now():
    region = ship_moor(10)

    assert ship_moor(25) == region
    assert as_stored(region) == ("ew", 25)
    ship_moor(30)
    assert as_stored(region) == ("ew", 30)


def test_an_edited_row_stays_whole_as_the_person_left_it():
    region = ship_moor(10)
    Region.objects.update(nation="sc")

    assert ship_moor(25) == region
    assert as_stored(region) == ("sc", 10)
    ship_moor(25)
    assert as_stored(region) == ("sc", 10)


def test_a_renamed_row_is_an_edit_and_gets_no_twin():
    region = ship_moor()
    Region.objects.update(name="Moorland")

    assert ship_moor(25) == region
    assert list(Region.objects.values_list("name", flat=True)) == ["Moorland"]


def test_a_deleted_row_stays_deleted():
    ship_moor()
    Region.objects.all().delete()

    assert ship_moor() is None
    assert ship_moor(25) is None
    assert not Region.objects.exists()


def test_a_row_made_by_hand_before_us_is_not_ours_to_change():
    Region.objects.create(name="Moor", nation="sc", allowance_minutes=3)

    region = ship_moor(10)
    ship_moor(25)

    assert as_stored(region) == ("sc", 3)


def test_a_row_made_by_hand_just_as_we_ship_it_follows_us():
    region = Region.objects.create(name="Moor", nation="ew", allowance_minutes=10)

    ship_moor(10)
    ship_moor(25)

    assert as_stored(region) == ("ew", 25)


def test_a_field_we_did_not_ship_before_is_filled_where_the_row_is_untouched():
    region = ship(Region, {"name": "Moor"}, {"nation": "ew"})

    ship_moor(25)

    assert as_stored(region) == ("ew", 25)


def test_a_field_that_the_model_has_lost_is_forgotten():
    region = ship_moor()
    mark = ShippedRow.objects.get()
    mark.values = {**mark.values, "height": 4}
    mark.save()

    ship_moor(25)

    assert as_stored(region) == ("ew", 25)
    assert "height" not in ShippedRow.objects.get().values


def test_a_foreign_key_and_a_list_are_compared_as_stored():
    region = Region.objects.create(name="Moor", nation="ew")
    values = {"name": "Moor Police", "region": region, "email_domains": ("moor.example",), "lat": "52.5"}

    force = ship(Force, {"slug": "moor"}, values)
    ship(Force, {"slug": "moor"}, values)

    assert force is not None
    assert (force.region, force.email_domains, force.lat) == (region, ["moor.example"], 52.5)
    assert ShippedRow.objects.get(name="moor").values == {
        "slug": "moor",
        "name": "Moor Police",
        "region": region.pk,
        "email_domains": ["moor.example"],
        "lat": 52.5,
    }


def test_a_many_to_many_list_follows_us_until_somebody_changes_it():
    first, second, third = Permission.objects.order_by("pk")[:3]

    def ship_group(*permissions: Permission) -> list[Permission]:
        group = ship(Group, {"name": "Moor rangers"}, {"permissions": list(permissions)})
        assert group is not None
        return list(group.permissions.order_by("pk"))

    assert ship_group(second, first) == [first, second]
    assert ship_group(first, third) == [first, third]
    Group.objects.get(name="Moor rangers").permissions.remove(first)
    assert ship_group(first, second) == [third]


def test_a_given_name_outlives_a_reworded_find():
    region = ship(Region, {"name": "Moor"}, {"nation": "ew"}, name="the moor")

    assert ship(Region, {"name": "High Moor"}, {"nation": "ew"}, name="the moor") == region
    assert list(Region.objects.values_list("name", flat=True)) == ["High Moor"]


def test_the_memory_is_plain_json():
    ship_moor()

    mark = ShippedRow.objects.get()
    assert json.loads(json.dumps(mark.values)) == {"name": "Moor", "nation": "ew", "allowance_minutes": 10}
    assert str(mark) == "places.Region Moor"
