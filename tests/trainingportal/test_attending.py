"""The page behind an attendee's code: the notices, a private word, and nothing of when, where and who."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from agendas import services
from agendas.models import AttendeeCode, AttendeeMessage
from outbox import kinds
from outbox.models import Message
from tests.agendas.conftest import (  # noqa: F401 the fixtures of an agreed booking
    PLACE,
    SURNAMES,
    _winter,
    agenda,
    agreed,
    catalogue_loaded,
    contact,
    desk,
    enter,
    lead,
    team,
)
from tests.browser import check, shoot
from tests.factories import at
from tests.trainingportal.asking.conftest import drawn
from trainingportal import retention

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(agenda, lead):  # noqa: F811
    services.issue_agenda(agenda.pk, version=1, actor=lead)
    return agenda.booking.attendee_code.code


def write(client, code, **typed):
    with time_machine.travel(at(9, day=1, month=2), tick=False):
        stamp = drawn()
    return client.post(f"/notices/{code}/", {"text": "I know the man.", "drawn": stamp, **typed})


def test_a_code_is_typed_as_it_comes_and_opens_the_notices(client, code):
    typed = f" {code[:4].lower()}-{code[4:].lower()} "

    page = client.post("/notices/", {"code": typed}, follow=True)

    assert page.redirect_chain == [(f"/notices/{code}/", 302)]
    assert "Alice’s story" in page.content.decode()


def test_the_page_tells_nothing_of_when_where_and_who(client, code, agreed):  # noqa: F811
    page = client.get(f"/notices/{code}/")

    words = page.content.decode()
    told = [agreed.reference, agreed.agency.name, "March", "9.15", "2027", *SURNAMES, *PLACE]
    assert [planted for planted in told if planted in words] == []
    assert "no-store" in page["Cache-Control"]
    assert "noindex" in page["X-Robots-Tag"]


def test_what_is_written_waits_on_the_desk_and_the_mail_quotes_nothing(client, code, agreed, desk):  # noqa: F811
    answer = write(client, code, reach="07700 900123")

    assert answer.url == "/notices/sent/"
    message = AttendeeMessage.objects.get()
    assert (message.text, message.reach) == ("I know the man.", "07700 900123")
    [mail] = Message.objects.filter(kind="attendee-wrote")
    assert (mail.to, mail.reference) == ("desk@example.org", agreed.reference)
    assert "I know" not in mail.subject + mail.text + mail.html
    assert "07700" not in mail.subject + mail.text + mail.html

    assert services.settle_message(message.pk, actor=desk) is True
    assert services.open_messages() == []


def write_and_find(client, code, **typed):
    write(client, code, **typed)
    return AttendeeMessage.objects.latest("pk")


def answer_at(message):
    return f"/desk/private-messages/{message.pk}/answer/"


def test_the_page_says_beforehand_what_happens_with_the_words(client, code):
    page = " ".join(client.get(f"/notices/{code}/").content.decode().split())

    for said in (
        "Only the training desk reads them.",
        "You need not leave an address or a number.",
        "within 5 working days",
        "Everything goes 30 days after the training",
        "if you would like an answer (optional)",
    ):
        assert said in page


def test_the_same_words_sent_twice_are_one_message(client, code):
    for _ in range(2):
        assert write(client, code, email="Mina@Example.org").status_code == 302

    assert AttendeeMessage.objects.get().email == "mina@example.org"
    assert Message.objects.filter(kind="attendee-wrote").count() == 1


def test_a_mistyped_address_is_said_and_nothing_typed_is_lost(client, code):
    page = write(client, code, email="mina at example", reach="evenings")

    assert page.status_code == 422
    assert "Enter an email address in the correct format, like name@example.org" in page.content.decode()
    assert "I know the man." in page.content.decode()
    assert not AttendeeMessage.objects.exists()


def test_the_desk_answers_by_mail_and_tells_nobody_else(client, code, agreed, desk, enter):  # noqa: F811
    message = write_and_find(client, code, email="mina@example.org")
    before = set(Message.objects.values_list("pk", flat=True))
    enter(desk)

    words = {f"to-{message.pk}-answer": "You may sit by the door & leave\nat any time."}
    assert client.post(answer_at(message), words).url == "/desk/private-messages/"
    assert client.post(answer_at(message), words).url == "/desk/private-messages/"

    [mail] = Message.objects.exclude(pk__in=before)
    assert (mail.kind, mail.to, mail.reference) == ("attendee-answer", "mina@example.org", agreed.reference)
    said = f"{mail.subject} {mail.text} {mail.html}"
    assert "You may sit by the door & leave" in mail.text
    secret = [agreed.reference, agreed.agency.name, "March", "9.15", "I know the man", *SURNAMES, *PLACE]
    assert [planted for planted in secret if planted in said] == []
    assert code not in said
    message.refresh_from_db()
    assert (message.settled_by, message.answer) == (desk, "You may sit by the door & leave\nat any time.")
    page = client.get("/desk/private-messages/").content.decode()
    assert "Nothing waits" in page
    assert "Our answer:" in page


def test_whoever_answers_second_keeps_their_words_and_sends_nothing(client, code, desk, enter):  # noqa: F811
    message = write_and_find(client, code, email="mina@example.org")
    services.answer_message(message.pk, answer="Yes, by the door.", actor=desk)
    enter(desk)

    page = client.post(answer_at(message), {f"to-{message.pk}-answer": "No, in the middle."})

    assert page.status_code == 409
    assert "No, in the middle." in page.content.decode()
    assert Message.objects.filter(kind="attendee-answer").count() == 1
    message.refresh_from_db()
    assert message.answer == "Yes, by the door."


@pytest.mark.parametrize("reach", ["", "07700 900123"])
def test_without_an_address_nothing_is_mailed_and_the_desk_is_told(client, code, desk, enter, reach):  # noqa: F811
    message = write_and_find(client, code, reach=reach)
    enter(desk)

    page = client.get("/desk/private-messages/").content.decode()
    assert "Answer by mail" not in page
    answer = client.post(answer_at(message), {f"to-{message.pk}-answer": "Yes."})

    assert answer.status_code == 422
    assert "They left no e-mail address." in answer.content.decode()
    assert "Yes." in answer.content.decode()
    assert not Message.objects.filter(kind="attendee-answer").exists()


def test_an_empty_answer_is_asked_for_again_where_it_was_typed(client, code, desk, enter):  # noqa: F811
    message = write_and_find(client, code, email="mina@example.org")
    enter(desk)

    page = client.post(answer_at(message), {f"to-{message.pk}-answer": "  "})

    assert page.status_code == 422
    assert f'href="#id_to-{message.pk}-answer"' in page.content.decode()
    assert "<details open>" in page.content.decode()


def test_what_was_settled_can_still_be_answered(client, code, desk, enter):  # noqa: F811
    message = write_and_find(client, code, email="mina@example.org")
    enter(desk)
    client.post("/desk/private-messages/", {"message": message.pk})

    client.post(answer_at(message), {f"to-{message.pk}-answer": "Yes."})

    assert Message.objects.get(kind="attendee-answer").to == "mina@example.org"


def test_the_desks_page_is_bounded_and_takes_as_many_queries_for_many(client, code, desk, enter):  # noqa: F811
    taken, under = [], AttendeeCode.objects.get()
    enter(desk)
    client.get("/desk/private-messages/")
    for more in (1, 25):
        AttendeeMessage.objects.bulk_create(
            AttendeeMessage(code=under, text=f"Word {more} {number}", email="a@example.org")
            for number in range(more)
        )
        AttendeeMessage.objects.bulk_create(
            AttendeeMessage(
                code=under, text="Old", email="a@example.org", settled_by=desk, settled_at=at(10, day=1)
            )
            for number in range(more)
        )
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/desk/private-messages/").content.decode()
        taken.append(len(queries))

    assert taken[0] == taken[1]
    assert page.count("Seen to, without an answer") == services.ON_A_PAGE
    assert page.count("Seen to by ") == services.ON_A_PAGE
    assert "More wait." in page


def test_the_trail_says_who_answered_and_holds_no_word_of_it(client, code, desk):  # noqa: F811
    message = write_and_find(client, code, email="mina@example.org")
    services.answer_message(message.pk, answer="By the door.", actor=desk)

    event = AttendeeMessage.pgh_event_models
    rows = [row for model in {*event.values()} for row in model.objects.filter(pgh_obj=message.pk)]
    assert [(row.pgh_context.metadata["verb"], row.pgh_context.metadata["actor"]) for row in rows] == [
        ("write privately", None),
        ("answer private message", desk.pk),
    ]
    assert "door" not in str([row.__dict__ for row in rows])
    assert "mina" not in str([row.__dict__ for row in rows])


def test_an_answer_that_waits_is_held_back_once_the_message_is_gone(client, code, desk):  # noqa: F811
    message = write_and_find(client, code, email="mina@example.org")
    services.answer_message(message.pk, answer="By the door.", actor=desk)
    mail = Message.objects.get(kind="attendee-answer")

    assert kinds.find(mail.kind).still_wanted(mail) is None
    message.delete()
    assert kinds.find(mail.kind).still_wanted(mail) == "Their message was deleted: its time was over."


def test_the_host_never_sees_what_was_written(client, code, agreed, contact):  # noqa: F811
    write(client, code)
    client.force_login(contact.user)

    for path in (f"/your/{agreed.reference}/", f"/agenda/{agreed.reference}/issue/1/"):
        assert "I know the man" not in client.get(path).content.decode()


def test_a_wrong_code_says_nothing_and_a_dead_one_says_the_same(client, code):
    wrong = client.get("/notices/ABCD3468/")
    with time_machine.travel(at(16, 15) + dt.timedelta(days=15), tick=False):
        dead = client.get(f"/notices/{code}/")

    assert (wrong.status_code, dead.status_code) == (404, 404)
    assert "We find nothing under this code" in wrong.content.decode()
    first, second = (
        len(answer.content.decode().replace("ABCD3468", "X").replace(code, "X")) for answer in (wrong, dead)
    )
    assert first == second


def test_after_many_wrong_codes_a_network_finds_nothing_for_an_hour(client, code):
    for _ in range(30):
        client.get("/notices/ABCD3468/")

    assert client.get(f"/notices/{code}/").status_code == 404
    assert client.get(f"/notices/{code}/", REMOTE_ADDR="198.51.100.7").status_code == 200
    with time_machine.travel(at(11, 30, day=1, month=2), tick=False):
        assert client.get(f"/notices/{code}/").status_code == 200


def test_a_code_is_dead_without_an_issue_that_holds(client, code, agenda, lead):  # noqa: F811
    services.withdraw_issue(agenda.issues.get().pk, actor=lead)

    assert client.get(f"/notices/{code}/").status_code == 404
    assert services.write_privately(code, text="x", reach="") is False


def test_code_messages_and_answers_go_thirty_days_after_the_day(client, code, agreed, desk):  # noqa: F811
    message = write_and_find(client, code, email="mina@example.org")
    services.answer_message(message.pk, answer="By the door.", actor=desk)

    retention.purge(at(16, 15) + dt.timedelta(days=29))
    assert AttendeeMessage.objects.exists()
    retention.purge(at(16, 15) + dt.timedelta(days=31))
    assert not AttendeeMessage.objects.exists()
    assert not AttendeeCode.objects.exists()
    assert not Message.objects.filter(to="mina@example.org").exists()
    assert Message.objects.filter(reference=agreed.reference).exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 320])
def test_writing_and_answering_read_well_and_need_no_script(page_at, code, desk, enter, client, width):  # noqa: F811
    enter(desk)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    services.write_privately(code, text=f"May I sit by the door? {'so' * 60}", email="mina@example.org")
    services.answer_message(services.open_messages()[0].pk, answer="Yes, gladly.", actor=desk)
    page = page_at(width, javascript=False)
    page.goto(f"/notices/{code}/")
    shoot(page, "notices")
    services.write_privately(code, text="I would rather not hear Alice’s story.", email="noa@example.org")
    page.goto("/notices/sent/")
    shoot(page, "notices-sent")

    page.context.add_cookies([{**cookie, "domain": "localhost", "path": "/"}])
    page.goto("/desk/private-messages/")
    page.get_by_text("Answer by mail").click()
    page.get_by_text("Seen to lately").click()
    shoot(page, "private-messages")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("link", name="Write the answer.")).to_be_visible()
    shoot(page, "private-messages-error")
    page.get_by_label("Our answer").fill("You need not. Lunch is a good moment to leave.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Answer saved.")).to_be_visible()

    with_script = page_at(width)
    for path in (f"/notices/{code}/", "/desk/private-messages/"):
        with_script.context.add_cookies([{**cookie, "domain": "localhost", "path": "/"}])
        with_script.goto(path)
        check(with_script)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("javascript", [True, False])
def test_back_brings_nobody_the_message_that_was_sent(page_at, code, javascript):
    page = page_at(1280, javascript=javascript)
    page.goto(f"/notices/{code}/")
    typed = {
        "What would you like to tell us?": "I know the man.",
        "Your e-mail address": "noa@example.org",
        "A number we may ring": "07700 900123",
    }
    for label, words in typed.items():
        page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Send it to the training team").click()
    page.wait_for_url("**/notices/sent/")

    page.go_back()

    assert [page.get_by_label(label).input_value() for label in typed] == ["", "", ""]
    assert AttendeeMessage.objects.get().text == "I know the man."


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_message_that_was_begun_stays_where_it_is_while_its_page_is_open(page_at, code):
    page = page_at(320)
    page.goto(f"/notices/{code}/")
    page.get_by_role("button", name="Send it to the training team").click()
    page.get_by_label("A number we may ring").fill("07700 900123")
    page.get_by_role("button", name="Send it to the training team").click()

    expect(page.get_by_role("link", name="Write your message.")).to_be_visible()
    assert page.get_by_label("A number we may ring").input_value() == "07700 900123"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_what_was_done_at_the_desk_is_where_reading_goes_on(page_at, code, desk, enter, client):  # noqa: F811
    services.write_privately(code, text="May I sit by the door?", email="mina@example.org")
    enter(desk)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page = page_at(1280)
    page.context.add_cookies([{**cookie, "domain": "localhost", "path": "/"}])
    page.goto("/desk/private-messages/")
    page.get_by_text("Answer by mail").click()
    page.get_by_label("Our answer").fill("Yes, gladly.")
    page.get_by_role("button", name="Send the answer").click()

    expect(page.get_by_role("alert").filter(has_text="Answer saved.")).to_be_focused()
    check(page)
    shoot(page, "answer-saved")
