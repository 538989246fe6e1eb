"""What people of bad faith try, as requests: each must learn nothing above their tier."""

import time
from itertools import chain

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from accounts import services as people
from accounts.models import User
from accounts.rights import AUDITORS, COORDINATORS, READERS
from agendas import services as agendas
from agendas.models import Agenda, AgendaItem
from agendas.services import NOTHING_TYPED
from agendas.urls import urlpatterns as agenda_urls
from bookings import services
from bookings.models import Contact, DeskSettings, DetailRead, Note, Offer
from bookings.release import Tier, seen_by_contact
from courses import catalogue
from courses.models import Format
from speakers.models import Speaker
from tests.factories import (
    BookingFactory,
    ContactFactory,
    EnquiryFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    VerifiedContactFactory,
    at,
)
from trainingportal.desk.verbs import VERBS
from trainingportal.requester.urls import urlpatterns as requester_urls

pytestmark = pytest.mark.django_db

SURNAMES = ["Thistlewood", "Oxenbrigg"]
PLACE = ["Vexford", "Plover", "NE1 9QZ"]
DATE = ["9 March", "2027-03-09", "20270309"]
EVERYTHING = [*SURNAMES, *PLACE, *DATE]


@pytest.fixture(autouse=True)
def _february(settings):
    settings.DEMO = False
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


def staff(name: str, role: str = COORDINATORS) -> User:
    user = UserFactory(name=name, is_staff=True)
    user.groups.add(people.role(role))
    return user


def browser_of(user: User, *, second_factor: bool = False) -> Client:
    """A browser in which this person has signed in, with or without a second factor."""
    client = Client()
    client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    if second_factor:
        session = client.session
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
        session.save()
    return client


def found(needles: list[str], haystack: str) -> list[str]:
    return [needle for needle in needles if needle in haystack]


def fresh(contact: Contact) -> Contact:
    return Contact.objects.select_related("booking", "user").get(pk=contact.pk)


@pytest.fixture
def priya() -> User:
    return staff("Priya Desk")


@pytest.fixture
def owen() -> User:
    return staff("Owen Desk")


@pytest.fixture
def team() -> list[Speaker]:
    return [
        SpeakerFactory(name=f"Ivo {SURNAMES[0]}"),
        SpeakerFactory(name=f"Una {SURNAMES[1]}", is_family=True),
    ]


@pytest.fixture
def offer(priya, team) -> Offer:
    """A date offered to somebody rung back, with a place already written down; nobody has answered."""
    catalogue.load()
    booking = BookingFactory(format=Format.objects.get(slug="full-day"))
    contact = VerifiedContactFactory(booking=booking, user__name="Casey Requester")
    VenueFactory(booking=booking)
    return services.make_offer(
        contact.booking_id,
        starts_at=at(9, 15),
        ends_at=at(16, 15),
        team={speaker.pk: [] for speaker in team},
        lead=team[0],
        actor=priya,
    )


@pytest.fixture
def agreed(offer) -> Contact:
    """The same once everybody has said yes."""
    contact = offer.booking.contacts.get()
    services.accept_offer(offer.pk, actor=contact.user)
    for engagement in offer.engagements.all():
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)
    return fresh(contact)


@pytest.fixture
def agenda(agreed, team) -> Agenda:
    return agendas.open_agenda(agreed.booking, filled=True, actor=team[0].user)


@pytest.fixture
def released(agreed, priya, owen) -> Contact:
    """The same with names and place open to the contact."""
    release = services.ask_for_release(agreed.pk, actor=priya)
    services.approve_release(release.pk, actor=owen)
    return fresh(agreed)


# ---- at the desk


@pytest.mark.parametrize(
    "lookup",
    [
        "lead",
        "lead__exact",
        "lead__id__exact",
        "outcode",
        "may_be_disclosure__exact",
        "prompted_by__icontains",
    ],
)
def test_a_reader_cannot_ask_the_list_of_bookings_what_it_does_not_show(agreed, team, lookup):
    reader = browser_of(staff("Rhea Reader", READERS), second_factor=True)
    answers = {
        reader.get(reverse("desk:bookings_booking_changelist"), {lookup: value}).status_code
        for value in (team[0].pk, team[1].pk, "NE1", "1", "x")
    }
    assert 200 not in answers


def test_a_reader_sees_no_person_and_no_place_anywhere(agreed, agenda):
    enquiry = EnquiryFactory(name="Casey Invented", message="He waits at Plover Row. Ring 01632 960777")
    reader = browser_of(staff("Rhea Reader", READERS), second_factor=True)
    pages = [
        reverse("desk:index"),
        reverse("desk:bookings_booking_changelist"),
        reverse("desk:bookings_booking_change", args=[agreed.booking_id]),
        f"{reverse('desk:find')}?q={enquiry.reference}",
    ]
    for page in pages:
        words = reader.get(page, follow=True).content.decode()
        assert found([*SURNAMES, *PLACE, agreed.name, agreed.email, "960777"], words) == [], page
    for person in (SURNAMES[0], agreed.name, agreed.email):
        answer = reader.get(reverse("desk:bookings_booking_changelist"), {"q": person})
        assert agreed.booking.reference not in answer.content.decode(), person


def test_a_coordinator_whose_second_factor_was_reset_sees_no_detail_for_a_day(agreed, agenda, priya, owen):
    people.reset_second_factor(priya, actor=owen)
    browser = browser_of(User.objects.get(pk=priya.pk), second_factor=True)
    reference = agreed.booking.reference
    pages = [
        reverse("desk:bookings_booking_change", args=[agreed.booking_id]),
        reverse("desk:verb", args=[reference, "venue"]),
        reverse("desk:diary") + "?month=2027-03",
        reverse("studio", args=[reference]),
    ]
    for page in pages:
        words = browser.get(page, follow=True).content.decode()
        assert found([*SURNAMES, *PLACE], words) == [], page


def test_a_coordinator_who_leads_needs_the_second_factor_in_the_studio(agreed, agenda, team, priya):
    Speaker.objects.filter(pk=team[0].pk).update(user=priya)
    browser = browser_of(priya)

    words = browser.get(reverse("studio", args=[agreed.booking.reference]), follow=True).content.decode()

    assert found([*SURNAMES, *PLACE], words) == []


def test_who_looks_at_the_place_on_a_verb_s_page_is_on_record(agreed, priya):
    browser = browser_of(priya, second_factor=True)

    words = browser.get(reverse("desk:verb", args=[agreed.booking.reference, "venue"])).content.decode()

    assert found(PLACE, words) == PLACE
    assert DetailRead.objects.filter(booking=agreed.booking, user=priya).exists()


# ---- speakers


def test_a_speaker_who_left_the_programme_sees_nothing_more(agreed, agenda, team):
    Speaker.objects.filter(pk=team[1].pk).update(left_on=timezone.localdate())
    browser = browser_of(team[1].user, second_factor=True)
    reference = agreed.booking.reference

    pages = [
        reverse("studio", args=[reference]),
        reverse("speaking-session", args=[reference, 1]),
        reverse("speaking"),
    ]
    for page in pages:
        assert found(EVERYTHING, browser.get(page).content.decode()) == [], page


# ---- the agency


def test_a_new_mailbox_of_a_contact_starts_again(released, priya):
    people.change_email(released.user, email="elsewhere@example.net", actor=priya)
    contact = fresh(released)
    assert seen_by_contact(contact).tier < Tier.T2

    browser = browser_of(contact.user)
    words = browser.get(reverse("booking", args=[contact.booking.reference])).content.decode()
    assert found(EVERYTHING, words) == []

    services.confirm_mailboxes_of(contact.user)
    assert seen_by_contact(fresh(contact)).tier == Tier.T1


def test_the_agency_does_not_learn_who_is_only_asked(released, priya, offer):
    substitute = SpeakerFactory(name="Ada Marchbanks")
    services.add_speaker(offer.pk, speaker=substitute, actor=priya)

    words = (
        browser_of(released.user).get(reverse("booking", args=[released.booking.reference])).content.decode()
    )

    assert found(SURNAMES, words) == SURNAMES
    assert "Marchbanks" not in words


def test_an_impersonator_found_out_no_longer_reads_what_we_wrote(agreed, priya):
    services.write_note(agreed.booking_id, side="desk", text="See you on 9 March.", actor=priya)
    services.record_call_back(
        agreed.pk, number="01632 960002", found_where="Their site", outcome="not_them", actor=priya
    )

    words = browser_of(agreed.user).get(reverse("booking", args=[agreed.booking.reference])).content.decode()

    assert found(EVERYTHING, words) == []


def test_what_was_said_to_one_person_is_not_shown_to_the_next_at_the_same_computer(offer):
    contact = offer.booking.contacts.get()
    browser = browser_of(contact.user)
    browser.post(reverse("booking-accept", args=[offer.booking.reference, 1]))
    assert set(browser.cookies) <= {"sessionid", "csrftoken"}
    browser.post(reverse("account_logout"))

    browser.force_login(UserFactory(), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert found(DATE, browser.get(reverse("home-for-me"), follow=True).content.decode()) == []


# ---- every address of a booking, whoever is added later

WHOLE = {
    "document_id": 1, "number": 1, "entry_id": 1, "contact_id": 1, "change_id": 1, "part": "need", "kind": "cancel",
}  # fmt: skip


def addresses_of(reference: str, *patterns: list[URLPattern]) -> list[str]:
    """Every address under these that names a booking."""
    found_addresses = []
    for pattern in chain(*patterns):
        names = pattern.pattern.converters
        if "reference" in names:
            wanted = {name: WHOLE[name] for name in names if name != "reference"}
            found_addresses.append(reverse(pattern.name, kwargs={"reference": reference, **wanted}))
    assert len(found_addresses) > 5
    return found_addresses


def outsiders(released: Contact, priya: User, offer: Offer) -> dict[str, User]:
    """People who know the address of an agreed booking, and may not know what stands there."""
    booking = released.booking
    revoked = VerifiedContactFactory(booking=booking)
    services.revoke_contact(revoked.pk, actor=priya)
    only_asked, said_no = SpeakerFactory(), SpeakerFactory()
    for speaker in (only_asked, said_no):
        services.add_speaker(offer.pk, speaker=speaker, actor=priya)
    no = offer.engagements.get(speaker=said_no)
    services.answer_invitation(no.pk, accepts=False, actor=said_no.user)
    return {
        "a contact of another booking": VerifiedContactFactory().user,
        "a contact taken off": revoked.user,
        "a reader": staff("Rhea Reader", READERS),
        "an auditor": staff("Ansel Auditor", AUDITORS),
        "a speaker who is only asked": only_asked.user,
        "a speaker who said no": said_no.user,
    }


def test_to_outsiders_a_booking_does_not_exist_whatever_they_send(released, agenda, priya, offer):
    agendas.issue_agenda(agenda.pk, version=agenda.version, actor=agenda.updated_by)
    there = addresses_of(released.booking.reference, requester_urls, agenda_urls)
    nowhere = addresses_of("WT-XXXXXX", requester_urls, agenda_urls)
    before = Note.objects.count(), Offer.objects.filter(state="accepted").count()

    for who, user in outsiders(released, priya, offer).items():
        browser = browser_of(user, second_factor=True)
        for address, other in zip(there, nowhere, strict=True):
            for send in (browser.get, browser.post):
                answer, same = send(address), send(other)
                assert answer.status_code in (404, 405), f"{who} at {address}"
                assert (answer.status_code, answer.content) == (same.status_code, same.content), address

    assert (Note.objects.count(), Offer.objects.filter(state="accepted").count()) == before


def test_asked_speakers_see_the_date_and_nothing_above_it_on_every_page_of_theirs(
    released, agenda, priya, offer
):
    for who, user in outsiders(released, priya, offer).items():
        browser = browser_of(user, second_factor=True)
        for address in addresses_of_speakers(released.booking.reference):
            words = browser.get(address).content.decode()
            asked = who.startswith("a speaker")
            assert found([*SURNAMES, *PLACE] if asked else EVERYTHING, words) == [], f"{who} at {address}"


def addresses_of_speakers(reference: str) -> list[str]:
    return [
        reverse("speaking"),
        reverse("speaking-invitation", args=[reference, 1]),
        reverse("speaking-session", args=[reference, 1]),
    ]


def test_a_confirmed_mailbox_alone_opens_no_date_on_any_address(released, agenda):
    agendas.issue_agenda(agenda.pk, version=agenda.version, actor=agenda.updated_by)
    browser = browser_of(ContactFactory(booking=released.booking).user)
    for address in addresses_of(released.booking.reference, requester_urls, agenda_urls):
        for send in (browser.get, browser.post):
            answer = send(address)
            words = answer.content.decode() + answer.get("Location", "")
            assert found(EVERYTHING, words) == [], address


def test_nobody_signed_in_learns_whether_a_booking_is_there(released):
    browser = Client()
    there = addresses_of(released.booking.reference, requester_urls, agenda_urls)
    for address in there:
        answer = browser.get(address)
        assert answer.status_code in (302, 405), address
        assert answer.get("Location", "/sign-in/").startswith("/sign-in/"), address


def test_private_answers_are_kept_by_nobody_and_tell_no_other_site(released):
    answer = browser_of(released.user).get(reverse("booking", args=[released.booking.reference]))

    assert found(PLACE, answer.content.decode()) == PLACE
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("role", [READERS, AUDITORS])
def test_who_only_reads_the_desk_can_press_none_of_its_verbs(agreed, priya, role):
    browser = browser_of(staff("Rhea Reader", role), second_factor=True)
    release = services.ask_for_release(agreed.pk, actor=priya)
    parts = {"": [], "contact": [agreed.pk], "release": [release.pk], "offer": [1], "engagement": [1]}
    for verb in VERBS.values():
        address = reverse("desk:verb", args=[agreed.booking.reference, verb.key, *parts[verb.on]])
        for send in (browser.get, browser.post):
            answer = send(address)
            assert answer.status_code == 403, verb.key
            assert found(EVERYTHING, answer.content.decode()) == []
    release.refresh_from_db()
    assert release.state == "asked"


@pytest.mark.parametrize(
    "page", ["/demo/", "/demo/mail/", "/demo/mail/1/", "/demo/mail/1/as-sent/", "/demo/enter/"]
)
def test_the_demo_is_nowhere_outside_the_demo(page):
    assert Client().get(page).status_code in (404, 405)
    assert Client().post(page, {"as": "coordinator"}).status_code in (404, 405)


def test_another_host_s_name_gets_no_page():
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400


# ---- what leads our speakers, and what names them


@pytest.mark.parametrize(
    "change", [{"name": "Elsewhere House"}, {"arrival": "Use the back gate"}, {"contact_name": "Lee"}]
)
def test_the_agency_cannot_lead_our_speakers_elsewhere_unseen(released, priya, change):
    place = {"name": "Vexford Hall", "address": "7 Plover Row, Vexford", "postcode": "NE1 9QZ"}

    with time_machine.travel(at(11, day=1, month=2), tick=False):
        services.set_venue(released.booking_id, **{**place, **change}, by_agency=True, actor=released.user)
        booking = fresh(released).booking
        assert (booking.next_step, booking.waiting_for) == ("ring_about_place", "us")
        assert seen_by_contact(fresh(released)).tier == Tier.T2

        services.record_call_back(
            released.pk,
            number="01632 960001",
            found_where="Their site",
            outcome="is_who_they_say",
            actor=priya,
        )

    assert fresh(released).booking.next_step == "issue_agenda"


def test_nobody_shortens_the_wait_for_a_second_person(priya):
    desk_settings = DeskSettings.current()
    desk_settings.lone_release_hours = 0

    with pytest.raises(ValidationError, match="at least 24 hours"):
        desk_settings.full_clean()


@pytest.mark.parametrize(
    ("title", "is_told"),
    [
        ("Una Oxenbrigg answers", True),
        ("with THISTLEWOOD", True),
        ("Meet at Vexford Hall", True),
        ("Park: NE1-9QZ", True),
        ("How we do it here", False),
    ],
)
def test_the_agency_s_paper_cannot_be_made_to_name_a_speaker_or_the_place(agenda, title, is_told):
    draft = agendas.add_filler(
        agenda.pk, kind="host", version=agenda.version, actor=agenda.updated_by, typed=NOTHING_TYPED
    )
    AgendaItem.objects.filter(pk=draft.touched.pk).update(title=title, minutes=1)
    agenda.refresh_from_db()

    refusal = ""
    try:
        agendas.issue_agenda(agenda.pk, version=agenda.version, actor=agenda.updated_by)
    except agendas.CannotIssue as refused:
        refusal = str(refused)

    assert ("names a speaker or the place" in refusal) == is_told


@pytest.mark.parametrize("address", ["/your/%00/", "/agenda/%00/", "/topics/?q=%00", "/desk/find/?q=a%00"])
def test_an_address_that_the_database_would_choke_on_is_refused(address):
    assert Client().get(address).status_code == 400
