"""Invented rows for tests. A factory writes what its name says and nothing else."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from bookings.models import Agency, Booking, CallBack, Contact, Enquiry, Venue
from courses.models import Audience, Course, Format, Point, Topic
from speakers.models import Organisation, Speaker

LONDON = ZoneInfo("Europe/London")


def at(hour: int, minute: int = 0, *, day: int = 9, month: int = 3, year: int = 2027) -> dt.datetime:
    """A time in London, on Tuesday 9 March 2027 unless told otherwise."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=LONDON)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence("person{}@example.org".format)
    name = factory.Sequence("Person {}".format)


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = Course
        django_get_or_create = ("slug",)

    slug = "working-together"
    name = "Working Together Against Stalking"
    summary = "A day on stalking."


class FormatFactory(DjangoModelFactory):
    class Meta:
        model = Format
        django_get_or_create = ("slug",)

    course = factory.SubFactory(CourseFactory)
    slug = "full-day"
    name = "Full day"
    starts_at = dt.time(9, 15)
    ends_at = dt.time(16, 15)
    training_minutes = 340
    break_minutes = 15
    lunch_minutes = 45
    pause_minutes = 20
    needs_workshop = True


class AudienceFactory(DjangoModelFactory):
    class Meta:
        model = Audience

    slug = factory.Sequence("audience-{}".format)
    name = factory.Sequence("Audience {}".format)


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = Topic

    slug = factory.Sequence("topic-{}".format)
    title = factory.Sequence("Topic {}".format)
    printed_title = factory.LazyAttribute(lambda topic: topic.title)
    summary = "What it is about."
    least_minutes = 20
    usual_minutes = 30
    most_minutes = 45
    rank = factory.Sequence(int)


class PointFactory(DjangoModelFactory):
    class Meta:
        model = Point

    topic = factory.SubFactory(TopicFactory)
    text = factory.Sequence("Point {}".format)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation
        django_get_or_create = ("slug",)

    slug = "invented-unit"
    name = "Invented Unit"
    short_name = "unit"


class SpeakerFactory(DjangoModelFactory):
    class Meta:
        model = Speaker

    slug = factory.Sequence("speaker-{}".format)
    name = factory.Sequence("Speaker Quillfeather{}".format)
    organisation = factory.SubFactory(OrganisationFactory)
    user = factory.SubFactory(UserFactory)
    home_outcode = "YO1"


class AgencyFactory(DjangoModelFactory):
    class Meta:
        model = Agency

    name = factory.Sequence("Northmere Council {}".format)
    kind = Agency.Kind.COUNCIL


class BookingFactory(DjangoModelFactory):
    class Meta:
        model = Booking

    agency = factory.SubFactory(AgencyFactory)
    format = factory.SubFactory(FormatFactory)
    outcode = "NE1"
    head_count = 30


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    booking = factory.SubFactory(BookingFactory)
    user = factory.SubFactory(UserFactory)
    name = factory.LazyAttribute(lambda contact: contact.user.name)
    email = factory.LazyAttribute(lambda contact: contact.user.email)
    mailbox_confirmed_at = at(10, day=1)


class CallBackFactory(DjangoModelFactory):
    class Meta:
        model = CallBack

    contact = factory.SubFactory(ContactFactory)
    by = factory.SubFactory(UserFactory)
    number = "01632 960001"
    found_where = "The agency's public site"
    outcome = CallBack.Outcome.IS_WHO_THEY_SAY
    email_then = factory.LazyAttribute(lambda call_back: call_back.contact.email)


class VerifiedContactFactory(ContactFactory):
    """A contact whom a coordinator has rung back."""

    class Meta:
        model = Contact
        skip_postgeneration_save = True

    verified_at = at(11, day=1)

    @factory.post_generation
    def call_back(self: Contact, create: bool, extracted: Any, **kwargs: Any) -> None:
        CallBackFactory(contact=self)


class VenueFactory(DjangoModelFactory):
    class Meta:
        model = Venue

    booking = factory.SubFactory(BookingFactory)
    name = "Vexford Hall"
    address = "7 Plover Row, Vexford"
    postcode = "NE1 9QZ"


class EnquiryFactory(DjangoModelFactory):
    class Meta:
        model = Enquiry

    name = "Casey Invented"
    organisation = "Harbour Lane Centre"
    email = factory.Sequence("asks{}@example.org".format)
    message = "May volunteers come?"
