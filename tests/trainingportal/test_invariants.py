"""Each rule finds what breaks it, planted past the services and past the database's own guards, and nothing else."""

import datetime as dt
from contextlib import contextmanager

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from agendas import services as agendas
from agendas.models import Document, Issue
from agendas.services import papers
from bookings import services
from bookings.models import Booking, Contact, Engagement, Offer, Release
from courses import catalogue
from courses.models import Format
from outbox.health import look
from outbox.models import Message
from speakers.models import DiaryEntry
from tests.factories import (
    BookingFactory,
    SpeakerFactory,
    UserFactory,
    VerifiedContactFactory,
    at,
)
from tests.shipped import load
from trainingportal import invariants, tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _february(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def offer():
    """A date that agency and speaker have both agreed to; then an agenda, with its paper made, and a release."""
    load(catalogue)
    desk, second = UserFactory(), UserFactory()
    speaker = SpeakerFactory()
    contact = VerifiedContactFactory(booking=BookingFactory(format=Format.objects.get(slug="full-day")))
    offer = services.make_offer(
        contact.booking_id,
        starts_at=at(9, 15),
        ends_at=at(16, 15),
        team={speaker.pk: []},
        lead=speaker,
        actor=desk,
    )
    services.accept_offer(offer.pk, actor=contact.user)
    services.answer_invitation(offer.engagements.get().pk, accepts=True, actor=speaker.user)
    agenda = agendas.open_agenda(Booking.objects.get(), filled=True, actor=speaker.user)
    papers.preview(agenda.pk, actor=speaker.user)
    document = papers.claim_next()
    papers.finish(document, b"%PDF-a-paper")
    release = services.ask_for_release(contact.pk, actor=desk)
    services.approve_release(release.pk, actor=second)
    Message.objects.all().delete()
    return Offer.objects.get()


def rules(found):
    return sorted({finding.rule for finding in found})


@contextmanager
def past_every_guard():
    """Write what no service and no trigger would let through; put the database's rules aside for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # what is still to be checked would hold up ALTER TABLE
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.fixture
def no_exclusion():
    """Let entries overlap: the constraint is taken out until the test's transaction is rolled back."""
    with past_every_guard() as cursor:
        cursor.execute("ALTER TABLE speakers_diaryentry DROP CONSTRAINT speaker_is_in_one_place")
        cursor.execute("ALTER TABLE speakers_diaryentry DROP CONSTRAINT speaker_is_not_away_and_speaking")


def test_nothing_is_found_where_everything_fits(offer):
    assert invariants.look_over() == []


def test_it_reads_only(offer, monkeypatch):
    monkeypatch.setattr(
        invariants, "RULES", {"It writes": lambda: iter([str(Booking.objects.all().delete())])}
    )

    with pytest.raises(Exception, match="read-only transaction"):
        invariants.look_over()


def test_a_speaker_in_two_places(offer, no_exclusion):
    entry = DiaryEntry.objects.get()
    twice = DiaryEntry.objects.create(speaker=entry.speaker, kind="engagement", busy=entry.busy)
    away = DiaryEntry.objects.create(speaker=entry.speaker, kind="absence", busy=entry.busy)

    found = invariants.look_over()

    clashes = [finding.what for finding in found if finding.rule == "A speaker is in two places"]
    assert clashes == [
        f"diary entries {entry.pk} and {twice.pk}",
        f"diary entries {entry.pk} and {away.pk}",
        f"diary entries {twice.pk} and {away.pk}",
    ]


def plant_place_without_time(offer, cursor):
    cursor.execute("ALTER TABLE bookings_engagement DROP CONSTRAINT a_live_engagement_holds_time")
    cursor.execute("UPDATE bookings_engagement SET diary_entry_id = NULL")


def plant_time_beside_the_session(offer, cursor):
    cursor.execute(
        "UPDATE speakers_diaryentry SET busy = tstzrange(lower(busy) + '1 day', upper(busy) + '1 day')"
    )


def plant_agreed_by_nobody(offer, cursor):
    cursor.execute("UPDATE bookings_engagement SET state = 'freed'")


def plant_place_past_its_time(offer, cursor):
    cursor.execute("UPDATE bookings_engagement SET state = 'asked'")
    cursor.execute("UPDATE speakers_diaryentry SET held_until = '2027-01-01'")


def plant_agreed_and_only_held(offer, cursor):
    cursor.execute("UPDATE speakers_diaryentry SET held_until = '2027-03-01'")


def plant_stand_in_from_elsewhere(offer, cursor):
    other = VerifiedContactFactory()
    speaker = SpeakerFactory()
    services.make_offer(
        other.booking_id,
        starts_at=at(9),
        ends_at=at(12),
        team={speaker.pk: []},
        lead=speaker,
        actor=offer.made_by,
    )
    cursor.execute(
        "UPDATE bookings_engagement SET instead_of_id = %s WHERE offer_id <> %s",
        [offer.engagements.get().pk, offer.pk],
    )


def plant_another_day(offer, cursor):
    cursor.execute("UPDATE bookings_booking SET ends_at = ends_at + interval '1 hour'")


def plant_dead_offer_in_an_agreed_booking(offer, cursor):
    cursor.execute("UPDATE bookings_offer SET state = 'open'")


def plant_wrong_side(offer, cursor):
    cursor.execute("UPDATE bookings_booking SET waiting_for = 'nobody'")


def plant_no_contact(offer, cursor):
    cursor.execute("UPDATE bookings_contact SET booking_id = 0")


def plant_no_call_back(offer, cursor):
    cursor.execute("DELETE FROM bookings_callback")


def plant_released_without_release(offer, cursor):
    cursor.execute("UPDATE bookings_release SET state = 'ended'")


def plant_revoked_and_released(offer, cursor):
    cursor.execute("UPDATE bookings_contact SET revoked_at = now()")


def plant_release_nobody_applied(offer, cursor):
    cursor.execute("UPDATE bookings_contact SET released_at = NULL")
    cursor.execute("UPDATE bookings_release SET state = 'asked', takes_effect_at = '2027-01-01'")


def plant_mail_in_a_dead_hand(offer, cursor):
    services.write_note(offer.booking_id, side="desk", text="x", actor=offer.made_by)
    cursor.execute(
        "UPDATE outbox_message SET state = 'handing_over', claim = gen_random_uuid(), claimed_at = '2027-01-01'"
    )


def plant_mail_nobody_takes(offer, cursor):
    services.write_note(offer.booking_id, side="desk", text="x", actor=offer.made_by)
    cursor.execute("UPDATE outbox_message SET due_at = '2027-01-01'")


def plant_paper_nobody_makes(offer, cursor):
    cursor.execute("UPDATE agendas_document SET state = 'queued', requested_at = '2027-01-01'")


def put_back(content):
    name = Document.objects.get().file.name
    default_storage.delete(name)
    with default_storage.open(name, "wb") as file:
        file.write(content)


def plant_changed_file(offer, cursor):
    put_back(b"%PDF-another")


def plant_lost_file(offer, cursor):
    default_storage.delete(Document.objects.get().file.name)


def plant_issued_without_an_issue(offer, cursor):
    cursor.execute("UPDATE bookings_booking SET status = 'ready'")


def plant_papers_of_another_day(offer, cursor):
    Issue.objects.create(
        agenda=offer.booking.agenda,
        number=1,
        version=1,
        snapshot={"agenda": {"day": "2027-01-01"}},
        issued_by=offer.made_by,
    )


PLANTS = [
    (plant_issued_without_an_issue, "The booking and its agenda do not fit"),
    (plant_papers_of_another_day, "Papers say another day than their booking"),
    (plant_place_without_time, "Somebody was asked and their time is not taken"),
    (plant_place_without_time, "Time is taken for no session"),
    (plant_time_beside_the_session, "Somebody was asked and their time is not taken"),
    (plant_agreed_by_nobody, "A session is agreed and nobody gives it"),
    (plant_place_past_its_time, "A place in an agreed session is held past its time"),
    (plant_agreed_and_only_held, "An agreed place is only held"),
    (plant_stand_in_from_elsewhere, "Somebody stands in for another booking's speaker"),
    (plant_another_day, "The agreed day is not the day that was offered"),
    (plant_dead_offer_in_an_agreed_booking, "An offer and its booking do not fit"),
    (plant_wrong_side, "The queue waits for the wrong side"),
    (plant_no_contact, "Nobody to answer to"),
    (plant_no_call_back, "Released without a call-back"),
    (plant_released_without_release, "Released, and no release is in effect"),
    (plant_revoked_and_released, "Released, and no release is in effect"),
    (plant_release_nobody_applied, "A release waits past its time"),
    (plant_mail_in_a_dead_hand, "Mail is stuck"),
    (plant_mail_nobody_takes, "Mail is stuck"),
    (plant_paper_nobody_makes, "A paper is stuck"),
    (plant_changed_file, "A paper's file is not the one that was made"),
    (plant_lost_file, "A paper's file is not the one that was made"),
]


def test_what_is_planted_is_found(offer):
    """One after the other, each taken out again before the next."""
    missed = []
    for plant, rule in PLANTS:
        with past_every_guard() as cursor, transaction.atomic():
            plant(offer, cursor)
            if rule not in rules(invariants.look_over()):
                missed.append((plant.__name__, rule))
            transaction.set_rollback(True)
        put_back(b"%PDF-a-paper")

    assert missed == []
    assert invariants.look_over() == []


def test_an_offered_booking_without_an_offer_and_a_hold_past_its_time():
    contact = VerifiedContactFactory()
    speaker = SpeakerFactory()
    services.make_offer(
        contact.booking_id,
        starts_at=at(9),
        ends_at=at(12),
        team={speaker.pk: []},
        lead=speaker,
        actor=UserFactory(),
    )
    with time_machine.travel(at(10, day=1, month=3), tick=False):
        assert rules(invariants.look_over()) == ["An offer holds past its time", "Mail is stuck"]

    with past_every_guard() as cursor:
        cursor.execute("UPDATE bookings_offer SET state = 'lapsed'")
        assert "An offer and its booking do not fit" in rules(invariants.look_over())


def test_detail_left_open_after_its_time_would_be_found(offer, monkeypatch):
    """The door itself is made to forget the calendar."""
    monkeypatch.setattr("bookings.release.detail_is_open", lambda *args: True)

    with time_machine.travel(at(10, month=9), tick=False):
        services.note_days_passed()
        assert rules(invariants.look_over()) == ["Names and place are open beyond their time"]


def test_detail_closed_by_the_calendar_is_no_finding(offer):
    with time_machine.travel(at(10, month=9), tick=False):
        services.note_days_passed()
        assert invariants.look_over() == []


def test_a_day_that_has_passed_comes_before_the_desk(offer):
    with time_machine.travel(at(17), tick=False):
        assert services.note_days_passed() == 1
        assert services.note_days_passed() == 0
        assert Booking.objects.get().next_step == "record_delivery"


def test_the_nightly_look_tells_the_desk(offer):
    Booking.objects.update(waiting_for="nobody")

    tasks.check_invariants()

    said = look(ask_broker=False).said["invariants"]
    assert said.at == timezone.now()
    assert said.lines == [
        f"The queue waits for the wrong side: {offer.booking.reference} says issue_agenda, and it is issue_agenda"
    ]


def test_the_command_says_what_it_found_and_fails(offer, capsys):
    call_command("check_invariants")
    assert capsys.readouterr().out == f"All {len(invariants.RULES)} rules hold.\n"

    Contact.objects.update(released_at=None)
    Release.objects.all().delete()
    Engagement.objects.update(leaves_a_gap=True)
    with pytest.raises(CommandError, match=r"1 thing does not fit\."):
        call_command("check_invariants")


def test_a_long_list_is_cut():
    BookingFactory.create_batch(25)

    found = invariants.look_over()

    assert len([finding for finding in found if finding.rule == "Nobody to answer to"]) == 20


def test_every_rule_is_told_apart_and_was_planted():
    assert len(invariants.RULES) == 21
    assert dt.timedelta(0) < invariants.LATE < invariants.STUCK
