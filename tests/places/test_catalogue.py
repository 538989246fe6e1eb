import pytest

from places import catalogue
from places.models import Force, Region

pytestmark = pytest.mark.django_db


def test_loading_fills_regions_and_forces():
    catalogue.load()

    assert Region.objects.count() == 21
    assert Force.objects.count() == 48
    assert Force.objects.filter(nation="ew").count() == 43
    assert set(Force.objects.filter(region=None).values_list("slug", flat=True)) == {
        "btp",
        "civil-nuclear-constabulary",
        "ministry-of-defence-police",
    }


def test_a_force_has_its_facts():
    catalogue.load()

    force = Force.objects.select_related("region").get(slug="cheshire")
    assert (force.name, force.ons_code, force.nation) == ("Cheshire Constabulary", "E23000006", "ew")
    assert (str(force.region), force.hq_town, force.email_domains) == (
        "North West",
        "Winsford",
        ["cheshire.police.uk"],
    )


def test_an_ons_code_belongs_to_one_force():
    catalogue.load()

    codes = list(Force.objects.exclude(ons_code="").values_list("ons_code", flat=True))
    assert len(codes) == len(set(codes)) == 43


def test_loading_again_changes_nothing_and_keeps_edits():
    catalogue.load()
    Force.objects.filter(slug="kent").update(hq_town="Elsewhere")
    Force.objects.filter(slug="btp").delete()
    Region.objects.filter(name="Shetland").update(allowance_minutes=400)
    before = list(Force.objects.order_by("pk").values()), list(Region.objects.order_by("pk").values())

    catalogue.load()

    assert (
        list(Force.objects.order_by("pk").values()),
        list(Region.objects.order_by("pk").values()),
    ) == before
