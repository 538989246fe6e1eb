"""One booking at every stage, each with words of its own to leak, and everybody who may come to read them.

``WHO`` and ``MAY_READ`` are the table of tiers: what the crawl holds every page, mail and file to.
"""

import datetime as dt
import time
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import time_machine
from django.conf import settings as django_settings
from django.test import Client

from accounts import services as people
from accounts.models import User
from accounts.rights import AUDITORS, COORDINATORS, READERS
from agendas import press
from agendas import services as agendas
from agendas.models import Agenda
from agendas.services import Row, Typed
from bookings import services
from bookings.models import Booking, Contact, Enquiry, Offer
from bookings.services import Asked
from courses import catalogue
from courses.models import Format
from speakers.models import Speaker
from tests.factories import SpeakerFactory, UserFactory, at

NOW = at(10, day=1, month=2)

# ---- the table of tiers


class Kind(IntEnum):
    """What a planted word tells. The number is the tier at which the domain opens it."""

    TOLD = 1  # what the agency told us of its need
    DATE = 2
    WHO = 3  # surnames of speakers who come
    WHERE = 30  # venue, room, postcode, how to get in, who meets us and their telephone
    PERSON = 31  # who asked: their name and telephone
    MAILBOX = 32  # and their mailbox
    TEAM = 33  # what the team writes to one another
    ACTOR = 34  # who of us did what
    DESK = 4  # the call-back, notes among ourselves, speakers who said no or have not answered


T0: frozenset[Kind] = frozenset()
T1 = frozenset({Kind.TOLD})
T2 = T1 | {Kind.DATE}
T3 = T2 | {Kind.WHO, Kind.WHERE}
T4 = frozenset(Kind)
MAY_READ: dict[str, frozenset[Kind]] = {
    "anonymous": T0,
    "a contact of another agency": T0,
    "a contact taken off": T0,
    "a speaker of other sessions": T0,
    "a mailbox confirmed": T1,
    "a verified contact": T2,
    "a released contact": T3,
    # speakers: date, region, format and topics when asked; T3 after a yes, with a second factor. Their run sheet says
    # whom to ring at the agency
    "an invited speaker": frozenset({Kind.DATE}),
    "an accepted speaker without a second factor": T2,
    "an accepted speaker": T3 | {Kind.PERSON, Kind.TEAM, Kind.ACTOR},
    "the lead trainer": T3 | {Kind.PERSON, Kind.TEAM, Kind.ACTOR},
    "the lead trainer, whose second factor was lately reset": T2,
    # staff: a reader sees T2 without contact details, and so no free text; an auditor who did what to which reference
    "a reader": frozenset({Kind.DATE, Kind.ACTOR}),
    "an auditor": frozenset({Kind.ACTOR}),
    "a coordinator": T4,
}
TEAM = {"Wilf Leads": Kind.WHO, "Wenna Comes": Kind.WHO, "Wystan Asked": Kind.DESK}
"""Those who give, or are asked for, every agreed session, whoever of them did something to it."""
OPEN_AT_T3 = {"confirmed", "ready", "delivered"}
"""The stages at which T3 detail is open to anybody below the desk; long after the day it closes again."""
STAGES = [
    "enquiry", "requested", "waiting", "declined", "offered", "confirmed", "ready", "delivered", "cancelled",
    "long past",
]  # fmt: skip
ROOTS = dict(
    zip(
        STAGES,
        ["Ambry", "Borth", "Cawle", "Dunch", "Elvet", "Fossy", "Gorph", "Hexle", "Irwey", "Jarro"],
        strict=True,
    )
)
DAYS = {
    "offered": (16, 3), "confirmed": (17, 3), "ready": (18, 3), "cancelled": (19, 3), "delivered": (12, 1),
}  # fmt: skip
LONG_PAST = (13, 10)


def may_read(viewer: str, stage: str) -> frozenset[Kind]:
    """The kinds of words this viewer may read of the booking at this stage."""
    kinds = MAY_READ[viewer]
    if viewer in ("a coordinator", "a reader", "an auditor") or stage in OPEN_AT_T3:
        return kinds
    if stage == "enquiry":
        return T0
    return kinds - {Kind.WHO, Kind.WHERE, Kind.PERSON, Kind.TEAM, Kind.ACTOR}


# ---- what is planted


@dataclass(frozen=True)
class Word:
    """One planted word: found by any of its spellings."""

    stage: str
    kind: Kind
    spellings: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        return any(spelling in text for spelling in self.spellings)

    def __str__(self) -> str:
        return f"{self.kind.name} of {self.stage} ({self.spellings[0]})"


@dataclass
class Planted:
    """The house with its bookings, words and people."""

    references: dict[str, str] = field(default_factory=dict)
    words: list[Word] = field(default_factory=list)
    viewers: dict[str, User | None] = field(default_factory=dict)

    def browser(self, viewer: str) -> Client:
        """A browser in which this viewer has signed in, with a second factor unless the table says without."""
        client = Client(raise_request_exception=False)
        user = self.viewers[viewer]
        if user is not None:
            if "lately reset" in viewer:
                User.objects.filter(pk=user.pk).update(factor_reset_at=NOW - dt.timedelta(hours=1))
            client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
            session = client.session
            if "without a second factor" not in viewer:
                session["account_authentication_methods_user"] = str(user.pk)
                session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
            session.save()
        return client

    def found(self, text: str) -> list[Word]:
        return [word for word in self.words if word.is_in(text)]

    def leaks(self, viewer: str, text: str, *, own: str = "", address: str = "") -> list[str]:
        """The planted words in a text that this viewer may not read; ``own`` is what names the viewer themselves.

        Whoever gives several sessions (``TEAM``) is looked for on the pages of one of them, and everywhere for a viewer who
        may never know who comes.
        """
        stage = next((stage for stage, reference in self.references.items() if reference in address), "")
        names = [Word(stage or "any", kind, (name,)) for name, kind in TEAM.items()]
        if not stage and Kind.WHO in MAY_READ[viewer]:
            names = []
        return [
            str(word)
            for word in [*self.found(text), *(name for name in names if name.is_in(text))]
            if word.kind not in may_read(viewer, word.stage) and word.spellings[0] not in own
        ]


def plant() -> Planted:
    """Walk a booking to every stage by the real services, and bring everybody in. The clock is moved meanwhile."""
    house = Planted()
    with time_machine.travel(at(10, day=1, month=9, year=2026), tick=False):
        catalogue.load()
        house.viewers = _viewers()
        _long_past(house)
    with time_machine.travel(at(10, day=2, month=11, year=2026), tick=False):
        _delivered(house)
    with time_machine.travel(NOW, tick=False):
        _present(house)
        press.make_waiting()
    return house


def _viewers() -> dict[str, User | None]:
    def somebody(name: str) -> User:
        return UserFactory(name=name)

    def staff(name: str, role: str) -> User:
        user = UserFactory(name=name, is_staff=True)
        user.groups.add(people.role(role))
        return user

    speakers = {
        "an invited speaker": "Wystan Naywick",
        "an accepted speaker": "Wenna Comes",
        "the lead trainer": "Wilf Leads",
        "a speaker of other sessions": "Wanda Elsewhere",
    }
    everybody: dict[str, User | None] = {"anonymous": None}
    for viewer in MAY_READ:
        if viewer in speakers:
            everybody[viewer] = _speaker(speakers[viewer]).user
        elif viewer not in ("anonymous", "a coordinator", "a reader", "an auditor"):
            everybody[viewer] = somebody(f"Viewer {len(everybody)}")
    everybody["an accepted speaker without a second factor"] = everybody["an accepted speaker"]
    everybody["the lead trainer, whose second factor was lately reset"] = everybody["the lead trainer"]
    everybody["a coordinator"] = staff("Priya Desk", COORDINATORS)
    everybody["the second coordinator"] = staff("Owen Desk", COORDINATORS)
    everybody["a reader"] = staff("Rhea Reader", READERS)
    everybody["an auditor"] = staff("Ansel Auditor", AUDITORS)
    return everybody


def _speaker(name: str, **more: bool) -> Speaker:
    """A speaker who signs in under the same name, as speakers do."""
    return SpeakerFactory(name=name, user__name=name, **more)


def _user(house: Planted, viewer: str) -> User:
    user = house.viewers[viewer]
    assert user is not None
    return user


def _plant(house: Planted, stage: str, kind: Kind, *spellings: str) -> None:
    house.words.append(Word(stage, kind, spellings))


def _plant_day(house: Planted, stage: str, day: dt.datetime) -> None:
    _plant(
        house,
        stage,
        Kind.DATE,
        f"{day.day} {day:%b}",
        f"{day:%Y-%m-%d}",
        f"{day:%Y%m%d}",
        f"{day:%d/%m/%Y}",
        f"{day:%B} {day.day}",
        f"{day:%b}. {day.day}",
    )


def _requested(house: Planted, stage: str) -> Booking:
    """A request with everything told, and its contacts at each tier."""
    root, number = ROOTS[stage], STAGES.index(stage)
    priya = _user(house, "a coordinator")
    booking = services.make_request(
        Asked(
            name=f"Casey {root}wick",
            email=f"casey.{root.lower()}wick@{root.lower()}.example.org",
            telephone=f"01632 96007{number}",
            agency_kind="council",
            agency_name="Northmere Council",
            outcode="NE1",
            head_count=30,
            format=Format.objects.get(slug="full-day"),
            prompted_by=f"A review: {root}prompt",
            anything_else=f"Please mind {root}else",
            access_needs=f"A {root}loop",
            purchase_order=f"PO-{root}",
        )
    )
    house.references[stage] = booking.reference
    for told in ("prompt", "else", "loop"):
        _plant(house, stage, Kind.TOLD, f"{root}{told}")
    _plant(house, stage, Kind.TOLD, f"PO-{root}")
    _plant(house, stage, Kind.PERSON, f"{root}wick")
    _plant(house, stage, Kind.MAILBOX, f"{root.lower()}wick@")
    _plant(house, stage, Kind.PERSON, f"01632 96007{number}", f"0163296007{number}", f"+44163296007{number}")
    for viewer in (
        "a contact taken off",
        "a mailbox confirmed",
        "a verified contact",
        "a released contact",
    ):
        user = _user(house, viewer)
        contact = services.add_colleague(booking.pk, name=user.name, email=user.email, actor=priya)
        services.confirm_mailbox(contact.pk, actor=user)
        if viewer != "a mailbox confirmed":
            _ring_back(contact, priya, number="01632 960001")
        if viewer == "a contact taken off":
            services.revoke_contact(contact.pk, actor=priya)
    services.write_note(booking.pk, side="internal", text=f"Between us: {root}whisper", actor=priya)
    _plant(house, stage, Kind.DESK, f"{root}whisper")
    requester = booking.contacts.get(role="requester")
    _ring_back(requester, priya, number=f"01632 96009{number}", found_where=f"The {root}directory")
    _plant(house, stage, Kind.DESK, f"01632 96009{number}", f"0163296009{number}", f"{root}directory")
    services.set_venue(
        booking.pk,
        name=f"{root}hall",
        address=f"7 {root}row",
        postcode=f"NE{number} {number}QZ",
        room=f"{root}room 2",
        arrival=f"Past the {root}gate",
        vetting=f"An {root}escort",
        contact_name=f"Sam {root}keeper",
        contact_telephone=f"01632 96011{number}",
        actor=priya,
    )
    for part in ("hall", "row", "room", "gate", "escort", "keeper"):
        _plant(house, stage, Kind.WHERE, f"{root}{part}")
    _plant(
        house, stage, Kind.WHERE, f"NE{number} {number}QZ", f"NE{number}{number}QZ", f"NE{number}-{number}QZ"
    )
    _plant(house, stage, Kind.WHERE, f"01632 96011{number}", f"0163296011{number}")
    return booking


def _ring_back(contact: Contact, actor: User, *, number: str, found_where: str = "Their public site") -> None:
    services.record_call_back(
        contact.pk, number=number, found_where=found_where, outcome="is_who_they_say", actor=actor
    )


def _offered(house: Planted, stage: str, day: dt.datetime) -> Offer:
    """An offer with four speakers held: one has said no, and one more is asked and silent."""
    root = ROOTS[stage]
    booking, priya = _requested(house, stage), _user(house, "a coordinator")
    family = _speaker(f"Una {root}brigg", is_family=True)
    refuses = _speaker(f"Ivo {root}hush")
    team = [
        _user(house, "the lead trainer").speaker,
        _user(house, "an accepted speaker").speaker,
        family,
    ]
    offer = services.make_offer(
        booking.pk,
        starts_at=day,
        ends_at=day + dt.timedelta(hours=7),
        team={speaker.pk: [] for speaker in team},
        lead=team[0],
        actor=priya,
    )
    services.add_speaker(offer.pk, speaker=refuses, actor=priya)
    _plant(house, stage, Kind.WHO, f"{root}brigg")
    _plant(house, stage, Kind.DESK, f"{root}hush")
    _plant_day(house, stage, day)
    refused = offer.engagements.get(speaker=refuses)
    services.answer_invitation(refused.pk, accepts=False, actor=refuses.user)
    services.go_on_without(refused.pk, actor=priya)
    return offer


def _agreed(house: Planted, stage: str, day: dt.datetime) -> Booking:
    """Everybody said yes, names and place are released, and one more speaker is asked who has not answered."""
    offer = _offered(house, stage, day)
    priya, owen = _user(house, "a coordinator"), _user(house, "the second coordinator")
    services.accept_offer(offer.pk, actor=_user(house, "a verified contact"))
    for engagement in offer.engagements.filter(state="asked").select_related("speaker__user"):
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)
    services.add_speaker(offer.pk, speaker=_user(house, "an invited speaker").speaker, actor=priya)
    _plant(house, stage, Kind.DESK, "Naywick")  # who has not answered is nobody's to know but the desk's
    contact = Contact.objects.get(booking=offer.booking, user=_user(house, "a released contact"))
    release = services.ask_for_release(contact.pk, actor=priya)
    services.approve_release(release.pk, actor=owen)
    return Booking.objects.get(pk=offer.booking_id)


def _issued(house: Planted, stage: str, day: dt.datetime) -> Booking:
    booking = _agreed(house, stage, day)
    lead = _user(house, "the lead trainer")
    agenda = agendas.open_agenda(booking, filled=True, actor=lead)
    agendas.issue_agenda(agenda.pk, version=_shaped(house, stage, agenda).version, actor=lead)
    return Booking.objects.get(pk=booking.pk)


def _shaped(house: Planted, stage: str, agenda: Agenda) -> Agenda:
    """The draft with everything that a team writes beside the day, by a coordinator of this stage alone; issued once before."""
    root = ROOTS[stage]
    coordinator = UserFactory(name=f"Dafydd {root}hand", is_staff=True)
    coordinator.groups.add(people.role(COORDINATORS))

    def at_present() -> Any:
        return {"version": Agenda.objects.get(pk=agenda.pk).version, "actor": coordinator}

    line = agenda.items.filter(kind="topic").first()
    assert line is not None
    row = Row(line.pk, "topic", line.minutes, speaker=str(line.speaker_id or "nobody"), variant=line.variant,
              point_ids=tuple(line.point_ids), note=f"Una brings the {root}lamp")  # fmt: skip
    typed = Typed(rows=(row,), quiet_room=f"The {root}quiet", support_contact=f"Bron {root}stays")
    agendas.save(agenda.pk, typed=typed, **at_present())
    agendas.set_aside(agenda.pk, key="free", words="Time is left.", reason=f"A {root}reason", **at_present())
    agendas.say(agenda.pk, words=f"Shall we meet at {root}corner?", audience="team", actor=coordinator)
    agendas.issue_agenda(agenda.pk, **at_present())
    note = agendas.add_filler(agenda.pk, kind="note", **at_present()).touched
    assert note is not None
    typed = Typed(rows=(Row(note.pk, "note", 0, title=f"Ring the {root}bell"),))
    agendas.save(agenda.pk, typed=typed, **at_present())
    for said in ("lamp", "reason", "corner", "bell"):
        _plant(house, stage, Kind.TEAM, f"{root}{said}")
    _plant(house, stage, Kind.ACTOR, f"{root}hand")
    for named in ("quiet", "stays"):
        _plant(house, stage, Kind.WHERE, f"{root}{named}")
    return Agenda.objects.get(pk=agenda.pk)


def _long_past(house: Planted) -> None:
    day, month = LONG_PAST
    booking = _issued(house, "long past", at(9, 15, day=day, month=month, year=2026))
    press.make_waiting()
    with time_machine.travel(at(10, day=20, month=month, year=2026), tick=False):
        services.record_delivery(booking.pk, head_count=28, actor=_user(house, "a coordinator"))
        services.close_booking(booking.pk, actor=_user(house, "a coordinator"))


def _delivered(house: Planted) -> None:
    day, month = DAYS["delivered"]
    booking = _agreed(house, "delivered", at(9, 15, day=day, month=month))
    with time_machine.travel(at(10, day=20, month=1), tick=False):
        services.record_delivery(booking.pk, head_count=28, actor=_user(house, "a coordinator"))


def _present(house: Planted) -> None:
    priya = _user(house, "a coordinator")
    _enquiry(house)
    _requested(house, "requested")
    services.put_on_waiting_list(_requested(house, "waiting").pk, actor=priya)
    services.decline_request(_requested(house, "declined").pk, words="We are full.", actor=priya)
    day, month = DAYS["offered"]
    offer = _offered(house, "offered", at(9, 15, day=day, month=month))
    services.add_speaker(offer.pk, speaker=_user(house, "an invited speaker").speaker, actor=priya)
    day, month = DAYS["confirmed"]
    _agreed(house, "confirmed", at(9, 15, day=day, month=month))
    day, month = DAYS["ready"]
    ready = _issued(house, "ready", at(9, 15, day=day, month=month))
    root = ROOTS["ready"]
    agendas.write_privately(
        ready.attendee_code.code,
        text=f"He sits beside me on the {root}bench.",
        email=f"attends@{root.lower()}shed.example.org",
        reach=f"At my sister’s, {root}stile",
    )
    message = agendas.open_messages()[0]
    agendas.answer_message(message.pk, answer=f"You may sit by the {root}door.", actor=priya)
    for told in ("bench", "stile", "door"):
        _plant(house, "ready", Kind.DESK, f"{root}{told}")
    _plant(house, "ready", Kind.DESK, f"@{root.lower()}shed")
    day, month = DAYS["cancelled"]
    agreed = _agreed(house, "cancelled", at(9, 15, day=day, month=month))
    services.cancel_booking(agreed.pk, words="The roof leaks.", actor=priya)
    other = _user(house, "a contact of another agency")
    elsewhere = services.make_request(
        Asked(name=other.name, email=other.email, agency_kind="nhs", agency_name="Kestrel Trust")
    )
    _ring_back(elsewhere.contacts.get(), priya, number="01632 960002")


def _enquiry(house: Planted) -> Enquiry:
    root = ROOTS["enquiry"]
    enquiry = services.make_enquiry(
        name=f"Quinn {root}wick",
        organisation=f"{root} Centre",
        email=f"quinn@{root.lower()}wick.example.org",
        telephone="01632 960070",
        message=f"He waits at {root}hall, NE0 0QZ.",
    )
    house.references["enquiry"] = enquiry.reference
    _plant(house, "enquiry", Kind.PERSON, f"{root}wick")
    _plant(house, "enquiry", Kind.MAILBOX, f"@{root.lower()}wick")
    _plant(house, "enquiry", Kind.PERSON, "01632 960070", "01632960070")
    _plant(house, "enquiry", Kind.TOLD, f"{root}hall", "NE0 0QZ")
    return enquiry


def speakers_own_name(user: User | None) -> str:
    """The name under which this person speaks, where they do."""
    speaker = Speaker.objects.filter(user=user).first() if user else None
    return speaker.name if speaker else ""
