"""A contact's own calendar file: the reference and times at T2, where and who at T3, and the read is logged."""

import pytest
from icalendar import Calendar

from bookings.models import DetailRead
from tests.factories import ContactFactory, at
from tests.trainingportal.requester.conftest import PLANTED, signed_in

pytestmark = pytest.mark.django_db


def _file(contact) -> tuple[str, Calendar]:
    response = signed_in(contact.user).get(f"/your/{contact.booking.reference}/calendar.ics")
    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="{contact.booking.reference}.ics"'
    text = response.content.decode().replace("\r\n ", "")
    return text, Calendar.from_ical(response.content)


def test_at_t2_it_holds_the_reference_and_the_times_and_nothing_of_where_and_who(agreed):
    text, calendar = _file(agreed)

    [event] = calendar.walk("VEVENT")
    assert str(event["summary"]) == f"Training {agreed.booking.reference}"
    assert (event["dtstart"].dt, event["dtend"].dt) == (at(9, 15), at(16, 15))
    assert [word for word in PLANTED if word in text] == []
    assert DetailRead.objects.count() == 0


def test_at_t3_it_holds_address_and_names_and_the_read_is_logged(t3):
    _, calendar = _file(t3)

    [event] = calendar.walk("VEVENT")
    assert str(event["location"]) == "Vexford Hall, Lecture room 2, 7 Plover Row, Vexford, NE1 9QZ"
    assert "Quillfeather" in str(event["description"])
    assert str(event["uid"]) == f"{t3.booking.reference.lower()}@workingtogether"
    assert DetailRead.objects.get().page == "calendar file"


def test_below_t2_and_before_a_day_is_agreed_there_is_none(agreed, t1):
    colleague = ContactFactory(booking=agreed.booking)

    for contact in (colleague, t1):
        address = f"/your/{contact.booking.reference}/calendar.ics"
        assert signed_in(contact.user).get(address).status_code == 404
