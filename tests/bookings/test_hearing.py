"""What people outside the desk do is heard: a next step, one email for what comes together, until it is dealt with."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from bookings import services
from bookings.models import Booking, Matter, Note
from bookings.services.forgetting import forget_people
from bookings.states import BookingStatus
from outbox import sender
from outbox.models import Message
from outbox.states import State
from speakers.models import Speaker
from tests.bookings.agreed import agreed
from tests.factories import VenueFactory, VerifiedContactFactory, at
from tests.trainingportal.requester.conftest import signed_in

pytestmark = pytest.mark.django_db
NOW = at(10, day=1, month=2)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as february:
        yield february


@pytest.fixture
def session():
    made = agreed()
    Message.objects.filter(kind="heard").delete()
    return made


def write(session, text="Please cancel, we are flooded."):
    return services.write_note(
        session.booking.pk, side=Note.Side.AGENCY, text=text, actor=session.contact.user
    )


def to_desk():
    return list(Message.objects.filter(kind="heard").order_by("pk"))


def said(message):
    return " ".join(message.text.split())


def test_a_message_from_the_agency_is_the_desks_next_step_until_it_is_answered(session):
    before = session.now().next_step
    write(session)

    heard = session.now()
    assert (heard.waiting_for, heard.next_step) == ("us", "answer_agency")

    services.write_note(
        session.booking.pk, side=Note.Side.DESK, text="We are so sorry. We ring you.", actor=session.desk
    )

    assert session.now().next_step == before
    assert Matter.objects.get(kind="message").settled_by == session.desk


def test_a_note_among_ourselves_answers_nothing(session):
    write(session)

    services.write_note(session.booking.pk, side=Note.Side.INTERNAL, text="Flooded?", actor=session.desk)

    assert session.now().next_step == "answer_agency"


@pytest.mark.parametrize("status", [BookingStatus.DECLINED, BookingStatus.CANCELLED])
def test_a_message_on_a_booking_that_is_over_waits_for_us_as_well(status):
    contact = VerifiedContactFactory()
    booking = Booking.objects.get(pk=contact.booking_id)
    if status == BookingStatus.CANCELLED:
        services.cancel_booking(booking.pk, words="", actor=contact.user)
    elif status == BookingStatus.DECLINED:
        services.decline_request(booking.pk, words="", actor=contact.user)

    services.write_note(booking.pk, side=Note.Side.AGENCY, text="Thank you.", actor=contact.user)

    booking.refresh_from_db()
    assert (booking.waiting_for, booking.next_step) == ("us", "answer_agency")


def test_a_booking_left_for_a_later_day_comes_back_when_the_agency_writes(session):
    services.not_today(
        session.booking.pk, until=timezone.localdate() + dt.timedelta(days=20), actor=session.desk
    )

    write(session)

    assert session.now().set_aside_until is None


def test_what_comes_within_ten_minutes_is_one_email_and_what_comes_later_is_another(session, clock):
    write(session)
    clock.shift(dt.timedelta(minutes=9))
    services.change_practical_details(
        session.booking.pk, access_needs="A hearing loop", purchase_order="", actor=session.contact.user
    )
    write(session, "And one more thing.")

    [first] = to_desk()
    assert first.due_at == NOW + dt.timedelta(minutes=10)
    assert "The agency wrote a message, 2 times." in said(first)
    assert "The agency changed its practical details." in said(first)
    assert first.subject == f"{session.booking.reference}: something needs you"
    assert "flooded" not in first.text + first.html

    clock.shift(dt.timedelta(minutes=1))
    write(session, "Are you there?")

    assert len(to_desk()) == 2


def test_a_mail_that_a_worker_has_in_hand_is_not_rewritten(session, caught_mail, clock):
    write(session)
    clock.shift(dt.timedelta(minutes=10))
    assert sender.deliver_due() == Message.objects.filter(state=State.SENT).count()
    write(session, "Once more.")

    sent, waiting = to_desk()
    assert (sent.state, waiting.state) == (State.SENT, State.QUEUED)


def test_what_cannot_wait_takes_what_has_gathered_with_it_at_once(session, clock):
    write(session)
    clock.shift(dt.timedelta(minutes=2))

    services.give_up_session(session.places[0].pk, actor=session.places[0].speaker.user)

    [message] = to_desk()
    assert message.due_at == NOW + dt.timedelta(minutes=2)
    assert "The agency wrote a message." in said(message)
    assert "A speaker can no longer come." in said(message)


def test_an_email_about_what_the_desk_has_dealt_with_meanwhile_stays(session, caught_mail, clock):
    write(session)
    services.deal_with_all(session.booking.pk, actor=session.desk)
    clock.shift(dt.timedelta(minutes=10))

    sender.deliver_due()

    assert [message.state for message in to_desk()] == [State.WITHHELD]


def test_what_the_desk_records_for_others_is_no_news_to_the_desk(session):
    services.add_colleague(session.booking.pk, name="Robin", email="robin@example.org", actor=session.desk)
    services.set_venue(session.booking.pk, name="Vexford Hall", postcode="NE1 9QZ", actor=session.desk)

    assert not Matter.objects.filter(kind__in=["colleague", "room"]).exists()
    assert to_desk() == []


def test_saving_what_is_there_already_tells_nobody(session):
    services.change_practical_details(
        session.booking.pk, access_needs="", purchase_order="", actor=session.contact.user
    )

    assert to_desk() == []


def test_what_came_in_is_dealt_with_in_one_press_and_a_second_changes_nothing(session):
    before = session.now().next_step
    services.change_practical_details(
        session.booking.pk, access_needs="", purchase_order="PO 78", actor=session.contact.user
    )
    matter = Matter.objects.get(kind="details")
    assert (session.now().next_step, matter.text) == ("look_over", "Purchase order number.")

    services.deal_with(matter.pk, actor=session.desk)
    services.deal_with(matter.pk, actor=session.contact.user)

    matter.refresh_from_db()
    assert (session.now().next_step, matter.settled_by) == (before, session.desk)


def test_a_colleagues_call_back_answers_that_they_were_added(session):
    colleague = services.add_colleague(
        session.booking.pk, name="Robin", email="robin@example.org", actor=session.contact.user
    )
    assert session.now().next_step == "look_over"

    services.record_call_back(
        colleague.pk,
        number="01632 960001",
        found_where="Their site",
        outcome="is_who_they_say",
        actor=session.desk,
    )

    assert Matter.objects.get(kind="colleague").settled_by == session.desk


def test_a_venue_given_by_the_agency_asks_for_the_call_at_once_and_says_how_far_it_is():
    session = agreed()
    Booking.objects.filter(pk=session.booking.pk).update(outcode="S1")
    services.set_venue(
        session.booking.pk, name="Exe House", postcode="EX1 1AA", by_agency=True, actor=session.contact.user
    )

    far = Matter.objects.get(kind="far_room")
    assert session.now().next_step == "ring_about_place"
    assert session.now().due_at == NOW
    assert far.text == "EX1, South West: about 265 miles from S1, where they asked for training."
    assert "EX1" not in to_desk()[-1].text

    services.record_call_back(
        session.contact.pk,
        number="01632 960001",
        found_where="Their site",
        outcome="is_who_they_say",
        actor=session.desk,
    )

    far.refresh_from_db()
    assert (far.settled_by, session.now().outcode) == (session.desk, "EX1")


def test_a_venue_near_where_they_asked_is_no_far_one():
    session = agreed()
    Booking.objects.filter(pk=session.booking.pk).update(outcode="NE1")
    VenueFactory(booking=session.booking)

    services.set_venue(
        session.booking.pk, name="Quay House", postcode="NE2 1AA", by_agency=True, actor=session.contact.user
    )

    assert [matter.kind for matter in session.booking.matters.filter(settled_at=None)] == ["room"]


def test_a_forgotten_booking_keeps_nothing_of_what_came_in(session):
    write(session)
    with time_machine.travel(at(10, day=1, year=2030), tick=False):
        forget_people(session.booking.pk)

    assert not Matter.objects.exists()


def test_invited_speakers_read_how_far_the_venue_named_since_is_from_them():
    session = agreed(answers=False)
    Booking.objects.filter(pk=session.booking.pk).update(outcode="S1")
    place = session.places[0]
    Speaker.objects.filter(pk=place.speaker_id).update(home_outcode="S10")
    client = signed_in(place.speaker.user)
    page = f"/speaking/{session.booking.reference}/{session.offer.number}/"
    assert "Another venue" not in client.get(page).content.decode()

    services.set_venue(
        session.booking.pk, name="Exe House", postcode="EX1 1AA", by_agency=True, actor=session.contact.user
    )

    words = client.get(page).content.decode()
    assert "The agency has named one in South West since we asked you, about 5 hours" in words
    assert "Exe House" not in words
    assert "EX1" not in words
