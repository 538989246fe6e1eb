"""A speaker's pages: GET shows, POST acts, and place and people need a second factor."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.demo import enter_as
from bookings import services
from bookings.models import Engagement, Venue
from outbox.models import Message
from speakers.models import DiaryEntry, Speaker
from tests.factories import SpeakerFactory, UserFactory, VenueFactory, VerifiedContactFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def speaker() -> Speaker:
    return SpeakerFactory(name="Ivo Thistlewood")


@pytest.fixture
def asked(speaker) -> Engagement:
    contact = VerifiedContactFactory()
    VenueFactory(booking=contact.booking)
    offer = services.make_offer(
        contact.booking_id,
        starts_at=at(9, 15),
        ends_at=at(16, 15),
        team={speaker.pk: [], SpeakerFactory(name="Una Oxenbrigg").pk: []},
        lead=speaker,
        actor=UserFactory(),
    )
    return offer.engagements.get(speaker=speaker)


def address(engagement: Engagement, name: str = "speaking-invitation") -> str:
    return reverse(name, args=[engagement.offer.booking.reference, engagement.offer.number])


def agree(engagement: Engagement) -> None:
    contact = engagement.offer.booking.contacts.get()
    services.accept_offer(engagement.offer_id, actor=contact.user)
    for each in engagement.offer.engagements.filter(state="asked"):
        services.answer_invitation(each.pk, accepts=True, actor=each.speaker.user)


def test_opening_the_invitation_answers_nothing(client, speaker, asked):
    client.force_login(speaker.user)

    for _ in range(2):
        page = client.get(address(asked)).content.decode()
        client.head(address(asked))

    asked.refresh_from_db()
    assert asked.state == "asked"
    assert "Tuesday 9 March 2027" in page
    assert "Vexford" not in page
    assert "Oxenbrigg" not in page


@pytest.mark.parametrize(("answer", "state"), [("yes", "accepted"), ("no", "declined")])
def test_one_press_answers_and_a_second_meets_a_kind_page(client, speaker, asked, answer, state):
    client.force_login(speaker.user)

    response = client.post(address(asked), {"answer": answer})
    again = client.post(address(asked), {"answer": "no" if answer == "yes" else "yes"})

    asked.refresh_from_db()
    assert asked.state == state
    assert response.url == reverse("speaking")
    assert again.status_code == 409
    assert "answered this invitation already" in again.content.decode()


def test_a_yes_with_a_condition_needs_the_condition_and_keeps_it(client, speaker, asked):
    client.force_login(speaker.user)

    empty = client.post(address(asked), {"answer": "if", "condition": ""})
    assert "Enter what you would need" in empty.content.decode()
    client.post(address(asked), {"answer": "if", "condition": "A start at ten."})

    asked.refresh_from_db()
    assert (asked.state, asked.condition) == ("accepted", "A start at ten.")


def test_another_speakers_invitation_is_not_found(client, asked):
    client.force_login(SpeakerFactory().user)

    assert client.get(address(asked)).status_code == 404
    assert client.post(address(asked), {"answer": "yes"}).status_code == 404


def test_somebody_who_is_no_speaker_finds_nothing(client, asked):
    client.force_login(UserFactory())

    for path in [reverse("speaking"), address(asked), reverse("speaking-away")]:
        assert client.get(path).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client, asked):
    response = client.get(address(asked))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_place_and_people_open_only_with_a_second_factor(client, rf, settings, speaker, asked):
    agree(asked)
    client.force_login(speaker.user)
    closed = client.get(address(asked, "speaking-session")).content.decode()

    settings.DEMO = True
    request = rf.get("/")
    request.session = client.session
    enter_as(request, speaker.user)
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key
    opened = client.get(address(asked, "speaking-session")).content.decode()

    assert [word in closed for word in ("Vexford Hall", "Oxenbrigg")] == [False, False]
    assert [word in opened for word in ("Vexford Hall", "Oxenbrigg")] == [True, True]


def test_a_place_that_nobody_has_rung_about_says_so(client, rf, settings, speaker, asked):
    agree(asked)
    settings.DEMO = True
    client.force_login(speaker.user)
    request = rf.get("/")
    request.session = client.session
    enter_as(request, speaker.user)
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key
    settled = client.get(address(asked, "speaking-session")).content.decode()

    Venue.objects.update(needs_call_since=timezone.now() + dt.timedelta(minutes=1))
    changed = client.get(address(asked, "speaking-session")).content.decode()

    words = "Named by the agency; we have not rung about it yet."
    assert [words in settled, words in changed] == [False, True]


def test_the_session_page_does_not_exist_before_the_day_is_agreed(client, speaker, asked):
    client.force_login(speaker.user)

    assert client.get(address(asked, "speaking-session")).status_code == 404


@pytest.mark.parametrize("n", [1, 3])
def test_the_page_asks_the_same_number_of_questions(client, speaker, n, django_assert_num_queries):
    for week in range(n):
        contact = VerifiedContactFactory()
        services.make_offer(
            contact.booking_id,
            starts_at=at(9, 15) + dt.timedelta(weeks=week),
            ends_at=at(16, 15) + dt.timedelta(weeks=week),
            team={speaker.pk: []},
            lead=speaker,
            actor=UserFactory(),
        )
    client.force_login(speaker.user)

    # two of them ask whether a session without a passkey may set up a first one
    with django_assert_num_queries(8):
        client.get(reverse("speaking"))


def test_pausing_takes_one_press_and_no_reason(client, speaker):
    client.force_login(speaker.user)

    client.post(reverse("speaking-pause"), {"for": "2w"})
    speaker.refresh_from_db()
    assert speaker.paused_until == dt.date(2027, 2, 15)

    client.post(reverse("speaking-pause"), {"for": "resume"})
    speaker.refresh_from_db()
    assert speaker.paused_until is None


def test_days_away_are_added_and_removed(client, speaker):
    client.force_login(speaker.user)
    days = {"first_day_day": "8", "first_day_month": "3", "first_day_year": "2027", "private": "on"}

    response = client.post(
        reverse("speaking-away"),
        {**days, "last_day_day": "9", "last_day_month": "3", "last_day_year": "2027"},
    )
    entry = DiaryEntry.objects.get()

    assert response.status_code == 302
    assert (entry.kind, entry.busy.lower, entry.busy.upper) == ("blackout", at(0, day=8), at(0, day=10))

    client.post(reverse("speaking-away-remove", args=[entry.pk]))
    assert not DiaryEntry.objects.exists()


def test_nobody_takes_off_another_speakers_days(client, speaker):
    other = SpeakerFactory()
    entry = DiaryEntry.objects.create(speaker=other, kind="absence", busy=(at(9), at(12)))
    client.force_login(speaker.user)

    client.post(reverse("speaking-away-remove", args=[entry.pk]))

    assert DiaryEntry.objects.filter(pk=entry.pk).exists()


# ---- a mail gateway, and what changes later


def test_a_gateway_that_opens_the_links_of_a_mail_changes_nothing(client, speaker, asked):
    link = next(
        word
        for word in Message.objects.get(kind="invitation", to=speaker.user.email).text.split()
        if "/speaking/" in word
    )
    path = urlsplit(link).path
    for address_ in (path, f"{path}no-longer/", f"{path}?answer=yes", f"{path}?answer=no"):
        assert client.get(address_).status_code == 302  # to the sign-in, which leads back
        client.head(address_)
    client.force_login(speaker.user)
    for address_ in (path, f"{path}?answer=yes", f"{path}?answer=no"):
        assert client.get(address_).status_code == 200

    asked.refresh_from_db()
    assert (asked.state, asked.answered_at) == ("asked", None)


def test_the_invitation_says_all_that_an_answer_needs_and_names_nobody(client, speaker, asked):
    client.force_login(speaker.user)

    page = client.get(address(asked)).content.decode()

    for words in ("Tuesday 9 March 2027", "9.15am to 4.15pm", "Full day", "each way", "1 from unit"):
        assert words in page
    assert "Oxenbrigg" not in page
    assert "Vexford" not in page


def test_no_longer_is_one_page_and_one_press_and_asks_for_no_reason(client, speaker, asked):
    agree(asked)
    client.force_login(speaker.user)

    page = client.get(address(asked, "speaking-no-longer"))
    said = re.findall(r"<li>(Your time .*?|We will .*?)</li>", page.content.decode())
    assert said[0] == "Your time on Tuesday 9 March 2027 will be free again."
    asked.refresh_from_db()
    assert asked.state == "accepted"

    done = client.post(address(asked, "speaking-no-longer"), follow=True)
    (message,) = done.context["messages"]
    assert str(message) == " ".join(
        [
            "Thank you for telling us.",
            *(line.replace("will be", "is").replace("will email", "emailed") for line in said),
        ]
    )
    again = client.post(address(asked, "speaking-no-longer"))

    asked.refresh_from_db()
    assert (asked.state, asked.leaves_a_gap) == ("declined", True)
    assert again.status_code == 409
    assert not DiaryEntry.objects.filter(speaker=speaker).exists()


def test_an_invitation_to_step_into_an_agreed_session_waits_on_the_page(client, speaker, asked):
    agree(asked)
    services.give_up_session(asked.pk, actor=speaker.user)
    newcomer = SpeakerFactory(name="Bea Newcomer")
    services.add_speaker(asked.offer_id, speaker=newcomer, actor=UserFactory())
    client.force_login(newcomer.user)

    page = client.get(reverse("speaking")).content.decode()

    assert "Can you give this session?" in page
    assert "Monday 8 February, 5pm" in page
