"""Changing a request, asking for a change and the desk's answer, in a real browser at both widths."""

import pytest

from bookings import services
from bookings.models import Contact
from tests.browser import check, shoot
from tests.trainingportal.desk.conftest import sign_in, staff
from tests.trainingportal.requester.conftest import all_say_yes, offer
from tests.trainingportal.requester.test_look import dana as dana
from tests.trainingportal.requester.test_look import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 320])
def test_changing_and_asking_read_well(page_at, dana, coordinator, width):
    services.add_colleague(dana.booking_id, name="Robin Guest", email="robin@example.org", actor=dana.user)
    page = page_at(width)
    own = enter(page, dana)
    for part in ("", "request/audience/", "request/need/", "request/when/", "request/person/", "withdraw/"):
        page.goto(own + part)
        check(page)
        shoot(page, f"change-{part.strip('/').replace('/', '-') or 'before'}-{width}")

    all_say_yes(offer(dana.booking, coordinator), dana)
    for part in ("change/", "change/another_day/", "change/another_place/", "change/head_count/", "details/"):
        page.goto(own + part)
        check(page)
        shoot(page, f"change-{part.strip('/').replace('/', '-')}-{width}")
    page.goto(own + "change/cancel/")
    page.get_by_label("Why do you need to cancel?").fill("The building is flooded.")
    page.get_by_role("button", name="Ask us to cancel").click()
    check(page)
    shoot(page, f"change-asked-{width}")

    contact = Contact.objects.get(pk=dana.pk)
    services.write_note(contact.booking_id, side="agency", text="Please ring us.", actor=contact.user)
    desk = sign_in(staff("Priya Coordinator", "Coordinators")).cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": desk.value, "domain": "localhost", "path": "/"}])
    change = contact.booking.change_requests.get()
    for name, address in {
        "home": "/desk/",
        "booking": f"/desk/bookings/booking/{contact.booking_id}/change/",
        "change": f"/desk/change/{change.pk}/",
    }.items():
        page.goto(address)
        check(page)
        shoot(page, f"change-desk-{name}-{width}")
