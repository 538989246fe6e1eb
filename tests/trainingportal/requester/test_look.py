"""The requester's pages in a real browser, at each stage and both widths."""

import re

import pytest
from playwright.sync_api import expect

import courses.catalogue
import places.catalogue
from agendas.models import Agenda
from agendas.services import issue_agenda, open_agenda
from bookings import services
from bookings.models import Booking, Contact, Note
from tests.browser import check, shoot
from tests.factories import VerifiedContactFactory
from tests.trainingportal.requester.conftest import (
    VENUE,
    a_booking,
    all_say_yes,
    offer,
    release,
    signed_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = [1280, 320]


@pytest.fixture
def dana(coordinator) -> Contact:
    """A requester whom we have rung back, in a catalogue as it ships."""
    places.catalogue.load()
    courses.catalogue.load()
    return VerifiedContactFactory(booking=a_booking(), user__name="Dana Whitlock")


def enter(page, contact: Contact) -> str:
    """Sign the contact in, in this browser; gives the address of their page."""
    cookie = signed_in(contact.user).cookies["sessionid"]
    page.context.add_cookies(
        [{"name": "sessionid", "value": cookie.value, "domain": "localhost", "path": "/"}]
    )
    return f"/your/{contact.booking.reference}/"


def read(page, name: str) -> None:
    check(page)
    shoot(page, name)


def issue(contact: Contact, actor) -> None:
    """A first whole day, issued."""
    booking = Booking.objects.get(pk=contact.booking_id)
    open_agenda(booking, filled=True, actor=actor)
    agenda = Agenda.objects.get(booking=booking)
    issue_agenda(agenda.pk, version=agenda.version, actor=actor)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_reads_well_from_the_request_to_the_day(page_at, dana, coordinator, width):
    page = page_at(width)
    address = enter(page, dana)
    page.goto(address)
    read(page, "your-requested")

    made = offer(dana.booking, coordinator)
    offer(dana.booking, coordinator, day=16)
    services.write_note(
        dana.booking.pk,
        side=Note.Side.DESK,
        text="Thank you for the call. Is there a small room that people can use?",
        actor=coordinator,
    )
    page.goto(address)
    read(page, "your-offers")
    page.get_by_text("Neither date suits us").click()
    read(page, "your-offers-open")
    page.get_by_label("Write to us").fill("There is one next door.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert").filter(has_text="Your message is with us.")).to_be_focused()
    shoot(page, "your-message-sent")
    page.get_by_role("button", name="Check and accept 9 March").click()
    page.get_by_role("heading", name="Check before you accept").wait_for()
    read(page, "your-look-over")
    page.get_by_role("button", name="Accept 9 March", exact=True).click()
    page.get_by_text("You have accepted Tuesday 9 March 2027.").wait_for()
    read(page, "your-accepted")

    for engagement in made.engagements.select_related("speaker__user"):
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)
    issue(dana, coordinator)
    page.goto(address)
    read(page, "your-agenda")
    assert page.get_by_text("How your day runs").is_visible()
    if width == 320:
        stands = page.get_by_role("heading", name="Progress").bounding_box()
        messages = page.get_by_role("heading", name="Messages").bounding_box()
        assert stands["y"] < messages["y"]

    services.set_venue(dana.booking.pk, **VENUE, actor=coordinator)
    release(dana, by=coordinator)
    page.goto(address)
    assert page.get_by_text("Vexford Hall").is_visible()
    read(page, "your-released")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_forms_say_what_is_missing(page_at, dana, coordinator, width):
    all_say_yes(offer(dana.booking, coordinator), dana)
    page = page_at(width, javascript=False)
    address = enter(page, dana)
    for name, button in (
        ("room", "Save"),
        ("colleague", "Invite your colleague"),
    ):
        page.goto(f"{address}{name}/")
        shoot(page, f"your-{name}")
        page.get_by_role("button", name=button).click()
        expect(page).to_have_title(re.compile("^Error: "))
        for link in page.locator(".govuk-error-summary a").all():
            assert page.locator(link.get_attribute("href")).count() == 1
        shoot(page, f"your-{name}-errors")
    page.goto(f"{address}details/")
    shoot(page, "your-details")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_other_pages_read_well(page_at, dana, coordinator, width):
    page = page_at(width)
    address = enter(page, dana)
    VerifiedContactFactory(booking=a_booking(), user=dana.user)
    for name in ("room", "colleague", "details"):
        offer(dana.booking, coordinator) if name == "room" else None
        page.goto(f"{address}{name}/")
        check(page)
    page.goto("/home/")
    read(page, "your-list")
    second_tab = page.context.new_page()
    for tab in (page, second_tab):
        tab.goto(address)
    for tab in (page, second_tab):
        tab.get_by_role("button", name="Check and accept 9 March").click()
        tab.get_by_role("heading", name="Check before you accept").wait_for()
    page.get_by_role("button", name="Accept 9 March", exact=True).click()
    page.get_by_text("The date you accepted").wait_for()
    second_tab.get_by_role("button", name="Accept 9 March", exact=True).click()
    second_tab.get_by_text("The date you accepted").wait_for()
    read(second_tab, "your-accepted-twice")
    services.cancel_booking(dana.booking.pk, words="", actor=coordinator)
    page.goto(address)
    read(page, "your-cancelled")
