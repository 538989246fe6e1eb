"""How often the requester's pages ask the database: the same for one row and for three."""

import pytest

from bookings import services
from bookings.models import DeskSettings, Note
from tests.factories import ContactFactory, UserFactory
from tests.trainingportal.requester.conftest import a_booking, offer, signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_bookings_takes_three_queries(count, django_assert_num_queries):
    user = UserFactory()
    for _ in range(count):
        ContactFactory(booking=a_booking(), user=user)
    client = signed_in(user)
    DeskSettings.kept()  # a warm process

    with django_assert_num_queries(3):  # the session, the person, the bookings
        assert client.get("/your/").content.decode().count("A full day for") == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_nine_queries_however_much_was_written_and_offered(
    t2, coordinator, count, django_assert_num_queries
):
    for number in range(count):
        offer(t2.booking, coordinator, day=9 + 7 * number)
        services.write_note(t2.booking.pk, side=Note.Side.DESK, text=f"Word {number}", actor=coordinator)
    client = signed_in(t2.user)
    address = f"/your/{t2.booking.reference}/"
    client.get(address)  # a warm process

    # the session, the person, the contact, what they may know, the room, the agenda, the messages, who follows it, and what
    # they asked to change
    with django_assert_num_queries(9):
        page = client.get(address).content.decode()
    assert (page.count("Word "), page.count('<h3 id="offer-')) == (count, count)
