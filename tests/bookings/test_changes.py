"""A day put off and a place that moves: what is kept, who is asked again, and what calendars are told."""

import datetime as dt

import pytest
import time_machine

from bookings import services
from bookings.models import Contact, DeskSettings, Offer
from bookings.services import InvalidMove, NewDay, SpeakerBusy
from outbox.models import Message
from speakers.models import DiaryEntry
from speakers.services import add_absence
from tests.bookings.agreed import Agreed, agreed, files_to
from tests.factories import SpeakerFactory, UserFactory, VenueFactory, at

pytestmark = pytest.mark.django_db

TRURO, GATESHEAD = "TR1 2HX", "NE8 1AA"


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def session() -> Agreed:
    return agreed()


@pytest.fixture
def later(session):
    """An hour after everybody agreed: a call-back made then is newer than any before."""
    with time_machine.travel(at(11, day=1, month=2), tick=False):
        yield


def new_offer(session: Agreed) -> Offer:
    return session.booking.offers.order_by("-number")[0]


def kinds_to(mailbox: str) -> list[str]:
    return list(Message.objects.filter(to=mailbox).order_by("pk").values_list("kind", flat=True))


# ---- postponing


def test_a_day_put_off_keeps_everything_but_the_day(session):
    services.write_note(session.booking.pk, side="internal", text="Ring at noon.", actor=session.desk)
    services.set_venue(session.booking.pk, name="Vexford Hall", postcode=GATESHEAD, actor=session.desk)
    session.booking.purchase_order = "PO 7"
    session.booking.save(update_fields=["purchase_order"])
    topics = [list(place.topics.all()) for place in session.places]

    services.postpone_session(
        session.booking.pk, to=NewDay(at(9, 15, day=16), at(16, 15, day=16)), actor=session.desk
    )

    booking, offer = session.now(), new_offer(session)
    assert (booking.status, booking.starts_at, booking.purchase_order) == ("offered", None, "PO 7")
    assert (booking.next_step, booking.waiting_for) == ("agency_answers", "agency")
    assert booking.notes.get().text == "Ring at noon."
    assert booking.venue.name == "Vexford Hall"
    assert booking.contacts.get().verified_at is not None
    assert (offer.starts_at, offer.state) == (at(9, 15, day=16), "open")
    places = list(offer.engagements.order_by("pk"))
    assert [place.state for place in places] == ["asked", "asked"]
    assert [place.speaker for place in places] == [place.speaker for place in session.places]
    assert [list(place.topics.all()) for place in places] == topics
    assert DiaryEntry.objects.filter(busy__contains=at(12)).count() == 0
    assert DiaryEntry.objects.filter(busy__contains=at(12, day=16)).count() == 2


def test_a_day_that_they_agreed_on_by_phone_waits_for_the_speakers_alone(session):
    services.postpone_session(
        session.booking.pk,
        to=NewDay(at(9, 15, day=16), at(16, 15, day=16), agency_agreed=True),
        actor=session.desk,
    )
    assert session.now().next_step == "speakers_answer"

    for place in new_offer(session).engagements.all():
        services.answer_invitation(place.pk, accepts=True, actor=place.speaker.user)

    booking = session.now()
    assert (booking.status, booking.starts_at) == ("confirmed", at(9, 15, day=16))


def test_the_calendar_entry_moves_and_stays_one(session):
    services.postpone_session(
        session.booking.pk,
        to=NewDay(at(9, 15, day=16), at(16, 15, day=16), agency_agreed=True),
        actor=session.desk,
    )
    for place in new_offer(session).engagements.all():
        services.answer_invitation(place.pk, accepts=True, actor=place.speaker.user)

    for mailbox in (session.contact.email, session.places[0].speaker.user.email):
        files = files_to(mailbox)
        assert len({file.uid for file in files}) == 1
        assert [(file.method, file.status, file.sequence, file.starts_at) for file in files] == [
            ("REQUEST", "CONFIRMED", 1, at(9, 15)),
            ("REQUEST", "TENTATIVE", 2, at(9, 15, day=16)),
            ("REQUEST", "CONFIRMED", 3, at(9, 15, day=16)),
        ]


@pytest.mark.parametrize("end", ["lapse", "withdraw", "decline", "cancel"])
def test_an_entry_that_moved_to_a_day_which_comes_to_nothing_is_taken_back(session, end):
    services.postpone_session(
        session.booking.pk, to=NewDay(at(9, 15, day=16), at(16, 15, day=16)), actor=session.desk
    )
    offer = new_offer(session)
    match end:
        case "lapse":
            with time_machine.travel(offer.expires_at + dt.timedelta(seconds=1), tick=False):
                services.expire_due_offers()
        case "withdraw":
            services.withdraw_offer(offer.pk, actor=session.desk)
        case "decline":
            services.decline_request(session.booking.pk, words="", actor=session.desk)
        case "cancel":
            services.cancel_booking(session.booking.pk, words="", actor=session.desk)

    for mailbox in (session.contact.email, session.places[0].speaker.user.email):
        files = files_to(mailbox)
        assert [file.method for file in files] == ["REQUEST", "REQUEST", "CANCEL"]
        assert [file.sequence for file in files] == [1, 2, 3]
    assert not DiaryEntry.objects.exists()


def test_a_day_put_off_without_a_new_one_frees_everybody_and_takes_entries_back(session):
    services.postpone_session(session.booking.pk, to=None, actor=session.desk)

    booking = session.now()
    assert (booking.status, booking.next_step, booking.starts_at) == ("requested", "make_offer", None)
    assert not DiaryEntry.objects.exists()
    for mailbox in (session.contact.email, session.places[0].speaker.user.email):
        assert [file.method for file in files_to(mailbox)] == ["REQUEST", "CANCEL"]


def test_names_and_place_close_when_a_day_is_put_off_and_the_call_back_stands(session):
    services.ask_for_release(session.contact.pk, actor=session.desk)
    release = session.contact.releases.get()
    services.approve_release(release.pk, actor=UserFactory(is_staff=True))

    services.postpone_session(session.booking.pk, to=None, actor=session.desk)

    release.refresh_from_db()
    contact = Contact.objects.get()
    assert (release.state, contact.released_at, contact.verified_at) == (
        "ended",
        None,
        session.contact.verified_at,
    )


def test_somebody_who_is_busy_on_the_new_day_is_named_and_nothing_changes(session):
    busy = session.places[0].speaker
    add_absence(busy, starts_at=at(0, day=16), ends_at=at(0, day=17), private=True, actor=busy.user)
    mails = Message.objects.count()

    with pytest.raises(SpeakerBusy) as refused:
        services.postpone_session(
            session.booking.pk, to=NewDay(at(9, 15, day=16), at(16, 15, day=16)), actor=session.desk
        )

    assert refused.value.speaker == busy
    assert (session.now().status, session.now().starts_at) == ("confirmed", at(9, 15))
    assert Message.objects.count() == mails


def test_who_cannot_come_on_the_new_day_is_left_out_and_told(session):
    lead, family = session.places

    services.postpone_session(
        session.booking.pk,
        to=NewDay(at(9, 15, day=16), at(16, 15, day=16)),
        without=[family.speaker_id],
        actor=session.desk,
    )

    assert [place.speaker for place in new_offer(session).engagements.all()] == [lead.speaker]
    assert kinds_to(family.speaker.user.email)[-1] == "stood-down"
    assert kinds_to(lead.speaker.user.email)[-1] == "postponed-speaker"


def test_only_an_agreed_day_that_has_not_begun_is_put_off(session):
    with time_machine.travel(at(10), tick=False), pytest.raises(InvalidMove):
        services.postpone_session(session.booking.pk, to=None, actor=session.desk)
    services.postpone_session(session.booking.pk, to=None, actor=session.desk)
    with pytest.raises(InvalidMove):
        services.postpone_session(session.booking.pk, to=None, actor=session.desk)


@pytest.mark.parametrize(("month", "day", "utc"), [(3, 28, 8), (10, 31, 9)])
def test_an_entry_that_moves_across_a_clock_change_keeps_its_london_time(month, day, utc):
    """The last Sundays of March and October; the day before and after differ by an hour in UTC."""
    before = dt.date(2027, month, day) - dt.timedelta(days=1)
    after = dt.date(2027, month, day) + dt.timedelta(days=1)
    session = agreed(
        starts_at=at(9, 30, day=before.day, month=before.month),
        ends_at=at(12, day=before.day, month=before.month),
    )
    services.postpone_session(
        session.booking.pk,
        to=NewDay(at(9, 30, day=after.day, month=after.month), at(12, day=after.day, month=after.month)),
        actor=session.desk,
    )

    moved = files_to(session.contact.email)[-1]
    assert f"{moved.starts_at:%d %H:%M}" == f"{after.day:02} 09:30"
    assert moved.starts_at.astimezone(dt.UTC).hour == utc


# ---- a place that moves


def test_a_longer_journey_is_asked_about_and_the_longer_time_is_held(session):
    place = session.places[0]
    old = place.travel_minutes

    services.set_venue(session.booking.pk, name="Vexford Hall", postcode=TRURO, actor=session.desk)

    place.refresh_from_db()
    again = session.offer.engagements.get(speaker=place.speaker, state="asked")
    assert (place.state, again.instead_of) == ("freed", place)
    assert again.travel_minutes > old + DeskSettings.current().travel_grows_minutes
    assert again.diary_entry.busy.lower == at(18, day=8) - dt.timedelta(minutes=again.travel_minutes)
    assert kinds_to(place.speaker.user.email)[-1] == "asked-again"
    assert (session.now().status, session.now().outcode, session.now().next_step) == (
        "confirmed",
        "TR1",
        "speakers_answer",
    )

    services.answer_invitation(again.pk, accepts=True, actor=place.speaker.user)
    assert session.now().lead_id == place.speaker_id


def test_a_journey_that_hardly_grows_asks_nobody(session):
    services.set_venue(session.booking.pk, name="Vexford Hall", postcode=GATESHEAD, actor=session.desk)

    assert [place.state for place in session.places] == ["accepted", "accepted"]
    assert session.now().outcode == "NE8"


def test_a_place_named_by_the_agency_counts_once_somebody_has_rung(session, later):
    services.set_venue(
        session.booking.pk, name="Vexford Hall", postcode=TRURO, by_agency=True, actor=session.contact.user
    )
    assert session.now().outcode == "NE1"
    assert session.now().next_step == "ring_about_place"

    services.record_call_back(
        session.contact.pk, number="1", found_where="site", outcome="is_who_they_say", actor=session.desk
    )

    assert session.now().outcode == "TR1"
    assert session.offer.engagements.filter(state="asked").count() == 2


def test_who_is_busy_around_the_longer_journey_keeps_their_place_and_the_page_can_say_so(session):
    place = session.places[0]
    busy = place.diary_entry.busy
    add_absence(
        place.speaker,
        starts_at=busy.upper + dt.timedelta(minutes=10),
        ends_at=busy.upper + dt.timedelta(hours=2),
        private=False,
        actor=place.speaker.user,
    )

    services.set_venue(session.booking.pk, name="Vexford Hall", postcode=TRURO, actor=session.desk)

    kept = next(each for each in session.places if each.pk == place.pk)
    kept.offer.booking = session.now()
    assert (kept.state, kept.diary_entry.busy) == ("accepted", busy)
    assert services.journey_has_grown(kept, DeskSettings.current())


def test_a_change_of_place_asks_for_a_new_call_back_before_release(session, later):
    VenueFactory(booking=session.booking)
    services.ask_for_release(session.contact.pk, actor=session.desk)

    services.set_venue(session.booking.pk, name="Elsewhere", postcode=GATESHEAD, actor=session.desk)

    assert session.contact.releases.get().state == "ended"
    assert session.now().next_step == "ring_about_place"
    with (
        time_machine.travel(at(10, day=2, month=2), tick=False),
        pytest.raises(InvalidMove, match="call-back"),
    ):
        services.ask_for_release(session.contact.pk, actor=session.desk)


def test_a_speaker_online_has_no_journey():
    session = agreed(team=[SpeakerFactory(home_outcode="")])

    services.set_venue(session.booking.pk, name="Vexford Hall", postcode=TRURO, actor=session.desk)

    assert [place.state for place in session.places] == ["accepted"]


def test_a_moved_room_is_the_newer_word_in_every_calendar_and_the_same_room_is_not(session):
    before = session.now().calendar_sequence
    told = {"name": "Vexford Hall", "postcode": "NE1 9QZ"}

    services.set_venue(session.booking.pk, **told, room="Room 2", actor=session.desk)
    moved = session.now().calendar_sequence
    services.set_venue(session.booking.pk, **told, room="Room 2", actor=session.desk)

    assert (moved > before, session.now().calendar_sequence) == (True, moved)
