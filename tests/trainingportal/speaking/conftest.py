"""People and sessions that the tests of a speaker's pages share."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory

from accounts.demo import enter_as
from accounts.models import User
from bookings import services
from bookings.models import Booking, Engagement
from speakers.models import Speaker
from tests.factories import SpeakerFactory, UserFactory, VenueFactory, VerifiedContactFactory, at


@pytest.fixture
def speaker(db) -> Speaker:
    return SpeakerFactory(name="Ivo Thistlewood")


@pytest.fixture
def coordinator(db) -> User:
    return UserFactory(name="Priya Desk", is_staff=True)


def ask(speaker: Speaker, *, starts_at: dt.datetime | None = None) -> Engagement:
    """Ask the speaker, with a colleague, for a session at a place."""
    contact = VerifiedContactFactory()
    VenueFactory(booking=contact.booking)
    starts_at = starts_at or at(9, 15)
    offer = services.make_offer(
        contact.booking_id,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=7),
        team={speaker.pk: [], SpeakerFactory(name="Una Oxenbrigg").pk: []},
        lead=speaker,
        actor=UserFactory(),
    )
    return offer.engagements.get(speaker=speaker)


def agree(engagement: Engagement) -> Booking:
    """Let the agency and every speaker say yes."""
    contact = engagement.offer.booking.contacts.get()
    services.accept_offer(engagement.offer_id, actor=contact.user)
    for each in engagement.offer.engagements.filter(state="asked"):
        services.answer_invitation(each.pk, accepts=True, actor=each.speaker.user)
    return Booking.objects.get(pk=engagement.offer.booking_id)


@pytest.fixture
def with_factor(settings, rf: RequestFactory) -> Callable[[Client, Speaker], None]:
    """Give a function that signs a speaker in as after a second factor."""

    def sign_in(client: Client, speaker: Speaker) -> None:
        settings.DEMO = True
        client.force_login(speaker.user)
        request = rf.get("/")
        request.session = client.session
        enter_as(request, speaker.user)
        request.session.save()
        client.cookies["sessionid"] = str(request.session.session_key)

    return sign_in


def day(name: str, date: dt.date) -> dict[str, str]:
    """A date as the form's three boxes send it."""
    return {f"{name}_day": str(date.day), f"{name}_month": str(date.month), f"{name}_year": str(date.year)}
