"""What was asked for and who asks is put right, and what stood there before is kept."""

import datetime as dt

import pytest

from bookings import services
from bookings.models import Booking, CallBack, Contact, RequestEdit
from bookings.release import call_back_covers_offer
from bookings.services import forgetting
from courses.models import Audience
from outbox.models import Message
from tests.bookings.agreed import agreed
from tests.factories import (
    AudienceFactory,
    ContactFactory,
    TopicFactory,
    UserFactory,
    VerifiedContactFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return UserFactory(name="Priya Desk", is_staff=True)


def kept(booking: Booking) -> list[tuple[str, str, str]]:
    return list(
        RequestEdit.objects.filter(booking=booking).order_by("pk").values_list("what", "before", "after")
    )


def test_a_change_is_kept_with_what_stood_before_and_by_whom(desk):
    booking = VerifiedContactFactory().booking
    topic, audience = TopicFactory(title="Legal issues"), AudienceFactory(name="Managers")

    services.change_request_details(
        booking.pk,
        actor=desk,
        head_count=45,
        months=[dt.date(2027, 3, 1), dt.date(2027, 4, 1)],
        weekdays=[1],
        musts=[topic],
        audiences=[(audience, "all")],
    )

    booking.refresh_from_db()
    assert (booking.head_count, booking.weekdays, list(booking.musts.all())) == (45, [1], [topic])
    assert list(booking.audiences.all()) == [Audience.objects.get()]
    assert kept(booking) == [
        ("How many people", "30", "45"),
        ("Months", "", "March 2027, April 2027"),
        ("Weekdays", "", "Tuesday"),
        ("Must be covered", "", "Legal issues"),
        ("Who is in the room", "", "Managers (all, or nearly)"),
    ]
    assert set(RequestEdit.objects.values_list("by", flat=True)) == {desk.pk}


def test_what_is_so_already_is_no_change(desk):
    booking = VerifiedContactFactory().booking

    made = services.change_request_details(booking.pk, actor=desk, head_count=30, outcode="ne1", musts=[])

    assert (made, kept(booking)) == ([], [])


def test_another_place_asks_for_a_new_call_before_an_offer(desk):
    contact = VerifiedContactFactory()
    booking = contact.booking
    assert call_back_covers_offer(contact)

    services.change_request_details(booking.pk, actor=desk, outcode="EX1")

    booking.refresh_from_db()
    contact = Contact.objects.get(pk=contact.pk)
    assert (booking.outcode, booking.next_step) == ("EX1", "call_back")
    assert not call_back_covers_offer(contact)
    services.record_call_back(
        contact.pk,
        number="01632 960001",
        found_where="Their site",
        outcome=CallBack.Outcome.IS_WHO_THEY_SAY,
        actor=desk,
    )
    booking.refresh_from_db()
    assert booking.next_step == "make_offer"


def test_a_new_place_while_dates_are_out_asks_speakers_again_whose_journey_grows(desk):
    session = agreed(answers=False)
    before = {place.speaker_id: place.pk for place in session.places}

    services.change_request_details(session.booking.pk, actor=desk, outcode="EX1")

    live = [place for place in session.places if place.state == "asked"]
    assert {place.speaker_id for place in live} == set(before)
    assert all(before[place.speaker_id] != place.pk for place in live)
    assert Message.objects.filter(kind="asked-again").count() == 2


def test_once_a_day_is_agreed_length_and_place_stay(desk):
    session = agreed()

    for change in ({"outcode": "EX1"}, {"place": "online"}, {"format": None}):
        with pytest.raises(services.InvalidMove, match="The day is agreed"):
            services.change_request_details(session.booking.pk, actor=desk, head_count=99, **change)

    services.change_request_details(session.booking.pk, actor=desk, head_count=60)
    assert kept(session.booking) == [("How many people", "30", "60")]


def test_nothing_is_changed_once_it_is_over(desk):
    booking = VerifiedContactFactory().booking
    services.decline_request(booking.pk, words="No.", actor=desk)

    with pytest.raises(services.InvalidMove):
        services.change_request_details(booking.pk, actor=desk, head_count=45)


def test_a_contact_is_put_right_and_keeps_what_was_opened(desk):
    contact = VerifiedContactFactory(telephone="01632 960100")

    services.change_contact(
        contact.pk, name="Dilys Orme", email=contact.email.upper(), telephone="01632 960200", actor=desk
    )

    contact.refresh_from_db()
    assert (contact.name, contact.telephone) == ("Dilys Orme", "01632 960200")
    assert contact.verified_at is not None
    assert [(what, after) for what, _, after in kept(contact.booking)] == [
        ("Name", "Dilys Orme"),
        ("Phone", "01632 960200"),
    ]


def test_another_mailbox_is_confirmed_rung_and_released_anew(desk):
    session = agreed()
    contact = session.contact
    release = services.ask_for_release(contact.pk, actor=desk)
    services.approve_release(release.pk, actor=UserFactory(is_staff=True))
    old = contact.email

    services.change_contact(contact.pk, name=contact.name, email="dilys.new@example.org", actor=desk)

    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.verified_at, contact.released_at, contact.mailbox_confirmed_at) == (None, None, None)
    assert contact.user.email == contact.email == "dilys.new@example.org"
    assert Message.objects.filter(kind="request-received", to="dilys.new@example.org").count() == 1
    assert ("Email", old, "dilys.new@example.org") in kept(session.booking)


def test_two_contacts_never_share_a_mailbox(desk):
    contact = VerifiedContactFactory()
    other = ContactFactory(booking=contact.booking, role="colleague")

    with pytest.raises(services.InvalidMove, match="somebody else on this booking"):
        services.change_contact(contact.pk, name=contact.name, email=other.email, actor=desk)


def test_a_booking_has_one_requester(desk):
    contact = VerifiedContactFactory()
    other = ContactFactory(booking=contact.booking, role="colleague")

    services.change_contact(other.pk, name=other.name, email=other.email, role="requester", actor=desk)

    assert Contact.objects.get(role="requester") == other


def test_what_was_changed_goes_with_the_people(desk):
    contact = VerifiedContactFactory()
    services.change_request_details(
        contact.booking_id, actor=desk, access_needs="A hearing loop", head_count=4
    )

    forgetting.forget_access_needs(contact.booking_id)
    assert kept(contact.booking) == [("How many people", "30", "4")]

    forgetting.forget_people(contact.booking_id)
    assert kept(contact.booking) == []
