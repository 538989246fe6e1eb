"""On a phone with a remembered device the mail's link and one press are the answer; a night away is said before it."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import check, shoot
from tests.factories import SpeakerFactory, at
from tests.trainingportal.speaking.conftest import ask

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 320])
def test_from_the_mail_to_the_answer_is_one_press(page_at, client: Client, width):
    with time_machine.travel(at(10, day=1, month=2), tick=True):
        speaker = SpeakerFactory(name="Gil Averton", is_family=True, home_outcode="CV1")
        engagement = ask(speaker)
        client.force_login(speaker.user)
        cookie = client.post(reverse("speaking-remember-device")).cookies["device"]
        page = page_at(width)
        page.context.add_cookies(
            [{"name": "device", "value": cookie.value, "domain": "localhost", "path": "/"}]
        )
        page.goto(reverse("speaking"))
        check(page)
        shoot(page, "remembered-home")
        page.goto(reverse("speaking-write"))
        check(page)
        shoot(page, "speaker-writes")

        page.goto(reverse("speaking-invitation", args=[engagement.offer.booking.reference, 1]))
        expect(
            page.get_by_text("Leave home about 12.55pm on Monday, back about 9.35pm on Tuesday")
        ).to_be_visible()
        check(page)
        shoot(page, "night-away")
        page.get_by_role("button", name="Yes, I can").click()
        expect(page.get_by_text("Thank you. You said yes to Tuesday 9 March 2027")).to_be_visible()
        shoot(page, "answered")
    engagement.refresh_from_db()
    assert engagement.state == "accepted"
