"""The form in a real browser: with and without a script, and by keyboard alone."""

import time

import pytest

from bookings.models import Booking
from tests.browser import check, shoot
from tests.trainingportal.asking.conftest import code_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = [1280, 320]


def press(page, words="Continue"):
    page.get_by_role("button", name=words, exact=True).click()


def read(page, name):
    """Look at a page as it stands."""
    check(page)
    shoot(page, name)


def wait_like_a_person():
    """Longer than the guard thinks a robot takes."""
    time.sleep(2.1)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_an_officer_asks_for_training(page_at, catalogue, width, javascript):
    page = page_at(width, javascript=True) if javascript else page_at(width, javascript=False)
    look = read if javascript else (lambda page, name: shoot(page, f"{name}-plain"))
    page.goto("/ask-for-training/")
    look(page, "ask-who-empty")
    wait_like_a_person()
    press(page)
    assert page.title().startswith("Error: Who are you?")
    look(page, "ask-who-errors")
    page.get_by_label("A police force", exact=True).check()
    page.get_by_label("Police force", exact=True).select_option(label="Northumbria Police")
    page.get_by_label("Your name").fill("Dana Whitlock")
    page.get_by_label("Your role").fill("DI, public protection")
    page.get_by_label("Work e-mail").fill("dana@mailbox.example")
    page.get_by_label("Switchboard number").fill("101")
    look(page, "ask-who")
    press(page)

    page.get_by_role("heading", name="Who is it for?").wait_for()
    look(page, "ask-audience-empty")
    press(page)
    look(page, "ask-audience-errors")
    page.get_by_label("How many people, roughly?").fill("40")
    page.get_by_label("Front-line officers and staff", exact=True).check()
    front = page.get_by_role("group", name="How much of the room: Front-line officers and staff")
    front.get_by_label("Roughly half").check()
    page.get_by_label("Single points of contact", exact=True).check()
    look(page, "ask-audience")
    press(page)

    page.get_by_role("heading", name="What do you need?").wait_for()
    look(page, "ask-need-empty")
    page.get_by_label("Half day").check()
    page.get_by_label("Choose up to three topics").check()
    musts = page.get_by_role("group", name="Must be covered")
    for topic in ("Victim impact", "Investigations", "“Red flags”", "Legal issues"):
        musts.get_by_label(topic).check()
    if javascript:
        page.get_by_text("too many").first.wait_for()
        assert "4 of 3 chosen" in page.get_by_role("group", name="Must be covered").inner_text()
    page.locator("summary").click()
    page.get_by_role("group", name="For example, what your people").get_by_label("“Red flags”").check()
    press(page)
    look(page, "ask-need-errors")
    musts.get_by_label("“Red flags”").uncheck()
    musts.get_by_label("Legal issues").uncheck()
    page.get_by_label("Full day").check()
    press(page, "Count again")
    page.wait_for_url("**/need/#time")
    assert (
        page.get_by_role("group", name="For example, what your people")
        .get_by_label("“Red flags”")
        .is_checked()
    )
    look(page, "ask-need")
    press(page)

    page.get_by_role("heading", name="When and where?").wait_for()
    look(page, "ask-when-empty")
    page.get_by_label("At a place of ours").check()
    press(page)
    look(page, "ask-when-errors")
    page.get_by_label("Tuesday").check()
    page.get_by_label("First half of the postcode").fill("NE1 4XX")
    page.get_by_label("We would share").check()
    look(page, "ask-when")
    press(page)

    page.get_by_role("heading", name="Check your answers").wait_for()
    assert page.get_by_text("You gave a whole postcode. We kept only its first half, NE1").is_visible()
    look(page, "ask-check")
    page.get_by_role("link", name="Change “Who is it for?”").click()
    assert page.get_by_label("How many people, roughly?").input_value() == "40"
    page.get_by_label("How many people, roughly?").fill("45")
    press(page)
    assert page.get_by_text("About 45").is_visible()
    wait_like_a_person()
    press(page, "Send your request")

    page.get_by_role("heading", name="Enter the code from our e-mail").wait_for()
    booking = Booking.objects.get()
    assert page.get_by_text(f"Your reference is {booking.reference}.").is_visible()
    look(page, "ask-code")
    page.locator("input[name=code]").fill(code_for("dana@mailbox.example"))
    press(page)
    page.wait_for_url(f"**/your/{booking.reference}/")
    assert (booking.head_count, booking.outcode, booking.source) == (45, "NE1", "web")
