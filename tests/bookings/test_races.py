"""Two people at once. Each test holds the gap between looking and writing open until both are in it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection

from bookings import services
from bookings.models import Booking
from bookings.services import moves, offers
from outbox.models import Message
from speakers import services as diary
from speakers.models import DiaryEntry
from tests.factories import SpeakerFactory, UserFactory, VerifiedContactFactory, at

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads; give back what each returned or raised."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def wait_for_both(both: Barrier) -> None:
    """Wait until the other is here too, or half a second when a lock keeps them out."""
    with suppress(BrokenBarrierError):
        both.wait(timeout=0.5)


def names(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


@pytest.fixture
def speaker():
    return SpeakerFactory()


def test_the_database_alone_refuses_a_second_hold(speaker):
    """No lock is taken here: both inserts are sent while neither has committed."""
    results = at_once(
        *[lambda: diary.hold(speaker, starts_at=at(9), ends_at=at(12), held_until=None)] * 2
    )

    assert names(results) == ["DiaryEntry", "SpeakerBusy"]
    assert DiaryEntry.objects.count() == 1


def test_two_coordinators_hold_one_speaker_for_two_agencies(speaker, monkeypatch):
    both = Barrier(2)
    real = offers._check_team
    monkeypatch.setattr(offers, "_check_team", lambda *args: (wait_for_both(both), real(*args))[1])
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
