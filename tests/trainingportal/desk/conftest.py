"""People at the desk, signed in as they would be, and bookings walked there by the services."""

import datetime as dt
import time
from collections.abc import Callable

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.rights import AUDITORS, COORDINATORS, READERS
from bookings import services
from bookings.models import Booking, CallBack, Contact
from bookings.services import Asked
from courses.models import Format
from places.clock import LONDON
from speakers.models import Speaker
from tests.factories import FormatFactory, SpeakerFactory, UserFactory

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def real_house(settings):
    """These bookings are not invented, so their speakers must not be either."""
    settings.DEMO = False


def sign_in(user: User) -> Client:
    """A client whose session has shown a second factor."""
    client = Client()
    client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session.save()
    return client


def staff(name: str, role: str) -> User:
    user = UserFactory(name=name, is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


@pytest.fixture
def priya(db) -> User:
    return staff("Priya Coordinator", COORDINATORS)


@pytest.fixture
def owen(db) -> User:
    return staff("Owen Coordinator", COORDINATORS)


@pytest.fixture
def desk(priya) -> Client:
    return sign_in(priya)


@pytest.fixture
def reader(db) -> Client:
    return sign_in(staff("Rhea Reader", READERS))


@pytest.fixture
def auditor(db) -> Client:
    return sign_in(staff("Ansel Auditor", AUDITORS))


@pytest.fixture
def full_day(db) -> Format:
    return FormatFactory()


def in_days(days: int, hour: int = 9, minute: int = 15) -> dt.datetime:
    """A time in London so many days from now."""
    day = timezone.localdate() + dt.timedelta(days=days)
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


def days_to_a_weekday(days: int) -> int:
    """So many days from now, or one or two more where that is a weekend: a form asks back about those."""
    return days + {5: 2, 6: 1}.get(in_days(days).weekday(), 0)


def requested(name: str = "Dana Whitlock", *, agency: str = "Kestrel Vale Council", **asked) -> Booking:
    """A request as the web form makes it; nobody has confirmed or rung anything."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    return services.make_request(
        Asked(name=name, email=email, agency_kind="council", agency_name=agency, outcode="NE1", **asked)
    )


def contact_of(booking: Booking) -> Contact:
    return booking.contacts.get(role="requester")


def rung_back(booking: Booking, actor: User) -> Booking:
    services.record_call_back(
        contact_of(booking).pk,
        number="01632 960001",
        found_where="Their public site",
        outcome=CallBack.Outcome.IS_WHO_THEY_SAY,
        actor=actor,
    )
    booking.refresh_from_db()
    return booking


def speakers(count: int = 2) -> list[Speaker]:
    return SpeakerFactory.create_batch(count)


def offered(booking: Booking, actor: User, team: list[Speaker], *, days: int = 60) -> Booking:
    services.make_offer(
        booking.pk,
        starts_at=in_days(days),
        ends_at=in_days(days, 16),
        team={speaker.pk: [] for speaker in team},
        lead=team[0],
        actor=actor,
    )
    booking.refresh_from_db()
    return booking


def confirmed(booking: Booking, actor: User, team: list[Speaker], *, days: int = 60) -> Booking:
    """Everybody says yes."""
    offer = offered(rung_back(booking, actor), actor, team, days=days).offers.get()
    services.accept_offer(offer.pk, actor=contact_of(booking).user)
    for engagement in offer.engagements.all():
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user or actor)
    booking.refresh_from_db()
    return booking


def day_has_passed(booking: Booking) -> Booking:
    """The agreed day lies behind us."""
    Booking.objects.filter(pk=booking.pk).update(starts_at=in_days(-2), ends_at=in_days(-2, 16))
    booking.refresh_from_db()
    return booking


def page_of(booking: Booking) -> str:
    return f"/desk/bookings/booking/{booking.pk}/change/"


def do(booking: Booking, key: str, on: object = None) -> str:
    part = f"{on.pk}/" if on is not None else ""
    return f"/desk/do/{booking.reference}/{key}/{part}"


def said(response) -> str:
    """The page that an act leads to, after its redirect."""
    return response.content.decode()
