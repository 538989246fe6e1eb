"""What an act would do is told by running it and taking it back, and told again, the same, when it was done."""

import threading

import pytest
from django.apps import apps
from django.db import connection, transaction

from bookings import services
from bookings.effects import Audience, Busy, Role, preview, recording
from bookings.models import Booking, Venue
from bookings.states import BookingStatus
from outbox import bell
from outbox.models import Message
from tests.bookings.agreed import agreed
from tests.factories import VenueFactory


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table; the other models of the trail have none."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.label == "pghistory.Context" or model._meta.app_label != "pghistory"
    }


def cancel(session):
    return lambda: services.cancel_booking(session.booking.pk, words="We are sorry.", actor=session.desk)


@pytest.mark.django_db
def test_a_look_ahead_leaves_no_row_no_trail_and_no_bell(django_capture_on_commit_callbacks):
    session = agreed()
    before = everything()

    with django_capture_on_commit_callbacks() as bells:
        effects = preview(cancel(session), session.booking)

    assert len(effects.mails) == 3
    assert everything() == before
    assert bells == []


@pytest.mark.django_db
def test_what_was_said_beforehand_is_what_is_done(django_capture_on_commit_callbacks):
    session = agreed()
    first, second = (place.speaker for place in session.places)
    ahead = preview(cancel(session), session.booking)
    already = set(Message.objects.values_list("pk", flat=True))

    _, effects = recording(cancel(session), session.booking)

    came = Message.objects.exclude(pk__in=already)
    assert sorted(mail.to for mail in effects.mails) == sorted(came.values_list("to", flat=True))
    assert effects.mails == ahead.mails
    assert ahead.sentences == [
        "9 March will be no longer offered.",
        "The booking will be “Cancelled”.",
        "This cannot be undone.",
        f"{first.name} and {second.name} will be free again on 9 March.",
        f"We will email {session.contact.name}, {first.name} and {second.name}.",
        f"The session will be taken out of the calendar of {session.contact.name}, {first.name} and {second.name}.",
        "Next step: Closed.",
    ]
    assert effects.done == [
        "9 March is no longer offered.",
        "The booking is “Cancelled”.",
        f"{first.name} and {second.name} are free again on 9 March.",
        f"We emailed {session.contact.name}, {first.name} and {second.name}.",
        f"The session has been taken out of the calendar of {session.contact.name}, {first.name} and {second.name}.",
        "Next step: Closed.",
    ]


@pytest.mark.django_db
def test_an_agency_reads_no_name_of_a_speaker_nor_that_any_is_told():
    session = agreed()

    effects = preview(cancel(session), session.booking)

    assert effects.sentences_for(Audience.AGENCY, email=session.contact.email) == ["We will email you."]


@pytest.mark.django_db
def test_a_person_with_two_mails_is_named_once():
    session = agreed(answers=False)
    first, second = session.places

    effects = preview(
        lambda: [
            services.answer_invitation(place.pk, accepts=True, actor=place.speaker.user)
            for place in (first, second)
        ],
        session.booking,
    )

    assert len([mail for mail in effects.mails if mail.role == Role.DESK]) == 2
    [mailed] = [words for words in effects.sentences if words.startswith("We will email")]
    assert mailed.count("the training desk") == 1


@pytest.mark.django_db
def test_an_act_that_changes_nothing_says_so():
    session = agreed()
    VenueFactory(booking=session.booking)
    values = {"name": "Vexford Hall", "address": "7 Plover Row, Vexford", "postcode": "NE1 9QZ"}

    effects = preview(
        lambda: services.set_venue(session.booking.pk, **values, actor=session.desk), session.booking
    )

    assert effects.sentences == ["This changes nothing: it is so already."]


@pytest.mark.django_db
def test_a_refusal_of_the_service_comes_through_and_leaves_nothing():
    session = agreed()
    before = everything()

    with pytest.raises(services.InvalidMove):
        preview(lambda: services.close_booking(session.booking.pk, actor=session.desk), session.booking)

    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_a_look_ahead_never_waits_for_somebody_who_is_changing_the_booking():
    session = agreed()
    is_locked, may_go = threading.Event(), threading.Event()

    def somebody_else():
        with transaction.atomic():
            services.lock_booking(session.booking.pk)
            is_locked.set()
            may_go.wait(20)
        connection.close()

    other = threading.Thread(target=somebody_else)
    other.start()
    assert is_locked.wait(20)
    try:
        with pytest.raises(Busy, match="Somebody else is changing this booking"):
            preview(cancel(session), session.booking)
    finally:
        may_go.set()
        other.join()

    assert Booking.objects.get().status == BookingStatus.CONFIRMED
    assert preview(cancel(session), session.booking).mails


@pytest.mark.django_db(transaction=True)
def test_a_look_ahead_outside_any_transaction_rings_no_bell_and_writes_nothing(monkeypatch):
    session = agreed()
    rung = []
    monkeypatch.setattr(bell, "publish", rung.append)
    before = everything()

    preview(
        lambda: services.set_venue(session.booking.pk, name="Vexford Hall", actor=session.desk),
        session.booking,
    )
    preview(cancel(session), session.booking)

    assert rung == []
    assert everything() == before
    assert Venue.objects.count() == 0
