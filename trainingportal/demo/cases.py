"""Twelve believable cases, two enquiries and ten bookings, walked by the same services as real ones.

Each case is told as steps; what lies in the past is made now and then moved back, so that every check, hold and mail on
the way is a real one. Running it again makes only what is not there.
"""

import datetime as dt
from collections.abc import Callable

import pgtrigger
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from agendas import services as agendas
from bookings import services
from bookings.models import (
    Booking,
    Enquiry,
    Note,
    Place,
    Release,
)
from bookings.services.moves import settle
from places.clock import LONDON
from trainingportal.demo import people
from trainingportal.demo.steps import (
    Desk,
    InventedAgency,
    accept,
    ask,
    confirm_mailbox,
    contact_of,
    day_was,
    earlier,
    fresh,
    hold_ends,
    is_there,
    issue_a_first_agenda,
    mail_leaves,
    offer,
    on_a_working_morning,
    ring_back,
    say_yes,
    working_day,
)

STAGES = ("enquiry", "requested", "offered", "confirmed", "ready", "delivered")


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


AGENCIES = [
    each.name
    for each in (
        LARKMOOR,
        BRACKWATER,
        ELDERMERE,
        STONELEA,
        STRATHALLOW,
        MILLRACE,
        TAVENHAM,
        HARTWICK,
        KESTON,
        PENNOWE,
    )
]


def build(stage: str | None, say: Callable[[str], object], goes_on: Callable[[], bool] = lambda: True) -> int:
    """Make the cases of one stage, or of all, that are not there yet. Gives back how many were made.

    It stops before the next case when ``goes_on`` says so: a case that was begun is told to its end.
    """
    desk = Desk()
    people.say_who_answers()
    people.reader()
    made = 0
    for name, case in CASES:
        if stage in (None, name) and goes_on():
            began = timezone.now()
            made += case(desk, say)
            for booking in Booking.objects.filter(agency__name__in=AGENCIES):
                earlier(booking, 1, since=began)  # what a case leaves in the present was done the day before
    return made


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
    )
    mail_leaves()
    back = on_a_working_morning(days)
    with pgtrigger.ignore():
        Enquiry.pgh_event_model.objects.filter(pgh_obj=enquiry.pk).update(  # type: ignore[attr-defined]  # by pghistory
            pgh_created_at=F("pgh_created_at") - back
        )
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
    yesterday = dt.datetime.combine(timezone.localdate() - dt.timedelta(days=1), dt.time(16), tzinfo=LONDON)
    Release.objects.filter(contact__booking=booking).update(
        asked_at=yesterday, takes_effect_at=yesterday + dt.timedelta(hours=24)
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
    earlier(booking, 60)
    day_was(booking, 10)
    issued = timezone.now()
    issue_a_first_agenda(fresh(booking), by=desk.priya)
    earlier(booking, 31, since=issued)
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
