"""Issuing: what is frozen, who is told what, and what never changes again."""

import json

import pytest
from django.db import DatabaseError, transaction

from agendas import press, services
from agendas.models import Agenda, Document, Issue
from agendas.services import CannotIssue, StaleAgenda
from bookings import services as bookings
from bookings.models import Booking
from courses.models import Point, Topic
from outbox import kinds
from outbox.models import Message
from tests.agendas.conftest import PLACE, SURNAMES
from tests.factories import BookingFactory, ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(agenda, lead):
    return services.issue_agenda(agenda.pk, version=1, actor=lead)


def shorten(agenda, actor):
    """Change the draft, so that there is something new to issue."""
    agenda.refresh_from_db()
    last = agenda.items.last()
    services.set_minutes(
        agenda.pk, item_id=last.pk, minutes=last.minutes - 5, version=agenda.version, actor=actor
    )
    agenda.refresh_from_db()


def mails(kind):
    return list(Message.objects.filter(kind=kind).order_by("to"))


def test_issuing_freezes_the_draft_and_the_booking_is_ready(agenda, issue, lead, team):
    agenda.refresh_from_db()

    assert (issue.number, issue.version, issue.issued_by) == (1, agenda.version, lead)
    assert Booking.objects.get(pk=agenda.booking_id).status == "ready"
    made = issue.documents.order_by("kind", "tier", "pk")
    assert [(paper.kind, paper.tier) for paper in made if paper.kind != "run_sheet"] == [
        ("agenda", 2), ("door_sign", 2), ("host_page", 2), ("joining", 2), ("joining", 3), ("sign_in", 2),
    ]  # fmt: skip
    sheets = [paper for paper in made if paper.kind == "run_sheet"]
    assert sorted(str(paper.recipient or "") for paper in sheets) == sorted(
        ["", *(speaker.name for speaker in team)]
    )
    assert {paper.tier for paper in sheets} == {3}
    assert {paper.state for paper in made} == {"queued"}


def test_the_snapshot_holds_topics_points_minutes_and_times(agenda, issue):
    lines = issue.snapshot["agenda"]["lines"]

    items = [item for item in agenda.items.select_related("topic") if item.kind != "note"]
    assert [(line["title"], line["minutes"]) for line in lines] == [
        (item.words, item.minutes) for item in items
    ]
    assert (lines[0]["at"], lines[-1]["until"]) == ("09:15", "16:15")
    law = next(item for item in items if item.topic and item.topic.slug == "legal-issues")
    assert next(line["points"] for line in lines if line["title"] == "Legal issues") == list(
        Point.objects.filter(pk__in=law.point_ids).order_by("rank").values_list("text", flat=True)
    )


def test_names_and_place_stand_in_the_detail_and_nowhere_else(issue):
    shared, detail = json.dumps(issue.snapshot["agenda"]), json.dumps(issue.snapshot["detail"])

    for planted in [*SURNAMES, *PLACE, "Casey"]:
        assert planted in detail
        assert planted not in shared


def test_the_catalogue_may_change_and_an_issue_does_not(issue):
    Topic.objects.update(title="Something else", is_active=False)
    Point.objects.all().delete()

    assert Issue.objects.get(pk=issue.pk).snapshot == issue.snapshot


@pytest.mark.parametrize("field", ["snapshot", "number", "version"])
def test_the_database_refuses_to_change_an_issue(issue, field):
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(**{field: {} if field == "snapshot" else 9})


def test_a_withdrawn_issue_stays_withdrawn(issue, lead):
    services.withdraw_issue(issue.pk, actor=lead)

    with pytest.raises(DatabaseError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(withdrawn_at=None)


def test_the_mail_leaves_once_the_paper_stands_and_once_only(issue, contact):
    assert mails("agenda-issued") == []

    press.make_waiting()
    press.make_waiting()

    [mail] = mails("agenda-issued")
    [file] = mail.attachments.all()
    assert (mail.to, file.filename, file.content_type) == (
        contact.email, f"{contact.booking.reference}-agenda.pdf", "application/pdf",
    )  # fmt: skip
    assert bytes(file.content).startswith(b"%PDF-")
    assert "Tuesday 9 March 2027" in mail.text
    assert "9.15am: Welcome" in mail.text


def test_only_verified_contacts_are_sent_the_agenda(agenda, lead):
    ContactFactory(booking=agenda.booking)
    services.issue_agenda(agenda.pk, version=1, actor=lead)

    press.make_waiting()

    assert len(mails("agenda-issued")) == 1


def test_no_mail_about_an_agenda_holds_a_name_or_the_place(issue, team):
    press.make_waiting()

    for mail in mails("agenda-issued"):
        words = mail.subject + mail.text + mail.html
        assert not [planted for planted in [*SURNAMES, *PLACE] if planted in words]
        assert "9 March" not in mail.subject
    for mail in mails("run-sheet-ready"):
        words = (mail.subject + mail.text + mail.html).replace(SURNAMES[0], "").replace(SURNAMES[1], "")
        assert not [planted for planted in PLACE if planted in words]
        assert not mail.attachments.exists()
    assert [mail.to for mail in mails("run-sheet-ready")] == sorted(speaker.user.email for speaker in team)


def test_a_second_issue_takes_the_place_of_the_first(agenda, issue, lead):
    press.make_waiting()
    first = mails("agenda-issued")[0]
    shorten(agenda, lead)

    second = services.issue_agenda(agenda.pk, version=agenda.version, actor=lead)
    press.make_waiting()

    issue.refresh_from_db()
    assert (second.number, issue.is_withdrawn) == (2, True)
    assert len(mails("agenda-issued")) == 2
    assert "newer one" in kinds.find("agenda-issued").still_wanted(first)


def test_mail_of_a_cancelled_session_stays_here(issue, agreed, desk):
    press.make_waiting()
    bookings.cancel_booking(agreed.pk, words="The hall burnt down.", actor=desk)

    for kind in ("agenda-issued", "run-sheet-ready"):
        assert all(kinds.find(kind).still_wanted(mail) for mail in mails(kind))


def test_mail_to_a_contact_who_was_taken_off_stays_here(issue, contact, desk):
    press.make_waiting()
    [mail] = mails("agenda-issued")
    assert kinds.find("agenda-issued").still_wanted(mail) is None

    bookings.revoke_contact(contact.pk, actor=desk)

    assert (
        kinds.find("agenda-issued").still_wanted(mail)
        == "The contact is no longer verified for this booking."
    )


def test_a_day_that_is_too_long_is_not_issued(agenda, lead):
    services.add_filler(agenda.pk, kind="host", version=1, actor=lead)

    with pytest.raises(CannotIssue) as refusal:
        services.issue_agenda(agenda.pk, version=2, actor=lead)

    assert refusal.value.reasons == ["The day is 15 minutes too long. It has to end at 4.15pm."]
    assert not Issue.objects.exists()
    assert not Document.objects.exists()


def test_nothing_is_issued_before_a_day_is_agreed(catalogue_loaded, desk):
    agenda = services.open_agenda(BookingFactory(), filled=True, actor=desk)

    with pytest.raises(CannotIssue, match="No day is agreed"):
        services.issue_agenda(agenda.pk, version=1, actor=desk)


def test_a_stale_draft_is_not_issued(agenda, lead, desk):
    services.add_filler(agenda.pk, kind="note", version=1, actor=desk)

    with pytest.raises(StaleAgenda):
        services.issue_agenda(agenda.pk, version=1, actor=lead)


def test_a_check_set_aside_goes_to_the_run_sheet_with_its_reason(agenda, lead):
    services.set_aside(
        agenda.pk, key="workshop", words="No workshop.", reason="They had one.", version=1, actor=lead
    )

    issue = services.issue_agenda(agenda.pk, version=2, actor=lead)

    assert issue.snapshot["detail"]["asides"] == [
        {"words": "No workshop.", "reason": "They had one.", "by": str(lead)}
    ]
    assert "They had one." not in json.dumps(issue.snapshot["agenda"])


def test_notes_for_the_team_never_reach_the_agency(agenda, lead):
    note = services.add_filler(agenda.pk, kind="note", version=1, actor=lead).touched
    row = services.Row(note.pk, "note", 0, title="Ring Oxenbrigg from the car park")
    services.save(agenda.pk, version=2, actor=lead, typed=services.Typed(rows=(row,)))

    issue = services.issue_agenda(agenda.pk, version=3, actor=lead)

    assert issue.snapshot["detail"]["team_notes"][0]["words"] == "Ring Oxenbrigg from the car park"
    assert "car park" not in json.dumps(issue.snapshot["agenda"])


def test_the_papers_with_the_place_are_made_again_when_it_changes_and_not_otherwise(issue, agreed, desk):
    assert services.renew_papers(issue.pk, actor=desk) == []

    bookings.set_venue(agreed.pk, name="Harbour House", actor=desk)
    renewed = services.renew_papers(issue.pk, actor=desk)

    sheets = [paper for paper in renewed if paper.kind == "run_sheet"]
    [joining] = [paper for paper in renewed if paper.kind == "joining"]
    assert len(sheets) == 4
    assert {sheet.content["detail"]["venue"]["name"] for sheet in sheets} == {"Harbour House"}
    assert all(sheet.content["lines"] == issue.snapshot["agenda"]["lines"] for sheet in sheets)
    assert (joining.tier, joining.content["joining"]["place"]["name"]) == (3, "Harbour House")
    assert services.renew_papers(issue.pk, actor=desk) == []


def test_the_coordinator_is_told_at_the_booking_and_at_the_issue_that_the_papers_are_out_of_date(
    issue, agreed, desk, enter
):
    client = enter(desk)
    pages = [f"/agenda/{agreed.reference}/issue/1/", f"/desk/bookings/booking/{agreed.pk}/change/"]
    told = "The papers are out of date."
    assert not any(told in client.get(page).content.decode() for page in pages)

    bookings.set_venue(agreed.pk, name="Harbour House", actor=desk)

    for page in pages:
        words = client.get(page).content.decode()
        assert told in words
        assert "this has changed: the place, or how to get in" in words
    services.renew_papers(issue.pk, actor=desk)
    assert not any(told in client.get(page).content.decode() for page in pages)


def test_the_next_issue_says_what_is_different_and_is_mailed_with_it(agenda, issue, lead):
    press.make_waiting()
    shorten(agenda, lead)

    second = services.issue_agenda(agenda.pk, version=agenda.version, actor=lead)
    press.make_waiting()

    assert second.snapshot["changes"] == ["Questions and close takes 10 minutes. It was 15 minutes."]
    newest = Message.objects.filter(kind="agenda-issued").latest("pk")
    assert "Questions and close takes 10 minutes. It was 15 minutes." in " ".join(newest.text.split())


def test_only_those_whom_a_new_issue_concerns_are_told(agenda, issue, lead, team):
    press.make_waiting()
    line = agenda.items.filter(speaker=team[1]).first()
    services.set_speaker(agenda.pk, item_id=line.pk, who="nobody", version=1, actor=lead)
    agenda.refresh_from_db()

    second = services.issue_agenda(agenda.pk, version=agenda.version, actor=lead)
    press.make_waiting()

    assert (second.number, second.snapshot["changes"]) == (2, [])
    assert len(mails("agenda-issued")) == 1
    told = [mail.to for mail in mails("run-sheet-ready")]
    assert {to: told.count(to) for to in told} == {
        team[0].user.email: 1, team[1].user.email: 2, team[2].user.email: 1,
    }  # fmt: skip


def test_speakers_who_have_the_new_place_already_are_not_told_of_it_again(
    agenda, issue, agreed, lead, desk, team
):
    bookings.set_venue(agreed.pk, name="Harbour House", actor=desk)
    services.renew_papers(issue.pk, actor=desk)
    press.make_waiting()
    have = {mail.pk for mail in mails("run-sheet-ready")}
    line = agenda.items.filter(speaker=team[1]).first()
    services.set_speaker(agenda.pk, item_id=line.pk, who="nobody", version=1, actor=lead)
    agenda.refresh_from_db()

    services.issue_agenda(agenda.pk, version=agenda.version, actor=lead)
    press.make_waiting()

    told = [mail.to for mail in mails("run-sheet-ready") if mail.pk not in have]
    assert (len(have), told) == (6, [team[1].user.email])


def test_papers_in_welsh_are_made_beside_the_english_ones(agenda, lead):
    Agenda.objects.update(in_welsh=True)

    issue = services.issue_agenda(agenda.pk, version=1, actor=lead)

    kinds_in_welsh = sorted(issue.documents.filter(language="cy").values_list("kind", "tier"))
    assert kinds_in_welsh == [
        ("agenda", 2), ("door_sign", 2), ("host_page", 2), ("joining", 2), ("joining", 3), ("sign_in", 2),
    ]  # fmt: skip


def test_the_page_for_the_host_says_what_was_asked_and_never_who_can_come(issue, agreed):
    host = issue.snapshot["agenda"]["host"]

    assert ["Must be covered", "Legal issues"] in host["asked"]
    assert {one["title"]: one["why"] for one in host["chosen"]}["Legal issues"] == "You asked for it."
    left = {one["title"]: one for one in host["left_out"]}
    assert left["Victim impact"]["why"] == "You asked us to leave it out."
    assert left["Victim impact"]["address"].endswith("/topics/victim-impact/")
    assert not [planted for planted in [*SURNAMES, *PLACE] if planted in json.dumps(host)]


def test_a_booking_has_one_agenda_and_its_issues_are_numbered(agenda, issue, lead):
    Agenda.objects.update(version=2)
    shorten(agenda, lead)
    services.issue_agenda(agenda.pk, version=agenda.version, actor=lead)

    assert list(Agenda.objects.get().issues.values_list("number", flat=True)) == [1, 2]
