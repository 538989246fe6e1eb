"""Twelve believable cases, two enquiries and ten bookings, walked by the same services as real ones.

Each case is told as steps; what lies in the past is made now and then moved back, so that every check, hold and mail on
the way is a real one. Running it again makes only what is not there.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pgtrigger
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import DateTimeField, F, Func, Value
from django.utils import timezone

from accounts.models import User
from agendas import press
from agendas import services as agendas
from bookings import services
from bookings.models import (
    Booking,
    CallBack,
    Contact,
    Engagement,
    Enquiry,
    Note,
    Offer,
    Place,
    Release,
)
from bookings.services import Asked
from bookings.services.moves import settle
from courses.models import Audience, Format, Topic
from outbox import sender
from outbox.models import Message
from places.clock import LONDON
from speakers.models import DiaryEntry, Speaker
from trainingportal.demo import people

STAGES = ("enquiry", "requested", "offered", "confirmed", "ready", "delivered")


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


LARKMOOR = InventedAgency(
    "Larkmoor Borough Council", "council", "Dilys Orme", "Community safety manager", "PR1"
)
BRACKWATER = InventedAgency("Brackwater Probation Service", "justice", "Marcus Yeo", "Practice lead", "NG1")
ELDERMERE = InventedAgency(
    "University of Eldermere", "university", "Ananya Sood", "Head of student safety", "EX4"
)
STONELEA = InventedAgency("HMP Stonelea", "justice", "Colin Hartnell", "Head of safety", "DL1")
STRATHALLOW = InventedAgency("Strathallow Division", "police", "Insp Eilidh Rae", "Inspector", "PH1")
MILLRACE = InventedAgency("Millrace NHS Trust", "nhs", "Dana Whitcombe", "Safeguarding lead", "S10")
TAVENHAM = InventedAgency("Tavenham Constabulary", "police", "DI Joss Calder", "Detective inspector", "NE1")
HARTWICK = InventedAgency(
    "Hartwick Marsh Police", "police", "Sgt Wendy Ashdown", "Sergeant, training", "PE21"
)
KESTON = InventedAgency("Keston Vale Fire and Rescue", "other", "Ravi Menon", "Prevention manager", "CV1")
PENNOWE = InventedAgency("Pennowe County Council", "council", "Tegan Rowse", "Domestic abuse lead", "TR1")


def build(stage: str | None, say: Callable[[str], object]) -> int:
    """Make the cases of one stage, or of all, that are not there yet. Gives back how many were made."""
    desk = Desk()
    made = 0
    for name, case in CASES:
        if stage in (None, name):
            made += case(desk, say)
    return made


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
            invented=True,
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
    """Let what has been written leave now, so that each mail goes in the state it was written for."""
    sender.deliver_due()


def issue_a_first_agenda(booking: Booking, *, by: User) -> None:
    """Fill the day, issue it, and make its papers now: no worker need be there while the demo is built."""
    agenda = agendas.open_agenda(booking, filled=True, actor=by)
    agendas.issue_agenda(agenda.pk, version=agenda.version, actor=by)
    press.make_waiting()
    mail_leaves()


@pgtrigger.ignore()
def earlier(booking: Booking, days: float) -> None:
    """Move everything that happened to a booking so far back in time; agreed dates stay where they are.

    The audit trail is not told: it is the invented past that moves, nobody did anything.
    """
    back = dt.timedelta(days=days)
    Booking.objects.filter(pk=booking.pk).update(
        created_at=F("created_at") - back,
        waiting_since=F("waiting_since") - back,
        answer_due_on=F("answer_due_on") - back,
    )
    Contact.objects.filter(booking=booking).update(
        mailbox_confirmed_at=F("mailbox_confirmed_at") - back, verified_at=F("verified_at") - back
    )
    CallBack.objects.filter(contact__booking=booking).update(at=F("at") - back)
    Note.objects.filter(booking=booking).update(at=F("at") - back)
    Offer.objects.filter(booking=booking).update(
        made_at=F("made_at") - back, answered_at=F("answered_at") - back
    )
    Engagement.objects.filter(offer__booking=booking).update(
        asked_at=F("asked_at") - back, answered_at=F("answered_at") - back
    )
    Message.objects.filter(reference=booking.reference).update(
        queued_at=F("queued_at") - back, sent_at=F("sent_at") - back
    )


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


# ---- the cases


def quayside_asks(desk: Desk, say: Callable[[str], object]) -> int:
    return _question(
        say,
        "Quayside Advice Centre",
        "Bronagh Leary",
        "We run a drop-in with volunteers. May they come to a session that the council arranges?",
        days=1,
    )


def sixth_form_asks(desk: Desk, say: Callable[[str], object]) -> int:
    return _question(
        say,
        "Underhill College",
        "Peter Sandiford",
        "Is there something shorter than half a day for pastoral staff? Please ring after three.",
        days=3,
        ring_me=True,
    )


def _question(
    say: Callable[[str], object],
    organisation: str,
    name: str,
    message: str,
    *,
    days: int,
    ring_me: bool = False,
) -> int:
    if Enquiry.objects.filter(organisation=organisation, invented=True).exists():
        return 0
    enquiry = services.make_enquiry(
        name=name,
        organisation=organisation,
        email=people.mailbox(name),
        telephone="01632 960 222" if ring_me else "",
        message=message,
        ring_me=ring_me,
        invented=True,
    )
    mail_leaves()
    back = dt.timedelta(days=days)
    Enquiry.objects.filter(pk=enquiry.pk).update(
        created_at=F("created_at") - back, answer_due_on=F("answer_due_on") - back
    )
    say(f"{enquiry.reference}: a question from {organisation}")
    return 1


def brackwater_has_not_confirmed(desk: Desk, say: Callable[[str], object]) -> int:
    if is_there(BRACKWATER):
        return 0
    booking = ask(
        desk,
        BRACKWATER,
        people_count=24,
        audiences=(("prison-probation", "all"),),
        prompted_by="Several officers supervise people with restraining orders and would like a common approach.",
        in_weeks=16,
    )
    mail_leaves()
    earlier(booking, 1)
    say(f"{booking.reference}: {BRACKWATER.name}, mailbox not confirmed")
    return 1


def larkmoor_waits_for_a_call(desk: Desk, say: Callable[[str], object]) -> int:
    if is_there(LARKMOOR):
        return 0
    booking = ask(
        desk,
        LARKMOOR,
        format="half-day",
        people_count=30,
        audiences=(("council-housing", "half"), ("managers", "some")),
        prompted_by="Housing officers keep moving the same families and ask what else they can do.",
        musts=("what-is-stalking", "multi-agency"),
        in_weeks=8,
        weekdays=(1, 3),
    )
    confirm_mailbox(booking)
    mail_leaves()
    earlier(booking, 12)
    say(f"{booking.reference}: {LARKMOOR.name}, call-back overdue")
    return 1


def eldermere_waits_for_dates(desk: Desk, say: Callable[[str], object]) -> int:
    if is_there(ELDERMERE):
        return 0
    booking = ask(
        desk,
        ELDERMERE,
        format="half-day",
        people_count=18,
        audiences=(("university", "all"),),
        prompted_by="Our student safety team is new, and the first term brought three reports.",
        access_needs="One colleague lip-reads and sits at the front.",
        in_weeks=10,
        weekdays=(1,),
    )
    confirm_mailbox(booking)
    ring_back(booking, desk.priya)
    services.write_note(
        booking.pk,
        side=Note.Side.INTERNAL,
        text="Prefers Tuesdays in term. Room with a loop.",
        actor=desk.priya,
    )
    mail_leaves()
    earlier(booking, 3)
    say(f"{booking.reference}: {ELDERMERE.name}, ready for an offer")
    return 1


def stonelea_has_a_silent_speaker(desk: Desk, say: Callable[[str], object]) -> int:
    if is_there(STONELEA):
        return 0
    booking = ask(
        desk,
        STONELEA,
        people_count=26,
        audiences=(("prison-probation", "half"), ("managers", "some")),
        prompted_by="Calls and letters from inside go on for months before anyone joins them up.",
        musts=("typology", "risk"),
    )
    confirm_mailbox(booking)
    ring_back(booking, desk.priya)
    made = offer(
        desk, booking, working_day(10, 3), team=("slate", "fenn", "averton"), lead="slate", by=desk.priya
    )
    mail_leaves()
    accept(made)
    say_yes(made, "slate", "fenn")
    mail_leaves()
    earlier(booking, 4)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    hold_ends(made, dt.datetime.combine(tomorrow, dt.time(17), tzinfo=LONDON))
    say(f"{booking.reference}: {STONELEA.name}, one speaker is silent, the hold ends tomorrow")
    return 1


def strathallow_waits_for_everyone(desk: Desk, say: Callable[[str], object]) -> int:
    if is_there(STRATHALLOW):
        return 0
    booking = ask(
        desk,
        STRATHALLOW,
        format="half-day",
        people_count=45,
        audiences=(("front-line", "all"),),
        prompted_by="A short session by video for three rural stations.",
        place=Place.ONLINE,
    )
    Booking.objects.filter(pk=booking.pk).update(nation="sc")
    confirm_mailbox(booking)
    ring_back(booking, desk.owen)
    made = offer(desk, booking, working_day(11, 4), team=("slate", "maddock"), lead="maddock", by=desk.owen)
    mail_leaves()
    accept(made)
    mail_leaves()
    earlier(booking, 2)
    say(f"{booking.reference}: {STRATHALLOW.name}, both speakers asked")
    return 1


def millrace_chooses_between_two(desk: Desk, say: Callable[[str], object]) -> int:
    if is_there(MILLRACE):
        return 0
    booking = ask(
        desk,
        MILLRACE,
        people_count=38,
        audiences=(("health", "all"),),
        prompted_by="Community and crisis teams hear about stalking long before the police do.",
        musts=("victim-impact", "investigations"),
        access_needs="Hearing loop. A small room next door that people can use.",
    )
    confirm_mailbox(booking)
    ring_back(booking, desk.priya)
    for weeks in (8, 9):
        offer(
            desk, booking, working_day(weeks, 1), team=("quill", "fenn", "slate"), lead="slate", by=desk.priya
        )
    contact = contact_of(booking)
    services.write_note(
        booking.pk,
        side=Note.Side.AGENCY,
        text="The lecture room seats 50 and has a hearing loop. There is a small room next door.",
        actor=contact.user,
    )
    services.write_note(
        booking.pk,
        side=Note.Side.DESK,
        text="Thank you for the call. Victim impact goes before lunch, as you asked.",
        actor=desk.priya,
    )
    mail_leaves()
    earlier(booking, 5)
    say(f"{booking.reference}: {MILLRACE.name}, two dates offered")
    return 1


def _agreed(
    desk: Desk, booking: Booking, day: dt.date, *, team: tuple[str, ...], lead: str, by: User
) -> Booking:
    """Confirm, ring back, offer, and yes from everyone."""
    confirm_mailbox(booking)
    ring_back(booking, by)
    made = offer(desk, booking, day, team=team, lead=lead, by=by)
    mail_leaves()
    accept(made)
    say_yes(made)
    mail_leaves()
    return fresh(booking)


def tavenham_needs_a_second_look(desk: Desk, say: Callable[[str], object]) -> int:
    if is_there(TAVENHAM):
        return 0
    booking = ask(
        desk,
        TAVENHAM,
        people_count=42,
        audiences=(("front-line", "half"), ("spoc", "some")),
        prompted_by=(
            "Our response teams take the first report, and it is often filed as a quarrel between former partners. "
            "We want them to see the pattern, know what the law offers and keep the victim with us."
        ),
        musts=("victim-impact", "risk", "investigations"),
        access_needs="One wheelchair user. Quiet room on the same floor.",
    )
    booking = _agreed(
        desk,
        booking,
        working_day(9, 3),
        team=("slate", "quill", "fenn", "maddock"),
        lead="slate",
        by=desk.owen,
    )
    services.set_venue(
        booking.pk,
        name="Tavenham Learning Centre (invented)",
        address="12 Weaver Street\nTavenham",
        postcode="NE1 9XX",
        room="Room 4, first floor",
        arrival="Two spaces behind the gate; ask for the training desk.",
        vetting="Speakers sign in and are escorted.",
        contact_name="Lyn Garth (invented)",
        contact_telephone="01632 960 144",
        actor=desk.owen,
    )
    agendas.open_agenda(booking, filled=True, actor=desk.owen)
    mail_leaves()
    earlier(booking, 8)
    services.ask_for_release(contact_of(booking).pk, note="Rang on the switchboard number.", actor=desk.owen)
    Release.objects.filter(contact__booking=booking).update(
        asked_at=F("asked_at") - dt.timedelta(hours=18),
        takes_effect_at=F("takes_effect_at") - dt.timedelta(hours=18),
    )
    settle(fresh(booking))
    mail_leaves()
    say(f"{booking.reference}: {TAVENHAM.name}, confirmed, a release waits for a second look")
    return 1


def hartwick_is_being_shaped(desk: Desk, say: Callable[[str], object]) -> int:
    if is_there(HARTWICK):
        return 0
    booking = ask(
        desk,
        HARTWICK,
        format="half-day",
        people_count=20,
        audiences=(("spoc", "all"),),
        prompted_by="Our single points of contact changed this year.",
        musts=("legal-issues",),
        leave_outs=("what-is-stalking",),
    )
    booking = _agreed(
        desk, booking, working_day(5, 2), team=("maddock", "averton"), lead="maddock", by=desk.owen
    )
    earlier(booking, 15)
    say(f"{booking.reference}: {HARTWICK.name}, confirmed, agenda to shape")
    return 1


def keston_is_ready(desk: Desk, say: Callable[[str], object]) -> int:
    if is_there(KESTON):
        return 0
    booking = ask(
        desk,
        KESTON,
        people_count=28,
        audiences=(("mixed", "half"), ("managers", "some")),
        prompted_by="Our home visits notice things, and crews ask whom to tell.",
        musts=("red-flags", "multi-agency"),
    )
    booking = _agreed(
        desk, booking, working_day(1, 3), team=("slate", "quill", "maddock"), lead="slate", by=desk.priya
    )
    services.set_venue(
        booking.pk,
        name="Keston Vale Station Hall (invented)",
        address="Old Mill Lane\nKeston",
        postcode="CV1 9XX",
        room="Upper hall",
        arrival="Ring the side bell.",
        contact_name="Ravi Menon",
        contact_telephone="01632 960 155",
        actor=desk.priya,
    )
    issue_a_first_agenda(booking, by=desk.priya)
    release = services.ask_for_release(contact_of(booking).pk, actor=desk.owen)
    services.approve_release(release.pk, actor=desk.priya)
    mail_leaves()
    earlier(booking, 30)
    say(f"{booking.reference}: {KESTON.name}, agenda issued, names and place released")
    return 1


def pennowe_was_delivered(desk: Desk, say: Callable[[str], object]) -> int:
    if is_there(PENNOWE):
        return 0
    booking = ask(
        desk,
        PENNOWE,
        people_count=36,
        audiences=(("council-housing", "half"), ("victim-services", "some")),
        prompted_by="A county-wide review asked for shared training.",
    )
    booking = _agreed(
        desk, booking, working_day(14, 3), team=("slate", "quill", "fenn"), lead="slate", by=desk.priya
    )
    issue_a_first_agenda(booking, by=desk.priya)
    mail_leaves()
    earlier(booking, 60)
    day_was(fresh(booking), 10)
    services.record_delivery(booking.pk, head_count=36, actor=desk.priya)
    say(f"{booking.reference}: {PENNOWE.name}, delivered")
    return 1


CASES: tuple[tuple[str, Callable[[Desk, Callable[[str], object]], int]], ...] = (
    ("enquiry", quayside_asks),
    ("enquiry", sixth_form_asks),
    ("requested", brackwater_has_not_confirmed),
    ("requested", larkmoor_waits_for_a_call),
    ("requested", eldermere_waits_for_dates),
    ("offered", stonelea_has_a_silent_speaker),
    ("offered", strathallow_waits_for_everyone),
    ("offered", millrace_chooses_between_two),
    ("confirmed", tavenham_needs_a_second_look),
    ("confirmed", hartwick_is_being_shaped),
    ("ready", keston_is_ready),
    ("delivered", pennowe_was_delivered),
)
