"""Offers and answers: what is held, who is told, and what a second press meets."""

import datetime as dt

import pytest
import time_machine
from django.apps import apps
from django.db import transaction
from django.db.utils import InternalError, ProgrammingError

from bookings import services
from bookings.models import Booking, Contact, DeskSettings, Engagement, Offer
from bookings.states import BookingStatus, EngagementState, OfferState
from outbox import kinds
from outbox.models import Message
from speakers.models import DiaryEntry, Speaker
from speakers.services import SpeakerBusy
from tests.factories import (
    BookingFactory,
    ContactFactory,
    SpeakerFactory,
    TopicFactory,
    UserFactory,
    VerifiedContactFactory,
    at,
)

OfferEvent = apps.get_model("bookings", "OfferEvent")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def coordinator():
    return UserFactory(name="Priya Desk", is_staff=True)


@pytest.fixture
def contact() -> Contact:
    return VerifiedContactFactory()


@pytest.fixture
def team() -> list[Speaker]:
    return [SpeakerFactory(), SpeakerFactory(is_family=True)]


def make(booking: Booking, team: list[Speaker], coordinator, **changes) -> Offer:
    arguments = {
        "starts_at": at(9, 15),
        "ends_at": at(16, 15),
        "team": {speaker.pk: [] for speaker in team},
        "lead": team[0],
        "actor": coordinator,
        **changes,
    }
    return services.make_offer(booking.pk, **arguments)


def kinds_sent() -> list[str]:
    return sorted(Message.objects.values_list("kind", flat=True))


def test_an_offer_holds_every_speaker_with_travel_and_set_up(contact, team, coordinator):
    Speaker.objects.update(home_outcode="LS1")
    offer = make(contact.booking, team, coordinator)

    settings = DeskSettings.current()
    for engagement in offer.engagements.select_related("diary_entry"):
        around = dt.timedelta(minutes=engagement.travel_minutes)
        assert 0 < engagement.travel_minutes < settings.night_away_beyond_minutes
        assert engagement.diary_entry.busy.lower == at(9, 15) - around - dt.timedelta(
            minutes=settings.setup_minutes
        )
        assert engagement.diary_entry.busy.upper == at(16, 15) + around + dt.timedelta(
            minutes=settings.pack_up_minutes
        )
        assert engagement.diary_entry.held_until == offer.expires_at
    contact.booking.refresh_from_db()
    assert (contact.booking.status, contact.booking.waiting_for) == ("offered", "agency")
    assert kinds_sent() == ["invitation", "invitation", "offer"]


def test_a_journey_of_more_than_three_hours_holds_the_day_before_as_well(contact, team, coordinator):
    Speaker.objects.update(home_outcode="NE1")
    far = team[1]
    Speaker.objects.filter(pk=far.pk).update(home_outcode="CV1")

    offer = make(contact.booking, team, coordinator)

    place = offer.engagements.select_related("diary_entry", "offer").get(speaker=far)
    assert place.travel_minutes == 305
    assert (place.diary_entry.busy.lower, place.diary_entry.busy.upper) == (at(12, 55, day=8), at(21, 35))
    assert (place.trip.night_away, place.trip.is_hard) == (True, True)
    words = " ".join(Message.objects.get(kind="invitation", to=far.user.email).text.split())
    assert "Leave home about 12.55pm on Monday, back about 9.35pm on Tuesday, with a night away" in words
    near = " ".join(Message.objects.get(kind="invitation", to=team[0].user.email).text.split())
    assert "Leave home about 8.30am, back about 4.45pm: about 8 hours 15 minutes in all" in near


def test_the_desk_sets_when_a_night_away_is_planned(contact, team, coordinator):
    settings = DeskSettings.current()
    settings.night_away_beyond_minutes, settings.night_away_there_by = 60, dt.time(19)
    settings.save()
    Speaker.objects.update(home_outcode="LS1")

    place = make(contact.booking, team, coordinator).engagements.select_related("diary_entry")[0]

    assert place.diary_entry.busy.lower == at(19, day=8) - dt.timedelta(minutes=place.travel_minutes)


def test_no_offer_is_sent_before_the_call_back(team, coordinator):
    contact = ContactFactory()

    with pytest.raises(services.NotVerified):
        make(contact.booking, team, coordinator)

    assert not DiaryEntry.objects.exists()
    assert kinds_sent() == []


def test_a_changed_mailbox_asks_for_a_new_call_back(contact, team, coordinator):
    Contact.objects.filter(pk=contact.pk).update(email="other@example.org")

    with pytest.raises(services.NotVerified):
        make(contact.booking, team, coordinator)


def test_a_family_member_is_never_the_only_speaker(contact, coordinator):
    alone = SpeakerFactory(is_family=True)

    with pytest.raises(services.BadTeam, match="never the only speaker"):
        make(contact.booking, [alone], coordinator)

    assert not Offer.objects.exists()


def test_a_speaker_is_held_once_and_the_second_offer_writes_nothing(contact, team, coordinator):
    make(contact.booking, team, coordinator)
    other = VerifiedContactFactory()

    with pytest.raises(SpeakerBusy) as refused:
        make(other.booking, [SpeakerFactory(), team[0]], coordinator, starts_at=at(14), ends_at=at(17))

    assert refused.value.speaker == team[0]
    assert not other.booking.offers.exists()
    assert DiaryEntry.objects.count() == 2


def test_yes_from_everyone_agrees_the_day_and_tells_each_once(contact, team, coordinator):
    offer = make(contact.booking, team, coordinator)

    services.accept_offer(offer.pk, actor=contact.user)
    for engagement in offer.engagements.all():
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)

    booking = Booking.objects.get()
    assert booking.status == BookingStatus.CONFIRMED
    assert (booking.starts_at, booking.ends_at, booking.lead) == (at(9, 15), at(16, 15), team[0])
    assert list(DiaryEntry.objects.values_list("held_until", flat=True)) == [None, None]
    assert kinds_sent().count("confirmed") == 1
    assert kinds_sent().count("confirmed-speaker") == 2


def test_the_order_of_the_answers_does_not_matter(contact, team, coordinator):
    offer = make(contact.booking, team, coordinator)

    for engagement in offer.engagements.all():
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)
    assert Booking.objects.get().status == BookingStatus.OFFERED
    services.accept_offer(offer.pk, actor=contact.user)

    assert Booking.objects.get().status == BookingStatus.CONFIRMED


def test_accepting_one_date_lets_the_other_go(contact, team, coordinator):
    first = make(contact.booking, team, coordinator)
    second = make(contact.booking, team, coordinator, starts_at=at(9, 15, day=16), ends_at=at(16, 15, day=16))

    services.accept_offer(second.pk, actor=contact.user)

    first.refresh_from_db()
    assert first.state == OfferState.WITHDRAWN
    assert {e.offer_id for e in Engagement.objects.filter(state="asked")} == {second.pk}
    assert DiaryEntry.objects.count() == 2
    with pytest.raises(services.TooLate):
        services.accept_offer(first.pk, actor=contact.user)


def test_a_no_frees_the_time_at_once_and_asks_the_desk_for_another(contact, team, coordinator):
    offer = make(contact.booking, team, coordinator)
    services.accept_offer(offer.pk, actor=contact.user)
    says_no = offer.engagements.get(speaker=team[1])

    services.answer_invitation(says_no.pk, accepts=False, actor=team[1].user)
    services.answer_invitation(offer.engagements.get(speaker=team[0]).pk, accepts=True, actor=team[0].user)

    booking = Booking.objects.get()
    assert (booking.status, booking.waiting_for, booking.next_step) == ("offered", "us", "replace_speaker")
    assert not DiaryEntry.objects.filter(speaker=team[1]).exists()

    other = SpeakerFactory()
    asked = services.add_speaker(offer.pk, speaker=other, topics=[TopicFactory()], actor=coordinator)
    services.answer_invitation(asked.pk, accepts=True, actor=other.user)

    assert Booking.objects.get().status == BookingStatus.CONFIRMED


def test_going_on_without_never_leaves_a_family_member_alone(contact, team, coordinator):
    offer = make(contact.booking, team, coordinator)
    colleague = offer.engagements.get(speaker=team[0])
    services.answer_invitation(colleague.pk, accepts=False, actor=team[0].user)

    with pytest.raises(services.BadTeam):
        services.go_on_without(colleague.pk, actor=coordinator)


def test_going_on_without_one_agrees_the_day_when_the_others_have_said_yes(contact, team, coordinator):
    offer = make(contact.booking, team, coordinator)
    services.accept_offer(offer.pk, actor=contact.user)
    says_no = offer.engagements.get(speaker=team[1])
    services.answer_invitation(offer.engagements.get(speaker=team[0]).pk, accepts=True, actor=team[0].user)
    services.answer_invitation(says_no.pk, accepts=False, actor=team[1].user)

    services.go_on_without(says_no.pk, actor=coordinator)

    assert Booking.objects.get().status == BookingStatus.CONFIRMED


def test_declining_frees_every_speaker_and_starts_over(contact, team, coordinator):
    make(contact.booking, team, coordinator)

    services.decline_offers(contact.booking_id, note="After Easter, please.", actor=contact.user)

    booking = Booking.objects.get()
    assert (booking.status, booking.next_step) == ("requested", "make_offer")
    assert not DiaryEntry.objects.exists()
    assert Offer.objects.get().answer_note == "After Easter, please."
    assert kinds_sent().count("stood-down") == 2
    with pytest.raises(services.TooLate):
        services.decline_offers(contact.booking_id, note="", actor=contact.user)


def test_a_hold_ends_by_itself_and_a_late_answer_is_told_kindly(contact, team, coordinator):
    offer = make(contact.booking, team, coordinator)
    engagement = offer.engagements.first()

    with time_machine.travel(offer.expires_at + dt.timedelta(seconds=1), tick=False):
        with pytest.raises(services.TooLate):
            services.accept_offer(offer.pk, actor=contact.user)
        with pytest.raises(services.TooLate):
            services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)
        assert services.expire_due_offers() == 1
        assert services.expire_due_offers() == 0

    offer.refresh_from_db()
    assert offer.state == OfferState.LAPSED
    assert not DiaryEntry.objects.exists()
    assert Booking.objects.get().status == BookingStatus.REQUESTED
    assert kinds_sent().count("offer-closed") == 1


def three_dates(contact, team, coordinator) -> list[Offer]:
    """Three Tuesdays, not in order, offered at once."""
    return services.make_offers(
        contact.booking_id,
        proposals=[
            services.Proposal(
                starts_at=at(9, 15, day=day),
                ends_at=at(16, 15, day=day),
                team={speaker.pk: [] for speaker in team},
                lead=team[0],
            )
            for day in (16, 9, 23)
        ],
        actor=coordinator,
    )


def test_three_dates_go_to_the_agency_in_one_mail_in_order(contact, team, coordinator):
    offers = three_dates(contact, team, coordinator)

    [message] = Message.objects.filter(kind="offer")
    places = [message.text.index(f"Tuesday {day} March 2027") for day in (9, 16, 23)]
    assert places == sorted(places)
    assert "We hold all of them for you" in " ".join(message.text.split())
    assert DiaryEntry.objects.filter(held_until__isnull=False).count() == 6
    wanted = kinds.find("offer").still_wanted
    services.withdraw_offer(offers[0].pk, actor=coordinator)
    assert wanted(message) is None
    services.accept_offer(offers[1].pk, actor=contact.user)
    assert wanted(message) == "The offer is no longer open."
    assert DiaryEntry.objects.count() == 2


def test_a_speaker_asked_for_three_dates_gets_one_mail_with_each_part(contact, team, coordinator):
    flags = TopicFactory(title="Red flags")
    offers = services.make_offers(
        contact.booking_id,
        proposals=[
            services.Proposal(at(9, day=day), at(16, day=day), {team[0].pk: [flags], **more}, team[0])
            for day, more in ((16, {}), (9, {team[1].pk: []}))
        ],
        actor=coordinator,
    )

    mails = {message.to: message for message in Message.objects.filter(kind="invitation")}
    assert set(mails) == {team[0].user.email, team[1].user.email}
    both = mails[team[0].user.email]
    words = " ".join(both.text.split())
    assert words.index("Tuesday 9 March 2027, 9am to 4pm: Red flags") < words.index("Tuesday 16 March 2027")
    assert "you give one at most" in words
    assert "http://localhost:8000/speaking/ " in words
    assert "one at most" not in mails[team[1].user.email].text
    wanted = kinds.find("invitation").still_wanted
    first, second = Engagement.objects.filter(speaker=team[0]).order_by("offer__starts_at")
    services.answer_invitation(first.pk, accepts=False, actor=team[0].user)
    assert wanted(both) is None
    services.answer_invitation(second.pk, accepts=False, actor=team[0].user)
    assert wanted(both) == "The speaker has answered, or is no longer asked."
    assert len(offers) == 2


def test_three_dates_that_end_together_are_told_in_one_mail(contact, team, coordinator):
    offers = three_dates(contact, team, coordinator)

    with time_machine.travel(offers[0].expires_at + dt.timedelta(seconds=1), tick=False):
        assert services.expire_due_offers() == 3

    [message] = Message.objects.filter(kind="offer-closed")
    assert "so we no longer hold the days." in " ".join(message.text.split())


def test_what_else_stands_is_said_when_one_of_three_is_taken_back(contact, team, coordinator):
    offers = three_dates(contact, team, coordinator)

    services.withdraw_offer(offers[0].pk, actor=coordinator)

    [message] = Message.objects.filter(kind="offer-closed")
    assert "What else we offered you is still held." in " ".join(message.text.split())


def test_three_dates_turned_down_are_one_answer_to_the_desk(contact, team, coordinator):
    three_dates(contact, team, coordinator)

    services.decline_offers(contact.booking_id, note="Only April.", actor=contact.user)

    [message] = Message.objects.filter(kind="heard")
    assert "The agency said that no date suits." in " ".join(message.text.split())
    assert not DiaryEntry.objects.exists()


def test_a_fourth_open_date_is_refused_and_nothing_is_held(contact, team, coordinator):
    three_dates(contact, team, coordinator)

    with pytest.raises(services.InvalidMove, match="up to 3 dates"):
        make(contact.booking, team, coordinator, starts_at=at(9, day=30), ends_at=at(16, day=30))

    assert DiaryEntry.objects.count() == 6


def test_a_run_out_hold_does_not_stand_in_the_way_of_a_new_offer(contact, team, coordinator):
    stale = make(contact.booking, team, coordinator)
    other = VerifiedContactFactory()

    with time_machine.travel(stale.expires_at + dt.timedelta(seconds=1), tick=False):
        make(other.booking, team, coordinator)

    stale.refresh_from_db()
    assert stale.state == OfferState.LAPSED
    assert DiaryEntry.objects.filter(engagement__offer__booking=other.booking).count() == 2


def test_a_second_answer_meets_the_first(contact, team, coordinator):
    offer = make(contact.booking, team, coordinator)
    engagement = offer.engagements.first()
    services.answer_invitation(engagement.pk, accepts=False, actor=engagement.speaker.user)

    with pytest.raises(services.TooLate, match="answered"):
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)

    engagement.refresh_from_db()
    assert engagement.state == EngagementState.DECLINED


def test_cancelling_frees_the_speakers_and_takes_the_event_back(contact, team, coordinator):
    offer = make(contact.booking, team, coordinator)
    services.accept_offer(offer.pk, actor=contact.user)
    for engagement in offer.engagements.all():
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)

    services.cancel_booking(contact.booking_id, words="The force has no room.", actor=coordinator)

    assert not DiaryEntry.objects.exists()
    sent = Message.objects.get(kind="cancelled")
    [calendar] = sent.attachments.all()
    assert b"METHOD:CANCEL" in bytes(calendar.content)
    assert b"SEQUENCE:2" in bytes(calendar.content)
    assert kinds_sent().count("cancelled-speaker") == 2
    with pytest.raises(services.InvalidMove):
        services.cancel_booking(contact.booking_id, words="", actor=coordinator)


def test_the_database_refuses_a_move_that_is_not_in_the_table():
    booking = BookingFactory()

    with pytest.raises((InternalError, ProgrammingError), match="nvalid"), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(
            status=BookingStatus.CLOSED, starts_at=at(9), ends_at=at(10)
        )

    booking.refresh_from_db()
    assert booking.status == BookingStatus.REQUESTED


def test_who_did_what_is_kept(contact, team, coordinator):
    offer = make(contact.booking, team, coordinator)
    services.withdraw_offer(offer.pk, actor=coordinator)

    trail = OfferEvent.objects.order_by("pgh_id").values_list("pgh_context__metadata__verb", "state")
    assert list(trail) == [("make offer", "open"), ("withdraw offer", "withdrawn")]
