"""What the desk's lists, home and history say of a booking follows from its facts, and is said once."""

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts import services as people
from accounts.rights import COORDINATORS
from bookings import services
from bookings.models import Booking, Note, Release, RequestEdit
from outbox.models import Message
from places.clock import say_short_date
from tests.factories import EnquiryFactory, TopicFactory, VenueFactory
from tests.trainingportal.desk.conftest import (
    confirmed,
    contact_of,
    do,
    in_days,
    offered,
    page_of,
    requested,
    rung_back,
    said,
    speakers,
)
from trainingportal.desk import history, queue

pytestmark = pytest.mark.django_db
LIST = "/desk/bookings/booking/"


def test_the_list_says_the_day_on_offer_and_not_the_months_that_were_asked_for(desk, priya):
    """A6: "Soonest: February", where 26 January was on offer."""
    booking = requested(months=(in_days(120).date().replace(day=1),))
    offered(rung_back(booking, priya), priya, speakers(), days=60)

    page = said(desk.get(LIST))

    assert f'<td class="field-next_day">{say_short_date(in_days(60))}</td>' in page


def test_a_booking_that_is_over_has_no_clock(desk, priya):
    booking = services.decline_request(requested().pk, words="We are full.", actor=priya)
    Booking.objects.filter(pk=booking.pk).update(
        answer_due_on="2026-01-01", waiting_since="2026-01-01T00:00Z"
    )
    booking.refresh_from_db()

    assert queue.clock_of(booking, timezone.localdate()) == queue.Waiting("")
    page = said(desk.get(LIST))
    assert '<td class="field-due">—</td><td class="field-waiting">—</td>' in page
    assert "waiting since" not in said(desk.get(page_of(booking)))


def test_lateness_and_waiting_stand_in_columns_of_their_own(desk, priya):
    booking = requested()
    Booking.objects.filter(pk=booking.pk).update(
        waiting_since=in_days(-14), answer_due_on=in_days(-7).date(), next_step="call_back"
    )
    booking.refresh_from_db()

    clock = queue.clock_of(booking, timezone.localdate())

    assert clock.late.endswith("late")
    assert "working day" in clock.words
    page = said(desk.get("/desk/"))
    assert '<th class="wt-c3" scope="col">Due</th><th class="wt-c4" scope="col">Waiting</th>' in page
    assert clock.late in page


def test_closing_names_is_no_refusal_and_whoever_moved_the_venue_decided_nothing(desk, priya, owen):
    """A6: the history called closing names "refuse release", "decided by" somebody who had decided nothing."""
    booking = confirmed(requested(), priya, speakers())
    VenueFactory(booking=booking)
    release = services.ask_for_release(contact_of(booking).pk, actor=owen)
    services.approve_release(release.pk, actor=priya)
    services.refuse_release(release.pk, actor=owen)

    assert "stop sharing names and venue" in [deed.verb for deed in history.of_booking(booking)]
    assert Release.objects.get().decided_by == priya

    again = services.ask_for_release(contact_of(booking).pk, actor=owen)
    services.set_venue(booking.pk, name="Elsewhere", postcode="NE1 1AA", actor=owen)
    again.refresh_from_db()
    assert (again.state, again.decided_by, again.decided_at) == ("ended", None, None)


def test_a_request_that_is_reopened_is_told_to_the_agency(desk, priya):
    booking = services.decline_request(requested().pk, words="We are full.", actor=priya)

    page = said(desk.post(do(booking, "reopen"), follow=True))

    assert Message.objects.get(kind="reopened").to == contact_of(booking).email
    assert "Request reopened." in page
    assert "We emailed Dana Whitlock." in page


def test_whoever_leaves_the_desk_leaves_no_booking_behind(desk, priya, owen):
    booking, enquiry = requested(), EnquiryFactory(owner=owen)
    over = services.decline_request(requested("Old Case").pk, words="No.", actor=priya)
    services.set_owner(booking.pk, owner=owen, actor=priya)
    services.set_owner(over.pk, owner=owen, actor=priya)

    people.set_role(owen, group=None, actor=priya)

    booking.refresh_from_db()
    enquiry.refresh_from_db()
    assert (booking.owner, enquiry.owner) == (None, None)
    assert Note.objects.get(booking=booking).text == (
        "Owen Coordinator no longer works at the desk. Nobody has this booking yet."
    )
    assert booking.reference in said(desk.get(f"{LIST}?owner=nobody"))
    left = said(desk.get(f"{LIST}?owner=left"))
    assert over.reference in left
    assert booking.reference not in left


def test_an_account_that_is_closed_hands_its_bookings_back_too(desk, priya, owen):
    booking = requested()
    services.set_owner(booking.pk, owner=owen, actor=priya)

    people.close_account(owen, actor=priya)

    booking.refresh_from_db()
    assert booking.owner is None
    assert Group.objects.get(name=COORDINATORS).user_set.get() == priya


def test_a_coordinator_changes_a_request_and_sees_what_stood_before(desk, priya):
    booking = requested(head_count=30)
    form = desk.get(do(booking, "change-request")).context["form"]
    assert (form["head_count"].value(), form["outcode"].value()) == (30, "NE1")

    page = said(
        desk.post(
            do(booking, "change-request"),
            {"head_count": "45", "place": "on_site", "outcode": "NE1"},
            follow=True,
        )
    )

    assert RequestEdit.objects.values_list("what", "before", "after", "by").get() == (
        "How many people", "30", "45", priya.pk,
    )  # fmt: skip
    assert "Request saved. Changed: how many people come. No email was sent." in page
    assert "How many people</strong>: 30 → 45" in page


def test_a_coordinator_changes_a_contact_and_a_new_mailbox_is_rung_back_again(desk, priya):
    booking = rung_back(requested(), priya)
    contact = contact_of(booking)

    typed = {"name": "Dana Whitlock", "email": "dana.w@example.org", "role": "requester"}
    page = said(desk.post(do(booking, "change-contact", contact), typed, follow=True))

    contact.refresh_from_db()
    booking.refresh_from_db()
    assert (contact.verified_at, booking.next_step) == (None, "confirm_mailbox")
    assert "Dana Whitlock sees no dates until you have rung them back." in page
    assert "We emailed Dana Whitlock." in page
    assert "dana.whitlock@example.org → dana.w@example.org" in page


def test_a_mailbox_that_somebody_else_has_is_refused_with_what_was_typed(desk, priya):
    booking = requested()
    other = services.add_colleague(booking.pk, name="Cass", email="cass@example.org", actor=priya)

    typed = {"name": "Dana W", "email": other.email, "role": "requester"}
    page = said(desk.post(do(booking, "change-contact", contact_of(booking)), typed, follow=True))

    assert "is the email address of somebody else on this booking" in page
    assert contact_of(booking).email == "dana.whitlock@example.org"


def test_somebody_who_asked_to_be_rung_is_answered_by_phone(desk):
    enquiry = EnquiryFactory(ring_me=True, telephone="01632 960 100")
    address = f"/desk/question/{enquiry.reference}/answered-by-phone/"
    assert " ".join(desk.get(address).context["aheads"][0].sentences) == "No email is sent."

    page = said(desk.post(address, {"answer": "Volunteers may come."}, follow=True))

    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.answer) == ("answered", "Volunteers may come.")
    assert not Message.objects.filter(kind="enquiry-answer").exists()
    assert "Your answer by phone is saved. No email was sent." in page


def test_an_answer_by_mail_says_first_to_whom_it_goes(desk):
    enquiry = EnquiryFactory()
    address = f"/desk/question/{enquiry.reference}/answer/"

    shown = desk.get(address).context["aheads"][0].sentences
    desk.post(address, {"answer": "They may."})

    assert list(shown) == [f"We will email {enquiry.name}."]
    assert Message.objects.get(kind="enquiry-answer").to == enquiry.email


def test_the_name_in_the_head_leads_to_how_one_signs_in(desk):
    assert '<a href="/sign-in-settings/">Priya Coordinator<' in said(desk.get("/desk/"))


def test_a_core_topic_without_a_speaker_leads_to_asking_another(desk, priya):
    given, core = TopicFactory(title="Legal issues"), TopicFactory(title="Alice’s story", is_core=True)
    team = speakers()
    booking = confirmed(requested(), priya, team)
    for place in booking.offers.get().engagements.all():
        place.topics.set([given])

    page = said(desk.get(page_of(booking)))

    offer = booking.offers.get()
    assert f'{do(booking, "add-speaker", offer)}?topic={core.pk}"' in page
    form = desk.get(f"{do(booking, 'add-speaker', offer)}?topic={core.pk}").context["form"]
    assert form["topics"].value() == [core.pk]
