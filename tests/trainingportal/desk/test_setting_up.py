"""Who answers: asked of the first coordinator, shown to everybody, and never an address that nobody reads."""

import pytest
from django.core.checks import run_checks

from bookings import services
from bookings.models import DeskSettings
from bookings.services import Asked
from outbox.models import Message
from places import keeping
from tests.factories import ContactFactory, UserFactory
from tests.trainingportal.requester.conftest import a_booking, signed_in

pytestmark = pytest.mark.django_db

NOBODY = {"desk_name": "", "desk_email": "", "telephone": "", "phone_hours": ""}
TYPED = {
    "desk_name": "Training desk, Invented Trust",
    "desk_email": "help@desk.example.org",
    "telephone": "01632 960 111",
    "phone_hours": "",
    "answer_within_days": "4",
}
ALARM = "Nobody can reach you yet"


@pytest.fixture
def nobody_answers():
    """A desk that has not said yet how to reach it."""
    DeskSettings.objects.create(pk=1, **NOBODY)
    keeping.forget()


def ask() -> None:
    """An agency asks for training."""
    services.make_request(
        Asked(
            name="Jo Vale", email="jo@agency.example.org", agency_kind="council", agency_name="Vale Council"
        )
    )


def test_the_red_bar_stays_until_the_desk_can_be_reached(desk, nobody_answers):
    assert ALARM in desk.get("/desk/").content.decode()
    assert ALARM in desk.get("/desk/lists/").content.decode()

    assert desk.post("/desk/set-up/", TYPED)["Location"] == "/desk/"

    assert ALARM not in desk.get("/desk/").content.decode()
    kept = DeskSettings.objects.get()
    assert {name: str(getattr(kept, name)) for name in TYPED} == TYPED


def test_the_first_sign_in_of_a_coordinator_leads_to_the_question(desk, nobody_answers):
    assert desk.get("/home/")["Location"] == "/desk/set-up/"
    desk.post("/desk/set-up/", TYPED)
    assert desk.get("/home/")["Location"] == "/desk/"


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(desk, nobody_answers):
    response = desk.post("/desk/set-up/", {**TYPED, "telephone": "call us", "desk_name": ""})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Enter the name of your desk" in page
    assert "Enter a phone number, like 01632 960 000" in page
    assert 'value="help@desk.example.org"' in page
    assert DeskSettings.objects.get().desk_email == ""


def test_without_an_address_every_coordinator_hears_of_a_request(priya, nobody_answers):
    ask()
    assert list(Message.objects.filter(kind="new-request").values_list("to", flat=True)) == [priya.email]


def test_with_an_address_the_desk_hears_of_it():
    ask()
    assert list(Message.objects.filter(kind="new-request").values_list("to", flat=True)) == [
        "desk@example.org"
    ]


def test_pages_and_mails_say_who_answers_with_links():
    contact = ContactFactory(booking=a_booking(), user=UserFactory())
    page = signed_in(contact.user).get("/your/", follow=True).content.decode()
    assert 'href="tel:01632960000"' in page
    assert 'href="mailto:desk@example.org"' in page

    ask()
    receipt = Message.objects.get(kind="request-received")
    assert "Phone 01632 960 000 (Monday to Friday, 9am to 4pm)\nEmail desk@example.org\n" in receipt.text
    assert 'href="tel:01632960000"' in receipt.html


def test_check_deploy_warns_until_the_desk_can_be_reached(nobody_answers):
    def warned() -> list[str | None]:
        found = run_checks(include_deployment_checks=True)
        return [one.id for one in found if one.id == "trainingportal.W002"]

    assert warned() == ["trainingportal.W002"]
    DeskSettings.objects.update(**{name: TYPED[name] for name in ("desk_name", "desk_email", "telephone")})
    assert warned() == []
