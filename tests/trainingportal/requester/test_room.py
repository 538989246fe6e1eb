"""What the host tells us of venue and day: shown to whom it may be, never emptied by who cannot see it, asked for and chased."""

import html
import re

import pytest
import time_machine

from bookings import services
from bookings.models import Booking, Contact, DetailRead, Venue
from outbox import kinds
from outbox.models import Message
from tests.factories import VerifiedContactFactory, at
from tests.trainingportal.requester.conftest import (
    VENUE,
    a_booking,
    all_say_yes,
    offer,
    release,
    signed_in,
)

pytestmark = pytest.mark.django_db
WHOLE = {
    **VENUE,
    "parking": "Bay 4",
    "access": "Step-free",
    "vetting": "None",
    "contact_name": "Kit Gatekeeper",
    "contact_telephone": "01632 960111",
    "quiet_room": "The library",
    "support_name": "Welfare team",
    "support_telephone": "01632 960222",
}


def words(page: bytes) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.decode())).split())


def room(contact: Contact) -> str:
    return f"/your/{contact.booking.reference}/room/"


def filled(page: bytes) -> set[str]:
    """Every value that stands in a field of the page."""
    text = page.decode()
    return {
        html.unescape(value).strip()
        for value in re.findall(r'value="([^"]+)"', text) + re.findall(r"<textarea[^>]*>([^<]+)<", text)
    }


@pytest.fixture
def host(t2, coordinator) -> Contact:
    """A verified contact of an agreed day, with nothing told of the venue yet."""
    all_say_yes(offer(t2.booking, coordinator), t2)
    return t2


def test_who_wrote_it_finds_all_of_it_again_on_record(host):
    client = signed_in(host.user)
    client.post(room(host), WHOLE)
    assert not DetailRead.objects.exists()

    assert set(WHOLE.values()) <= filled(client.get(room(host)).content)
    assert [read.user for read in DetailRead.objects.all()] == [host.user]


def test_a_colleague_who_is_not_released_reads_nothing_and_empties_nothing(host):
    signed_in(host.user).post(room(host), WHOLE)
    colleague = VerifiedContactFactory(booking=host.booking)
    client = signed_in(colleague.user)

    form = client.get(room(host)).content
    assert [value for value in WHOLE.values() if value in form.decode()] == []
    assert "Details were saved on 1 February." in words(form)
    assert client.post(room(host), {"parking": "Bay 9"}).status_code == 302

    venue = Venue.objects.get()
    assert {name: getattr(venue, name) for name in WHOLE} == {**WHOLE, "parking": "Bay 9"}


def test_who_wrote_it_no_longer_reads_what_others_added(host, coordinator):
    signed_in(host.user).post(room(host), WHOLE)
    services.set_venue(host.booking_id, **{**WHOLE, "arrival": "Ask for Vera"}, actor=coordinator)

    form = signed_in(host.user).get(room(host)).content.decode()

    assert [value for value in [*WHOLE.values(), "Ask for Vera"] if value in form] == []


def test_another_building_is_given_whole_and_takes_nothing_of_the_old_one_along(host):
    signed_in(host.user).post(room(host), WHOLE)
    client = signed_in(VerifiedContactFactory(booking=host.booking).user)

    half = client.post(room(host), {"name": "Moor House"})
    assert half.status_code == 422
    assert "Enter the full postcode" in words(half.content)
    client.post(room(host), {"name": "Moor House", "address": "1 Moor Row", "postcode": "EX1 1AA"})

    venue = Venue.objects.get()
    assert (venue.name, venue.room, venue.parking, venue.arrival, venue.quiet_room) == (
        "Moor House",
        "",
        "",
        "",
        "",
    )
    assert (venue.contact_name, venue.support_name) == ("Kit Gatekeeper", "Welfare team")


def test_a_released_contact_sees_everything_the_host_told(host, coordinator, page_of):
    services.set_venue(host.booking_id, **WHOLE, actor=coordinator)
    host.refresh_from_db()
    assert [value for value in WHOLE.values() if value in page_of(host)] == []
    release(host, by=coordinator)

    page = html.unescape(page_of(Contact.objects.get(pk=host.pk)))

    assert [value for value in WHOLE.values() if value not in page] == []
    assert 'href="tel:01632960222"' in page


def test_the_page_asks_for_what_is_missing_with_a_day_and_stops_once_it_is_told(host, page_of):
    page = words(page_of(host).encode())
    assert "The venue, and how to get in By Tuesday 23 February 2027" in page
    assert "A quiet room near the training room By Tuesday 23 February 2027" in page

    signed_in(host.user).post(room(host), {**WHOLE, "quiet_room": ""})
    page = words(page_of(host).encode())
    assert "A quiet room near the training room By" in page
    assert "The venue, and how to get in By" not in page

    signed_in(host.user).post(room(host), WHOLE)
    assert "You do not need to do anything now." in words(page_of(host).encode())


def test_the_host_is_reminded_of_what_is_missing_and_no_more_once_it_is_told(host):
    colleague = VerifiedContactFactory(booking=host.booking)
    reminded = Message.objects.filter(kind="host-reminder")
    with time_machine.travel(at(8, day=10, month=2)):
        assert services.send_due_host_reminders() == 0  # 27 days before
    with time_machine.travel(at(10, day=17, month=2)):
        assert services.send_due_host_reminders() == 2
        assert services.send_due_host_reminders() == 0
    assert {message.to for message in reminded} == {host.email, colleague.email}
    mail = reminded.get(to=host.email)
    assert "Please tell us by Tuesday 23 February 2027:" in " ".join(mail.text.split())
    assert "A quiet room near the training room" in mail.text
    assert "9 March" not in mail.subject

    still = kinds.find("host-reminder").still_wanted
    assert still(mail) is None
    services.set_venue(host.booking_id, **WHOLE, by_agency=True, actor=host.user)
    mail.refresh_from_db()
    assert still(mail) == "The host has told us everything."
    with time_machine.travel(at(10, day=25, month=2)):
        assert services.send_due_host_reminders() == 0


def test_nobody_is_reminded_just_after_the_mail_that_confirms_the_day_has_asked_the_same(t2, coordinator):
    with time_machine.travel(at(10, day=20, month=2)):
        all_say_yes(offer(t2.booking, coordinator), t2)
        assert services.send_due_host_reminders() == 0
    with time_machine.travel(at(10, day=24, month=2)):
        assert services.send_due_host_reminders() == 1


@pytest.fixture
def online(db, coordinator) -> Contact:
    """A verified contact of an agreed online session."""
    contact = VerifiedContactFactory(booking=a_booking(place="online"), user__name="Dana Whitlock")
    all_say_yes(offer(contact.booking, coordinator), contact)
    return contact


LINK = "https://meet.example.org/j/9f3c?pwd=Vexford"


def test_an_online_session_asks_for_its_link_and_shows_it_at_t3_only(online, coordinator, page_of):
    assert "The link to join online By Tuesday 23 February 2027" in words(page_of(online).encode())
    client = signed_in(online.user)
    form = words(client.get(room(online)).content)
    assert "Link to join" in form
    assert "Building" not in form

    client.post(room(online), {"online_link": LINK, "support_name": "Welfare team"})

    assert (Venue.objects.get().online_link, Venue.objects.get().name) == (LINK, "Online")
    assert LINK not in page_of(online)
    services.record_call_back(
        online.pk, number="01632 960001", found_where="Site", outcome="is_who_they_say", actor=coordinator
    )
    release(online, by=coordinator)
    assert html.escape(LINK) in page_of(Contact.objects.get(pk=online.pk))


def test_a_link_is_an_address_of_the_web_and_nothing_that_runs(online):
    response = signed_in(online.user).post(room(online), {"online_link": "javascript:alert(1)"})

    assert response.status_code == 422
    assert "Enter a link that starts with https://" in words(response.content)
    assert not Venue.objects.exists()


def test_the_form_is_gone_once_the_day_is_behind_us(host):
    with time_machine.travel(at(17, day=9)):
        assert signed_in(host.user).get(room(host)).status_code == 404
    assert Booking.objects.count() == 1


def test_a_call_is_promised_only_where_the_change_asks_for_one(host):
    client = signed_in(host.user)
    promise = "We will phone you before we share names and venue with anyone."

    assert promise in words(client.post(room(host), WHOLE, follow=True).content)
    unchanged = words(client.post(room(host), WHOLE, follow=True).content)

    assert "Saved." in unchanged
    assert promise not in unchanged.split("Saved.", 1)[1][:200]
