"""What a speaker may say, what the desk settles, and how a gap is closed: each frees or keeps exactly what it says."""

import datetime as dt

import pytest
import time_machine

from bookings import services
from bookings.services import BadTeam, TooLate
from outbox.models import Message
from speakers.models import DiaryEntry
from tests.bookings.agreed import Agreed, agreed, files_to
from tests.factories import SpeakerFactory, TopicFactory, VerifiedContactFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def session() -> Agreed:
    return agreed()


@pytest.fixture
def asked() -> Agreed:
    """The agency has said yes; nobody else has."""
    return agreed(answers=False)


def told_at_once(words):
    """How many emails to the desk say so and do not wait for others to join them."""
    mails = Message.objects.filter(kind="heard", to="desk@example.org", not_before=None)
    return sum(words in mail.text for mail in mails)


def sent(kind: str) -> list[str]:
    return sorted(Message.objects.filter(kind=kind).values_list("to", flat=True))


# ---- a yes with a condition


def test_a_condition_is_no_yes_until_the_desk_settles_it(asked):
    first, second = asked.places
    services.answer_invitation(first.pk, accepts=True, actor=first.speaker.user)

    services.answer_invitation(
        second.pk, accepts=True, condition="If I can leave by four", actor=second.speaker.user
    )

    booking = asked.now()
    assert (booking.status, booking.waiting_for, booking.next_step) == ("offered", "us", "settle_condition")

    services.settle_condition(second.pk, is_possible=True, actor=asked.desk)

    booking = asked.now()
    assert (booking.status, booking.next_step) == ("confirmed", "issue_agenda")
    assert sent("condition-met") == [second.speaker.user.email]
    assert set(DiaryEntry.objects.values_list("held_until", flat=True)) == {None}


def test_a_condition_that_cannot_be_met_frees_the_speaker_and_leaves_a_gap(asked):
    first, second = asked.places
    services.answer_invitation(first.pk, accepts=True, actor=first.speaker.user)
    services.answer_invitation(second.pk, accepts=True, condition="By train", actor=second.speaker.user)

    services.settle_condition(second.pk, is_possible=False, actor=asked.desk)

    second.refresh_from_db()
    assert (second.state, second.leaves_a_gap, second.diary_entry) == ("declined", True, None)
    assert asked.now().next_step == "replace_speaker"
    assert sent("given-up") == [second.speaker.user.email]


def test_a_condition_is_settled_once(asked):
    place = asked.places[0]
    services.answer_invitation(place.pk, accepts=True, condition="By train", actor=place.speaker.user)
    services.settle_condition(place.pk, is_possible=True, actor=asked.desk)

    with pytest.raises(TooLate):
        services.settle_condition(place.pk, is_possible=False, actor=asked.desk)


# ---- "I can no longer give this session"


def test_giving_a_session_up_frees_the_time_and_takes_the_calendar_entry_back(session):
    place = session.places[0]

    services.give_up_session(place.pk, actor=place.speaker.user)

    place.refresh_from_db()
    booking = session.now()
    assert (place.state, place.leaves_a_gap, place.diary_entry) == ("declined", True, None)
    assert (booking.status, booking.next_step, booking.starts_at) == (
        "confirmed",
        "replace_speaker",
        at(9, 15),
    )
    assert [(file.method, file.sequence) for file in files_to(place.speaker.user.email)] == [
        ("REQUEST", 1),
        ("CANCEL", 2),
    ]
    assert told_at_once("A speaker can no longer come.") == 1


def test_the_lead_passes_to_a_colleague_who_stays(session):
    lead = next(place for place in session.places if place.speaker_id == session.now().lead_id)

    services.give_up_session(lead.pk, actor=lead.speaker.user)

    assert session.now().lead_id == next(place.speaker_id for place in session.places if place.pk != lead.pk)


def test_a_session_is_given_up_once(session):
    place = session.places[0]
    services.give_up_session(place.pk, actor=place.speaker.user)

    with pytest.raises(TooLate):
        services.give_up_session(place.pk, actor=place.speaker.user)

    assert told_at_once("A speaker can no longer come.") == 1


def test_a_session_that_has_begun_is_not_given_up_by_a_button(session):
    place = session.places[0]

    with (
        time_machine.travel(at(9, 30), tick=False),
        pytest.raises(TooLate, match="contact the training desk"),
    ):
        services.give_up_session(place.pk, actor=place.speaker.user)


def test_nothing_else_of_the_booking_changes_when_somebody_steps_in(session):
    place, other = session.places
    topic = TopicFactory()
    place.topics.set([topic])
    before = {
        name: getattr(session.now(), name)
        for name in ("status", "starts_at", "ends_at", "agency_id", "owner_id", "purchase_order", "outcode")
    }
    services.give_up_session(place.pk, actor=place.speaker.user)
    newcomer = SpeakerFactory()

    invited = services.add_speaker(session.offer.pk, speaker=newcomer, actor=session.desk)
    assert list(invited.topics.all()) == [topic]
    assert invited.instead_of == place
    assert invited.held_until == at(17, day=8, month=2)
    assert (session.now().waiting_for, session.now().next_step) == ("speakers", "speakers_answer")

    services.answer_invitation(invited.pk, accepts=True, actor=newcomer.user)

    after = session.now()
    assert {name: getattr(after, name) for name in before} == before
    other.refresh_from_db()
    assert (other.state, other.diary_entry is not None) == ("accepted", True)
    assert [(file.method, file.sequence) for file in files_to(newcomer.user.email)] == [("REQUEST", 3)]
    assert [file.method for file in files_to(other.speaker.user.email)] == ["REQUEST"]


def test_an_invitation_to_step_in_lapses_by_itself_and_the_desk_is_told(session):
    place = session.places[0]
    services.give_up_session(place.pk, actor=place.speaker.user)
    invited = services.add_speaker(session.offer.pk, speaker=SpeakerFactory(), actor=session.desk)

    with time_machine.travel(invited.held_until + dt.timedelta(seconds=1), tick=False):
        with pytest.raises(TooLate):
            services.answer_invitation(invited.pk, accepts=True, actor=invited.speaker.user)
        assert services.expire_due_offers() == 1
        assert services.expire_due_offers() == 0

    invited.refresh_from_db()
    assert (invited.state, invited.leaves_a_gap, invited.diary_entry) == ("freed", True, None)
    assert session.now().next_step == "replace_speaker"
    assert told_at_once("A speaker did not answer in time.") == 1
    assert sent("stood-down") == [invited.speaker.user.email]


def test_a_run_out_place_never_stands_in_the_way_of_another_offer(session):
    place = session.places[0]
    services.give_up_session(place.pk, actor=place.speaker.user)
    invited = services.add_speaker(session.offer.pk, speaker=SpeakerFactory(), actor=session.desk)

    with time_machine.travel(invited.held_until + dt.timedelta(hours=1), tick=False):
        offer = services.make_offer(
            VerifiedContactFactory().booking_id,
            starts_at=at(9, 15),
            ends_at=at(16, 15),
            team={invited.speaker_id: []},
            lead=invited.speaker,
            actor=session.desk,
        )

    assert offer.engagements.get().speaker == invited.speaker


def test_going_on_without_closes_the_gap_and_never_leaves_family_alone(session):
    colleague, family = session.places
    services.give_up_session(family.pk, actor=family.speaker.user)
    services.go_on_without(family.pk, actor=session.desk)
    assert session.now().next_step == "issue_agenda"

    services.give_up_session(colleague.pk, actor=colleague.speaker.user)
    with pytest.raises(BadTeam):
        services.go_on_without(colleague.pk, actor=session.desk)
    with pytest.raises(TooLate):
        services.use_recorded_account(family.pk, actor=session.desk)
