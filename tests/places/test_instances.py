"""A row that was read becomes what the ORM would have made of it."""

import pytest
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.signals import post_init, pre_init

from places.instances import instance_of
from places.models import Force, Region

OURS = ("accounts", "places", "outbox", "courses", "speakers", "bookings", "agendas")


def test_it_is_what_the_orm_makes_of_the_same_columns():
    names, values = ["id", "slug", "name", "region_id"], [7, "north", "North Isles", None]

    ours, theirs = instance_of(Force, names, values), Force.from_db(DEFAULT_DB_ALIAS, names, values)

    assert ours == theirs
    assert vars(ours).keys() == vars(theirs).keys()
    assert [getattr(ours, name) for name in names] == values
    assert ours._state.adding is theirs._state.adding is False
    assert ours._state.db == theirs._state.db
    assert ours.get_deferred_fields() == theirs.get_deferred_fields()


@pytest.mark.django_db
def test_what_was_not_read_is_read_when_it_is_wanted_and_a_save_writes_the_rest_back_as_it_was():
    region = Region.objects.create(name="The North Isles", nation="sc")
    stored = Force.objects.create(slug="north", name="North Isles", region=region)

    found = instance_of(Force, ["id", "slug", "region_id"], [stored.pk, "north", region.pk])

    assert found.region == region
    assert found.name == "North Isles"
    found.slug = "south"
    found.save()
    stored.refresh_from_db()
    assert (stored.slug, stored.name, stored.region) == ("south", "North Isles", region)


@pytest.mark.parametrize("label", OURS)
def test_none_of_our_models_does_anything_when_it_is_made(label):
    for model in apps.get_app_config(label).get_models():
        if "Event" in model.__name__ or "pgh_id" in {field.name for field in model._meta.fields}:
            continue
        assert model.__init__ is Model.__init__, model
        assert model.from_db.__func__ is Model.from_db.__func__, model
        for signal in (pre_init, post_init):
            assert not signal.has_listeners(model), model
