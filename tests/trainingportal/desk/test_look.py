"""The desk in a real browser, with work on it, at both widths."""

import datetime as dt

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import timezone

import courses.catalogue
import places.catalogue
from accounts.rights import READERS
from accounts.services import invite_staff
from bookings import services
from bookings.models import Booking, Enquiry
from speakers.models import DiaryEntry
from tests.browser import check, shoot
from tests.factories import EnquiryFactory, SpeakerFactory, VenueFactory
from tests.shipped import load
from tests.trainingportal.desk.conftest import (
    confirmed,
    contact_of,
    days_to_a_weekday,
    in_days,
    offered,
    page_of,
    requested,
    rung_back,
    sign_in,
    speakers,
)
from trainingportal.desk.site import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def work(priya, owen) -> dict[str, Booking]:
    """A case in each stage of life, one of them late, and a question."""
    load(places.catalogue, courses.catalogue)
    team = [*speakers(2), *SpeakerFactory.create_batch(1, is_family=True)]
    DiaryEntry.objects.create(speaker=team[1], kind="blackout", busy=(in_days(58), in_days(59)))
    late = requested("Late Person", agency="Saltmarsh Borough Council")
    Booking.objects.filter(pk=late.pk).update(answer_due_on=timezone.localdate() - dt.timedelta(days=1))
    agreed = confirmed(
        requested("Agreed Person", agency="Tavenham Probation"), owen, team, days=days_to_a_weekday(60)
    )
    VenueFactory(booking=agreed)
    services.ask_for_release(contact_of(agreed).pk, note="Rang on Monday.", actor=owen)
    EnquiryFactory(answer_due_on=timezone.localdate())
    return {
        "late": late,
        "rung": rung_back(requested("Rung Person", agency="University of Wexcombe"), priya),
        "offered": offered(
            rung_back(requested("Held Person", agency="Kestrel Vale Trust"), priya), priya, team, days=67
        ),
        "agreed": agreed,
    }


@pytest.fixture
def walk(page_at, priya, work):
    """Gives a function that opens addresses of the desk at a width and holds each to axe and to its window."""

    def go(width: int, addresses: dict[str, str]) -> None:
        page = page_at(width)
        cookie = sign_in(priya).cookies[django_settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [{"name": "sessionid", "value": cookie.value, "domain": "localhost", "path": "/"}]
        )
        for name, address in addresses.items():
            answer = page.goto(address)
            assert (address, answer.status) == (address, 200)
            check(page)
            shoot(page, f"desk-{name}")

    return go


@pytest.mark.parametrize("width", [1280, 320])
def test_the_pages_of_the_desk_read_well(walk, work, width):
    walk(
        width,
        {
            "home": "/desk/",
            "list": "/desk/bookings/booking/",
            "late": page_of(work["late"]),
            "offered": page_of(work["offered"]),
            "agreed": page_of(work["agreed"]),
            "diary": f"/desk/diary/?month={in_days(60):%Y-%m}",
            "history": "/desk/history/",
            "lists": "/desk/lists/",
            "questions": "/desk/bookings/enquiry/",
            "question": f"/desk/bookings/enquiry/{Enquiry.objects.get().pk}/change/",
        },
    )


@pytest.mark.parametrize("width", [1280, 320])
def test_the_forms_of_the_desk_read_well(walk, work, width):
    late, held = work["late"], work["offered"]
    walk(
        width,
        {
            "call-back": f"/desk/do/{late.reference}/call-back/",
            "decline": f"/desk/do/{late.reference}/decline/",
            "owner": f"/desk/do/{late.reference}/owner/",
            "not-today": f"/desk/do/{late.reference}/not-today/",
            "offer": f"/desk/do/{work['rung'].reference}/offer/?day={in_days(days_to_a_weekday(60)).date().isoformat()}",
            "add-speaker": f"/desk/do/{held.reference}/add-speaker/",
            "extend": f"/desk/do/{held.reference}/extend/",
            "venue": f"/desk/do/{work['agreed'].reference}/venue/",
            "telephone": "/desk/telephone/",
            "settings": "/desk/bookings/desksettings/1/change/",
            "agency": f"/desk/bookings/agency/{late.agency_id}/change/",
        },
    )


def test_a_busy_speaker_is_named_where_the_keyboard_lands(page_at, priya, work):
    page = page_at(1280)
    cookie = sign_in(priya).cookies[django_settings.SESSION_COOKIE_NAME]
    page.context.add_cookies(
        [{"name": "sessionid", "value": cookie.value, "domain": "localhost", "path": "/"}]
    )
    busy = work["agreed"].lead
    page.goto(
        f"/desk/do/{work['rung'].reference}/offer/?day={in_days(days_to_a_weekday(60)).date().isoformat()}"
    )

    page.get_by_label(busy.name, exact=True).check()
    page.get_by_role("button", name="Check this offer").click()

    page.get_by_role("link", name=f"{busy.name} is already busy").click()
    assert page.get_by_label(busy.name, exact=True).is_checked()
    assert page.evaluate("document.activeElement.id") == f"id_ask_{busy.pk}"
    check(page)


@pytest.mark.parametrize("width", [1280, 320])
def test_every_list_of_the_desk_and_a_row_of_each_read_well(walk, work, priya, width):
    """Every one that is registered, so that none is left out: no script that breaks, nothing wider than the page."""
    invite_staff(
        "a-very-long-name-of-an-officer@westmoor-valley.police.example", name="", group=READERS, actor=priya
    )
    addresses = {}
    for model in desk._registry:
        name = f"desk:{model._meta.app_label}_{model._meta.model_name}"
        addresses[f"{name}-list"] = reverse(f"{name}_changelist")
        if (row := model._default_manager.first()) is not None:
            addresses[f"{name}-row"] = reverse(f"{name}_change", args=[row.pk])
    walk(width, addresses)
