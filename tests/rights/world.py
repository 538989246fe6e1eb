"""One world for the rights table: people of every role, signed in through the pages, and bookings at every stage."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

import pgtrigger
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.hazmat.primitives.asymmetric import ec
from django.core import signing
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from fido2.cose import ES256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

import courses.catalogue
import places.catalogue
import speakers.catalogue
from accounts import services as people
from accounts.models import User
from accounts.rights import AUDITORS, COORDINATORS, READERS
from agendas import services as agendas
from agendas.models import AttendeeMessage, Document
from bookings import services
from bookings.models import Booking, CallBack, Contact, DeskSettings, Engagement
from bookings.services import Asked
from courses.models import Audience, Format, PageText, Topic
from outbox.models import Message
from outbox.states import State
from places import keeping
from places.models import Force, Region
from speakers.calendars import make_feed, read_from
from speakers.models import DiaryEntry, Expertise, Speaker
from speakers.services import add_absence
from tests.accounts.conftest import app_code, make_staff, newest_invitation, sign_in
from tests.factories import (
    AgencyFactory,
    AudienceFactory,
    CourseFactory,
    EnquiryFactory,
    FormatFactory,
    OrganisationFactory,
    SpeakerFactory,
    TopicFactory,
)
from tests.shipped import load
from tests.trainingportal.asking.conftest import drawn
from tests.trainingportal.desk.conftest import (
    confirmed,
    contact_of,
    day_has_passed,
    in_days,
    offered,
    requested,
    rung_back,
)
from trainingportal.asking import choices
from trainingportal.demo import cases
from trainingportal.demo import people as invented
from trainingportal.demo.steps import InventedAgency
from trainingportal.questions import RECEIPT_SALT

ROLES = (
    "–", "T1", "T2", "T3", "Other", "Inv", "Acc", "Acc¹", "Spk", "Lead", "Lead¹", "Co", "Co¹", "Read", "Aud",
)  # fmt: skip
"""The columns of the table; docs/rights.md says what each means."""


@dataclass
class World:
    """Who there is, what there is, and how each role asks."""

    names: dict[str, Any] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    pks: dict[str, int] = field(default_factory=dict)
    browsers: dict[str, Client] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def path(self, pattern: str) -> str:
        """An address of the table with the things of this world in it."""
        return pattern.format_map(self.names)

    def target(self, pattern: str, path: str) -> str:
        """Where an answer to ``path`` leads: besides things of this world it may name the address itself."""
        parts = path.partition("?")[0].strip("/").split("/")
        itself = {
            "path": path,
            "here": quote(path, safe=""),
            "list": "/" + "/".join(parts[:3]) + "/",
            "pk": next((str(self.pks[part]) for part in parts if part in self.pks), ""),
        }
        return pattern.format_map({**self.names, **itself})

    def ask(
        self, role: str, method: str, path: str, data: Mapping[str, Any] | None = None, **more: Any
    ) -> HttpResponse:
        """Ask as this role, in the session it signed in with, whatever it asked before."""
        browser = self.browsers[role]
        browser.cookies = self.cookies_of(role)
        answer: HttpResponse = getattr(browser, method.lower())(path, data or {}, **more)
        if answer.streaming:
            list(answer)  # read to the end, as a browser does, the file is closed
        return answer

    def cookies_of(self, role: str) -> "SimpleCookie":
        """What the browser of this role carries."""
        return SimpleCookie(self.cookies[role])

    def keep(self, role: str, browser: Client) -> None:
        self.browsers[role] = browser
        self.cookies[role] = browser.cookies.output(header="", sep=";")


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is taken back, in the database and in what this process keeps of it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    caches["local"].clear()
    keeping.forget()


# ---- people


def _speaker(name: str, *slugs: str, is_family: bool = False) -> Speaker:
    user = people.ensure_user(f"{name.lower().replace(' ', '.')}@speakers.example.org", name=name)
    speaker = SpeakerFactory(name=name, is_family=is_family, user=user)
    topics = {topic.slug: topic for topic in Topic.objects.filter(slug__in=slugs)}
    Expertise.objects.bulk_create(Expertise(speaker=speaker, topic=topics[slug]) for slug in slugs)
    return speaker


def _contact(booking: Booking, name: str, *, rung_by: User | None = None) -> Contact:
    """Somebody at the agency whose mailbox is confirmed, rung back where somebody is named who did."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    contact = booking.contacts.filter(email=email).first()
    if contact is None:
        services.add_colleague(booking.pk, name=name, email=email, actor=contact_of(booking).user)
        contact = booking.contacts.get(email=email)
    services.confirm_mailbox(contact.pk, actor=contact.user)
    if rung_by is not None:
        services.record_call_back(
            contact.pk,
            number="01632 960001",
            found_where="Their public site",
            outcome=CallBack.Outcome.IS_WHO_THEY_SAY,
            actor=rung_by,
        )
    return Contact.objects.get(pk=contact.pk)


# ---- signing in


def _enter(user: User, secret: str = "") -> Client:
    """Walk in through the pages, with the app's code where there is a secret."""
    browser = Client()
    sign_in(browser, user)
    if secret:
        browser.post("/sign-in/second-factor/", {"code": app_code(secret)})
        browser.post("/sign-in/trust/", {"action": "no"})
    assert browser.session["_auth_user_id"] == str(user.pk)
    return browser


def _sign_everybody_in(world: World) -> None:
    """Those with a ¹ enter before their second factor is set up, so their session has never shown one."""
    world.keep("–", Client())
    for role, user in world.users.items():
        if f"{role}¹" in ROLES:
            world.keep(f"{role}¹", _enter(user))
        if role in ("Inv", "Acc", "Spk", "Lead", "Co", "Read", "Aud"):
            secret = generate_totp_secret()
            TOTP.activate(user, secret)
            world.keep(role, _enter(user, secret))
        else:
            world.keep(role, _enter(user))
    assert set(world.browsers) == set(ROLES)


# ---- the world


def build() -> World:
    """Write everything that an address of the table can name, through the services, and sign everybody in."""
    load(places.catalogue, courses.catalogue, speakers.catalogue)
    world = World()
    co = make_staff("priya@desk.example.org", COORDINATORS)
    second = make_staff("owen@desk.example.org", COORDINATORS)
    lead = _speaker(
        "Ivo Thistlewood", "what-is-stalking", "investigations", "legal-issues", "red-flags", "multi-agency"
    )
    accepted = _speaker(
        "Una Oxenbrigg",
        "typology",
        "risk",
        "management-implications",
        "interventions",
        "similarities-and-differences",
    )
    mother = _speaker(
        "Ada Marchbanks", "alices-story", "scale-of-the-problem", "victim-impact", is_family=True
    )
    invited, other = _speaker("Ned Quillfeather"), _speaker("Joan Farthing")
    world.users = {
        "T1": people.ensure_user("tim.one@example.org", name="Tim One"),
        "T2": people.ensure_user("tara.two@example.org", name="Tara Two"),
        "T3": people.ensure_user("tess.three@example.org", name="Tess Three"),
        "Other": people.ensure_user("oda.other@example.org", name="Oda Other"),
        "Inv": invited.user,
        "Acc": accepted.user,
        "Spk": other.user,
        "Lead": lead.user,
        "Co": co,
        "Read": make_staff("rhea@desk.example.org", READERS),
        "Aud": make_staff("ansel@desk.example.org", AUDITORS),
    }
    _bookings(world, co, second, [lead, accepted, mother], invited)
    _odds_and_ends(world, co)
    _sign_everybody_in(world)
    _ways_in(world)
    _remember_a_device(world)
    _type_a_request(world)
    _demo()
    world.pks = dict(Booking.objects.values_list("reference", "pk"))
    return world


def _bookings(world: World, co: User, second: User, team: list[Speaker], invited: Speaker) -> None:
    full_day = Format.objects.get(slug="full-day")
    names = world.names

    agreed = requested("Tess Three", format=full_day, head_count=40)
    agreed.audience_shares.create(audience=Audience.objects.get(slug="front-line"), share="half")
    agreed.musts.set(Topic.objects.filter(slug="legal-issues"))
    _contact(agreed, "Tess Three")
    agreed = confirmed(agreed, co, team)
    services.set_venue(agreed.pk, name="Vexford Hall", address="7 Plover Row", postcode="NE1 9QZ", actor=co)
    t1 = _contact(agreed, "Tim One")
    t2 = _contact(agreed, "Tara Two", rung_by=co)
    t3 = _contact(agreed, "Tess Three", rung_by=co)
    waits = _contact(agreed, "Wanda Waits", rung_by=co)
    services.approve_release(services.ask_for_release(t3.pk, actor=second).pk, actor=co)
    release = services.ask_for_release(waits.pk, actor=second)
    agenda = agendas.open_agenda(agreed, filled=True, actor=team[0].user)
    issue = agendas.issue_agenda(agenda.pk, version=agenda.version, actor=team[0].user)
    for document in Document.objects.all():
        document.file.save("paper.pdf", ContentFile(b"%PDF-1.7 invented"), save=False)
        document.state, document.sha256, document.size = "ready", "0" * 64, 17
        with pgtrigger.ignore():
            document.save()
    offer = agreed.offers.get()
    services.add_speaker(offer.pk, speaker=invited, actor=co)
    lines = list(agenda.items.filter(topic__isnull=False).select_related("topic").order_by("position"))
    slugs = {each.pk: each.topic.slug for each in lines if each.topic}
    core = {each.pk for each in lines if each.topic and each.topic.is_core}
    failed = issue.documents.get(kind="run_sheet", recipient=None)
    failed.pk, failed.state, failed.file, failed.requested_at = None, "failed", "", in_days(-1)
    with pgtrigger.ignore():
        failed.save()
    names |= {
        "agreed": agreed.reference,
        "agreed_pk": agreed.pk,
        "t1_contact": t1.pk,
        "t2_contact": t2.pk,
        "release": release.pk,
        "accepted_place": offer.engagements.get(speaker=team[1]).pk,
        "line": lines[1].pk,
        "last_line": lines[-1].pk,
        "loose_line": next(pk for pk, slug in slugs.items() if pk not in core and slug != "legal-issues"),
        "law_line": next(pk for pk, slug in slugs.items() if slug == "legal-issues"),
        "free_topic": Topic.objects.active().exclude(slug__in=slugs.values())[0].slug,
        "agenda_paper": issue.documents.get(kind="agenda").pk,
        "joining": issue.documents.get(kind="joining", tier=2).pk,
        "joining_place": issue.documents.get(kind="joining", tier=3).pk,
        "door_sign": issue.documents.get(kind="door_sign").pk,
        "sign_in": issue.documents.get(kind="sign_in").pk,
        "run_sheet": issue.documents.get(kind="run_sheet", recipient=team[1]).pk,
        "lead_run_sheet": issue.documents.get(kind="run_sheet", recipient=team[0]).pk,
        "desk_run_sheet": issue.documents.get(kind="run_sheet", recipient=None, state="ready").pk,
        "attendee_code": agreed.attendee_code.code,
        "private_message": _private_message(agreed),
        "failed_paper": failed.pk,
        "matter": agreed.matters.filter(settled_at__isnull=True)[0].pk,
        "change": services.ask_for_change(agreed.pk, kind="other", details="A later start", actor=t1.user).pk,
        "removable": waits.pk,
    }

    shown = requested("Tess Three", agency="Marram Trust", format=full_day)
    _contact(shown, "Tess Three", rung_by=co)
    _contact(shown, "Tim One")
    _contact(shown, "Tara Two", rung_by=co)
    shown = offered(shown, co, [invited, team[0]], days=90)
    with pgtrigger.ignore():  # asked long enough ago to be reminded
        Engagement.objects.filter(offer__booking=shown).update(asked_at=in_days(-1))
    names |= {
        "offered": shown.reference,
        "offered_pk": shown.pk,
        "offer": shown.offers.get().pk,
        "invited_place": shown.offers.get().engagements.get(speaker=invited).pk,
    }

    gap = offered(rung_back(requested("Gil Gap"), co), co, SpeakerFactory.create_batch(3), days=70)
    _, said_if, said_no = gap.offers.get().engagements.order_by("pk")
    said_no.topics.add(Topic.objects.get(slug="alices-story"))
    services.answer_invitation(said_no.pk, accepts=False, actor=said_no.speaker.user)
    services.answer_invitation(said_if.pk, accepts=True, condition="With a loop", actor=said_if.speaker.user)
    waiting, declined = requested("Wim Waiting"), requested("Dora Declined")
    services.put_on_waiting_list(waiting.pk, actor=co)
    services.decline_request(declined.pk, words="Not this year.", actor=co)
    past = day_has_passed(confirmed(requested("Pia Past"), co, SpeakerFactory.create_batch(2), days=40))
    delivered = day_has_passed(
        confirmed(requested("Del Delivered"), co, SpeakerFactory.create_batch(2), days=41)
    )
    services.record_delivery(delivered.pk, head_count=12, actor=co)
    others = requested("Oda Other", agency="Otherham Council")
    _contact(others, "Oda Other", rung_by=co)
    fresh = requested("Una Asked")
    names |= {
        "asked": fresh.reference,
        "asked_contact": contact_of(fresh).pk,
        "rung": rung_back(requested("Rhys Rung", format=full_day), co).reference,
        "gap": gap.reference,
        "gap_place": said_no.pk,
        "if_place": said_if.pk,
        "waiting": waiting.reference,
        "declined": declined.reference,
        "past": past.reference,
        "delivered": delivered.reference,
        "others": others.reference,
    }


def _private_message(booking: Booking) -> int:
    """Something that somebody who attends wrote."""
    agendas.write_privately(
        booking.attendee_code.code, text="I would rather not hear it.", email="attends@example.org"
    )
    return AttendeeMessage.objects.get().pk


def _demo() -> None:
    """The people whom the demo lets anybody enter as."""
    invented.coordinators()
    invented.speakers()
    invented.reader()
    asks = InventedAgency(cases.MILLRACE.name, "nhs", "Dana Whitcombe", "Manager", "NE1")
    asked = services.make_request(
        Asked(name=asks.contact, email=asks.email, agency_kind=asks.kind, agency_name=asks.name)
    )
    Booking.objects.filter(pk=asked.pk).update(invented=True)


def _odds_and_ends(world: World, co: User) -> None:
    """Rows for the lists at the desk: one of each kind that stands in use, and a spare one that nothing holds."""
    enquiry = EnquiryFactory()
    mails = list(Message.objects.filter(reference=world.names["agreed"]).order_by("pk")[:3])
    with pgtrigger.ignore():
        Message.objects.filter(pk=mails[1].pk).update(state=State.FAILED, error="550 no such mailbox")
        Message.objects.filter(pk=mails[2].pk).update(state=State.DRAFT)
    accepted = world.users["Acc"].speaker
    add_absence(accepted, starts_at=in_days(20), ends_at=in_days(21), private=False, actor=accepted.user)
    absence = accepted.diary.exclude(kind=DiaryEntry.Kind.ENGAGEMENT).get()
    read_from(accepted, address="https://calendar.example.org/una.ics", actor=accepted.user)
    invitation = people.invite_speaker("newcomer@example.org", name="Nina Newcomer", actor=co)
    world.names |= {
        "enquiry": enquiry.reference,
        "enquiry_pk": enquiry.pk,
        "mail": mails[0].pk,
        "failed_mail": mails[1].pk,
        "draft_mail": mails[2].pk,
        "absence": absence.pk,
        "feed_key": make_feed(accepted, with_detail=False, actor=accepted.user),
        "invitation": invitation.pk,
        "token": newest_invitation("newcomer@example.org").split("/")[2],
        "person": people.ensure_user("somebody@example.org", name="Sam Body").pk,
        "receipt": signing.dumps(["EN-INVENT", "2027-03-09", True], salt=RECEIPT_SALT),
        "agency": AgencyFactory(name="Spare Agency").pk,
        "settings": DeskSettings.objects.get_or_create(pk=1)[0].pk,
        "topic": TopicFactory(slug="spare-topic").pk,
        "format": FormatFactory(slug="spare-format").pk,
        "course": CourseFactory(slug="spare-course").pk,
        "audience": AudienceFactory(slug="spare-audience").pk,
        "pagetext": PageText.objects.all()[0].pk,
        "speaker": SpeakerFactory(name="Spare Speaker").pk,
        "organisation": OrganisationFactory(slug="spare-organisation", name="Spare Organisation").pk,
        "region": Region.objects.all()[0].pk,
        "force": Force.objects.create(
            slug="spare-force", name="Spare Force", region=Region.objects.all()[0]
        ).pk,
        "public_topic": Topic.objects.active()[0].slug,
    }


def _ways_in(world: World) -> None:
    """A passkey and recovery codes of the coordinator's, beside the app that everybody at the desk has."""
    co = world.users["Co"]
    RecoveryCodes.activate(co)
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    seen = AuthenticatorData.create(
        sha256(b"testserver").digest(),
        AuthenticatorData.FLAG.USER_PRESENT | AuthenticatorData.FLAG.ATTESTED,
        0,
        AttestedCredentialData.create(Aaguid.NONE, b"laptop", key),
    )
    made = RegistrationResponse(
        raw_id=b"laptop",
        response=AuthenticatorAttestationResponse(
            client_data=CollectedClientData.create("webauthn.create", b"challenge", "http://testserver"),
            attestation_object=AttestationObject.create("none", seen, {}),
        ),
    )
    passkey = Authenticator.objects.create(
        user=co, type=Authenticator.Type.WEBAUTHN, data={"name": "Laptop", "credential": dict(made)}
    )
    world.names["passkey"] = passkey.pk


def _remember_a_device(world: World) -> None:
    """The phone of the speaker who accepted: a browser with the device's cookie and no session."""
    browser = world.browsers["Acc"]
    browser.post("/speaking/device/")
    browser.get("/speaking/")  # reads the message about it, which waits in the session
    phone = Client()
    phone.cookies["device"] = browser.cookies["device"].value
    world.keep("Dev", phone)
    world.names["device"] = world.users["Acc"].devices.get().pk


def _type_a_request(world: World) -> None:
    """Let Other type a second request in their browser, up to the look over the answers."""
    browser = world.browsers["Other"]
    first = {
        "works_for": "elsewhere", "agency_kind": "council", "agency_name": "Otherham Council", "name": "Oda Other",
        "job_title": "Manager", "email": "oda.other@example.org", "telephone": "01632 960 009", "drawn": drawn(),
    }  # fmt: skip
    browser.post("/ask-for-training/", first)
    draft = {"draft": browser.session["asking_draft"]}
    audience = {"head_count": "40", "audiences": ["front-line"], "share-front-line": "half"}
    when = {
        "months": [choices.months()[2].isoformat()],
        "weekdays": ["1"],
        "place": "on_site",
        "outcode": "NE1",
    }
    browser.post("/ask-for-training/audience/", audience | draft)
    browser.post("/ask-for-training/need/", {"length": "full-day", "cover": "suggest"} | draft)
    answer = browser.post("/ask-for-training/when-and-where/", when | draft)
    assert answer["Location"] == "/ask-for-training/check/", answer["Location"]
    world.keep("Other", browser)
