"""Personal data goes when its time is over, no sooner, and nothing of it is left anywhere; the numbers stay."""

import datetime as dt
import html
import re

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import FORGOTTEN
from agendas.models import Document
from bookings.models import Booking, Contact, Enquiry
from bookings.tasks import expire_offers
from courses import catalogue
from outbox.models import Attachment, Message
from outbox.queue import queue_message
from speakers.models import DiaryEntry
from tests.attacks.planted import NOW, Kind, plant
from tests.factories import EnquiryFactory, SpeakerFactory, UserFactory, at
from trainingportal import invariants, public_catalogue, retention
from trainingportal.models import RequestDraft
from trainingportal.tasks import purge

pytestmark = pytest.mark.django_db

LATER = at(3, day=1, month=6, year=2029)
"""More than two years after every planted day."""
THEIRS = (Kind.TOLD, Kind.WHERE, Kind.PERSON, Kind.MAILBOX, Kind.DESK)
NUMBERS = ("reference", "agency", "head_count", "format", "outcode", "starts_at", "ends_at", "lead")


def whole_database() -> dict[str, str]:
    """Every table as text, the audit trail, sessions and the cache included."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608  names from the database itself
            found[table] = "\n".join(row for (row,) in cursor.fetchall())
    return found


@pytest.fixture
def planted(settings, tmp_path):
    settings.DEMO = False
    settings.MEDIA_ROOT = tmp_path
    return plant()


def test_nothing_of_a_person_is_left_and_the_numbers_stay(
    planted, tmp_path, django_capture_on_commit_callbacks
):
    speakers = "".join(User.objects.exclude(speaker=None).values_list("name", flat=True))
    words = [word for word in planted.words if word.kind in THEIRS and word.spellings[0] not in speakers]
    before = whole_database()
    assert [word for word in words if not any(word.is_in(text) for text in before.values())] == []
    assert list(tmp_path.rglob("*.pdf"))
    numbers = list(Booking.objects.order_by("pk").values_list(*NUMBERS))

    with time_machine.travel(NOW + dt.timedelta(days=90), tick=False):
        expire_offers()
    with time_machine.travel(LATER, tick=False):
        rules = {str(finding) for finding in invariants.look_over()}
        with django_capture_on_commit_callbacks(execute=True):
            retention.purge()
            retention.purge()
        after = whole_database()
        left = {str(word): table for word in words for table, text in after.items() if word.is_in(text)}
        assert left == {}
        assert {str(finding) for finding in invariants.look_over()} <= rules
        desk = planted.browser("a coordinator")
        for booking in Booking.objects.all():
            page = desk.get(reverse("desk:bookings_booking_change", args=[booking.pk]))
            assert page.status_code == 200, booking.status

    assert list(Booking.objects.order_by("pk").values_list(*NUMBERS)) == numbers
    assert (Contact.objects.count(), Enquiry.objects.count(), Document.objects.count()) == (0, 0, 0)
    assert Attachment.objects.filter(message__state="sent").count() == 0
    assert list(tmp_path.rglob("*.pdf")) == []


def test_the_purge_leaves_what_is_not_due(planted):
    with time_machine.travel(NOW, tick=False):
        before = whole_database()
        due = {kind: count for kind, count in retention.count_due().items() if count}
        assert whole_database() == before

        gone = {kind: count for kind, count in retention.purge().items() if count}

        # the one that was long past is more than thirty days ago
        assert due == gone == {"access-needs": 1, "attendees": 1}
        needs = Booking.objects.filter(reference=planted.references["long past"]).values_list(
            "access_needs", flat=True
        )
        assert list(needs) == [""]
        assert Booking.objects.exclude(access_needs="").count() == len(planted.references) - 2
        assert Contact.objects.count() == before["bookings_contact"].count("\n") + 1


@pytest.mark.parametrize(("days", "is_left"), [(364, 1), (367, 0)])
def test_a_question_goes_a_year_after_the_last_word(days, is_left):
    catalogue.load()
    with time_machine.travel(NOW, tick=False):
        EnquiryFactory(answered_at=NOW)
        EnquiryFactory(created_at=NOW - dt.timedelta(days=300), answered_at=NOW)
    with time_machine.travel(NOW + dt.timedelta(days=days), tick=False):
        purge()

    assert Enquiry.objects.count() == 2 * is_left


def test_people_go_once_nothing_names_them_and_only_then():
    with time_machine.travel(NOW, tick=False):
        gone = UserFactory(name="Casey Gone", email="casey@gone.example.org")
        stays = [
            UserFactory(is_staff=True),
            SpeakerFactory().user,
            UserFactory(last_login=NOW + dt.timedelta(days=200)),
        ]
    with time_machine.travel(NOW + dt.timedelta(days=400), tick=False):
        assert retention.purge()["people"] == 1
        assert retention.purge()["people"] == 0

    gone.refresh_from_db()
    assert (gone.name, gone.email, gone.is_active) == ("", f"{gone.pk}{FORGOTTEN}", False)
    assert User.objects.filter(pk__in=[user.pk for user in stays], is_active=True).count() == 3
    assert [
        table for table, text in whole_database().items() if "casey@gone" in text or "Casey Gone" in text
    ] == []


def test_a_speaker_s_days_away_go_and_sessions_stay():
    speaker = SpeakerFactory()
    for kind, days in (("absence", 0), ("blackout", 100), ("engagement", 5)):
        start = NOW + dt.timedelta(days=days)
        DiaryEntry.objects.create(speaker=speaker, kind=kind, busy=(start, start + dt.timedelta(hours=5)))

    with time_machine.travel(NOW + dt.timedelta(days=40), tick=False):
        retention.purge()

    assert sorted(DiaryEntry.objects.values_list("kind", flat=True)) == ["blackout", "engagement"]


def test_mail_that_still_waits_is_not_thrown_away():
    with time_machine.travel(NOW, tick=False):
        words = {"name": "A", "reference": "R", "link": "https://x.example/"}
        waiting, sent = (
            queue_message("note", to=f"{who}@example.org", about="x:1", occasion=who, context=words)
            for who in ("waiting", "sent")
        )
        Message.objects.filter(pk=sent.pk).move("handing_over", claim="0" * 32, claimed_at=NOW)
        Message.objects.filter(pk=sent.pk).move("sent", sent_at=NOW)
    with time_machine.travel(NOW + dt.timedelta(days=400), tick=False):
        retention.purge()

    assert list(Message.objects.values_list("pk", flat=True)) == [waiting.pk]


def test_a_row_that_cannot_be_forgotten_costs_the_others_nothing(monkeypatch, caplog):
    first, second = EnquiryFactory(created_at=NOW), EnquiryFactory(created_at=NOW)
    questions = next(kind for kind in retention.KINDS if kind.key == "questions")

    def forget(key):
        if key == first.pk:
            raise ValueError("it resists")
        Enquiry.objects.filter(pk=key).delete()

    monkeypatch.setattr(retention, "KINDS", (retention.Kind(**{**questions.__dict__, "forget": forget}),))
    gone = retention.purge(NOW + dt.timedelta(days=400))

    assert gone["questions"] == 1
    assert list(Enquiry.objects.all()) == [first]
    assert f"questions {first.pk} could not be forgotten" in caplog.text
    assert second.pk not in Enquiry.objects.values_list("pk", flat=True)


def test_a_night_that_is_too_short_leaves_the_rest_for_the_next():
    EnquiryFactory(created_at=NOW)

    assert retention.purge(NOW + dt.timedelta(days=400), seconds=0)["questions"] == 0
    assert retention.purge(NOW + dt.timedelta(days=400))["questions"] == 1


def test_the_command_shows_beforehand_and_changes_nothing(capsys):
    RequestDraft.objects.create(touched_at=timezone.now() - dt.timedelta(days=2))

    call_command("purge", "--dry-run")
    shown = capsys.readouterr().out.splitlines()
    assert RequestDraft.objects.count() == 1
    call_command("purge")
    gone = capsys.readouterr().out.splitlines()

    assert shown[0].split(maxsplit=2) == ["1", "due", "What you typed into our form and did not send"]
    assert gone[0].split(maxsplit=2) == ["1", "gone", "What you typed into our form and did not send"]
    assert len(shown) == len(gone) == len(retention.KINDS) + 1
    assert RequestDraft.objects.count() == 0


def test_the_privacy_page_shows_the_very_table_that_the_purge_keeps_to(client):
    catalogue.load()
    public_catalogue.forget()
    page = html.unescape(client.get("/privacy/").content.decode())
    section = page.partition('id="how-long"')[2]
    said = re.findall(r"<li><b>(.+?)</b>: (.+?) after (.+?)\. (.+?)</li>", section)

    kept = [(kind.what, str(kind.keep), kind.since, kind.then) for kind in retention.KINDS]
    assert said[:-1] == kept
    assert said[-1][:2] == (retention.TRAIL_WORDS[0], str(retention.TRAIL))


def test_a_span_is_said_as_people_say_it_and_months_are_the_calendar_s():
    assert [str(span) for span in (retention.Span(1, "days"), retention.Span(12, "months"))] == [
        "1 day",
        "12 months",
    ]
    assert retention.Span(1, "months").before(at(12, day=31, month=3)).date() == dt.date(2027, 2, 28)
