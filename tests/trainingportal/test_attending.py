"""The page behind an attendee's code: the notices, a private word, and nothing of when, where and who."""

import datetime as dt

import pytest
import time_machine

from agendas import services
from agendas.models import AttendeeCode, AttendeeMessage
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
    lead,
    team,
)
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


def test_code_and_messages_go_thirty_days_after_the_day(client, code):
    write(client, code)

    retention.purge(at(16, 15) + dt.timedelta(days=29))
    assert AttendeeMessage.objects.exists()
    retention.purge(at(16, 15) + dt.timedelta(days=31))
    assert not AttendeeMessage.objects.exists()
    assert not AttendeeCode.objects.exists()
