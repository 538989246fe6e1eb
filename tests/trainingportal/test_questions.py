import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from bookings.models import DeskSettings, Enquiry
from outbox.models import Message
from places.nations import Nation
from places.working_days import add_working_days
from tests.browser import check
from trainingportal import guard, public_catalogue

ASKED = {
    "name": "Casey Invented",
    "organisation": "Harbour Lane Centre",
    "email": "Casey@Example.org",
    "telephone": "",
    "message": "May volunteers come?",
}


@pytest.fixture(autouse=True)
def nothing_kept():
    public_catalogue.forget()
    yield
    public_catalogue.forget()


def answers(**changed: str) -> dict[str, str]:
    """What a person sends who opened the form a minute ago."""
    with time_machine.travel(timezone.now() - dt.timedelta(minutes=1), tick=False):
        return {**ASKED, "drawn": guard.stamp(), **changed}


@pytest.mark.django_db
def test_a_question_reaches_the_desk_and_its_reference_the_reader(client):
    answer = client.post(reverse("ask-question"), answers(), follow=True)

    enquiry = Enquiry.objects.get()
    due = add_working_days(
        timezone.localdate(), DeskSettings.current().answer_within_days, Nation.ENGLAND_WALES
    )
    assert (enquiry.name, enquiry.email, enquiry.message) == (
        "Casey Invented",
        "casey@example.org",
        "May volunteers come?",
    )
    assert enquiry.answer_due_on == due
    text = answer.content.decode()
    assert answer.redirect_chain[0][1] == 302
    assert enquiry.reference in text
    assert f"{due:%A} {due.day} {due:%B} {due.year}" in text
    assert "Casey" not in text
    assert answer["Cache-Control"] == "no-store"
    assert Message.objects.filter(to="casey@example.org").count() == 1


@pytest.mark.django_db
def test_a_phone_number_is_enough(client):
    answer = client.post(
        reverse("ask-question"), answers(email="", telephone="01632 960 001", ring_me="on"), follow=True
    )

    enquiry = Enquiry.objects.get()
    assert (enquiry.telephone, enquiry.ring_me, enquiry.email) == ("01632 960 001", True, "")
    assert "We ring the number that you gave" in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "Tell us your name."),
        ({"message": ""}, "Write your question."),
        ({"email": ""}, "Give an e-mail address or a phone number, so that we can answer."),
        ({"email": "nobody"}, "Enter an email address in the correct format, like name@example.org."),
        ({"telephone": "12"}, "Write a phone number with its area code"),
        ({"ring_me": "on"}, "Give the phone number that we should ring."),
        ({"message": "x" * 4001}, "4,000 characters or fewer. It has 4,001: take out 1."),
        ({"name": "Win at https://spam.example"}, "Write the name alone"),
    ],
)
@pytest.mark.django_db
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, changed, said):
    sent = answers(organisation="Nine Elms & Sons", **changed)

    answer = client.post(reverse("ask-question"), sent)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert "govuk-error-summary" in text
    assert "Nine Elms &amp; Sons" in text
    assert Enquiry.objects.count() == 0


@pytest.mark.django_db
def test_a_flood_is_stopped_kindly_and_what_was_typed_stays(client):
    asked = [answers(message=f"May {count} volunteers come?") for count in range(5)]
    codes = [client.post(reverse("ask-question"), each).status_code for each in asked]
    flooded = client.post(reverse("ask-question"), answers())

    assert codes == [302] * 5
    assert flooded.status_code == 422
    assert "May volunteers come?" in flooded.content.decode()
    assert guard.TOO_MANY in flooded.content.decode()
    assert Enquiry.objects.count() == 5


@pytest.mark.django_db
def test_the_limit_holds_and_questions_arrive_with_the_broker_away(client, settings):
    settings.CELERY_BROKER_URL = settings.REDIS_URL = "redis://127.0.0.1:1/0"

    codes = [client.post(reverse("ask-question"), answers()).status_code for _ in range(6)]

    assert codes == [302] * 5 + [422]


@pytest.mark.django_db
def test_a_receipt_that_we_did_not_sign_shows_nothing(client):
    for receipt in ("", "EN-AAAA", "WyJFTi1BQUFBIl0:1:x"):
        assert client.get(reverse("question-asked"), {"receipt": receipt}).status_code == 404


@pytest.mark.django_db
def test_reading_the_form_writes_nothing(client, django_assert_num_queries):
    client.get(reverse("ask-question"))

    with django_assert_num_queries(0):
        client.get(reverse("ask-question"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (320, False)])
def test_a_person_asks_sees_what_is_missing_and_gets_a_reference(page_at, width, javascript):
    page = page_at(width, javascript=javascript)
    page.goto(reverse("ask-question"))
    page.get_by_label("Your question").fill("May volunteers come?")
    page.get_by_role("button", name="Send your question").click()
    if javascript:
        check(page)
    assert page.get_by_role("link", name="Tell us your name.").count() == 1

    page.get_by_label("Your name").fill("Casey Invented")
    page.get_by_label("Email address").fill("casey@example.org")
    page.get_by_role("button", name="Send your question").click()
    page.get_by_role("heading", name="We have your question").wait_for()
    if javascript:
        check(page)

    assert re.search(r"EN-[A-Z0-9]{4,6}", page.inner_text("main")) is not None
    assert Enquiry.objects.get().message == "May volunteers come?"


@pytest.mark.parametrize(
    "changed", [{"web_page": "https://spam.example"}, {"drawn": "made up"}, {"drawn": ""}]
)
@pytest.mark.django_db
def test_what_looks_like_a_robot_is_held_without_blame_and_keeps_what_was_typed(client, changed):
    answer = client.post(reverse("ask-question"), answers(organisation="Nine Elms & Sons", **changed))

    text = answer.content.decode()
    assert (answer.status_code, "govuk-error-summary" in text) == (422, False)
    assert '<input type="hidden" name="organisation" value="Nine Elms &amp; Sons">' in text
    assert Enquiry.objects.count() == 0
