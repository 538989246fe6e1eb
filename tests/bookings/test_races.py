"""Two people at once. Each test holds the gap between looking and writing open until both are in it."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
import time_machine
from django.db import connection

from bookings import services
from bookings.models import Booking, DeskSettings, Engagement, Enquiry, Matter
from bookings.services import InvalidMove, TooLate, moves, offers
from outbox.models import Message
from speakers import services as diary
from speakers.models import DiaryEntry
from tests.factories import SpeakerFactory, UserFactory, VerifiedContactFactory, at

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that begin together; give back what each returned or raised."""
    ready = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            ready.wait(timeout=20)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def wait_for_both(both: Barrier) -> None:
    """Wait until the other is here too, or a second when a lock keeps them out."""
    with suppress(BrokenBarrierError):
        both.wait(timeout=1)


def names(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


@pytest.fixture(autouse=True)
def desk_is_set_up():
    """Its row is made when first asked for, and whoever makes it would keep the others waiting."""
    DeskSettings.current()


@pytest.fixture
def speaker():
    return SpeakerFactory()


def test_the_database_alone_refuses_a_second_hold(speaker):
    """No lock is taken here: both inserts are sent while neither has committed."""
    results = at_once(*[lambda: diary.hold(speaker, starts_at=at(9), ends_at=at(12), held_until=None)] * 2)

    assert names(results) == ["DiaryEntry", "SpeakerBusy"]
    assert DiaryEntry.objects.count() == 1


def test_two_coordinators_hold_one_speaker_for_two_agencies(speaker, monkeypatch):
    both = Barrier(2)
    real = offers.check_team
    monkeypatch.setattr(offers, "check_team", lambda *args: (wait_for_both(both), real(*args))[1])
    coordinator = UserFactory()
    bookings = [VerifiedContactFactory().booking for _ in range(2)]

    results = at_once(
        *[
            lambda pk=booking.pk: services.make_offer(
                pk, starts_at=at(9), ends_at=at(16), team={speaker.pk: []}, lead=speaker, actor=coordinator
            )
            for booking in bookings
        ]
    )

    assert names(results) == ["Offer", "SpeakerBusy"]
    assert DiaryEntry.objects.count() == 1


def test_two_presses_of_accept_send_one_set_of_mail(speaker, monkeypatch):
    contact = VerifiedContactFactory()
    offer = services.make_offer(
        contact.booking_id,
        starts_at=at(9),
        ends_at=at(16),
        team={speaker.pk: []},
        lead=speaker,
        actor=UserFactory(),
    )
    services.answer_invitation(offer.engagements.get().pk, accepts=True, actor=speaker.user)
    both = Barrier(2)
    real = offers.move_offer
    monkeypatch.setattr(offers, "move_offer", lambda *args: (wait_for_both(both), real(*args))[1])

    results = at_once(*[lambda: services.accept_offer(offer.pk, actor=contact.user)] * 2)

    assert names(results) == ["Booking", "TooLate"]
    assert Message.objects.filter(kind="confirmed").count() == 1


def test_accept_against_cancel_has_one_outcome(speaker, monkeypatch):
    contact = VerifiedContactFactory()
    coordinator = UserFactory()
    offer = services.make_offer(
        contact.booking_id,
        starts_at=at(9),
        ends_at=at(16),
        team={speaker.pk: []},
        lead=speaker,
        actor=coordinator,
    )
    both = Barrier(2)
    real = moves.locked

    def meet_then_lock(booking_id: int) -> Booking:
        wait_for_both(both)
        return real(booking_id)

    monkeypatch.setattr(offers, "locked", meet_then_lock)
    monkeypatch.setattr("bookings.services.triage.locked", meet_then_lock)

    at_once(
        lambda: services.accept_offer(offer.pk, actor=contact.user),
        lambda: services.cancel_booking(contact.booking_id, words="", actor=coordinator),
    )

    assert Booking.objects.get().status == "cancelled"
    assert not DiaryEntry.objects.exists()


@pytest.fixture
def coordinator():
    return UserFactory()


@pytest.fixture
def contact():
    return VerifiedContactFactory()


@pytest.fixture
def offer(contact, speaker, coordinator):
    """A date that waits for the agency and for its one speaker."""
    return services.make_offer(
        contact.booking_id,
        starts_at=at(9),
        ends_at=at(16),
        team={speaker.pk: []},
        lead=speaker,
        actor=coordinator,
    )


@pytest.fixture
def meet(monkeypatch):
    """Hold everybody at the door: nobody takes the booking's lock before both stand in front of it."""
    both = Barrier(2)
    real = moves.locked

    def meet_then_lock(booking_id: int) -> Booking:
        wait_for_both(both)
        return real(booking_id)

    for module in ("offers", "answers", "chasing", "triage", "releases", "asking"):
        monkeypatch.setattr(f"bookings.services.{module}.locked", meet_then_lock)


@pytest.fixture
def no_lock(monkeypatch):
    """The guard taken out: everybody reads the booking and nobody holds it; both have read before either goes on."""
    both = Barrier(2)

    def only_read(booking_id: int) -> Booking:
        return Booking.objects.select_related("agency", "format", "region").get(pk=booking_id)

    for module in ("offers", "answers", "chasing", "triage", "releases", "asking"):
        monkeypatch.setattr(f"bookings.services.{module}.locked", only_read)
    return lambda: wait_for_both(both)


def held_open(monkeypatch, target: str, meeting: Callable[..., Any]) -> None:
    """Wait at the first write: whoever comes there has looked already."""
    module, _, name = target.rpartition(".")
    real = getattr(import_module(module), name)
    monkeypatch.setattr(target, lambda *args, **kwargs: (meeting(), real(*args, **kwargs))[1])


def test_two_offers_for_one_booking_are_two_numbered_dates(contact, coordinator, meet):
    """Two coordinators, one booking, two speakers: both stand, told apart, and one can be accepted."""
    results = at_once(
        *[
            lambda day=day, one=one: services.make_offer(
                contact.booking_id,
                starts_at=at(9, day=day),
                ends_at=at(16, day=day),
                team={one.pk: []},
                lead=one,
                actor=coordinator,
            )
            for day, one in ((9, SpeakerFactory()), (10, SpeakerFactory()))
        ]
    )

    assert names(results) == ["Offer", "Offer"]
    assert sorted(offer.number for offer in results) == [1, 2]


def test_two_offers_fail_without_the_lock(contact, coordinator, no_lock, monkeypatch):
    held_open(monkeypatch, "bookings.services.proposing.hold_for", no_lock)

    results = at_once(
        *[
            lambda day=day, one=one: services.make_offer(
                contact.booking_id,
                starts_at=at(9, day=day),
                ends_at=at(16, day=day),
                team={one.pk: []},
                lead=one,
                actor=coordinator,
            )
            for day, one in ((9, SpeakerFactory()), (10, SpeakerFactory()))
        ]
    )

    assert names(results) == ["IntegrityError", "Offer"]


def accept_or_decline(contact: Any, offer: Any) -> list[Any]:
    return at_once(
        lambda: services.accept_offer(offer.pk, actor=contact.user),
        lambda: services.decline_offers(contact.booking_id, note="", actor=contact.user),
    )


def test_accept_against_decline_has_one_outcome(contact, offer, meet):
    accepted, declined = accept_or_decline(contact, offer)

    offer.refresh_from_db()
    told = {"accepted": declined, "declined": accepted}[offer.state]
    assert isinstance(told, InvalidMove), told
    assert str(told)


def test_accept_against_decline_fails_without_the_lock(contact, offer, no_lock, monkeypatch):
    held_open(monkeypatch, "bookings.services.offers.move_offer", no_lock)

    results = accept_or_decline(contact, offer)

    assert not any(isinstance(result, InvalidMove) for result in results)


def answer_or_lapse(offer: Any, speaker: Any) -> list[Any]:
    with time_machine.travel(offer.expires_at + dt.timedelta(seconds=1), tick=False):
        return at_once(
            lambda: services.answer_invitation(offer.engagements.get().pk, accepts=True, actor=speaker.user),
            services.expire_due_offers,
        )


def test_an_answer_against_the_end_of_the_hold_frees_the_speaker_and_says_so(offer, speaker, meet):
    answered, lapsed = answer_or_lapse(offer, speaker)

    assert isinstance(answered, TooLate)
    assert lapsed == 1
    assert not DiaryEntry.objects.exists()


def test_an_answer_just_in_time_against_a_withdrawal_has_one_outcome(offer, speaker, coordinator, meet):
    answered, withdrawn = at_once(
        lambda: services.answer_invitation(offer.engagements.get().pk, accepts=True, actor=speaker.user),
        lambda: services.withdraw_offer(offer.pk, actor=coordinator),
    )

    assert type(withdrawn).__name__ == "Offer"
    assert isinstance(answered, TooLate | Engagement)
    assert Engagement.objects.get().state == "freed"
    assert not DiaryEntry.objects.exists()


def test_an_answer_against_a_withdrawal_fails_without_the_lock(
    offer, speaker, coordinator, no_lock, monkeypatch
):
    """The yes is written over an invitation that has ended meanwhile: the trigger is what is left to refuse it."""
    held_open(monkeypatch, "bookings.services.offers.doing", no_lock)
    held_open(monkeypatch, "bookings.services.answers.doing", no_lock)

    answered, _ = at_once(
        lambda: services.answer_invitation(offer.engagements.get().pk, accepts=True, actor=speaker.user),
        lambda: services.withdraw_offer(offer.pk, actor=coordinator),
    )

    assert not isinstance(answered, TooLate)


@pytest.fixture
def release(offer, contact, speaker, coordinator):
    """Asked for by one coordinator, and waiting for another."""
    services.accept_offer(offer.pk, actor=contact.user)
    services.answer_invitation(offer.engagements.get().pk, accepts=True, actor=speaker.user)
    return services.ask_for_release(contact.pk, actor=coordinator)


def test_a_release_is_approved_once(release, meet):
    results = at_once(
        *[
            lambda one=one: services.approve_release(release.pk, actor=one)
            for one in UserFactory.create_batch(2)
        ]
    )

    assert names(results) == ["InvalidMove", "Release"]
    assert Message.objects.filter(kind="released").count() == 1


def test_a_second_approval_fails_without_the_lock(release, no_lock, monkeypatch):
    held_open(monkeypatch, "bookings.services.releases.move_release", no_lock)

    results = at_once(
        *[
            lambda one=one: services.approve_release(release.pk, actor=one)
            for one in UserFactory.create_batch(2)
        ]
    )

    assert names(results) != ["InvalidMove", "Release"]


def test_approve_against_refuse_leaves_one_decision(release, meet):
    one, other = UserFactory.create_batch(2)

    at_once(
        lambda: services.approve_release(release.pk, actor=one),
        lambda: services.refuse_release(release.pk, actor=other),
    )

    release.refresh_from_db()
    contact = release.contact
    # refused first: the approval comes too late. Approved first: the refusal closes it again.
    assert release.state in ("refused", "ended")
    assert contact.released_at is None


def test_one_question_pressed_twice_is_one(meet):
    asked = {"name": "Casey Invented", "message": "May volunteers come?", "email": "casey@example.org"}

    first, second = at_once(*[lambda: services.make_enquiry(**asked)] * 2)

    assert first == second
    assert Enquiry.objects.count() == 1
    assert Message.objects.filter(kind="enquiry-received").count() == 1


def test_one_note_pressed_twice_is_one(contact, coordinator, meet):
    write = [
        lambda: services.write_note(contact.booking_id, side="desk", text="Room B, please", actor=coordinator)
    ]

    first, second = at_once(*write * 2)

    assert first == second
    assert Message.objects.filter(kind="note").count() == 1


def test_one_absence_pressed_twice_is_one(speaker):
    away = [
        lambda: diary.add_absence(speaker, starts_at=at(9), ends_at=at(12), private=False, actor=speaker.user)
    ]

    first, second = at_once(*away * 2)

    assert first == second
    assert DiaryEntry.objects.count() == 1


def test_the_accept_race_fails_without_the_lock(speaker, monkeypatch):
    """The guard taken out: both pass the check, and the database's own rules are what is left."""
    contact = VerifiedContactFactory()
    offer = services.make_offer(
        contact.booking_id,
        starts_at=at(9),
        ends_at=at(16),
        team={speaker.pk: []},
        lead=speaker,
        actor=UserFactory(),
    )
    both = Barrier(2)
    real = offers.move_offer
    monkeypatch.setattr(offers, "move_offer", lambda *args: (wait_for_both(both), real(*args))[1])
    monkeypatch.setattr(
        offers, "locked", lambda pk: Booking.objects.select_related("agency", "format", "region").get(pk=pk)
    )

    results = at_once(*[lambda: services.accept_offer(offer.pk, actor=contact.user)] * 2)

    assert names(results) != ["Booking", "TooLate"]


# ---- what changes after the day is agreed


@pytest.fixture
def agreed_offer(contact, offer, speaker):
    """Everybody has said yes."""
    services.accept_offer(offer.pk, actor=contact.user)
    services.answer_invitation(offer.engagements.get().pk, accepts=True, actor=speaker.user)
    return offer


def test_a_session_given_up_twice_at_once_is_given_up_once(agreed_offer, speaker, meet):
    place = agreed_offer.engagements.get().pk

    results = at_once(*[lambda: services.give_up_session(place, actor=speaker.user)] * 2)

    assert names(results) == ["Engagement", "TooLate"]
    assert Matter.objects.filter(kind="speaker_off").count() == 1


def test_giving_up_twice_fails_without_the_lock(agreed_offer, speaker, no_lock, monkeypatch):
    held_open(monkeypatch, "bookings.services.answers.doing", no_lock)
    place = agreed_offer.engagements.get().pk

    results = at_once(*[lambda: services.give_up_session(place, actor=speaker.user)] * 2)

    assert "TooLate" not in names(results)


def test_a_session_given_up_while_the_day_is_put_off_has_one_outcome(
    agreed_offer, speaker, coordinator, meet
):
    """Whoever is first: the speaker is free, or asked for the new day; never both, and no time is left behind."""
    place = agreed_offer.engagements.get().pk
    new_day = services.NewDay(at(9, day=16), at(16, day=16))

    given_up, put_off = at_once(
        lambda: services.give_up_session(place, actor=speaker.user),
        lambda: services.postpone_session(agreed_offer.booking_id, to=new_day, actor=coordinator),
    )

    live = Engagement.objects.filter(state__in=["asked", "accepted"])
    if isinstance(put_off, Booking):
        assert isinstance(given_up, TooLate)
        assert [each.state for each in live] == ["asked"]
    else:
        assert isinstance(given_up, Engagement)
        assert not live.exists()
    assert DiaryEntry.objects.count() == live.count()


def test_two_coordinators_who_close_one_gap_hold_one_speaker_for_it(agreed_offer, speaker, coordinator, meet):
    place = agreed_offer.engagements.get().pk
    services.give_up_session(place, actor=speaker.user)
    spares = [SpeakerFactory() for _ in range(2)]

    results = at_once(
        *[
            lambda spare=spare: services.add_speaker(
                agreed_offer.pk, speaker=spare, instead_of=place, actor=coordinator
            )
            for spare in spares
        ]
    )

    assert names(results) == ["Engagement", "TooLate"]
    assert DiaryEntry.objects.count() == 1


def test_a_yes_to_step_in_against_the_end_of_its_hold_has_one_outcome(
    agreed_offer, speaker, coordinator, meet
):
    services.give_up_session(agreed_offer.engagements.get().pk, actor=speaker.user)
    invited = services.add_speaker(agreed_offer.pk, speaker=SpeakerFactory(), actor=coordinator)

    with time_machine.travel(invited.held_until + dt.timedelta(seconds=1), tick=False):
        answered, lapsed = at_once(
            lambda: services.answer_invitation(invited.pk, accepts=True, actor=invited.speaker.user),
            services.expire_due_offers,
        )

    assert isinstance(answered, TooLate)
    assert lapsed == 1
    assert not DiaryEntry.objects.exists()


def test_two_sweeps_at_once_free_each_hold_once(offer, meet):
    with time_machine.travel(offer.expires_at + dt.timedelta(seconds=1), tick=False):
        results = at_once(services.expire_due_offers, services.expire_due_offers)

    assert sorted(results) == [0, 1]
    assert Message.objects.filter(kind="stood-down").count() == 1


def test_two_sweeps_of_reminders_at_once_write_each_reminder_once(offer):
    with time_machine.travel(offer.expires_at - dt.timedelta(hours=20), tick=False):
        Engagement.objects.update(asked_at=offer.expires_at - dt.timedelta(days=5))
        at_once(services.send_due_reminders, services.send_due_reminders)

    assert Message.objects.filter(kind="reminder").count() == 1
