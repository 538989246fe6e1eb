"""The form in a real browser: with and without a script, and by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from bookings.models import Booking
from tests.browser import check, shoot
from tests.trainingportal.asking.conftest import code_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG_ADDRESS = "dana-elizabeth.whitlock-featherstone@professional-standards.mailbox.example"
WIDTHS = [1280, 320]
NAME_OF_FOCUS = """() => {
  const one = document.activeElement;
  const words = one.labels?.length ? one.labels[0].textContent : one.textContent;
  return words.replace(/\\s+/g, " ").trim().replace(/ \\(optional\\)$/, "");
}"""


def press(page, words="Continue"):
    page.get_by_role("button", name=words, exact=True).click()


def read(page, name):
    """Look at a page as it stands."""
    check(page)
    shoot(page, name)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_an_officer_asks_for_training(page_at, catalogue, width, javascript):
    page = page_at(width, javascript=True) if javascript else page_at(width, javascript=False)
    look = read if javascript else (lambda page, name: shoot(page, f"{name}-plain"))
    page.goto("/ask-for-training/")
    look(page, "ask-who-empty")
    press(page)
    expect(page).to_have_title(re.compile("^Error: Who are you[?]"))
    look(page, "ask-who-errors")
    page.get_by_label("A police force", exact=True).check()
    page.get_by_label("Police force", exact=True).select_option(label="Northumbria Police")
    page.get_by_label("Your name").fill("Dana Whitlock")
    page.get_by_label("Your role").fill("DI, public protection")
    page.get_by_label("Work e-mail").fill(LONG_ADDRESS)
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
    for topic in ("Victim impact", "Investigations", "“Red flags”", "Risk: identify, assess, manage"):
        musts.get_by_label(topic).check()
    if javascript:
        page.locator("[data-panel]").get_by_text("too many").wait_for()
        assert "4 of 3 chosen" in page.get_by_role("group", name="Must be covered").inner_text()
    page.get_by_role("main").locator("summary").click()
    page.get_by_role("group", name="For example, what your people").get_by_label("“Red flags”").check()
    press(page)
    look(page, "ask-need-errors")
    musts.get_by_label("“Red flags”").uncheck()
    musts.get_by_label("Risk: identify, assess, manage").uncheck()
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
    press(page, "Send your request")

    page.get_by_role("heading", name="Enter the code from our e-mail").wait_for()
    booking = Booking.objects.get()
    assert page.get_by_text(f"Your reference is {booking.reference}.").is_visible()
    look(page, "ask-code")
    page.locator("input[name=code]").fill(code_for(LONG_ADDRESS))
    press(page)
    page.wait_for_url(f"**/your/{booking.reference}/")
    assert (booking.head_count, booking.outcode, booking.source) == (45, "NE1", "web")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_form_can_be_filled_in_by_keyboard_alone(page_at, catalogue, javascript):
    page = page_at(1280, javascript=javascript)
    page.goto("/ask-for-training/")
    keys = page.keyboard

    def reach(words):
        """Press Tab until the control with this name has the focus."""
        for _ in range(60):
            keys.press("Tab")
            if page.evaluate(NAME_OF_FOCUS) == words:
                return
        raise AssertionError(f"{words} cannot be reached by Tab")

    reach("A police force")
    keys.press("Space")
    reach("Police force")
    keys.type("Northumbria")
    for label, typed in (
        ("Your name", "Dana Whitlock"),
        ("Your role", "DI"),
        ("Work e-mail", LONG_ADDRESS),
    ):
        reach(label)
        keys.type(typed)
    keys.press("Enter")

    page.get_by_role("heading", name="Who is it for?").wait_for()
    reach("How many people, roughly?")
    keys.type("40")
    reach("Front-line officers and staff")
    keys.press("Space")
    keys.press("Tab")
    assert page.evaluate(NAME_OF_FOCUS) == "Some"
    keys.press("ArrowUp")
    assert page.evaluate("document.activeElement.value") == "half"
    reach("Continue")
    keys.press("Enter")

    page.get_by_role("heading", name="What do you need?").wait_for()
    reach("Half day, about 2 hours 40 minutes of training")
    keys.press("ArrowDown")
    reach("Suggest for our audience Recommended")
    keys.press("Space")
    reach("Continue")
    keys.press("Enter")

    page.get_by_role("heading", name="When and where?").wait_for()
    reach("At a place of ours")
    keys.press("Space")
    reach("First half of the postcode")
    keys.type("NE1")
    keys.press("Enter")

    page.get_by_role("heading", name="Check your answers").wait_for()
    reach("Send your request")
    keys.press("Enter")
    page.get_by_role("heading", name="Enter the code from our e-mail").wait_for()
    booking = Booking.objects.get()
    assert (booking.format.slug, booking.cover, booking.outcode) == ("full-day", "suggest", "NE1")
    assert booking.audience_shares.get().share == "half"


@pytest.mark.parametrize("width", WIDTHS)
def test_what_was_typed_is_there_after_the_back_button(page_at, catalogue, width):
    page = page_at(width)
    page.goto("/ask-for-training/")
    page.get_by_label("Another organisation").check()
    page.get_by_label("What kind of organisation is it?").select_option("nhs")
    page.get_by_label("Its name").fill("Kestrel Vale NHS Trust")
    page.get_by_label("Your name").fill("Dana Whitlock")
    page.get_by_label("Your role").fill("Safeguarding lead")
    page.get_by_label("Work e-mail").fill("dana@kestrel.nhs.uk")
    read(page, "ask-who-elsewhere")
    press(page)
    page.get_by_role("heading", name="Who is it for?").wait_for()

    page.go_back()
    assert page.get_by_label("Its name").input_value() == "Kestrel Vale NHS Trust"
    page.reload()
    assert page.get_by_label("Your name").input_value() == "Dana Whitlock"
    page.go_forward()
    page.get_by_role("heading", name="Who is it for?").wait_for()


def test_the_links_of_the_summary_lead_to_the_fields(page_at, catalogue):
    page = page_at(320)
    page.goto("/ask-for-training/")
    press(page)
    for link in page.locator(".govuk-error-summary a").all():
        link.click()
        target = link.get_attribute("href")[1:]
        assert page.evaluate("document.activeElement.id") == target
        box, bar = page.locator(f"#{target}").bounding_box(), page.locator(".wt-exitbar").bounding_box()
        assert box["y"] >= bar["y"] + bar["height"]
