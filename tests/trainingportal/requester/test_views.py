"""The requester's pages: each tier sees what it may, each answer counts once, and nobody else comes in."""

import html
import re

import pytest
import time_machine
from django.urls import reverse

from agendas import services as agenda_services
from bookings import services
from bookings.models import Booking, Contact, DetailRead, Note
from bookings.states import BookingStatus, OfferState
from outbox.models import Message
from places.models import WALES, Region
from tests.factories import (
    ContactFactory,
    SpeakerFactory,
    UserFactory,
    VerifiedContactFactory,
    at,
)
from tests.trainingportal.requester.conftest import (
    PLANTED,
    VENUE,
    a_booking,
    offer,
    release,
    signed_in,
)
from trainingportal.desk.pages import asked_for

pytestmark = pytest.mark.django_db
DAY = "Tuesday 9 March 2027"


def words(page: str) -> str:
    """The text of a page in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


# ---- what each tier sees


def test_a_confirmed_mailbox_sees_the_reference_the_stage_and_what_they_told_us(t1, page_of):
    page = words(page_of(t1))

    assert t1.booking.reference in page
    assert f"A full day for {t1.booking.agency.name}" in page
    assert "We will phone you next." in page
    assert "38 people: crisis teams." in page
    assert "Must be covered: Victim impact." in page


def test_a_contact_not_rung_back_sees_no_date_even_when_a_colleague_does(agreed, page_of):
    colleague = ContactFactory(booking=agreed.booking, role=Contact.Role.COLLEAGUE)

    page = page_of(colleague)

    assert "9 March" not in page
    assert "9.15am" not in page
    assert "This training is confirmed." in page
    assert "We will phone you" in page
    assert [word for word in PLANTED if word in page] == []


def test_a_contact_rung_back_sees_dates_and_a_team_without_names(t2, coordinator, page_of):
    offer(t2.booking, coordinator)

    page = words(page_of(t2))

    assert DAY in page
    assert "9.15am to 4.15pm" in page
    assert "A team of our trainers" in page
    assert "Please answer our offer by Monday 8 February, 5pm." in page
    assert "Quillfeather" not in page


def test_names_and_place_open_with_the_release_and_the_read_is_logged(agreed, coordinator, page_of):
    below = page_of(agreed)
    assert [word for word in PLANTED if word in below] == []
    assert DetailRead.objects.count() == 0
    release(agreed, by=coordinator)

    above = page_of(agreed)

    assert [word for word in PLANTED if word not in above] == []
    read = DetailRead.objects.get()
    assert (read.user, read.page) == (agreed.user, "requester's page")


def test_names_and_place_close_again_long_after_the_day(t3, coordinator, page_of):
    with time_machine.travel(at(10, month=9)):
        page = page_of(t3)

    assert [word for word in PLANTED if word in page] == []


def test_the_page_is_the_same_whichever_team_is_held(coordinator):
    agency = a_booking().agency
    pages = []
    for team in (
        [SpeakerFactory(home_outcode="CW7"), SpeakerFactory(is_family=True)],
        [
            SpeakerFactory(home_outcode="TR1"),
            SpeakerFactory(),
            SpeakerFactory(is_family=True, home_outcode="AB1"),
        ],
    ):
        booking = a_booking(agency=agency)
        contact = VerifiedContactFactory(booking=booking, user__name="Dana Whitlock")
        offer(booking, coordinator, team=team)
        offer(booking, coordinator, team=team, day=16)
        response = signed_in(contact.user).get(f"/your/{booking.reference}/")
        headers = {name: value for name, value in response.items() if name not in ("Content-Length",)}
        pages.append((response.status_code, headers, _plain(response.content, booking, contact)))

    assert b"16 March 2027" in pages[0][2]
    assert pages[0] == pages[1]


def _plain(content: bytes, booking: Booking, contact: Contact) -> bytes:
    """A page without what has to differ between two bookings: reference, mailbox, the form's token, invented names."""
    content = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", content)
    content = re.sub(rb"Audience \d+|crisis teams", b"", content)
    for own in (booking.reference, contact.email, contact.name):
        content = content.replace(own.encode(), b"")
    return content


def test_messages_among_ourselves_are_never_shown(t2, coordinator, page_of):
    services.write_note(t2.booking.pk, side=Note.Side.INTERNAL, text="Mind the insider", actor=coordinator)
    services.write_note(t2.booking.pk, side=Note.Side.DESK, text="How many rooms?", actor=coordinator)

    page = page_of(t2)

    assert "insider" not in page
    assert "How many rooms?" in page
    assert "The training team" in page
    assert "Priya" not in page


def test_a_colleague_not_rung_back_reads_only_their_own_messages(t2, coordinator, page_of):
    colleague = ContactFactory(booking=t2.booking, role=Contact.Role.COLLEAGUE)
    services.write_note(t2.booking.pk, side=Note.Side.DESK, text="The 9th then", actor=coordinator)
    services.write_note(t2.booking.pk, side=Note.Side.AGENCY, text="The 9th is fine", actor=t2.user)
    services.write_note(t2.booking.pk, side=Note.Side.AGENCY, text="I follow this", actor=colleague.user)

    page = page_of(colleague)

    assert "The 9th" not in page
    assert "I follow this" in page


def test_a_requester_reads_our_question_before_the_call_back(t1, coordinator, page_of):
    services.write_note(t1.booking.pk, side=Note.Side.DESK, text="Which team is it for?", actor=coordinator)

    assert "Which team is it for?" in page_of(t1)


def test_somebody_added_without_a_code_is_asked_to_show_that_the_mailbox_is_theirs(t1):
    new = ContactFactory(booking=t1.booking, mailbox_confirmed_at=None)
    client = signed_in(new.user)

    page = client.get(f"/your/{t1.booking.reference}/").content.decode()
    assert "One step first" in page
    assert "38 people" not in page

    response = client.post(f"/your/{t1.booking.reference}/confirm-mailbox/")
    assert response.status_code == 302
    assert Message.objects.filter(kind="code", to=new.email).count() == 1


# ---- answers


def test_accepting_a_date_is_said_and_lets_the_other_go(t2, coordinator):
    first, second = offer(t2.booking, coordinator), offer(t2.booking, coordinator, day=16)
    client = signed_in(t2.user)

    response = client.post(f"/your/{t2.booking.reference}/offer/1/accept/", follow=True)

    page = words(response.content.decode())
    assert f"You have accepted {DAY}. We emailed you and the training desk." in page
    assert f"Your agency has accepted {DAY}. Your booking is confirmed once all our trainers" in page
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == (OfferState.ACCEPTED, OfferState.WITHDRAWN)


def test_an_answer_after_the_time_meets_a_kind_page_and_changes_nothing(t2, coordinator):
    made = offer(t2.booking, coordinator)
    client = signed_in(t2.user)
    with time_machine.travel(at(10, day=20, month=2)):
        client = signed_in(t2.user)
        response = client.post(f"/your/{t2.booking.reference}/offer/1/accept/")

    assert response.status_code == 409
    assert "This offer ended before you answered" in words(response.content.decode())
    made.refresh_from_db()
    assert made.state == OfferState.OPEN


def test_declining_says_what_would_be_better_and_asks_for_others(t2, coordinator):
    made = offer(t2.booking, coordinator)

    response = signed_in(t2.user).post(
        f"/your/{t2.booking.reference}/decline/", {"note": "After Easter"}, follow=True
    )

    made.refresh_from_db()
    assert (made.state, made.answer_note) == (OfferState.DECLINED, "After Easter")
    page = words(response.content.decode())
    assert "We are looking for other dates." in page
    assert f"{DAY}: you told us that it does not suit" in page


def test_declining_twice_meets_a_kind_page(t2, coordinator):
    offer(t2.booking, coordinator)
    client = signed_in(t2.user)
    client.post(f"/your/{t2.booking.reference}/decline/", {"note": ""})

    response = client.post(f"/your/{t2.booking.reference}/decline/", {"note": ""})

    assert response.status_code == 409
    assert "There is no open offer to decline." in words(response.content.decode())


def test_looking_at_the_addresses_of_answers_answers_nothing(t2, coordinator):
    made = offer(t2.booking, coordinator)
    client = signed_in(t2.user)

    for address in ("decline/", "write/", "confirm-mailbox/"):
        assert client.get(f"/your/{t2.booking.reference}/{address}").status_code == 405
    assert client.get(f"/your/{t2.booking.reference}/offer/1/accept/").status_code == 200
    made.refresh_from_db()
    assert made.state == OfferState.OPEN


def test_a_contact_not_rung_back_cannot_answer_for_the_others(t2, coordinator):
    made = offer(t2.booking, coordinator)
    colleague = ContactFactory(booking=t2.booking, role=Contact.Role.COLLEAGUE)
    client = signed_in(colleague.user)

    assert client.get(f"/your/{t2.booking.reference}/offer/1/accept/").status_code == 404
    assert client.post(f"/your/{t2.booking.reference}/offer/1/accept/").status_code == 404
    assert client.post(f"/your/{t2.booking.reference}/decline/").status_code == 404
    assert client.get(f"/your/{t2.booking.reference}/room/").status_code == 404
    made.refresh_from_db()
    assert made.state == OfferState.OPEN


# ---- writing


def test_a_message_is_kept_and_shown(t1):
    client = signed_in(t1.user)

    response = client.post(f"/your/{t1.booking.reference}/write/", {"text": "A loop is there"}, follow=True)

    note = Note.objects.get()
    assert (note.side, note.text, note.by) == (Note.Side.AGENCY, "A loop is there", t1.user)
    assert "A loop is there" in response.content.decode()


def test_an_empty_or_endless_message_is_sent_back_with_what_was_typed(t1):
    client = signed_in(t1.user)

    empty = client.post(f"/your/{t1.booking.reference}/write/", {"text": " "})
    endless = client.post(f"/your/{t1.booking.reference}/write/", {"text": "x" * 4001})

    assert (empty.status_code, endless.status_code) == (422, 422)
    assert "Write your message first." in empty.content.decode()
    assert 'href="#id_text"' in empty.content.decode()
    assert "x" * 4001 in endless.content.decode()
    assert Note.objects.count() == 0


def test_access_needs_and_the_order_number_may_be_changed(t1):
    client = signed_in(t1.user)
    address = f"/your/{t1.booking.reference}/details/"
    assert "Victim impact" in client.get(address).content.decode()

    response = client.post(address, {"access_needs": "Captions", "purchase_order": "PO 9"}, follow=True)

    booking = Booking.objects.get()
    assert (booking.access_needs, booking.purchase_order) == ("Captions", "PO 9")
    assert "Change the purchase order number" in response.content.decode()
    assert "PO 9" in response.content.decode()


@pytest.fixture
def in_wales(t1):
    wales, _ = Region.objects.get_or_create(name=WALES, defaults={"nation": "ew"})
    Booking.objects.update(region=wales)
    return t1


def test_in_wales_they_may_ask_for_the_papers_in_welsh_and_take_it_back(in_wales, page_of):
    client = signed_in(in_wales.user)
    address = f"/your/{in_wales.booking.reference}/details/"
    typed = {"access_needs": "", "purchase_order": ""}
    assert "If you would like them as well" in page_of(in_wales)
    assert 'name="papers_in_welsh"' in client.get(address).content.decode()

    response = client.post(address, {**typed, "papers_in_welsh": "on"}, follow=True)

    assert Booking.objects.get().papers_in_welsh
    assert "In Welsh as well" in response.content.decode()
    assert ("Papers", "In Welsh as well") in asked_for(Booking.objects.get())
    client.post(address, typed)
    assert not Booking.objects.get().papers_in_welsh


def test_outside_wales_nobody_is_asked_and_a_tick_counts_for_nothing(t1, page_of):
    client = signed_in(t1.user)
    address = f"/your/{t1.booking.reference}/details/"
    assert "Welsh" not in client.get(address).content.decode() + page_of(t1)

    client.post(address, {"access_needs": "Captions", "purchase_order": "", "papers_in_welsh": "on"})

    booking = Booking.objects.get()
    assert (booking.access_needs, booking.papers_in_welsh) == ("Captions", False)


def test_who_asked_for_welsh_may_take_it_back_when_the_place_has_moved_out_of_wales(t1):
    Booking.objects.update(papers_in_welsh=True)
    client = signed_in(t1.user)
    address = f"/your/{t1.booking.reference}/details/"
    assert "checked" in client.get(address).content.decode()

    client.post(address, {"access_needs": "", "purchase_order": ""})

    assert not Booking.objects.get().papers_in_welsh


def test_nothing_may_be_changed_once_it_is_cancelled(t1, coordinator):
    services.cancel_booking(t1.booking.pk, words="", actor=coordinator)

    response = signed_in(t1.user).post(
        f"/your/{t1.booking.reference}/details/", {"access_needs": "Captions", "purchase_order": ""}
    )

    assert response.status_code == 409
    assert Booking.objects.get().access_needs == ""


def test_a_released_contact_sees_the_room_in_its_form_and_a_change_closes_it(t3):
    client = signed_in(t3.user)
    address = f"/your/{t3.booking.reference}/room/"
    assert VENUE["name"] in client.get(address).content.decode()

    client.post(address, {**VENUE, "name": "Another Hall"})

    t3.refresh_from_db()
    assert t3.released_at is None


def test_an_invited_colleague_starts_at_the_bottom(t2):
    response = signed_in(t2.user).post(
        f"/your/{t2.booking.reference}/colleague/", {"name": "Lee Marsh", "email": "lee@example.org"}
    )

    assert response.status_code == 302
    colleague = Contact.objects.get(email="lee@example.org")
    assert (colleague.role, colleague.mailbox_confirmed_at, colleague.verified_at) == (
        "colleague",
        None,
        None,
    )
    assert Message.objects.filter(to="lee@example.org").count() == 1


def test_a_person_can_have_only_so_many_mails_sent_to_others(t2):
    client = signed_in(t2.user)
    address = f"/your/{t2.booking.reference}/colleague/"

    answers = [
        client.post(address, {"name": "Lee", "email": f"lee{n}@example.org"}).status_code for n in range(6)
    ]

    assert answers == [302, 302, 302, 302, 302, 422]
    assert Contact.objects.filter(role="colleague").count() == 5


# ---- nobody else


ADDRESSES = [
    ("get", "booking", []),
    ("post", "booking-accept", [1]),
    ("post", "booking-decline", []),
    ("post", "booking-write", []),
    ("get", "booking-room", []),
    ("post", "booking-room", []),
    ("get", "booking-details", []),
    ("post", "booking-details", []),
    ("get", "booking-colleague", []),
    ("post", "booking-colleague", []),
    ("post", "booking-confirm-mailbox", []),
]


@pytest.mark.parametrize(("method", "name", "more"), ADDRESSES)
def test_to_everybody_else_the_booking_does_not_exist(t2, coordinator, method, name, more):
    made = offer(t2.booking, coordinator)
    other_agency = VerifiedContactFactory(booking=a_booking()).user
    revoked = VerifiedContactFactory(booking=t2.booking)
    services.revoke_contact(revoked.pk, actor=coordinator)
    speaker = made.engagements.first().speaker.user
    address = reverse(name, args=[t2.booking.reference, *more])
    nowhere = reverse(name, args=["WT-AAAAAA", *more])

    for user in (UserFactory(), other_agency, revoked.user, speaker):
        client = signed_in(user)
        here, there = getattr(client, method)(address), getattr(client, method)(nowhere)
        assert (here.status_code, there.status_code) == (404, 404), user
    assert Note.objects.count() == 0
    assert Booking.objects.get(pk=t2.booking.pk).status == BookingStatus.OFFERED


@pytest.mark.parametrize(("method", "name", "more"), ADDRESSES)
def test_a_visitor_is_asked_to_sign_in(t2, client, method, name, more):
    address = reverse(name, args=[t2.booking.reference, *more])

    response = getattr(client, method)(address)

    assert response.status_code == 302
    assert response["Location"] == f"/sign-in/?next={address}"


def test_private_pages_are_kept_nowhere(t2):
    response = signed_in(t2.user).get(f"/your/{t2.booking.reference}/")

    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


# ---- the way home


def test_everybody_comes_home_to_their_own_page(t1, coordinator):
    speaker = SpeakerFactory().user

    for user, home in (
        (coordinator, reverse("desk:index")),
        (speaker, reverse("speaking")),
        (t1.user, f"/your/{t1.booking.reference}/"),
    ):
        assert signed_in(user).get("/home/")["Location"] == home


def test_a_contact_of_two_bookings_chooses(t1):
    again = ContactFactory(booking=a_booking(), user=t1.user)
    client = signed_in(t1.user)

    assert client.get("/home/")["Location"] == "/your/"
    page = client.get("/your/").content.decode()
    assert t1.booking.reference in page
    assert again.booking.reference in page


def test_somebody_without_a_booking_reads_where_to_begin(db):
    client = signed_in(UserFactory())

    assert "Nothing stands here yet" in client.get("/home/").content.decode()
    assert "Nothing stands here yet" in client.get("/your/").content.decode()


def test_the_page_stays_quick_at_its_fullest(t3, coordinator, django_assert_max_num_queries, page_of):
    client = signed_in(t3.user)
    address = f"/your/{t3.booking.reference}/"
    client.get(address)

    with django_assert_max_num_queries(12):
        client.get(address)


def test_the_list_asks_as_often_for_three_as_for_one(t1, django_assert_num_queries):
    client = signed_in(t1.user)
    client.get("/your/")  # a warm process
    for _ in range(2):
        with django_assert_num_queries(3):
            client.get("/your/")
        ContactFactory(booking=a_booking(), user=t1.user)
        ContactFactory(booking=a_booking(), user=t1.user)


def test_a_draft_that_is_shared_is_led_to_for_as_long_as_it_is(agreed, coordinator, page_of):
    agenda = agenda_services.open_agenda(agreed.booking, actor=coordinator)
    draft = f"/agenda/{agreed.booking.reference}/draft/"
    assert draft not in page_of(agreed)

    agenda_services.share(agenda.pk, actor=coordinator)
    assert draft in page_of(agreed)

    agenda_services.keep_to_ourselves(agenda.pk, actor=coordinator)
    assert draft not in page_of(agreed)
