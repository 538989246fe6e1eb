"""Bookings at each stage, made by the real services, and people signed in to read them."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from bookings import services
from bookings.models import Booking, Contact, Engagement, Offer
from speakers.models import Speaker
from tests.factories import (
    AudienceFactory,
    BookingFactory,
    ContactFactory,
    FormatFactory,
    SpeakerFactory,
    TopicFactory,
    UserFactory,
    VerifiedContactFactory,
    at,
)

VENUE = {
    "name": "Vexford Hall",
    "address": "7 Plover Row, Vexford",
    "postcode": "NE1 9QZ",
    "room": "Lecture room 2",
    "arrival": "Park behind the bakery",
}
PLANTED = ["Vexford", "Plover", "NE1 9QZ", "Lecture room 2", "bakery", "Quillfeather"]


@pytest.fixture(autouse=True)
def _february():
    """It is Monday 1 February 2027, ten o'clock."""
    with time_machine.travel(at(10, day=1, month=2), tick=True):
        yield


@pytest.fixture
def coordinator(db) -> User:
    return UserFactory(name="Priya Desk", is_staff=True)


def signed_in(user: User) -> Client:
    """A browser in which this person entered a code."""
    client = Client()
    client.force_login(user)
    return client


def a_booking(**changes: Any) -> Booking:
    """A request for a full day, with all that people usually tell."""
    booking = BookingFactory(
        format=FormatFactory(),
        head_count=38,
        cover="choose",
        prompted_by="A review",
        months=[at(0, day=1).date()],
        weekdays=[1],
        **changes,
    )
    booking.audience_shares.create(audience=AudienceFactory(name="Crisis teams"), share="half")
    booking.musts.add(TopicFactory(title="Victim impact"))
    return booking


def offer(booking: Booking, actor: User, *, team: list[Speaker] | None = None, day: int = 9) -> Offer:
    """Offer a day in March with two speakers held."""
    team = team or [SpeakerFactory(), SpeakerFactory(is_family=True)]
    return services.make_offer(
        booking.pk,
        starts_at=at(9, 15, day=day),
        ends_at=at(16, 15, day=day),
        team={speaker.pk: [] for speaker in team},
        lead=team[0],
        actor=actor,
    )


def all_say_yes(made: Offer, contact: Contact) -> Booking:
    """Agency and speakers accept: the session is agreed."""
    services.accept_offer(made.pk, actor=contact.user)
    for engagement in Engagement.objects.filter(offer=made).select_related("speaker__user"):
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)
    return Booking.objects.get(pk=made.booking_id)


def release(contact: Contact, *, by: User) -> None:
    """Open names and place to a contact, by two people."""
    asked = services.ask_for_release(contact.pk, actor=by)
    services.approve_release(asked.pk, actor=UserFactory(name="Second Person", is_staff=True))


@pytest.fixture
def t1(db) -> Contact:
    """A requester whose mailbox is confirmed."""
    return ContactFactory(booking=a_booking(), user__name="Dana Whitlock")


@pytest.fixture
def t2(db) -> Contact:
    """A requester whom we have rung back."""
    return VerifiedContactFactory(booking=a_booking(), user__name="Dana Whitlock")


@pytest.fixture
def agreed(t2: Contact, coordinator: User) -> Contact:
    """The same once the day is agreed, and the desk has written the venue down."""
    all_say_yes(offer(t2.booking, coordinator), t2)
    services.set_venue(t2.booking.pk, **VENUE, actor=coordinator)
    return Contact.objects.get(pk=t2.pk)


@pytest.fixture
def t3(agreed: Contact, coordinator: User) -> Contact:
    """The same with names and place released."""
    release(agreed, by=coordinator)
    return Contact.objects.get(pk=agreed.pk)


@pytest.fixture
def page_of() -> Callable[[Contact], str]:
    """What a contact's page says."""

    def read(contact: Contact) -> str:
        response = signed_in(contact.user).get(f"/your/{contact.booking.reference}/")
        assert response.status_code == 200
        return response.content.decode()

    return read
