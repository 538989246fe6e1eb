"""A visitor's first minute in a real browser: from the landing page to a day, its PDF, and the filled request form."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser import check, shoot
from trainingportal.models import ExampleDay

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = [1280, 320]


def choose(page, width):
    """A half-day for single points of contact in Scotland, with two topics that must be covered."""
    form = page.get_by_role("form", name="Choose what the day is for")
    form.get_by_label("Half day").check()
    form.get_by_label("Who is it mostly for?").select_option("spoc")
    form.get_by_label("Whose law applies?").select_option("sc")
    if width < 768:
        form.locator("summary").click()
    for topic in ("Legal issues", "“Red flags”"):
        form.get_by_label(topic, exact=True).check()
    return form


def until(holds):
    """Wait for what a browser does in its own time; half a minute at most."""
    for _ in range(300):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("It did not happen.")


def until_asked(key_count=1):
    for _ in range(900):
        if ExampleDay.objects.count() >= key_count:
            return
        time.sleep(0.1)
    raise AssertionError("nobody asked")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_visitor_sees_a_day_for_their_people_and_asks_for_it(page_at, shipped, work, width, javascript):
    page = page_at(width, javascript=javascript)

    def look(name):
        if javascript:
            check(page)
        shoot(page, f"{name}{'' if javascript else '-plain'}")

    page.goto("/")
    look("example-landing-first")
    form = choose(page, width)
    look("example-chosen")
    form.get_by_role("button", name="Show this day").click()
    expect(page.get_by_text("being put together")).to_be_visible()
    look("example-waits")
    until_asked()
    assert work() == 1

    day = page.get_by_role("article")
    expect(day.get_by_text("Questions and close")).to_be_visible()  # by itself
    expect(page.get_by_role("heading", name="A half day for single points of contact")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/example-day/[?](?!.*look=).*#day$"))  # without a script too
    until(lambda: page.evaluate("scrollY") > 0)
    expect(day.get_by_text("You asked for it")).to_have_count(2)
    expect(day.get_by_text("Always given").first).to_be_visible()
    day.get_by_text("What we left out").click()
    look("example-day")

    day.get_by_role("link", name="See it as a full day").click()
    until_asked(2)
    assert work() == 1
    expect(page.get_by_role("heading", name="A full day for single points of contact")).to_be_visible()
    expect(page.get_by_role("article").get_by_text("Lunch")).to_be_visible()
    look("example-full-day")

    page.get_by_role("link", name="Ask for this day").click()
    expect(page).to_have_title(re.compile("^Who are you[?]"))
    expect(page.get_by_text("You ask for this day:")).to_be_visible()
    look("example-asks-who")
    page.get_by_label("A police force", exact=True).check()
    page.get_by_label("Police force", exact=True).select_option(label="Police Scotland")
    page.get_by_label("Your name").fill("Dana Whitlock")
    page.get_by_label("Your role").fill("DI, public protection")
    page.get_by_label("Work e-mail").fill("dana@mailbox.example")
    page.get_by_role("button", name="Continue", exact=True).click()

    expect(page).to_have_title(re.compile("^Who is it for[?]"))
    expect(page.get_by_label("Single points of contact", exact=True)).to_be_checked()
    share = page.get_by_role("group", name="How much of the room: Single points of contact")
    expect(share.get_by_label("All, or nearly")).to_be_checked()
    look("example-asks-audience")
    page.get_by_label("How many people, roughly?").fill("40")
    page.get_by_role("button", name="Continue", exact=True).click()

    expect(page).to_have_title(re.compile("^What do you need[?]"))
    expect(page.get_by_label("Full day")).to_be_checked()
    expect(page.get_by_label("Choose up to three topics")).to_be_checked()
    musts = page.get_by_role("group", name="Must be covered: 2 of 3 chosen")
    expect(musts.get_by_label("Legal issues")).to_be_checked()
    expect(musts.get_by_label("“Red flags”")).to_be_checked()
    expect(page.get_by_label("Anything else we should know?")).to_have_value(
        "We work under the law of Scotland."
    )
    look("example-asks-need")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_day_follows_the_choices_by_itself(page_at, shipped, work, width):
    """By keyboard, from the landing page on: the focus stays on the choice, and the newest choice wins."""
    page = page_at(width)
    page.goto("/")
    form = page.get_by_role("form", name="Choose what the day is for")
    form.get_by_label("Whose law applies?").focus()
    page.keyboard.press("ArrowDown")

    expect(page.get_by_text("being put together")).to_be_visible()
    assert work() == 1
    day = page.get_by_role("article")
    expect(day.get_by_text("Questions and close")).to_be_visible()
    expect(day.get_by_text("Scotland · usually")).to_be_visible()
    expect(form.get_by_role("status")).to_have_text("Your day is ready.")
    expect(form.get_by_label("Whose law applies?")).to_be_focused()
    expect(page).to_have_url(re.compile("/$"))
    expect(page.get_by_role("article")).to_have_count(1)
    check(page)
    shoot(page, "example-followed")

    form.get_by_role("button", name="Show this day").click()
    expect(page).to_have_url(re.compile("nation=sc#day$"))
    if width < 768:
        form.locator("summary").click()
    for topic in ("Legal issues", "“Red flags”", "Interventions", "Investigations"):
        form.get_by_label(topic, exact=True).check()
    expect(page.locator("#day").get_by_text("You chose four topics.")).to_be_visible()
    expect(form.get_by_role("status")).to_contain_text("Choose up to three")
    check(page)
    shoot(page, "example-four-topics")

    form.get_by_label("Investigations", exact=True).uncheck()
    expect(page.get_by_text("being put together")).to_be_visible()
    assert work() == 1
    expect(page.get_by_role("article").get_by_text("You asked for it")).to_have_count(3)
    expect(page).to_have_url(re.compile("must=interventions"))
