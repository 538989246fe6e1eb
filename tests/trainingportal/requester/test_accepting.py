"""Accepting a date: it is looked over with the terms, counts once, and leaves a receipt."""

import html
import re

import pytest
import time_machine
from django.urls import reverse

from bookings import services
from bookings.models import DeskSettings, Engagement
from bookings.states import BookingStatus, OfferState
from courses import catalogue
from outbox import kinds
from outbox.models import Message
from tests.factories import ContactFactory, UserFactory, VerifiedContactFactory, at
from tests.trainingportal.requester.conftest import offer, signed_in
from trainingportal import public_catalogue

pytestmark = pytest.mark.django_db
DAY = "Tuesday 9 March 2027"


def words(page: bytes) -> str:
    """The text of a page in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.decode())).split())


def address(contact, number=1) -> str:
    return f"/your/{contact.booking.reference}/offer/{number}/accept/"


@pytest.fixture
def offered(t2, coordinator):
    """A verified contact with two dates to choose from."""
    offer(t2.booking, coordinator)
    offer(t2.booking, coordinator, day=16)
    return t2


def test_the_look_over_says_what_it_is_and_what_follows_and_names_nobody(offered):
    VerifiedContactFactory(booking=offered.booking, user__name="Sam Lee")

    page = words(signed_in(offered.user).get(address(offered)).content)

    assert "Check before you accept" in page
    assert f"Date {DAY} Times 9.15am to 4.15pm With A team of our trainers" in page
    assert "Held for you until Monday 8 February, 5pm" in page
    assert "We stop holding Tuesday 16 March 2027 for you." in page
    assert "We will email you, your colleagues on this booking and the training desk." in page
    assert "Quillfeather" not in page


def test_looking_over_changes_nothing(offered):
    before = list(offered.booking.offers.values_list("state", flat=True))

    signed_in(offered.user).get(address(offered))

    assert list(offered.booking.offers.values_list("state", flat=True)) == before
    assert not Message.objects.filter(kind="accepted").exists()


def test_the_terms_are_one_text_beside_accept_in_the_receipt_and_on_the_costs_page(offered, client):
    catalogue.load()
    settings = DeskSettings.current()
    settings.terms_cancelling = "Tell us before breakfast.\n\n- Or before lunch."
    settings.save()
    public_catalogue.forget()

    look_over = words(signed_in(offered.user).get(address(offered)).content)
    costs = words(client.get(reverse("costs")).content)
    signed_in(offered.user).post(address(offered))
    receipt = Message.objects.get(kind="accepted")

    for place in (look_over, costs, words(receipt.html.encode())):
        assert "Cancelling or changing the date Tell us before breakfast." in place
        assert "Or before lunch." in place
        assert (
            "Your booking is confirmed, and these terms apply, once all our trainers have accepted." in place
        )


def test_accepting_sends_every_verified_contact_a_receipt_with_the_date_in_its_body_only(offered):
    colleague = VerifiedContactFactory(booking=offered.booking, user__name="Sam Lee")
    waiting = ContactFactory(booking=offered.booking)

    signed_in(offered.user).post(address(offered))

    receipts = {message.to: message for message in Message.objects.filter(kind="accepted")}
    assert set(receipts) == {offered.email, colleague.email}
    assert waiting.email not in receipts
    mine, theirs = receipts[offered.email], receipts[colleague.email]
    assert mine.subject == f"Date accepted: {offered.booking.reference}"
    assert "Thank you. You have accepted this date:" in mine.text
    assert f"{offered.name} has accepted this date:" in theirs.text
    for text in (mine.text, theirs.text):
        assert DAY in text
        assert "What happens next" in text
        assert "Quillfeather" not in text


def test_where_the_trainers_have_all_said_yes_before_one_mail_confirms_it(t2, coordinator):
    made = offer(t2.booking, coordinator)
    for place in Engagement.objects.filter(offer=made).select_related("speaker__user"):
        services.answer_invitation(place.pk, accepts=True, actor=place.speaker.user)

    look_over = words(signed_in(t2.user).get(address(t2)).content)
    assert "Your booking is confirmed straight away: all our trainers have accepted this date." in look_over

    response = signed_in(t2.user).post(address(t2), follow=True)

    assert f"Your booking for {DAY} is confirmed. We emailed you" in words(response.content)
    t2.booking.refresh_from_db()
    assert t2.booking.status == BookingStatus.CONFIRMED
    assert not Message.objects.filter(kind="accepted").exists()
    confirmed = Message.objects.get(kind="confirmed", to=t2.email)
    assert "Cancelling or changing the date" in confirmed.text


def test_what_the_desk_records_after_a_call_is_said_as_that(offered, coordinator):
    services.accept_offer(offered.booking.offers.get(number=1).pk, actor=coordinator)

    receipt = Message.objects.get(kind="accepted")
    assert "You told us that this date suits, and we have recorded it:" in receipt.text
    page = words(signed_in(offered.user).get(address(offered)).content)
    assert f"We recorded that your agency accepted {DAY} on Monday 1 February, 10am." in page


def test_a_button_pressed_twice_leads_back_to_the_page(offered):
    client = signed_in(offered.user)
    client.post(address(offered))

    response = client.post(address(offered), follow=True)

    assert response.redirect_chain == [(f"/your/{offered.booking.reference}/", 302)]
    assert f"You have accepted {DAY}." in words(response.content)
    assert Message.objects.filter(kind="accepted").count() == 1
    assert client.get(address(offered)).status_code == 302


def test_a_second_contact_reads_who_accepted_what(offered):
    colleague = VerifiedContactFactory(booking=offered.booking, user__name="Sam Lee")
    signed_in(offered.user).post(address(offered))

    for response in (
        signed_in(colleague.user).post(address(offered)),
        signed_in(colleague.user).post(address(offered, 2)),
        signed_in(colleague.user).get(address(offered, 2)),
    ):
        assert response.status_code == 409
        assert f"{offered.name} accepted {DAY} on Monday 1 February, 10am." in words(response.content)


def test_a_date_that_ran_out_meanwhile_is_not_looked_over(offered):
    with time_machine.travel(at(10, day=20, month=2)):
        response = signed_in(offered.user).get(address(offered))

    assert response.status_code == 409
    assert "This date is no longer open." in words(response.content)
    assert offered.booking.offers.get(number=1).state == OfferState.OPEN


def test_a_receipt_that_waits_is_not_sent_once_the_date_is_given_up(offered, coordinator):
    signed_in(offered.user).post(address(offered))
    receipt = Message.objects.get(kind="accepted")
    assert kinds.find("accepted").still_wanted(receipt) is None
    services.cancel_booking(offered.booking.pk, words="", actor=coordinator)

    assert kinds.find("accepted").still_wanted(receipt) == "The date is no longer accepted."


def test_somebody_of_another_agency_looks_over_nothing(offered):
    assert signed_in(UserFactory()).get(address(offered)).status_code == 404
