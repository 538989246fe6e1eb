"""The red-team script: each adversary in turn, what they try, where it ends, and what the desk sees of it."""

import re

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import ensure_user
from bookings import services
from bookings.models import Booking, Contact, Enquiry
from bookings.release import Tier, seen_by_contact
from bookings.services import InvalidMove
from outbox.models import Message
from places.models import Force
from tests.accounts.conftest import ask_for_code, newest_code
from tests.attacks.crawling import addresses
from tests.attacks.test_tiers import DATE, EVERYTHING, browser_of, found, fresh, staff
from tests.factories import (
    BookingFactory,
    ContactFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    VerifiedContactFactory,
    at,
)
from trainingportal import sightings
from trainingportal.models import Sighting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _february(settings):
    settings.DEMO = False
    settings.SITE_URL = "http://testserver"
    cache.clear()
    with time_machine.travel(at(10, day=1, month=2), tick=True):
        yield


@pytest.fixture
def priya(db) -> User:
    return staff("Priya Desk")


@pytest.fixture
def agreed(priya) -> Contact:
    """A session that is agreed, with a place; the contact may know its date."""
    contact = VerifiedContactFactory(booking=BookingFactory(), user__name="Casey Requester")
    VenueFactory(booking=contact.booking)
    team = [SpeakerFactory(name="Ivo Thistlewood"), SpeakerFactory(name="Una Oxenbrigg", is_family=True)]
    offer = services.make_offer(
        contact.booking_id,
        starts_at=at(9, 15),
        ends_at=at(16, 15),
        team={speaker.pk: [] for speaker in team},
        lead=team[0],
        actor=priya,
    )
    services.accept_offer(offer.pk, actor=contact.user)
    for engagement in offer.engagements.select_related("speaker__user"):
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)
    return fresh(contact)


def desk_home(priya: User) -> str:
    """What a coordinator reads on the desk's home, once the doors were looked at."""
    sightings.look_and_note()
    return browser_of(priya, second_factor=True).get("/desk/").content.decode()


def desk_page(priya: User, booking: Booking) -> str:
    address = reverse("desk:bookings_booking_change", args=[booking.pk])
    return browser_of(priya, second_factor=True).get(address).content.decode()


# ---- people


def test_an_impersonator_with_a_look_alike_domain_gets_no_date_and_is_named_on_the_desk(priya):
    Force.objects.create(slug="n", name="Northumbria Police", email_domains=["northumbria.police.uk"])
    user = UserFactory(email="dana@northumbria-police.uk")
    contact = ContactFactory(booking=BookingFactory(), user=user)
    speaker = SpeakerFactory()

    with pytest.raises(InvalidMove):
        services.make_offer(
            contact.booking_id,
            starts_at=at(9, 15),
            ends_at=at(16, 15),
            team={speaker.pk: []},
            lead=speaker,
            actor=priya,
        )

    assert seen_by_contact(contact).tier == Tier.T1
    assert "made to look like northumbria.police.uk, which it is not" in desk_page(priya, contact.booking)


def test_an_insider_s_colleague_starts_at_the_bottom_and_stands_on_the_desk(agreed, priya):
    reference = agreed.booking.reference
    browser_of(agreed.user).post(
        reverse("booking-colleague", args=[reference]), {"name": "Robin Inside", "email": "robin@example.org"}
    )
    robin = User.objects.get(email="robin@example.org")
    services.confirm_mailboxes_of(robin)

    words = browser_of(robin).get(reverse("booking", args=[reference])).content.decode()

    assert reference in words
    assert found(EVERYTHING, words) == []
    assert "Robin Inside" in desk_page(priya, agreed.booking)
    assert seen_by_contact(Contact.objects.get(user=robin)).tier == Tier.T1


def test_a_forwarded_mail_opens_nothing_for_somebody_else_and_shows_on_the_booking(agreed, priya):
    link = reverse("booking", args=[agreed.booking.reference])
    nobody, other = Client(), VerifiedContactFactory().user

    assert nobody.get(link).url == f"/sign-in/?next={link}"
    answer = browser_of(other).get(link)

    assert (answer.status_code, found(EVERYTHING, answer.content.decode())) == (404, [])
    page = desk_page(priya, agreed.booking)
    assert "Who was refused at this booking" in page
    assert other.email in page
    assert other.email not in desk_home(priya)  # one wrong address is a slip


def test_a_revoked_contact_with_an_open_tab_can_press_nothing_and_the_desk_s_home_says_so(agreed, priya):
    reference = agreed.booking.reference
    tab = browser_of(agreed.user)
    assert found(DATE[:1], tab.get(reverse("booking", args=[reference])).content.decode()) == DATE[:1]
    services.revoke_contact(agreed.pk, actor=priya)
    notes = agreed.booking.notes.count()

    answers = [
        tab.post(reverse("booking-write", args=[reference]), {"text": "Who comes?"}),
        tab.post(reverse("booking-room", args=[reference]), {"name": "Elsewhere"}),
        tab.get(reverse("booking", args=[reference])),
        tab.get(reverse("studio", args=[reference])),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert agreed.booking.notes.count() == notes
    home = desk_home(priya)
    assert f"{agreed.email} was taken off {reference} and came back" in home
    assert f"Open {reference}" in home


# ---- codes and references


def test_a_replayed_code_opens_nothing(client):
    person = ensure_user("priya@northmere.example.org")
    ask_for_code(client, person.email)
    code = newest_code(person.email)
    client.post("/sign-in/code/", {"code": code})
    assert "_auth_user_id" in client.session

    for again in (Client(), client):
        ask_for_code(again, person.email)
        again.post("/sign-in/code/", {"code": code})
    assert "_auth_user_id" not in Client().session


def test_code_brute_force_ends_after_five_and_twice_over_shows_on_the_desk_s_home(priya):
    person = ensure_user("priya@northmere.example.org")
    for email in (person.email, "nobody@northmere.example.org"):
        for _ in range(2):
            browser = Client()
            ask_for_code(browser, email)
            answers = [browser.post("/sign-in/code/", {"code": "ZZZ-ZZZ"}).status_code for _ in range(5)]
            assert answers == [200, 200, 200, 200, 302]

    home = desk_home(priya)
    assert f"Five wrong codes in a row were typed 2 times for {person.email}" in home
    assert "nobody@northmere" not in home
    assert Sighting.objects.filter(kind="code").count() == 2  # the same is done for both


def test_codes_asked_for_over_and_over_show_on_the_desk_s_home(priya):
    person = ensure_user("priya@northmere.example.org")
    for email in (person.email, "nobody@northmere.example.org"):
        for _ in range(8):
            ask_for_code(Client(), email)

    home = desk_home(priya)
    assert f"Someone asked for too many sign-in codes for {person.email}: we refused 3" in home
    assert "nobody@northmere" not in home


def test_guessed_references_are_all_alike_and_many_of_them_show_on_the_desk_s_home(agreed, priya):
    guesser = VerifiedContactFactory().user
    browser = browser_of(guesser)
    wrong = [f"WT-XXXXX{number}" for number in range(4)]

    pages = [
        browser.get(reverse("booking", args=[each])).content for each in [agreed.booking.reference, *wrong]
    ]

    assert len(set(pages)) == 1
    assert f"{guesser.email} tried the addresses of 5 bookings that are not theirs" in desk_home(priya)


def test_what_was_seen_stays_small_and_is_forgotten(agreed):
    browser = browser_of(agreed.user)
    for number in range(30):
        browser.get(reverse("booking", args=[f"WT-X{number}"]))

    row = Sighting.objects.get()
    assert (row.who, row.tries, len(row.references)) == (agreed.email, 30, sightings.MOST_REFERENCES)
    with time_machine.travel(at(10, day=1, month=6), tick=False):
        assert sightings.forget_old() == 1


# ---- sessions, hosts and redirects


def test_a_session_given_to_the_victim_is_worth_nothing_after_they_sign_in(client):
    person = ensure_user("priya@northmere.example.org")
    attacker, given = Client(), SessionStore()
    given["kept"] = "by the attacker"
    given.create()
    planted = given.session_key
    attacker.cookies["sessionid"] = client.cookies["sessionid"] = planted

    ask_for_code(client, person.email)
    client.post("/sign-in/code/", {"code": newest_code(person.email)})

    assert client.session["_auth_user_id"] == str(person.pk)
    assert client.cookies["sessionid"].value != planted
    assert attacker.get("/home/").url.startswith("/sign-in/")


def test_a_forged_host_reaches_no_page_and_no_mail(client):
    person = ensure_user("priya@northmere.example.org")
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400

    client.post("/sign-in/", {"login": person.email}, headers={"x-forwarded-host": "evil.example"})

    message = Message.objects.get(to=person.email)
    assert "evil" not in f"{message.text} {message.html}"


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "/%09/evil.example",
    " https://evil.example",
]
DOORS = [
    "/sign-in/",
    "/sign-in/code/",
    "/sign-in/second-factor/",
    "/sign-in/again/",
    "/sign-in/again/passkey/",
    "/sign-in/trust/",
    "/sign-out/",
    "/second-factor/",
    "/desk/login/",
    "/desk/",
    "/home/",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_way_in_or_out_leads_to_another_site(target):
    person = ensure_user("priya@northmere.example.org")
    for name in ("next", "redirect_to", "continue", "url", "return_to"):
        for browser in (Client(), browser_of(person), browser_of(staff("Owen"), second_factor=True)):
            for door in DOORS:
                for answer in (browser.get(door, {name: target}), browser.post(door, {name: target})):
                    assert_stays(answer)

    browser = Client()
    browser.post("/sign-in/", {"login": person.email, "next": target})
    assert_stays(browser.post("/sign-in/code/", {"code": newest_code(person.email), "next": target}))
    assert "_auth_user_id" in browser.session


def assert_stays(answer) -> None:
    location = answer.get("Location", "/")
    assert re.match(r"/(?![/\\])", location), location
    assert not location.startswith("/\t")


def test_no_press_counts_without_the_token_of_the_page_it_stands_on(agreed):
    browser = Client(enforce_csrf_checks=True)
    visited = addresses([agreed.booking.reference], at_the_desk=False)

    answers = {address: browser.post(address).status_code for address in visited}

    assert len(answers) > 150
    assert {address for address, status in answers.items() if status not in (403, 404)} == set()
    assert [address for address, status in answers.items() if status == 404] == ["/nothing/"]


# ---- what is typed

TEMPLATE = "{{ 7|add:42 }}{% debug %}{{ settings.SECRET_KEY }}<script>alert(1)</script>${7*7}#{7*7}"
SHOWN = "{{ 7|add:42 }}{% debug %}{{ settings.SECRET_KEY }}&lt;script&gt;alert(1)&lt;/script&gt;${7*7}#{7*7}"


def test_template_syntax_in_every_free_text_is_shown_as_it_was_typed(agreed, priya):
    texts = ["prompted_by", "prior_training", "anything_else", "dates_to_avoid", "windows", "access_needs"]
    Booking.objects.filter(pk=agreed.booking_id).update(**dict.fromkeys(texts, TEMPLATE))
    Contact.objects.filter(pk=agreed.pk).update(name=TEMPLATE, job_title=TEMPLATE)
    services.set_venue(
        agreed.booking_id,
        name=TEMPLATE,
        address=TEMPLATE,
        room=TEMPLATE,
        arrival=TEMPLATE,
        actor=priya,
    )
    services.write_note(agreed.booking_id, side="agency", text=TEMPLATE, actor=agreed.user)
    services.add_colleague(agreed.booking_id, name=TEMPLATE, email="t@example.org", actor=priya)
    services.make_enquiry(name=TEMPLATE, message=TEMPLATE, organisation=TEMPLATE, email="q@example.org")
    services.cancel_booking(agreed.booking_id, words=TEMPLATE, actor=priya)

    enquiry = Enquiry.objects.get()
    desk = browser_of(priya, second_factor=True)
    pages = [
        desk_page(priya, agreed.booking),
        desk.get(reverse("desk:bookings_enquiry_change", args=[enquiry.pk])).content.decode(),
        browser_of(agreed.user).get(reverse("booking", args=[agreed.booking.reference])).content.decode(),
    ]
    mails = list(Message.objects.filter(kind__in=["cancelled", "enquiry-received", "request-received"]))

    for page in [*pages, *(message.html for message in mails)]:
        assert "<script>alert" not in page
        assert "49" not in re.findall(r">(\d+)<", page)
    assert [SHOWN in page for page in pages] == [True, True, True]
    assert {message.kind for message in mails if SHOWN in message.html} >= {"cancelled", "enquiry-received"}
    assert all("\n" not in message.subject for message in mails)


def test_an_uploaded_file_goes_nowhere(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    shell = SimpleUploadedFile("../../shell.php", b"<?php system($_GET[0]);", content_type="image/png")
    for address in ("/ask-a-question/", "/ask-for-training/", "/sign-in/"):
        answer = Client().post(address, {"name": shell, "email": shell, "message": shell, "login": shell})
        assert answer.status_code in (200, 409, 422), address
        assert "shell.php" not in answer.content.decode()

    assert list(tmp_path.iterdir()) == []
