"""What an agency asks for once a day is agreed, what it withdraws before, and how the desk answers."""

import datetime as dt

import pytest
import time_machine

from bookings import services
from bookings.models import ChangeRequest, Contact, DeskSettings, Matter, Note
from bookings.services import InvalidMove
from outbox.models import Message
from speakers.models import DiaryEntry
from tests.bookings.agreed import agreed
from tests.factories import VerifiedContactFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def february():
    with time_machine.travel(at(10, day=1, month=2), tick=False) as clock:
        yield clock


@pytest.fixture
def session():
    return agreed()


def ask(session, kind="cancel", **said):
    said = said or {"reason": "We are flooded."}
    return services.ask_for_change(session.booking.pk, kind=kind, actor=session.contact.user, **said)


def mailed(kind):
    return [(message.to, " ".join(message.text.split())) for message in Message.objects.filter(kind=kind)]


def test_a_request_to_cancel_changes_nothing_and_is_the_desks_most_urgent_step(session):
    change = ask(session)

    booking = session.now()
    assert (booking.status, booking.waiting_for, booking.next_step) == ("confirmed", "us", "answer_change")
    assert change.answer_due_on == dt.date(2027, 2, 8)
    assert booking.due_at == at(17, day=8, month=2)
    assert Message.objects.get(kind="heard", not_before=None).text.count("asked for a change") == 1


def test_the_promise_to_answer_never_lies_after_the_session():
    soon = agreed(starts_at=at(9, 15, day=4, month=2), ends_at=at(16, 15, day=4, month=2))

    assert ask(soon).answer_due_on == dt.date(2027, 2, 3)


def test_agreeing_to_cancel_cancels_frees_and_tells_each_once(session):
    change = ask(session)

    services.agree_to_change(change.pk, actor=session.desk)

    change.refresh_from_db()
    assert (session.now().status, session.now().next_step) == ("cancelled", "nothing")
    assert (change.state, change.answered_by) == ("agreed", session.desk)
    assert not DiaryEntry.objects.exists()
    assert [to for to, _ in mailed("cancelled")] == [session.contact.email]
    assert mailed("change-answered") == []


def test_agreeing_to_another_day_takes_the_day_back_and_keeps_the_rest(session):
    change = ask(session, "another_day", details="Any Tuesday in May")

    services.agree_to_change(change.pk, actor=session.desk)

    assert (session.now().status, session.now().next_step) == ("requested", "make_offer")
    assert len(mailed("postponed")) == 1
    assert len(mailed("change-answered")) == 1


def test_agreeing_to_a_head_count_writes_it_and_tells_them(session):
    change = ask(session, "head_count", head_count=60)

    services.agree_to_change(change.pk, actor=session.desk)

    assert session.now().head_count == 60
    [(to, words)] = mailed("change-answered")
    assert to == session.contact.email
    assert "You asked us to change how many people come. We have agreed" in words


def test_agreeing_to_another_venue_asks_for_the_call_as_if_they_had_given_it(session):
    change = ask(
        session, "another_place", venue_name="Exe House", venue_address="1 Quay", venue_postcode="EX1 1AA"
    )

    services.agree_to_change(change.pk, actor=session.desk)

    booking = session.now()
    assert (booking.venue.name, booking.next_step) == ("Exe House", "ring_about_place")
    assert booking.venue.needs_call_since is not None


def test_declining_leaves_all_as_it_is_and_mails_our_sentence(session):
    before = session.now().next_step
    change = ask(session)

    services.decline_change(change.pk, words="Let us ring you first.", actor=session.desk)

    assert (session.now().status, session.now().next_step) == ("confirmed", before)
    [(_, words)] = mailed("change-answered")
    assert "Let us ring you first." in words
    assert "March" not in words


def test_what_the_desk_does_itself_answers_the_request(session):
    cancel, other = ask(session), ask(session, "other", details="A later lunch")

    services.cancel_booking(session.booking.pk, words="The roof.", actor=session.desk)

    cancel.refresh_from_db()
    other.refresh_from_db()
    assert (cancel.state, other.state) == ("agreed", "overtaken")
    assert not Matter.objects.filter(settled_at=None).exists()


def test_an_answer_given_twice_has_one_outcome_in_words(session):
    change = ask(session)
    services.decline_change(change.pk, words="Sorry.", actor=session.desk)

    with pytest.raises(InvalidMove, match="is answered already by Priya Desk: declined"):
        services.agree_to_change(change.pk, actor=session.desk)
    with pytest.raises(InvalidMove, match="declined"):
        services.take_change_back(change.pk, actor=session.contact.user)

    assert session.now().status == "confirmed"


def test_a_button_pressed_twice_asks_once_and_a_colleague_is_told_who_asked(session, february):
    first = ask(session)
    colleague = VerifiedContactFactory(booking=session.booking)

    assert ask(session) == first
    with pytest.raises(InvalidMove, match="asked us for this on"):
        services.ask_for_change(session.booking.pk, kind="cancel", reason="Me too", actor=colleague.user)

    assert ChangeRequest.objects.count() == 1


def test_a_change_asked_of_a_booking_that_was_cancelled_meanwhile_says_so(session):
    services.cancel_booking(session.booking.pk, words="", actor=session.desk)

    with pytest.raises(InvalidMove, match="is cancelled already"):
        ask(session)


def test_who_asked_takes_it_back_and_a_guest_cannot(session):
    before = session.now().next_step
    change = ask(session)
    guest = VerifiedContactFactory(booking=session.booking, role=Contact.Role.COLLEAGUE)

    with pytest.raises(InvalidMove, match="Only"):
        services.take_change_back(change.pk, actor=guest.user)
    services.take_change_back(change.pk, actor=session.contact.user)

    change.refresh_from_db()
    assert (change.state, session.now().next_step) == ("withdrawn", before)


def test_a_change_to_answer_is_not_just_marked_as_dealt_with(session):
    change = ask(session)

    with pytest.raises(InvalidMove, match="Agree to it or decline it"):
        services.deal_with(change.matters.get().pk, actor=session.desk)
    services.deal_with_all(session.booking.pk, actor=session.desk)

    assert session.now().next_step == "answer_change"


def test_a_request_is_withdrawn_before_a_day_is_agreed_and_speakers_are_free():
    session = agreed(answers=False)

    services.withdraw_request(session.booking.pk, reason="No funds", actor=session.contact.user)

    assert session.now().status == "cancelled"
    assert not DiaryEntry.objects.exists()
    assert len(mailed("cancelled-speaker")) == 2
    assert Note.objects.get().text == "No funds"
    desk = DeskSettings.current().desk_email
    assert any(to == desk and "withdrew its request" in words for to, words in mailed("heard"))
    with pytest.raises(InvalidMove, match="cancelled already"):
        services.withdraw_request(session.booking.pk, actor=session.contact.user)


def test_an_agreed_session_is_not_withdrawn(session):
    with pytest.raises(InvalidMove, match="Ask us to cancel"):
        services.withdraw_request(session.booking.pk, actor=session.contact.user)


def test_a_colleague_is_invited_in_a_mail_of_their_own_that_says_by_whom(session):
    Contact.objects.filter(pk=session.contact.pk).update(name="Dana Whitlock")
    services.add_colleague(
        session.booking.pk, name="Robin", email="robin@example.org", actor=session.contact.user
    )

    [(to, words)] = mailed("colleague-invited")
    agency = session.booking.agency.name
    assert to == "robin@example.org"
    assert f"Dana Whitlock at {agency} added you to {session.booking.reference}" in words
    assert "Thank you for asking" not in words
    assert mailed("request-received") == []


def test_whoever_invited_a_colleague_removes_them_and_they_are_told(session):
    guest = services.add_colleague(
        session.booking.pk, name="Robin", email="robin@example.org", actor=session.contact.user
    )
    other = VerifiedContactFactory(booking=session.booking, role=Contact.Role.COLLEAGUE)
    with pytest.raises(InvalidMove, match="Only the person who invited Robin"):
        services.remove_colleague(guest.pk, actor=other.user)

    services.remove_colleague(guest.pk, actor=session.contact.user)
    services.remove_colleague(guest.pk, actor=session.contact.user)

    guest.refresh_from_db()
    assert guest.revoked_at is not None
    assert [to for to, _ in mailed("colleague-removed")] == ["robin@example.org"]
    assert Matter.objects.filter(kind="colleague_off").count() == 1


def test_a_removed_colleague_can_be_invited_again_but_not_one_whom_the_desk_took_off(session):
    def invite():
        return services.add_colleague(
            session.booking.pk, name="Robin", email="robin@example.org", actor=session.contact.user
        )

    guest = invite()
    services.revoke_contact(guest.pk, actor=session.desk)
    with pytest.raises(InvalidMove, match="We took Robin off"):
        invite()

    Contact.objects.filter(pk=guest.pk).update(revoked_at=None)
    services.remove_colleague(guest.pk, actor=session.contact.user)
    back = invite()

    assert (back.revoked_at, back.mailbox_confirmed_at, back.verified_at) == (None, None, None)


def test_the_requester_is_removed_by_nobody_at_the_agency(session):
    Contact.objects.filter(pk=session.contact.pk).update(role=Contact.Role.REQUESTER)
    guest = VerifiedContactFactory(booking=session.booking, role=Contact.Role.COLLEAGUE)

    with pytest.raises(InvalidMove):
        services.remove_colleague(session.contact.pk, actor=guest.user)
