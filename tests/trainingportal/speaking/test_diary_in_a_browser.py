"""A speaker keeps their diary in a real browser, by plain forms: away, a session given back, a pause, limits, a feed."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from speakers.models import DiaryEntry, Expertise, Speaker
from tests.browser import check, shoot
from tests.factories import FormatFactory, SpeakerFactory, TopicFactory, at
from tests.trainingportal.speaking.conftest import agree, ask

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=True):
        yield


@pytest.fixture
def gil() -> Speaker:
    """A family speaker with a topic to confirm."""
    FormatFactory(slug="half-day", name="Half day")
    FormatFactory()
    speaker = SpeakerFactory(name="Gil Averton", is_family=True)
    Expertise.objects.create(speaker=speaker, topic=TopicFactory(title="Victim impact"))
    TopicFactory(title="What is stalking?")
    return speaker


def enter(page: Page, client: Client) -> None:
    cookie = client.cookies["sessionid"]
    page.context.add_cookies(
        [{"name": "sessionid", "value": cookie.value, "domain": "localhost", "path": "/"}]
    )


def write_day(page: Page, group: str, day: str, month: str, year: str) -> None:
    boxes = page.get_by_role("group", name=group)
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        boxes.get_by_label(label, exact=True).fill(value)


@pytest.mark.parametrize(("width", "javascript"), [(1280, False), (320, True)])
def test_a_diary_is_kept_by_plain_forms(page_at, gil, client, with_factor, width, javascript):
    booking = agree(ask(gil))
    ask(gil, starts_at=at(9, 15, day=23))
    DiaryEntry.objects.create(speaker=gil, kind="own", busy=(at(14, day=25), at(15, day=25)))
    with_factor(client, gil)
    page = page_at(width, javascript=javascript)
    enter(page, client)

    def look(name: str) -> None:
        if javascript:
            check(page)
        shoot(page, f"diary-{name}")

    page.goto(reverse("speaking-away"))
    look("away-empty")
    write_day(page, "First day away", "12", "3", "2027")
    page.get_by_label("From", exact=False).first.fill("2pm")
    page.get_by_label("To", exact=False).first.fill("4pm")
    write_day(page, "Every week until", "9", "4", "2027")
    page.get_by_label("A private day").check()
    page.get_by_role("button", name="Add days away").click()
    expect(page.get_by_text("and every week until Friday 9 April 2027")).to_be_visible()
    look("away")

    write_day(page, "First day away", "9", "3", "2027")
    page.get_by_role("button", name="Add days away").click()
    expect(page.get_by_role("heading", name="You have a session in this time")).to_be_visible()
    look("in-the-way")
    page.get_by_role("button", name="I can no longer give this session").click()
    expect(page.get_by_text("Added to your diary.")).to_be_visible()
    assert gil.engagements.get(offer__booking=booking).state == "declined"

    page.goto(reverse("speaking-diary") + "?month=2027-03")
    expect(page.get_by_role("heading", name="March as a list")).to_be_visible()
    expect(page.get_by_text("Busy in your own calendar")).to_be_visible()
    look("month")

    page.goto(reverse("speaking-limits"))
    expect(page.get_by_role("heading", name="Are these your topics?")).to_be_visible()
    look("limits-first")
    page.get_by_role("button", name="These are my topics").click()
    expect(page.get_by_text("Thank you. We ask you for these topics.")).to_be_visible()
    page.get_by_label("Most sessions in a month").fill("2")
    page.get_by_label("Up to 2 hours each way").check()
    page.get_by_role("button", name="Save limits").click()
    expect(page.get_by_text("Kept. We mind these when we look for a date.")).to_be_visible()
    look("limits")

    page.goto(reverse("speaking"))
    page.get_by_role("button", name="For a month").click()
    expect(page.get_by_text(re.compile("No invitations until .* 2027")).first).to_be_visible()
    look("paused")

    page.goto(reverse("speaking-calendars"))
    look("calendars")
    page.get_by_role("button", name="Make my private address").click()
    address = page.get_by_label("Address to copy")
    expect(address).to_be_visible()
    look("feed-made")
    key = address.input_value().partition("?")[2]
    page.goto(reverse("speaking-calendars"))
    expect(page.get_by_text("Your address was made on Monday 1 February 2027.")).to_be_visible()
    assert key.removeprefix("key=") not in page.content()

    read = Client().get(f"{reverse('speaking-feed')}?{key}")
    assert read.status_code == 200
    assert read.content.count(b"BEGIN:VEVENT") == 1
    gil.refresh_from_db()
    assert (gil.most_sessions_a_month, gil.reach_minutes) == (2, 120)
