"""Every kind of mail that any app sends, held to the tier of whoever gets it. A new kind has to be added here."""

import io
import re

import pytest
import time_machine
from pypdf import PdfReader

from accounts import services as people
from accounts.adapter import AccountAdapter
from accounts.models import User
from accounts.rights import COORDINATORS, READERS
from agendas import press
from agendas import services as agendas
from bookings import services
from bookings.models import Booking, Engagement
from bookings.services import Asked
from courses import catalogue
from courses.models import Format
from outbox import kinds
from outbox.models import Attachment, Message
from tests.factories import SpeakerFactory, UserFactory, at

pytestmark = pytest.mark.django_db

SURNAMES = ["Thistlewood", "Oxenbrigg"]
PLACE = ["Vexford", "Plover", "NE1 9QZ", "Lecture room 2", "behind the bakery", "Gatekeeper", "TR19 7AA"]
DATE = ["9 March", "March 2027", "2027-03", "202703", "/03/2027"]

ANYONE, VERIFIED, SPEAKER = "anyone", "verified contacts", "speakers"
GOES_TO = {
    # their reference and their stage at most; the desk's mailbox asks for no second factor either
    "request-received": ANYONE,
    "new-request": ANYONE,
    "enquiry-received": ANYONE,
    "new-enquiry": ANYONE,
    "enquiry-answer": ANYONE,
    "note": ANYONE,
    "waiting-list": ANYONE,
    "declined": ANYONE,
    "heard": ANYONE,
    "colleague-invited": ANYONE,
    "colleague-removed": ANYONE,
    "change-answered": ANYONE,
    "reopened": ANYONE,
    "offer-closed": ANYONE,
    "team-changed": ANYONE,
    "released": ANYONE,
    "release-asked": ANYONE,
    "release-applied": ANYONE,
    "attendee-wrote": ANYONE,
    "attendee-answer": ANYONE,
    "agenda-comment": ANYONE,
    "draft-shared": ANYONE,
    "code": ANYONE,
    "staff-invitation": ANYONE,
    "sign-in-changed": ANYONE,
    "second-factor-reset": ANYONE,
    "second-factor-waits": ANYONE,
    # the date too
    "offer": VERIFIED,
    "accepted": VERIFIED,
    "host-reminder": VERIFIED,
    "confirmed": VERIFIED,
    "cancelled": VERIFIED,
    "agenda-issued": VERIFIED,
    "agenda-withdrawn": ANYONE,
    "postponed": VERIFIED,
    # the date and themselves
    "invitation": SPEAKER,
    "stood-down": SPEAKER,
    "confirmed-speaker": SPEAKER,
    "cancelled-speaker": SPEAKER,
    "run-sheet-ready": SPEAKER,
    "reminder": SPEAKER,
    "asked-again": SPEAKER,
    "postponed-speaker": SPEAKER,
    "given-up": SPEAKER,
    "condition-met": SPEAKER,
}


@pytest.fixture
def every_mail(settings) -> list[Message]:
    """A booking walked from the question to its cancellation, with names, a place and a date to leak."""
    settings.DEMO = False
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        _sign_in_mail()
        _walk()
        _changes()
    return list(Message.objects.prefetch_related("attachments").order_by("pk"))


def _coordinator(name: str) -> User:
    user = UserFactory(name=name, is_staff=True)
    user.groups.add(people.role(COORDINATORS))
    return user


def _sign_in_mail() -> None:
    priya, rhea = _coordinator("Priya Desk"), _coordinator("Rhea Desk")
    _coordinator("Owen Desk")
    AccountAdapter().send_mail("account/email/login_code", priya.email, {"code": "BCD-FGH"})
    AccountAdapter().send_mail("mfa/email/totp_activated", priya.email, {})
    people.invite_staff("new@example.org", name="New Person", group=READERS, actor=priya)
    people.reset_second_factor(rhea, actor=priya)
    people.wait_for_confirmation(UserFactory(name="Wilma Waits"))


def _asked(name: str) -> Asked:
    return Asked(
        name=name,
        email=f"{name.split()[0].lower()}@example.org",
        agency_kind="council",
        agency_name="Northmere Council",
        outcode="NE1",
        format=Format.objects.get(slug="full-day"),
    )


def _walk() -> None:
    catalogue.load()
    priya = User.objects.get(name="Priya Desk")
    enquiry = services.make_enquiry(name="Quinn Asks", message="May we come?", email="quinn@example.org")
    services.answer_enquiry(enquiry.pk, answer="You are welcome.", actor=priya)
    refused = services.make_request(_asked("Rowan Refused"))
    services.decline_request(refused.pk, words="We are full.", actor=priya)
    services.reopen_request(refused.pk, actor=priya)

    booking = services.make_request(_asked("Casey Requester"))
    services.put_on_waiting_list(booking.pk, actor=priya)
    services.write_note(
        booking.pk, side="desk", text="Thistlewood comes to Vexford on 9 March 2027.", actor=priya
    )
    contact = booking.contacts.get()
    services.record_call_back(
        contact.pk, number="01632 960001", found_where="Their site", outcome="is_who_they_say", actor=priya
    )
    services.add_colleague(booking.pk, name="Robin Colleague", email="robin@example.org", actor=contact.user)
    guest = services.add_colleague(booking.pk, name="Gus Guest", email="gus@example.org", actor=contact.user)
    services.remove_colleague(guest.pk, actor=contact.user)
    services.set_venue(
        booking.pk,
        name="Vexford Hall",
        address="7 Plover Row",
        postcode="NE1 9QZ",
        room="Lecture room 2",
        arrival="Park behind the bakery",
        contact_name="Sam Gatekeeper",
        actor=priya,
    )
    team = [
        SpeakerFactory(name=f"Ivo {SURNAMES[0]}"),
        SpeakerFactory(name=f"Una {SURNAMES[1]}", is_family=True),
    ]
    for day in (16, 9):
        offer = services.make_offer(
            booking.pk,
            starts_at=at(9, 15, day=day),
            ends_at=at(16, 15, day=day),
            team={speaker.pk: [] for speaker in team},
            lead=team[0],
            actor=priya,
        )
        if day == 16:
            services.withdraw_offer(offer.pk, actor=priya)
    services.accept_offer(offer.pk, actor=contact.user)
    for engagement in offer.engagements.all():
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)
    agreed = Booking.objects.get(pk=booking.pk)
    with time_machine.travel(at(10, day=20, month=2), tick=False):
        services.send_due_host_reminders()
    change = services.ask_for_change(
        agreed.pk, kind="other", details="Start at Plover Row", actor=contact.user
    )
    services.decline_change(change.pk, words="We are sorry.", actor=priya)
    agenda = agendas.open_agenda(agreed, filled=True, actor=team[0].user)
    agendas.share(agenda.pk, actor=team[0].user)
    agendas.say(agenda.pk, words="Is this what you need?", audience="host", actor=team[0].user)
    agendas.issue_agenda(agenda.pk, version=agenda.version, actor=team[0].user)
    press.make_waiting()
    agendas.write_privately(booking.attendee_code.code, text="x", email="attends@example.org")
    agendas.withdraw_issue(agenda.issues.get().pk, actor=priya)
    agenda.refresh_from_db()
    agendas.issue_agenda(agenda.pk, version=agenda.version, actor=priya)
    agendas.answer_message(agendas.open_messages()[0].pk, answer="You may miss it.", actor=priya)
    services.ask_for_release(contact.pk, actor=priya)
    with time_machine.travel(at(11, day=2, month=2), tick=False):
        services.apply_due_releases()
        services.cancel_booking(booking.pk, words="The roof leaks.", actor=priya)


def _changes() -> None:
    """Another session, and all that may change about it: a condition, a substitution, a longer journey, a new day."""
    priya = User.objects.get(name="Priya Desk")
    booking = services.make_request(_asked("Jude Requester"))
    contact = booking.contacts.get()
    services.record_call_back(
        contact.pk, number="01632 960002", found_where="Their site", outcome="is_who_they_say", actor=priya
    )
    place = {"name": "Vexford Annex", "address": "8 Plover Row", "room": "Lecture room 2"}
    services.set_venue(booking.pk, postcode="NE1 9QZ", **place, actor=priya)
    team = [
        SpeakerFactory(name=f"Ada {SURNAMES[0]}"),
        SpeakerFactory(name=f"Bea {SURNAMES[1]}", is_family=True),
    ]
    offer = services.make_offer(
        booking.pk,
        starts_at=at(9, 15, day=16),
        ends_at=at(16, 15, day=16),
        team={speaker.pk: [] for speaker in team},
        lead=team[0],
        actor=priya,
    )
    with time_machine.travel(at(18, day=5, month=2), tick=False):
        assert services.send_due_reminders() == 2
        services.accept_offer(offer.pk, actor=contact.user)
        first, second = offer.engagements.order_by("pk")
        services.answer_invitation(
            first.pk, accepts=True, condition="If I may come by train to Vexford", actor=team[0].user
        )
        services.settle_condition(first.pk, is_possible=True, actor=priya)
        services.answer_invitation(second.pk, accepts=True, actor=team[1].user)
        services.ask_for_release(contact.pk, actor=priya)
    with time_machine.travel(at(19, day=6, month=2), tick=False):
        services.apply_due_releases()
        services.give_up_session(first.pk, actor=team[0].user)
        spare = SpeakerFactory(name=f"Cyn {SURNAMES[0]}")
        asked = services.add_speaker(offer.pk, speaker=spare, actor=priya)
        services.answer_invitation(asked.pk, accepts=True, actor=spare.user)
        services.set_venue(booking.pk, postcode="TR19 7AA", **place, actor=priya)
        services.postpone_session(booking.pk, to=services.NewDay(at(9, 15), at(16, 15)), actor=priya)


def _readable(file: Attachment) -> str:
    """What a person, or a search in a mailbox, finds in an attached file."""
    content = bytes(file.content)
    if not content.startswith(b"%PDF"):
        return re.sub(r"\r?\n[ \t]", "", content.decode())
    reader = PdfReader(io.BytesIO(content))
    return " ".join(
        [*(page.extract_text() for page in reader.pages), str(reader.metadata), str(reader.xmp_metadata)]
    )


def _found(needles: list[str], *haystacks: str) -> list[str]:
    return [needle for needle in needles if needle in " ".join(haystacks)]


def test_every_kind_of_mail_is_written_here_and_sent_in_the_walk(every_mail):
    registered = {kind.name for kind in kinds.every() if not kind.name.startswith("trial")}

    assert registered == set(GOES_TO)
    assert {message.kind for message in every_mail} == registered


def test_no_mail_carries_anything_above_its_reader_s_tier(every_mail):
    speakers = {
        engagement.speaker.user.email: engagement.speaker.name
        for engagement in Engagement.objects.select_related("speaker__user")
    }
    for message in every_mail:
        files = " ".join(_readable(file) for file in message.attachments.all())
        body = " ".join([message.text, message.html, files])
        above = [*PLACE]
        if GOES_TO[message.kind] == ANYONE:
            above += DATE
        if GOES_TO[message.kind] == SPEAKER:
            assert message.to in speakers, message.kind
        above += [name for name in SURNAMES if name not in speakers.get(message.to, "")]
        assert _found(above, body) == [], f"{message.kind} to {message.to}"


def test_lock_screens_and_file_names_show_the_reference_and_nothing_else(every_mail):
    for message in every_mail:
        preheader = re.search(r'<div style="display:none[^>]*>(.*?)</div>', message.html, re.DOTALL)
        assert preheader is not None, message.kind
        names = " ".join(file.filename for file in message.attachments.all())
        assert _found([*SURNAMES, *PLACE, *DATE], message.subject, preheader[1], names) == [], message.kind


def test_the_search_finds_what_is_there_to_find(every_mail):
    told = {message.kind for message in every_mail if _found(DATE, message.text)}
    in_files = {
        message.kind
        for message in every_mail
        if _found(DATE, *(_readable(file) for file in message.attachments.all()))
    }

    assert {"offer", "invitation", "confirmed", "confirmed-speaker", "agenda-issued"} <= told
    assert in_files == {
        "confirmed",
        "confirmed-speaker",
        "agenda-issued",
        "cancelled",
        "cancelled-speaker",
        "given-up",
        "postponed",
        "postponed-speaker",
    }


def test_every_acknowledgement_says_by_when_we_answer(every_mail):
    acknowledged = {
        mail.kind: re.sub(r"\s+", " ", mail.text)
        for mail in every_mail
        if mail.kind in ("request-received", "enquiry-received")
    }

    assert len(acknowledged) == 2
    for kind, words in acknowledged.items():
        assert re.search(r"We answer by \w+day \d", words), kind
