"""An agency changes its request on its own page, asks to change an agreed session, and sees who follows it."""

import pytest

from bookings import services
from bookings.models import Booking, Contact, RequestEdit
from tests.factories import AudienceFactory, ContactFactory
from tests.trainingportal.desk.conftest import sign_in, staff
from tests.trainingportal.requester.conftest import offer, signed_in
from trainingportal.asking import choices

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_choices():
    choices.forget()
    yield
    choices.forget()


def address(contact, part):
    return f"/your/{contact.booking.reference}/{part}"


def test_the_form_shows_what_they_told_us_and_saves_what_is_different(t2):
    audience = AudienceFactory(name="Control room")
    choices.forget()
    client = signed_in(t2.user)
    page = client.get(address(t2, "request/audience/")).content.decode()
    assert 'value="38"' in page
    assert "A review" in page

    answer = client.post(
        address(t2, "request/audience/"),
        {
            "head_count": "60",
            "audiences": [audience.slug],
            f"share-{audience.slug}": "all",
            "prompted_by": "A review",
        },
        follow=True,
    )

    booking = Booking.objects.get(pk=t2.booking_id)
    assert booking.head_count == 60
    assert [share.audience for share in booking.audience_shares.all()] == [audience]
    assert "The training desk will see what you changed." in answer.content.decode()
    matter = booking.matters.get(kind="request")
    assert "How many people: 38 → 60" in matter.text
    assert set(RequestEdit.objects.values_list("what", flat=True)) == {
        "How many people",
        "Who is in the room",
    }


def test_an_error_stands_beside_its_field_and_nothing_typed_is_lost(t2):
    answer = signed_in(t2.user).post(
        address(t2, "request/audience/"), {"head_count": "0", "prompted_by": "An inspection"}
    )

    words = answer.content.decode()
    assert answer.status_code == 422
    assert "An inspection" in words
    assert Booking.objects.get(pk=t2.booking_id).head_count == 38


def test_saving_without_a_change_says_so_and_tells_nobody(t2):
    client = signed_in(t2.user)
    own = {"name": t2.name, "job_title": t2.job_title or "DI", "telephone": t2.telephone}
    client.post(address(t2, "request/person/"), own)
    t2.booking.matters.all().delete()

    answer = client.post(address(t2, "request/person/"), own, follow=True)

    assert "Nothing is different, so nothing was changed." in answer.content.decode()
    assert not t2.booking.matters.exists()


def test_a_change_of_what_an_offer_rests_on_says_so(t2, coordinator):
    offer(t2.booking, coordinator)
    client = signed_in(t2.user)
    assert (
        "We have offered you dates for what you asked before."
        in client.get(address(t2, "request/when/")).content.decode()
    )

    answer = client.post(address(t2, "request/when/"), {"place": "online"}, follow=True)

    assert "The dates we offered were planned for what you asked before" in answer.content.decode()


def test_somebody_not_rung_back_changes_nothing_once_another_was(t2):
    guest = ContactFactory(booking=t2.booking, role=Contact.Role.COLLEAGUE)

    answer = signed_in(guest.user).post(address(guest, "request/audience/"), {"head_count": "3"})

    assert answer.status_code == 409
    assert "You can change this once we have phoned you." in answer.content.decode()


def test_withdrawing_says_first_what_happens_and_then_does_it(t2, coordinator):
    made = offer(t2.booking, coordinator)
    client = signed_in(t2.user)

    page = client.get(address(t2, "withdraw/")).content.decode()
    assert "We will email you" in page
    assert Booking.objects.get(pk=t2.booking_id).status == "offered"
    assert not any(place.speaker.name in page for place in made.engagements.all())

    client.post(address(t2, "withdraw/"), {"reason": "No funds"})

    assert Booking.objects.get(pk=t2.booking_id).status == "cancelled"


def test_after_agreement_a_change_is_asked_for_shown_and_taken_back(agreed):
    client = signed_in(agreed.user)
    page = client.get(address(agreed, "")).content.decode()
    assert "Ask us to cancel" in page
    assert "Withdraw your request" not in page

    page = client.post(address(agreed, "change/cancel/"), {"reason": "Flooded"}, follow=True).content.decode()
    assert "You asked us to cancel the booking. We will answer by Monday 8 February 2027." in page
    assert "<strong>You asked us to cancel the booking on Monday 1 February 2027.</strong>" in page

    change = agreed.booking.change_requests.get()
    page = client.post(address(agreed, f"change/{change.pk}/take-back/"), follow=True).content.decode()
    assert "You no longer ask us to cancel the booking." in page
    assert client.post(address(agreed, f"change/{change.pk}/take-back/")).status_code == 409


def test_a_change_without_its_reason_is_asked_for_again(agreed):
    answer = signed_in(agreed.user).post(address(agreed, "change/cancel/"), {"reason": " "})

    assert answer.status_code == 422
    assert "Enter why you need to cancel" in answer.content.decode()


def test_the_page_of_an_agreed_booking_leads_to_asking_and_not_to_editing(agreed):
    answer = signed_in(agreed.user).get(address(agreed, "request/need/"))

    assert answer.headers["Location"] == address(agreed, "change/")


def test_the_desk_agrees_in_one_press_from_the_bookings_page_which_says_before_what_happens(agreed):
    services.ask_for_change(agreed.booking.pk, kind="head_count", head_count=60, actor=agreed.user)
    desk = sign_in(staff("Priya Coordinator", "Coordinators"))
    change = agreed.booking.change_requests.get()
    page = desk.get(f"/desk/bookings/booking/{agreed.booking.pk}/change/").content.decode()
    assert "They ask for a change: more or fewer people" in page
    assert "60 people, instead of 38." in page
    assert f"We will email {agreed.name}." in page

    answer = desk.post(f"/desk/change/{change.pk}/agree/", follow=True).content.decode()

    assert f"We emailed {agreed.name}." in answer
    assert Booking.objects.get(pk=agreed.booking.pk).head_count == 60
    again = desk.post(f"/desk/change/{change.pk}/agree/", follow=True).content.decode()
    assert "is answered already by Priya Coordinator: agreed." in again


def test_the_desk_declines_in_a_sentence_that_is_asked_for(agreed):
    services.ask_for_change(agreed.booking.pk, kind="cancel", reason="Flooded", actor=agreed.user)
    desk = sign_in(staff("Priya Coordinator", "Coordinators"))
    change = agreed.booking.change_requests.get()

    refused = desk.post(f"/desk/change/{change.pk}/decline/", {"words": ""})
    assert refused.status_code == 422
    assert "Enter a sentence for the agency" in refused.content.decode()

    desk.post(f"/desk/change/{change.pk}/decline/", {"words": "We ring you first."})

    page = signed_in(agreed.user).get(address(agreed, "")).content.decode()
    assert "We could not do this on 1 February. “We ring you first.”" in " ".join(page.split())


def test_who_follows_a_booking_is_listed_and_may_be_removed_by_whoever_invited_them(t2):
    client = signed_in(t2.user)
    Contact.objects.filter(pk=t2.pk).update(role=Contact.Role.COLLEAGUE)
    client.post(address(t2, "colleague/"), {"name": "Robin Guest", "email": "robin@example.org"})
    guest = Contact.objects.get(name="Robin Guest")
    page = client.get(address(t2, "")).content.decode()
    assert "Robin Guest" in page
    assert "Invited. They have not signed in yet" in page

    page = client.post(address(t2, f"colleague/{guest.pk}/remove/"), follow=True).content.decode()

    assert "Robin Guest no longer sees this booking. We emailed " in page
    assert signed_in(guest.user).get(address(t2, "")).status_code == 404


def test_messages_wait_on_the_bookings_page_of_the_desk_and_on_its_home(agreed):
    signed_in(agreed.user).post(address(agreed, "write/"), {"text": "Please cancel, we are flooded."})
    desk = sign_in(staff("Priya Coordinator", "Coordinators"))
    home = desk.get("/desk/").content.decode()
    assert f"{agreed.booking.agency.name} wrote to us" in home
    assert "The agency wrote: answer" in home
    page = f"/desk/bookings/booking/{agreed.booking.pk}/change/"
    assert 'id="came-in"' in desk.get(page).content.decode()

    matter = agreed.booking.matters.get(kind="message")
    desk.post(f"/desk/came-in/{matter.pk}/dealt-with/")

    assert 'id="came-in"' not in desk.get(page).content.decode()
