"""A booking that everybody has agreed to, with names, a place and a date to leak."""

import time

import pytest
import time_machine

from accounts.rights import COORDINATORS
from accounts.services import role
from agendas import services
from agendas.models import Agenda
from bookings import services as bookings
from bookings.models import AudienceShare, Booking
from courses import catalogue
from courses.models import Audience, Format, Topic
from speakers.models import Expertise
from tests.factories import (
    BookingFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    VerifiedContactFactory,
    at,
)
from tests.shipped import load

SURNAMES = ["Thistlewood", "Oxenbrigg", "Marchbanks"]
PLACE = ["Vexford", "Plover", "NE1 9QZ"]


@pytest.fixture
def _winter():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def catalogue_loaded(db):
    """The shipped topics, formats and audiences."""
    load(catalogue)


@pytest.fixture
def desk(db):
    user = UserFactory(name="Priya Desk", is_staff=True)
    user.groups.add(role(COORDINATORS))
    return user


@pytest.fixture
def team(catalogue_loaded):
    """A detective who leads, a psychologist, and a mother who tells her story."""
    detective = SpeakerFactory(name=f"Ivo {SURNAMES[0]}", role="Detective")
    doctor = SpeakerFactory(name=f"Dr Una {SURNAMES[1]}", role="Psychologist")
    mother = SpeakerFactory(name=f"Ada {SURNAMES[2]}", is_family=True)
    knows = {
        detective: ["what-is-stalking", "investigations", "legal-issues", "red-flags", "multi-agency"],
        doctor: [
            "typology",
            "risk",
            "management-implications",
            "interventions",
            "similarities-and-differences",
        ],
        mother: ["alices-story", "scale-of-the-problem", "victim-impact"],
    }
    Expertise.objects.bulk_create(
        Expertise(speaker=speaker, topic=Topic.objects.get(slug=slug))
        for speaker, slugs in knows.items()
        for slug in slugs
    )
    return [detective, doctor, mother]


def wish(booking: Booking, audience: str = "front-line", *, musts=(), leave_outs=()) -> Booking:
    AudienceShare.objects.create(booking=booking, audience=Audience.objects.get(slug=audience), share="half")
    booking.musts.set(Topic.objects.filter(slug__in=musts))
    booking.leave_outs.set(Topic.objects.filter(slug__in=leave_outs))
    return booking


@pytest.fixture
def agreed(_winter, team, desk) -> Booking:
    """Confirmed for Tuesday 9 March 2027, a full day, by a verified contact and three speakers."""
    booking = BookingFactory(
        format=Format.objects.get(slug="full-day"), head_count=42, access_needs="A hearing loop"
    )
    wish(booking, musts=["legal-issues"], leave_outs=["victim-impact"])
    contact = VerifiedContactFactory(booking=booking, name="Casey Contact", telephone="01632 960001")
    VenueFactory(booking=booking, room="Room 4")
    offer = bookings.make_offer(
        booking.pk,
        starts_at=at(9, 15),
        ends_at=at(16, 15),
        team={speaker.pk: [] for speaker in team},
        lead=team[0],
        actor=desk,
    )
    bookings.accept_offer(offer.pk, actor=contact.user)
    for engagement in offer.engagements.all():
        bookings.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)
    return Booking.objects.get(pk=booking.pk)


@pytest.fixture
def contact(agreed):
    return agreed.contacts.get()


@pytest.fixture
def agenda(agreed, team) -> Agenda:
    """A whole first day of the agreed booking, by its lead trainer."""
    return services.open_agenda(agreed, filled=True, actor=team[0].user)


@pytest.fixture
def lead(team):
    return team[0].user


@pytest.fixture
def enter(client):
    """Sign somebody in, with a second factor unless told otherwise."""

    def sign_in(user, *, second_factor=True):
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "mfa" if second_factor else "code", "at": time.time()}
        ]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        return client

    return sign_in


@pytest.fixture
def studio(agreed):
    return f"/agenda/{agreed.reference}/"
