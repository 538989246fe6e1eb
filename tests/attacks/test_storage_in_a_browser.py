"""What a browser keeps after a visit: nothing that says who was there or what they read."""

import pytest
from playwright.sync_api import Page, expect

from bookings import services
from outbox.models import Message
from tests.accounts.conftest import CODE
from tests.factories import (
    BookingFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    VerifiedContactFactory,
    at,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEPT = """async () => JSON.stringify({
  local: {...localStorage},
  session: {...sessionStorage},
  cookies: document.cookie,
  caches: await caches.keys(),
  databases: (await indexedDB.databases()).map((each) => each.name),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  name: window.name,
})"""
NOTHING = '{"local":{},"session":{},"cookies":"","caches":[],"databases":[],"workers":0,"name":""}'


def kept_by(page: Page) -> str:
    """What scripts of the portal can find of earlier pages; the cookies they cannot read are looked at apart."""
    return str(page.evaluate(KEPT))


def test_a_browser_keeps_nothing_of_a_visit(page_at, settings):
    settings.DEMO = False
    contact = VerifiedContactFactory(booking=BookingFactory(), user__email="casey@example.org")
    VenueFactory(booking=contact.booking)
    team = [SpeakerFactory(), SpeakerFactory()]
    services.make_offer(
        contact.booking_id,
        starts_at=at(9, 15, year=2030),
        ends_at=at(16, 15, year=2030),
        team={speaker.pk: [] for speaker in team},
        lead=team[0],
        actor=UserFactory(is_staff=True),
    )
    page = page_at(1280)
    page.goto(f"/your/{contact.booking.reference}/")
    page.get_by_label("Email address").fill("casey@example.org")
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/sign-in/code/**")
    code = CODE.search(Message.objects.get(kind="code").text)
    page.get_by_label("Code from the email").fill(code[0])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("9 March 2030").first).to_be_visible()
    assert kept_by(page) == NOTHING

    cookies = page.context.cookies()
    assert {cookie["name"] for cookie in cookies} == {"sessionid", "csrftoken"}
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" for cookie in cookies)

    page.goto("/sign-out/")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url("/")
    assert kept_by(page) == NOTHING
    assert "casey" not in str(page.context.cookies())

    page.go_back()
    page.go_back()
    expect(page.get_by_text("9 March 2030")).to_have_count(0)
