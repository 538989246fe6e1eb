"""Withdrawing an issue: asked first, told to whoever had it, and the booking needs its agenda again."""

import uuid

import pytest
import time_machine
from django.utils import timezone

from agendas import press, services
from bookings.models import Booking, DeskSettings, Venue
from outbox import kinds
from outbox.models import Message
from outbox.states import State
from trainingportal import invariants

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def issue(agenda, lead):
    found = services.issue_agenda(agenda.pk, version=1, actor=lead)
    press.make_waiting()
    return found


def broken():
    return list(invariants.RULES["The booking and its agenda do not fit"]())


def mails():
    return list(Message.objects.filter(kind="agenda-withdrawn").order_by("to"))


def test_withdrawing_moves_the_booking_back_and_issuing_the_agenda_is_the_next_step(issue, agreed, lead):
    services.withdraw_issue(issue.pk, actor=lead)
    services.withdraw_issue(issue.pk, actor=lead)

    booking = Booking.objects.get(pk=agreed.pk)
    assert (booking.status, booking.next_step) == ("confirmed", "issue_agenda")
    again = services.issue_agenda(issue.agenda_id, version=1, actor=lead)
    booking.refresh_from_db()
    assert (again.number, booking.status) == (2, "ready")


def test_a_booking_is_agenda_issued_while_an_issue_holds_and_only_then(issue, agreed, lead):
    assert broken() == []
    services.withdraw_issue(issue.pk, actor=lead)
    assert broken() == []
    Booking.objects.filter(pk=agreed.pk).update(status="ready")
    assert broken() == [agreed.reference]


def test_whoever_was_sent_the_agenda_or_a_run_sheet_is_told_once_and_nobody_else(issue, lead, contact, team):
    Message.objects.filter(kind__in=["agenda-issued", "run-sheet-ready"]).exclude(
        to=team[2].user.email
    ).update(state=State.HANDING_OVER, claim=uuid.uuid4(), claimed_at=timezone.now())
    Message.objects.filter(state=State.HANDING_OVER).update(
        state=State.SENT, claim=None, claimed_at=None, sent_at=timezone.now()
    )

    services.withdraw_issue(issue.pk, actor=lead)
    services.withdraw_issue(issue.pk, actor=lead)

    told = {mail.to: kinds.find("agenda-withdrawn").still_wanted(mail) for mail in mails()}
    assert told == {
        contact.email: None,
        team[0].user.email: None,
        team[1].user.email: None,
        team[2].user.email: "They were never sent the agenda.",
    }


def test_once_a_newer_agenda_is_issued_the_mail_about_the_old_one_stays_here(issue, lead):
    services.withdraw_issue(issue.pk, actor=lead)
    services.issue_agenda(issue.agenda_id, version=1, actor=lead)

    assert {kinds.find("agenda-withdrawn").still_wanted(mail) for mail in mails()} == {
        "A newer agenda is issued, and its mail says so."
    }


def test_the_page_asks_first_and_says_who_is_told_and_what_changes(
    client, issue, studio, enter, lead, contact, agreed
):
    enter(lead)
    assert f'href="{studio}issue/1/withdraw/"' in client.get(f"{studio}issue/1/").content.decode()

    page = client.get(f"{studio}issue/1/withdraw/").content.decode()

    issue.refresh_from_db()
    assert not issue.is_withdrawn
    assert mails() == []
    assert "Agenda 1 will be withdrawn." in page
    assert contact.name in page
    done = client.post(f"{studio}issue/1/act/", {"do": "withdraw"}, follow=True).content.decode()
    assert "Agenda 1 is withdrawn." in done
    assert "This agenda no longer holds." in done
    assert {mail.to for mail in mails()} >= {contact.email}


def test_after_the_day_an_agenda_stays_as_it_was_issued(client, issue, studio, enter, desk, agreed):
    with time_machine.travel(agreed.ends_at, tick=False):
        enter(desk)
        answer = client.post(f"{studio}issue/1/act/", {"do": "withdraw"}, follow=True).content.decode()

    issue.refresh_from_db()
    assert not issue.is_withdrawn
    assert "its agenda stays as it was issued" in answer


def test_the_deed_stands_in_the_history_of_the_booking(issue, agreed, desk, client, enter):
    services.withdraw_issue(issue.pk, actor=desk)
    enter(desk)

    assert "ithdraw agenda" in client.get(f"/desk/history/?reference={agreed.reference}").content.decode()


def test_every_paper_downloads_under_a_name_that_tells_its_kind_and_nothing_else(
    client, issue, studio, enter, desk, agreed
):
    enter(desk)
    names = {}
    for document in issue.documents.all():
        answer = client.get(f"{studio}paper/{document.pk}/file/")
        said = answer["Content-Disposition"]
        assert b"".join(answer.streaming_content).startswith(b"%PDF-")
        names.setdefault(document.kind, said.partition('filename="')[2].rstrip('"'))

    assert names == {
        "agenda": f"{agreed.reference}-agenda.pdf",
        "host_page": f"{agreed.reference}-for-the-host.pdf",
        "joining": f"{agreed.reference}-joining-instructions.pdf",
        "door_sign": f"{agreed.reference}-door-sign.pdf",
        "sign_in": f"{agreed.reference}-sign-in-papers.pdf",
        "run_sheet": f"{agreed.reference}-run-sheet.pdf",
    }
    [mailed] = Message.objects.get(kind="agenda-issued").attachments.all()
    assert mailed.filename == f"{agreed.reference}-agenda.pdf"


def test_the_way_back_leads_to_the_booking_of_whoever_looks(
    client, issue, studio, enter, desk, lead, contact, agreed
):
    number = agreed.offers.get(state="accepted").number
    back = {
        desk: ["/desk/", f"/desk/bookings/booking/{agreed.pk}/change/"],
        lead: ["/speaking/", f"/speaking/{agreed.reference}/{number}/session/"],
        contact.user: [f"/your/{agreed.reference}/"],
    }
    for person, addresses in back.items():
        enter(person, second_factor=person is not contact.user)
        pages = [f"{studio}issue/1/", *([] if person is contact.user else [studio])]
        for page in pages:
            words = client.get(page).content.decode()
            assert [each for each in addresses if f'href="{each}"' not in words] == []


def test_a_line_without_a_speaker_leads_the_desk_to_asking_one_more_person(
    client, agenda, studio, enter, desk, lead, agreed
):
    agenda.items.filter(topic__slug="legal-issues").update(speaker=None, by_host=False)
    enter(desk)
    assert (
        f'href="/desk/bookings/booking/{agreed.pk}/change/">Ask another speaker'
        in client.get(studio).content.decode()
    )
    enter(lead)
    assert "the training desk can ask another speaker" in client.get(studio).content.decode()


def test_no_two_links_of_an_issue_are_called_the_same(client, issue, studio, enter, desk, team):
    enter(desk)

    names = client.get(f"{studio}issue/1/").content.decode()

    for speaker in team:
        assert f">Run sheet for {speaker.name}</a>" in names
    assert ">Run sheet for the desk</a>" in names
    assert names.count(">Run sheet</a>") == 0


def test_the_run_sheet_prints_quiet_room_and_support_contact_as_the_host_told_us(agenda, agreed, lead):
    services.save(
        agenda.pk, version=1, actor=lead, typed=services.Typed(quiet_room="Ours", support_contact="Ours too")
    )
    found = services.issue_agenda(agenda.pk, version=2, actor=lead)
    before = services.paper_of_today(agreed).detail
    Venue.objects.filter(booking=agreed).update(
        quiet_room="Room 7", support_name="Bron Ellis", support_telephone="01632 960222"
    )

    now = services.paper_of_today(agreed).detail

    assert (before["quiet_room"], before["support_contact"]) == ("Ours", "Ours too")
    assert (now["quiet_room"], now["support_contact"]) == ("Room 7", "Bron Ellis, 01632 960222")
    assert "the place, or how to get in" in services.differs_from_papers(
        found, services.current_detail(found, settings=DeskSettings.current())
    )
