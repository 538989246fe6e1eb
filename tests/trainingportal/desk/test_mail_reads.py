"""Who reads a mail of a booking at the desk is on record: its mailbox alone says who gives the session."""

import pytest

from bookings.models import DetailRead
from outbox.models import Message
from tests.trainingportal.desk.conftest import confirmed, requested, speakers

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(priya) -> Message:
    """A mail to a speaker of an agreed session."""
    booking = confirmed(requested(), priya, speakers(2))
    return Message.objects.filter(kind="confirmed-speaker", reference=booking.reference).latest("pk")


def reads() -> list[tuple[str, str, str]]:
    return list(DetailRead.objects.values_list("booking__reference", "user__name", "page"))


@pytest.mark.parametrize(
    "address",
    [
        "/desk/outbox/message/{}/change/",
        "/desk/outbox/message/{}/file/",
        "/desk/outbox/message/",
        "/desk/outbox/message/?state=queued",
    ],
)
def test_a_look_at_a_mail_is_in_the_log_of_reads(desk, priya, mail, address):
    for _ in range(2):
        assert desk.get(address.format(mail.pk)).status_code == 200

    assert reads() == [(mail.reference, priya.name, "desk mail")]


def test_who_may_not_read_a_mail_leaves_no_line(reader, mail):
    assert reader.get(f"/desk/outbox/message/{mail.pk}/change/").status_code == 403
    assert reads() == []


def test_a_mail_that_belongs_to_no_booking_leaves_no_line(desk, priya):
    requested()
    Message.objects.update(reference="")

    assert desk.get("/desk/outbox/message/").status_code == 200
    assert reads() == []
