import datetime as dt

import pytest
import time_machine
from django.contrib.admin import AdminSite
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.test import RequestFactory

from places.admin import ForceAdmin, RegionAdmin
from places.models import Force, Region

pytestmark = pytest.mark.django_db

MERGER = dt.date(2028, 4, 1)


@pytest.fixture
def merged() -> None:
    new = Force.objects.create(slug="fen-and-moor", name="Fen and Moor Police", starts_on=MERGER)
    Force.objects.create(slug="fen", name="Fen Police", ends_on=MERGER, successor=new)
    Force.objects.create(slug="hill", name="Hill Police")


def ask(query: str = "") -> HttpRequest:
    request = RequestFactory().get(f"/{query}")
    request.user = get_user_model()(is_superuser=True, is_active=True)
    return request


def listed(query: str = "") -> ChangeList:
    return ForceAdmin(Force, AdminSite()).get_changelist_instance(ask(query))


@pytest.mark.parametrize(
    ("query", "day", "names"),
    [
        ("", MERGER, ["Fen Police", "Fen and Moor Police", "Hill Police"]),
        ("?standing=yes", MERGER - dt.timedelta(days=1), ["Fen Police", "Hill Police"]),
        ("?standing=yes", MERGER, ["Fen and Moor Police", "Hill Police"]),
        ("?standing=no", MERGER, ["Fen Police"]),
        ("?q=hill", MERGER, ["Hill Police"]),
    ],
)
def test_the_list_shows_the_forces_of_the_day(merged: None, query: str, day: dt.date, names: list[str]):
    with time_machine.travel(dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC), tick=False):
        assert sorted(force.name for force in listed(query).result_list) == sorted(names)


def test_the_list_of_forces_takes_one_query_for_its_rows(merged: None, django_assert_num_queries):
    rows = listed().queryset.all()

    with django_assert_num_queries(1):
        assert [(str(row.region), str(row.successor)) for row in rows.order_by("slug")] == [
            ("None", "Fen and Moor Police"),
            ("None", "None"),
            ("None", "None"),
        ]


def test_only_the_figures_of_a_region_can_change():
    region = Region.objects.create(name="Moor", nation="ew")
    admin = RegionAdmin(Region, AdminSite())

    assert not admin.has_add_permission(ask())
    assert not admin.has_delete_permission(ask(), region)
    assert admin.has_change_permission(ask(), region)
    assert set(admin.get_form(ask(), region)().fields) == {"nation", "allowance_minutes"}
