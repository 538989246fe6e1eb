"""The steps that every invented case is told in: the same services as for real ones, and time moved back."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import pgtrigger
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import DateTimeField, F, Func, Model, Value
from django.utils import timezone

from accounts.models import User
from agendas import press
from agendas import services as agendas
from agendas.models import Issue
from bookings import services
from bookings.matters import Matter
from bookings.models import (
    Booking,
    CallBack,
    Contact,
    Engagement,
    Note,
    Offer,
    Place,
    Release,
    Venue,
)
from bookings.services import Asked
from courses.models import Audience, Format, Topic
from outbox import sender
from outbox.models import Message
from outbox.states import State
from places.clock import LONDON
from speakers.models import DiaryEntry, Speaker
from trainingportal.demo import people


@dataclass(frozen=True)
class InventedAgency:
    """Who asks, and from where."""

    name: str
    kind: str
    contact: str
    job_title: str
    outcode: str

    @property
    def email(self) -> str:
        return people.mailbox(self.contact)


class Desk:
    """The people and the catalogue that the cases share."""

    @cached_property
    def coordinators(self) -> list[User]:
        return people.coordinators()

    @property
    def priya(self) -> User:
        return self.coordinators[0]

    @property
    def owen(self) -> User:
        return self.coordinators[1]

    @cached_property
    def speakers(self) -> dict[str, Speaker]:
        return people.speakers()

    def team(self, *names: str) -> dict[int, list[Topic]]:
        """Speakers by the last word of their slug, each asked for the topics that they give."""
        found = [next(s for slug, s in self.speakers.items() if slug.endswith(name)) for name in names]
        return {speaker.pk: list(speaker.topics.all()) for speaker in found}

    def speaker(self, name: str) -> Speaker:
        return next(s for slug, s in self.speakers.items() if slug.endswith(name))

    @cached_property
    def formats(self) -> dict[str, Format]:
        return {row.slug: row for row in Format.objects.all()}

    @cached_property
    def audiences(self) -> dict[str, Audience]:
        return {row.slug: row for row in Audience.objects.all()}

    @cached_property
    def topics(self) -> dict[str, Topic]:
        return {row.slug: row for row in Topic.objects.all()}


# ---- the steps that every case is told in


def is_there(agency: InventedAgency) -> bool:
    return Booking.objects.filter(agency__name=agency.name, invented=True).exists()


def ask(
    desk: Desk,
    agency: InventedAgency,
    *,
    format: str | None = "full-day",
    people_count: int,
    audiences: tuple[tuple[str, str], ...],
    prompted_by: str = "",
    musts: tuple[str, ...] = (),
    leave_outs: tuple[str, ...] = (),
    place: str = Place.ON_SITE,
    access_needs: str = "",
    in_weeks: int = 9,
    weekdays: tuple[int, ...] = (),
) -> Booking:
    """The agency fills in the form."""
    month = (timezone.localdate() + dt.timedelta(weeks=in_weeks)).replace(day=1)
    return services.make_request(
        Asked(
            name=agency.contact,
            email=agency.email,
            agency_kind=agency.kind,
            agency_name=agency.name,
            job_title=agency.job_title,
            telephone="01632 960 100",
            head_count=people_count,
            audiences=tuple((desk.audiences[slug], share) for slug, share in audiences),
            prompted_by=prompted_by,
            format=desk.formats[format] if format else None,
            cover=Booking.Cover.CHOOSE if musts else Booking.Cover.SUGGEST,
            musts=tuple(desk.topics[slug] for slug in musts),
            leave_outs=tuple(desk.topics[slug] for slug in leave_outs),
            months=(month,),
            weekdays=weekdays,
            place=place,
            outcode="" if place == Place.ONLINE else agency.outcode,
            access_needs=access_needs,
        )
    )


def contact_of(booking: Booking) -> Contact:
    return booking.contacts.get(role=Contact.Role.REQUESTER)


def confirm_mailbox(booking: Booking) -> None:
    contact = contact_of(booking)
    services.confirm_mailbox(contact.pk, actor=contact.user)


def ring_back(booking: Booking, by: User) -> None:
    services.record_call_back(
        contact_of(booking).pk,
        number="01632 960 001",
        found_where="The agency's switchboard, from its own public site (invented)",
        outcome=CallBack.Outcome.IS_WHO_THEY_SAY,
        spoke_to="The switchboard, then the requester",
        actor=by,
    )


def working_day(weeks: float, weekday: int) -> dt.date:
    """The weekday (0 is Monday) of the week that lies so many weeks ahead."""
    today = timezone.localdate()
    monday = today + dt.timedelta(weeks=weeks) - dt.timedelta(days=today.weekday())
    return monday + dt.timedelta(days=weekday)


def offer(desk: Desk, booking: Booking, day: dt.date, *, team: tuple[str, ...], lead: str, by: User) -> Offer:
    shape = booking.format or desk.formats["full-day"]
    return services.make_offer(
        booking.pk,
        starts_at=dt.datetime.combine(day, shape.starts_at, tzinfo=LONDON),
        ends_at=dt.datetime.combine(day, shape.ends_at, tzinfo=LONDON),
        team=desk.team(*team),
        lead=desk.speaker(lead),
        set_aside_because="We rang them, and they would like to give this one.",
        actor=by,
    )


def say_yes(made: Offer, *names: str) -> None:
    """These speakers accept; all of them when none is named."""
    for engagement in Engagement.objects.filter(offer=made, state="asked").select_related("speaker__user"):
        if not names or engagement.speaker.slug.rpartition("-")[2] in names:
            assert engagement.speaker.user is not None
            services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)


def accept(made: Offer) -> None:
    services.accept_offer(made.pk, actor=contact_of(made.booking).user)


def mail_leaves() -> None:
    """Let what has been written leave now, so that each mail goes in the state it was written for.

    The desk's own mails wait some minutes for others to join them; here nobody does.
    """
    with pgtrigger.ignore():
        Message.objects.filter(state=State.QUEUED, due_at__gt=timezone.now()).update(due_at=timezone.now())
    sender.deliver_due()


def issue_a_first_agenda(booking: Booking, *, by: User) -> None:
    """Fill the day, issue it, and make its papers now: no worker need be there while the demo is built."""
    agenda = agendas.open_agenda(booking, filled=True, actor=by)
    agendas.issue_agenda(agenda.pk, version=agenda.version, actor=by)
    press.make_waiting()
    mail_leaves()


def on_a_working_morning(days: float) -> dt.timedelta:
    """How far back it is to half past ten, London time, on the working day so many days ago or before it."""
    now = timezone.now().astimezone(LONDON)
    moment = (now - dt.timedelta(days=days)).replace(hour=10, minute=30, second=0, microsecond=0)
    while moment.weekday() > 4:
        moment -= dt.timedelta(days=1)
    return now - moment


LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

# what happened to a booking: the model, how it leads to the booking, and its columns of moments
MOMENTS: tuple[tuple[type[Model], str, tuple[str, ...]], ...] = (
    (Booking, "pk", ("created_at", "waiting_since")),
    (Contact, "booking", ("mailbox_confirmed_at", "verified_at", "released_at")),
    (CallBack, "contact__booking", ("at",)),
    (Note, "booking", ("at",)),
    (Offer, "booking", ("made_at", "answered_at")),
    (Engagement, "offer__booking", ("asked_at", "answered_at")),
    (Release, "contact__booking", ("asked_at", "decided_at")),
    (Matter, "booking", ("at", "settled_at")),
    (Venue, "booking", ("updated_at",)),
    (Issue, "agenda__booking", ("issued_at",)),
)


@pgtrigger.ignore()
def earlier(booking: Booking, days: float, *, since: dt.datetime = LONG_AGO) -> None:
    """Move what happened to a booking, ``since`` then, back to a working morning so many days ago.

    Agreed dates stay where they are. The audit trail moves along, so that history and booking tell the same.
    """
    back = on_a_working_morning(days)
    for model, path, moments in MOMENTS:
        rows = model._default_manager.filter(**{path: booking.pk})
        trail = getattr(model, "pgh_event_model", None)
        if trail is not None:
            trail.objects.filter(pgh_obj__in=rows, pgh_created_at__gte=since).update(
                pgh_created_at=F("pgh_created_at") - back
            )
        for moment in moments:
            rows.filter(**{f"{moment}__gte": since}).update(**{moment: F(moment) - back})
    for moment in ("queued_at", "sent_at"):
        Message.objects.filter(reference=booking.reference, **{f"{moment}__gte": since}).update(
            **{moment: F(moment) - back}
        )
    if since == LONG_AGO:
        Booking.objects.filter(pk=booking.pk).update(answer_due_on=F("answer_due_on") - back)


def hold_ends(made: Offer, moment: dt.datetime) -> None:
    services.extend_hold(made.pk, expires_at=moment, actor=made.made_by)


@pgtrigger.ignore()
def day_was(booking: Booking, days_ago: int) -> None:
    """Move an agreed day into the past, with the time that it took out of the speakers' diaries."""
    assert booking.starts_at is not None
    day = timezone.localdate() - dt.timedelta(days=days_ago)
    while day.weekday() > 4:
        day -= dt.timedelta(days=1)
    shift = booking.starts_at.astimezone(LONDON).date() - day
    moved = {"starts_at": F("starts_at") - shift, "ends_at": F("ends_at") - shift}
    Booking.objects.filter(pk=booking.pk).update(**moved)
    Offer.objects.filter(booking=booking).update(**moved, expires_at=F("expires_at") - shift)
    start = Func(F("busy"), function="lower", output_field=DateTimeField())
    end = Func(F("busy"), function="upper", output_field=DateTimeField())
    DiaryEntry.objects.filter(engagement__offer__booking=booking).update(
        busy=Func(
            start - Value(shift), end - Value(shift), function="tstzrange", output_field=DateTimeRangeField()
        )
    )


def fresh(booking: Booking) -> Booking:
    return Booking.objects.select_related("format", "agency").get(pk=booking.pk)
