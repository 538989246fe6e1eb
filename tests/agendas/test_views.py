"""The studio's pages: who gets in, what a press does, and what is shown to whom."""

import hashlib
import html
import io
import re

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from pypdf import PdfReader

from agendas import paper, press, services
from agendas.access import Asker
from agendas.models import Agenda, Composition, Document
from bookings import services as bookings
from bookings.models import Contact, DetailRead, Engagement
from courses import kept
from courses.models import Material, Topic
from outbox.models import Message
from tests.agendas.conftest import PLACE, SURNAMES
from tests.factories import SpeakerFactory, UserFactory, VerifiedContactFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def issue(agenda, lead):
    found = services.issue_agenda(agenda.pk, version=1, actor=lead)
    press.make_waiting()
    return found


def form_of(agenda, **changes):
    """What a browser sends for the day as it stands."""
    agenda.refresh_from_db()
    data = {"version": agenda.version, "row": []}
    for item in agenda.items.select_related("topic"):
        who = (
            "recorded"
            if item.variant == "recorded"
            else "host"
            if item.by_host
            else str(item.speaker_id or "")
        )
        data["row"].append(str(item.pk))
        data |= {
            f"what-{item.pk}": f"topic:{item.topic.slug}" if item.topic else item.kind,
            f"minutes-{item.pk}": str(item.minutes),
            f"who-{item.pk}": who,
            f"how-{item.pk}": item.variant,
            f"point-{item.pk}": [str(pk) for pk in item.point_ids],
        }  # fmt: skip
    return data | changes


# ---- who gets in


def test_a_stranger_finds_nothing_and_nobody_at_all_is_asked_to_sign_in(client, agenda, studio, enter):
    assert client.get(studio).status_code == 302
    enter(UserFactory())
    for path in ("", "change/", "issue/1/", "paper/1/", "paper/1/file/"):
        assert client.get(studio + path).status_code in (404, 405)
    assert client.get("/agenda/WT-NOSUCH/").status_code == 404


def test_another_agencys_contact_and_another_speaker_find_nothing(client, issue, studio, enter):
    for user in (VerifiedContactFactory().user, SpeakerFactory().user):
        enter(user)
        assert client.get(studio).status_code == 404
        assert client.get(f"{studio}issue/1/").status_code == 404


def test_the_lead_and_the_desk_change_the_day(client, agenda, studio, enter, lead, desk):
    for user in (lead, desk):
        enter(user)
        answer = client.post(f"{studio}change/", form_of(agenda, do="note"))
        assert answer.status_code == 302
    agenda.refresh_from_db()
    assert agenda.version == 3


def test_without_a_second_factor_nobody_changes_anything_or_sees_names(
    client, agenda, studio, enter, lead, desk
):
    enter(lead, second_factor=False)
    page = client.get(studio)
    assert "Show your second step" in page.content.decode()
    assert not [surname for surname in SURNAMES[1:] if surname in page.content.decode()]
    assert "/second" in client.post(f"{studio}change/", form_of(agenda, do="note")).url
    enter(desk, second_factor=False)
    assert client.get(studio).status_code == 302
    agenda.refresh_from_db()
    assert agenda.version == 1


def test_another_speaker_of_the_session_reads_and_does_not_change(client, agenda, studio, enter, team):
    enter(team[1].user)

    page = client.get(studio).content.decode()
    assert "Alice’s story" in page
    assert SURNAMES[0] in page
    assert 'id="day"' not in page
    assert 'name="minutes-' not in page
    assert client.post(f"{studio}change/", form_of(agenda, do="note")).status_code == 404


def test_a_speaker_who_is_only_asked_finds_nothing(client, agenda, studio, enter, team):
    Engagement.objects.filter(speaker=team[1]).update(state="declined")
    enter(team[1].user)

    assert client.get(studio).status_code == 404


def test_the_contact_reads_the_issue_and_not_the_studio(client, issue, studio, enter, contact):
    enter(contact.user, second_factor=False)

    page = client.get(f"{studio}issue/1/").content.decode()

    assert client.get(studio).status_code == 404
    assert "Alice’s story" in page
    assert [planted for planted in [*SURNAMES, *PLACE] if planted in page] == []


def test_a_contact_who_is_not_rung_back_reads_nothing(client, issue, studio, enter, contact):
    contact.verified_at = None
    contact.save(update_fields=["verified_at"])
    enter(contact.user, second_factor=False)

    assert client.get(f"{studio}issue/1/").status_code == 404


def test_opening_the_studio_changes_nothing_but_the_log_of_reads(client, agenda, studio, enter, lead):
    enter(lead)
    client.get(studio)

    assert DetailRead.objects.filter(user=lead, page="studio").count() == 1
    agenda.refresh_from_db()
    assert (agenda.version, Document.objects.count()) == (1, 0)


def test_the_studio_asks_the_database_as_often_for_a_short_day_as_for_a_long_one(
    client, agreed, studio, enter, lead, django_assert_num_queries
):
    services.open_agenda(agreed, actor=lead)
    enter(lead)
    client.get(studio)
    with django_assert_num_queries(STUDIO_QUERIES):
        client.get(studio)

    services.ask_to_compose(Agenda.objects.get().pk, version=1, actor=lead)
    services.compose_waiting()
    with django_assert_num_queries(STUDIO_QUERIES):
        client.get(studio)


STUDIO_QUERIES = 15


# ---- pressing


def test_an_empty_studio_offers_to_begin(client, agreed, studio, enter, lead):
    enter(lead)
    assert "Compose the day" in client.get(studio).content.decode()
    assert not Agenda.objects.exists()

    client.post(f"{studio}change/", {"do": "open-composed"})
    assert "data-composing" in client.get(studio).content.decode()
    services.compose_waiting()

    assert Agenda.objects.get().items.count() > 8
    page = client.get(studio).content.decode()
    assert "no better day exists" in page
    assert "Not in the day" in page


def test_every_button_saves_what_was_typed_first_and_leads_back_to_its_line(
    client, agenda, studio, enter, lead
):
    enter(lead)
    first, second = agenda.items.all()[:2]

    answer = client.post(
        f"{studio}change/", form_of(agenda, do=f"down:{first.pk}", **{f"minutes-{second.pk}": "17"})
    )

    assert answer.url == f"{studio}#line-{first.pk}"
    assert [(item.pk, item.minutes) for item in agenda.items.all()[:2]] == [
        (second.pk, 17),
        (first.pk, first.minutes),
    ]


def test_a_mistyped_number_is_shown_with_everything_else_still_there(client, agenda, studio, enter, lead):
    enter(lead)
    law = agenda.items.get(topic__slug="legal-issues")
    typed = {f"minutes-{law.pk}": "half an hour", f"note-{law.pk}": "Bring the forms"}
    typed |= {"has-in-welsh": "", "in-welsh": "on", "has-is-marked": ""}

    answer = client.post(f"{studio}change/", form_of(agenda, do="save", **typed))
    words = answer.content.decode()

    assert answer.status_code == 422
    assert 'value="half an hour"' in words
    assert 'value="Bring the forms"' in words
    assert f'href="#minutes-{law.pk}"' in words
    assert 'name="in-welsh" form="day" checked' in words
    assert 'name="is-marked" form="day">' in words
    agenda.refresh_from_db()
    assert agenda.version == 1


def test_what_cannot_be_done_is_said_and_keeps_what_was_typed(client, agenda, studio, enter, lead):
    enter(lead)
    story = agenda.items.get(topic__slug="alices-story")

    answer = client.post(
        f"{studio}change/", form_of(agenda, do=f"remove:{story.pk}", **{f"note-{story.pk}": "Slowly"})
    )

    assert answer.status_code == 422
    assert "is always given and stays" in answer.content.decode()
    assert 'value="Slowly"' in answer.content.decode()


@pytest.mark.parametrize(
    "do", ["", "nonsense", "up:", "up:99999999", "add:", "speaker:1", "minutes:1:x", "aside:over"]
)
def test_a_forged_button_does_nothing_and_breaks_nothing(client, agenda, studio, enter, lead, do):
    enter(lead)

    assert client.post(f"{studio}change/", form_of(agenda, do=do)).status_code == 422
    agenda.refresh_from_db()
    assert agenda.version == 1


def test_two_drafts_that_meet_are_both_shown_and_mine_can_be_kept(client, agenda, studio, enter, lead, desk):
    enter(lead)
    law = agenda.items.get(topic__slug="legal-issues")
    mine = form_of(agenda, do="save", **{f"minutes-{law.pk}": "44", f"note-{law.pk}": "Typed in vain"})
    services.remove_item(agenda.pk, item_id=law.pk, version=1, actor=desk)

    stale = client.post(f"{studio}change/", mine)
    words = stale.content.decode()

    assert stale.status_code == 409
    assert "Priya Desk saved draft 2 while you were typing." in words
    assert 'value="Typed in vain"' in words
    assert "only in this draft" in words
    kept = client.post(f"{studio}change/", mine | {"keep": "mine", "version": 2})
    assert kept.status_code == 302
    law = agenda.items.get(topic__slug="legal-issues")
    assert (law.minutes, law.note) == (44, "Typed in vain")


def test_materials_stand_in_the_catalogue_and_are_found(client, agenda, studio, enter, lead, team):
    Material.objects.create(
        topic=Topic.objects.get(slug="red-flags"), title="Case cards", kept_at="Second cupboard"
    )
    kept.forget()
    enter(lead)

    found = client.get(studio, {"q": "case cards"}).content.decode()
    assert found.count("Materials: Case cards (Second cupboard)") == 1
    assert "1 topic with “case cards”" in found

    enter(team[1].user)
    assert "Second cupboard" not in client.get(studio).content.decode()


def test_two_drafts_are_told_apart_by_what_differs_and_nothing_else(
    client, agenda, studio, enter, lead, desk
):
    enter(lead)
    agenda.items.filter(topic__slug="legal-issues").update(pin="as")
    agenda.items.create(position=90, kind="host", title="Ours", minutes=5, by_host=True)
    mine = form_of(agenda, do="save", **{"quiet-room": "Room 9", "support-contact": ""})
    law = agenda.items.get(topic__slug="legal-issues")
    mine[f"pin-{law.pk}"] = "as"
    services.save(agenda.pk, version=1, actor=desk, typed=services.Typed(quiet_room="Room 2"))

    stale = client.post(f"{studio}change/", mine)

    for side, room in (("mine", "Room 9"), ("theirs", "Room 2")):
        assert stale.context[side].own == [("Quiet room", room)]
        assert [row["detail"] for row in stale.context[side].rows if row["flag"]] == []


def test_a_set_aside_is_no_other_draft_of_the_lines(client, agenda, studio, enter, lead, desk):
    enter(lead)
    mine = form_of(agenda, do="save")
    services.set_aside(
        agenda.pk, key="workshop", words="None.", reason="They had one.", version=1, actor=desk
    )

    stale = client.post(f"{studio}change/", mine)

    assert stale.status_code == 409
    assert "Their lines do not differ." in stale.content.decode()


@pytest.mark.parametrize(("pressed", "again"), [("issue", "save"), ("undo", "save"), ("break", "break")])
def test_keeping_mine_presses_the_button_again_unless_it_led_away(
    client, agenda, studio, enter, lead, desk, pressed, again
):
    enter(lead)
    mine = form_of(agenda, do=pressed)
    services.save(agenda.pk, version=1, actor=desk, typed=services.Typed(quiet_room="Room 2"))

    words = client.post(f"{studio}change/", mine).content.decode()

    assert f'<input type="hidden" name="do" value="{again}">' in words


def test_a_mistake_beside_a_newer_draft_still_meets_it_once_it_is_mended(
    client, agenda, studio, enter, lead, desk
):
    enter(lead)
    law = agenda.items.get(topic__slug="legal-issues")
    mine = form_of(agenda, do="save", **{f"minutes-{law.pk}": "abc"})
    services.save(agenda.pk, version=1, actor=desk, typed=services.Typed(quiet_room="Room 2"))

    refused = client.post(f"{studio}change/", mine)

    assert refused.status_code == 422
    assert '<input type="hidden" name="version" value="1">' in refused.content.decode()


def test_two_windows_of_one_person_are_not_called_somebody_else(client, agenda, studio, enter, lead):
    enter(lead)
    law = agenda.items.get(topic__slug="legal-issues")
    mine = form_of(agenda, do="save", **{f"minutes-{law.pk}": "44"})
    services.remove_item(agenda.pk, item_id=law.pk, version=1, actor=lead)

    words = client.post(f"{studio}change/", mine).content.decode()

    assert "You saved draft 2 in another window." in words
    assert "Keep this one" in words
    assert str(lead) not in words.partition("<h1")[2]


PAGE = "0" * 32


def test_a_save_whose_answer_was_lost_comes_again_and_is_answered_as_saved(
    client, agenda, studio, enter, lead
):
    enter(lead)
    law = agenda.items.get(topic__slug="legal-issues")
    mine = form_of(agenda, do="break", page=PAGE, **{f"minutes-{law.pk}": "44"})
    lines = agenda.items.count()
    client.post(f"{studio}change/", mine)

    again = client.post(f"{studio}change/", mine)

    assert (again.status_code, again["Location"]) == (302, f"{studio}#day")
    agenda.refresh_from_db()
    assert (agenda.version, agenda.items.count()) == (2, lines + 1)


def test_what_was_typed_since_a_lost_answer_is_a_change_of_the_draft_as_it_was_saved(
    client, agenda, studio, enter, lead
):
    enter(lead)
    law = agenda.items.get(topic__slug="legal-issues")
    mine = form_of(agenda, do="save", page=PAGE, **{f"minutes-{law.pk}": "44"})
    client.post(f"{studio}change/", mine)

    later = client.post(f"{studio}change/", mine | {f"minutes-{law.pk}": "43"})

    assert later.status_code == 302
    law.refresh_from_db()
    assert law.minutes == 43


@pytest.mark.parametrize("button", ["undo", "redo"])
def test_undoing_and_bringing_back_are_done_once_though_the_answer_was_lost(
    client, agenda, studio, enter, lead, button
):
    enter(lead)
    for version, room in enumerate(("Room 1", "Room 2", "Room 3"), 1):
        services.save(agenda.pk, version=version, actor=lead, typed=services.Typed(quiet_room=room))
    if button == "redo":
        services.undo(agenda.pk, version=4, actor=lead)
    agenda.refresh_from_db()
    press = {"version": agenda.version, "do": button, "page": PAGE}
    client.post(f"{studio}change/", press)

    again = client.post(f"{studio}change/", press)

    assert again.status_code == 302
    agenda.refresh_from_db()
    assert agenda.quiet_room == {"undo": "Room 2", "redo": "Room 3"}[button]


@pytest.mark.parametrize("who_saved", ["somebody else", "the same person elsewhere"])
def test_a_save_that_comes_again_still_meets_what_another_page_saved(
    client, agenda, studio, enter, lead, desk, who_saved
):
    enter(lead)
    law = agenda.items.get(topic__slug="legal-issues")
    mine = form_of(agenda, do="save", page=PAGE, **{f"minutes-{law.pk}": "44"})
    client.post(f"{studio}change/", mine)
    other = desk if who_saved == "somebody else" else lead
    services.save(agenda.pk, version=2, actor=other, typed=services.Typed(quiet_room="Room 2"))

    again = client.post(f"{studio}change/", mine)

    assert again.status_code == 409


def test_every_page_of_the_studio_has_an_id_of_its_own(client, agenda, studio, enter, lead):
    enter(lead)

    ids = {
        re.search(r'name="page" value="([0-9a-f]{32})"', client.get(studio).content.decode())[1] for _ in "ab"
    }

    assert len(ids) == 2


def test_the_speakers_session_page_leads_to_the_run_sheet(client, agenda, enter, lead):
    enter(lead)
    session = f"/speaking/{agenda.booking.reference}/1/session/"
    assert "once it is issued" in client.get(session).content.decode()

    services.issue_agenda(agenda.pk, version=1, actor=lead)
    assert "being prepared" in client.get(session).content.decode()

    press.make_waiting()
    sheet = services.run_sheet_of(agenda.booking, lead.speaker.pk)
    assert f"/paper/{sheet.pk}/file/" in client.get(session).content.decode()
    paper = client.get(f"/agenda/{agenda.booking.reference}/paper/{sheet.pk}/file/")
    assert paper.getvalue().startswith(b"%PDF")
    paper.close()


def test_a_check_is_set_aside_on_the_page(client, agenda, studio, enter, lead):
    enter(lead)
    for item in agenda.items.filter(variant="workshop"):
        agenda.refresh_from_db()
        services.set_variant(
            agenda.pk, item_id=item.pk, variant="presentation", version=agenda.version, actor=lead
        )
    assert "No workshop." in client.get(studio).content.decode()

    client.post(f"{studio}change/", form_of(agenda, do="aside:workshop", **{"why-workshop": "They had one."}))

    page = client.get(studio).content.decode()
    assert "They had one." in page
    assert "Nothing to check" in page


def test_what_is_too_long_is_said_with_how_much_and_nothing_is_cut(client, agenda, studio, enter, lead):
    enter(lead)
    item = agenda.items.exclude(topic=None).first()
    long = {f"note-{item.pk}": "n" * 301, "quiet-room": "q" * 203}

    answer = client.post(f"{studio}change/", form_of(agenda, do="save", **long))

    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Note for the run sheet must be 300 characters or fewer. It has 301: take out 1." in page
    assert "Quiet room must be 200 characters or fewer. It has 203: take out 3." in page
    assert f'value="{"n" * 301}"' in page
    assert f'value="{"q" * 203}"' in page
    assert "maxlength" not in page
    item.refresh_from_db()
    assert item.note == ""


@pytest.mark.parametrize(
    ("do", "name", "room", "label"),
    [
        ("aside:workshop", "why-workshop", 300, "Your sentence"),
        ("save-template", "template-name", 80, "The template’s name"),
    ],
)
def test_a_reason_or_a_name_that_is_too_long_is_not_cut_either(
    client, agenda, studio, enter, lead, do, name, room, label
):
    enter(lead)
    agenda.items.filter(variant="workshop").update(variant="presentation")  # "No workshop." is then to check
    words = "x" * (room + 2)

    answer = client.post(f"{studio}change/", form_of(agenda, do=do, **{name: words}))

    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert f"{label} must be {room} characters or fewer. It has {room + 2}: take out 2." in page
    assert f'value="{words}"' in page


def test_a_comment_that_is_too_long_comes_back_whole_and_a_line_break_counts_once(
    client, agenda, studio, enter, lead
):
    enter(lead)
    fits = "\r\n".join(["c" * 499, "c" * 500])

    refused = client.post(f"{studio}talk/", {"do": "say", "audience": "team", "words": f"{fits}cc"})
    client.post(f"{studio}talk/", {"do": "say", "audience": "team", "words": fits})

    page = html.unescape(refused.content.decode())
    assert "Your comment must be 1,000 characters or fewer. It has 1,002: take out 2." in page
    assert "c" * 502 in page
    assert agenda.comments.get().words == fits.replace("\r\n", "\n")


@pytest.mark.parametrize("search", ["compassion fatigue", "COMPÂSSION fatigue’"])
def test_the_catalogue_is_searched_by_points_too(client, agenda, studio, enter, lead, search):
    enter(lead)

    page = client.get(studio, {"q": search}).content.decode()

    assert f"1 topic with “{search}”" in page


# ---- papers


def test_a_preview_waits_by_itself_and_then_opens(client, agenda, studio, enter, lead):
    enter(lead)

    waiting = client.get(client.post(f"{studio}change/", form_of(agenda, do="preview")).url)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in waiting.content.decode()
    press.make_waiting()
    ready = client.get(waiting.request["PATH_INFO"])

    assert "refresh" not in ready.content.decode()
    assert "The PDF is ready." in ready.content.decode()


def test_without_a_worker_a_clear_line_stands_there(client, agenda, studio, enter, lead):
    enter(lead)

    waiting = client.get(client.post(f"{studio}change/", form_of(agenda, do="preview")).url)

    assert "The PDF will be made when the service is back" in waiting.content.decode()


def test_a_file_is_streamed_as_it_was_stored(client, issue, studio, enter, contact, agreed):
    enter(contact.user, second_factor=False)
    document = issue.documents.get(kind="agenda")

    answer = client.get(f"{studio}paper/{document.pk}/file/")
    body = b"".join(answer.streaming_content)

    with default_storage.open(document.file.name) as stored:
        assert body == stored.read()
    assert answer["Content-Disposition"] == f'inline; filename="{agreed.reference}-agenda.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Type"] == "application/pdf"
    assert "Training agenda" in PdfReader(io.BytesIO(body)).pages[0].extract_text()


def test_a_run_sheet_is_for_whom_it_names_and_for_the_desk(client, issue, studio, enter, contact, team, desk):
    path = f"{studio}paper/{issue.documents.get(kind='run_sheet', recipient=team[1]).pk}/file/"

    enter(contact.user, second_factor=False)
    assert client.get(path).status_code == 404
    enter(team[1].user, second_factor=False)
    assert client.get(path).status_code == 302
    enter(team[2].user)
    assert client.get(path).status_code == 404
    for user in (team[1].user, desk):
        enter(user)
        answer = client.get(path)
        assert b"".join(answer.streaming_content).startswith(b"%PDF-")


def test_a_contact_has_the_papers_of_their_tier_and_the_place_once_it_is_open_to_them(
    client, issue, studio, enter, contact
):
    enter(contact.user, second_factor=False)
    open_to_them = client.get(f"{studio}issue/1/").content.decode()
    joining, with_place = issue.documents.filter(kind="joining").order_by("tier")

    assert f"/paper/{joining.pk}/" in open_to_them
    assert f"/paper/{with_place.pk}/" not in open_to_them
    assert client.get(f"{studio}paper/{with_place.pk}/").status_code == 404
    Contact.objects.update(released_at=timezone.now())
    released = client.get(f"{studio}issue/1/").content.decode()
    assert f"/paper/{with_place.pk}/" in released
    assert "Run sheet" not in released
    assert PLACE[0] in client.get(f"{studio}paper/{with_place.pk}/").content.decode()


def test_every_paper_is_a_page_that_says_the_same(client, issue, studio, enter, desk, agreed):
    enter(desk)
    for document in issue.documents.all():
        pdf = " ".join(f"{sheet.extract_text()} " for sheet in PdfReader(io.BytesIO(drawn(document))).pages)
        page = html.unescape(
            re.sub(r"<[^>]+>", " ", client.get(f"{studio}paper/{document.pk}/").content.decode())
        )

        words = set(re.findall(r"[\w’]{4,}", pdf.replace(agreed.reference, " "))) - set(
            re.findall(r"[\w’]{4,}", page)
        )
        assert words <= {
            "Working",
            "Together",
            "Page",
            "WORKING",
            "TOGETHER",
            "Training",
            "AGAINST",
            "STALKING",
            # what stands under the title of the sheet, and the length in its head
            *(("Please", "pass", "Full") if document.kind == "host_page" else ()),
        }


def drawn(document):
    return paper.draw(document.kind, document.content)


def test_a_second_download_draws_nothing_and_takes_six_queries(
    client, issue, studio, enter, contact, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(paper, "draw", lambda kind, content: pytest.fail("it was drawn again"))
    enter(contact.user, second_factor=False)
    path = f"{studio}paper/{issue.documents.get(kind='agenda').pk}/file/"

    first = b"".join(client.get(path).streaming_content)
    with django_assert_num_queries(6):
        second = b"".join(client.get(path).streaming_content)

    assert first == second
    assert hashlib.sha256(first).hexdigest() == issue.documents.get(kind="agenda").sha256


def shown_on(page):
    return {"shown": re.search(r'name="shown" value="([^"]+)"', page)[1]}


def test_issuing_asks_first_and_says_who_gets_an_email_then_does_exactly_that(
    client, agenda, studio, enter, lead, contact, team
):
    enter(lead)

    answer = client.post(f"{studio}change/", form_of(agenda, do="issue", **{"quiet-room": "Room 9"}))
    assert answer.url == f"{studio}issue/"
    page = client.get(answer.url).content.decode()

    assert not agenda.issues.exists()
    agenda.refresh_from_db()
    assert agenda.quiet_room == "Room 9"
    assert "Agenda 1 will be issued." in page
    told = re.search("Once they are made we will email ([^<]+)", page)[1]
    assert [one.name for one in (contact, *team) if one.name not in told] == []
    assert "No email" not in page
    assert "Next step" in page
    done = client.post(f"{studio}issue/", shown_on(page))
    assert done.url == f"{studio}issue/1/"
    words = client.get(done.url).content.decode()
    assert "Agenda 1 is issued." in words
    assert f"Once they are made we will email {told}" in words
    press.make_waiting()
    mails = Message.objects.filter(kind__in=["agenda-issued", "run-sheet-ready"])
    assert set(mails.values_list("to", flat=True)) == {
        contact.email,
        *(speaker.user.email for speaker in team),
    }


def test_a_second_issue_says_what_it_replaces_and_whom_it_concerns(
    client, issue, agenda, studio, enter, lead
):
    enter(lead)
    agenda.refresh_from_db()
    law = agenda.items.get(topic__slug="legal-issues")
    services.remove_item(agenda.pk, item_id=law.pk, version=agenda.version, actor=lead)

    page = client.get(f"{studio}issue/").content.decode()

    assert "Agenda 2 will be issued in place of agenda 1." in page


def test_what_would_do_something_else_than_was_shown_is_shown_first(
    client, agenda, studio, enter, lead, desk
):
    enter(lead)
    page = client.get(f"{studio}issue/").content.decode()
    services.save(agenda.pk, version=1, actor=desk, typed=services.Typed(quiet_room="Room 2"))

    again = client.post(f"{studio}issue/", shown_on(page)).content.decode()

    assert "Something has changed since you saw this page. Nothing is issued yet." in again
    assert not agenda.issues.exists()
    assert client.post(f"{studio}issue/", shown_on(again)).url == f"{studio}issue/1/"
    twice = client.post(f"{studio}issue/", shown_on(again), follow=True).content.decode()
    assert "Agenda 1 is issued already, and nothing has changed since." in twice
    assert agenda.issues.count() == 1


def test_what_cannot_be_issued_leads_back_to_the_studio_with_the_reason(client, agenda, studio, enter, lead):
    enter(lead)
    agenda.items.filter(topic__is_core=True).delete()

    answer = client.get(f"{studio}issue/", follow=True)

    assert answer.redirect_chain == [(studio, 302)]
    assert "always given" in answer.content.decode()


def test_somebody_who_may_not_know_who_comes_reads_no_name_of_whom_a_mail_goes_to(
    client, agenda, studio, enter, lead, contact, team, monkeypatch
):
    enter(lead)
    monkeypatch.setattr(Asker, "shows_detail", False)

    page = client.get(f"{studio}issue/").content.decode()

    assert "Once they are made we will email the agency and the speakers." in page
    names = [contact.name, *(speaker.name for speaker in team[1:])]
    assert [name for name in names if name in page] == []


def test_an_issue_that_was_just_made_waits_for_its_papers(client, agenda, studio, enter, lead):
    enter(lead)
    services.issue_agenda(agenda.pk, version=1, actor=lead)

    words = client.get(f"{studio}issue/1/").content.decode()

    assert "being prepared" in words or "when the service is back" in words
    papers = client.get(studio).content.decode().partition('id="papers"')[2]
    assert "Issue 1 with all its papers" in papers
    assert f", by {lead.name or lead.email}" in papers


def test_a_withdrawn_issue_says_so(client, issue, studio, enter, lead, contact, agreed, desk):
    enter(lead)
    client.post(f"{studio}issue/1/act/", {"do": "withdraw"})
    enter(contact.user, second_factor=False)

    words = client.get(f"{studio}issue/1/").content.decode()
    assert "This agenda no longer holds." in words
    assert "We will email the new one." in words
    bookings.cancel_booking(agreed.pk, words="The hall burnt down.", actor=desk)
    words = client.get(f"{studio}issue/1/").content.decode()
    assert "The session is cancelled." in words
    assert "We will email the new one" not in words


def test_a_contact_cannot_act_on_an_issue(client, issue, studio, enter, contact):
    enter(contact.user)

    assert client.post(f"{studio}issue/1/act/", {"do": "withdraw"}).status_code == 404


@pytest.mark.parametrize("path", ["change/", "issue/1/act/"])
def test_nothing_is_changed_by_a_get(client, issue, studio, enter, lead, path):
    enter(lead)

    assert client.get(studio + path).status_code == 405


# ---- composing


def test_what_does_not_fit_is_said_on_the_page_and_changes_nothing(client, agreed, studio, enter, lead):
    agreed.ends_at = at(10)
    agreed.save(update_fields=["ends_at"])
    agenda = services.open_agenda(agreed, actor=lead)
    before = list(agenda.items.values_list("pk", "minutes"))

    services.ask_to_compose(agenda.pk, version=1, actor=lead)
    services.compose_waiting()

    assert list(agenda.items.values_list("pk", "minutes")) == before
    enter(lead)
    page = client.get(studio).content.decode()
    assert "No day fits." in page
    assert "this full day has" in page


def test_a_composer_that_stopped_is_not_called_a_day_that_does_not_fit(client, agenda, studio, enter, lead):
    Composition.objects.create(
        agenda=agenda, state="failed", version=agenda.version, asked_by=lead, words="It stopped (OSError)."
    )
    enter(lead)

    page = client.get(studio).content.decode()

    assert "The day could not be composed." in page
    assert "No day fits." not in page


def test_only_those_who_may_edit_may_ask(client, agreed, studio, enter, lead):
    agenda = services.open_agenda(agreed, actor=lead)
    enter(UserFactory())

    assert client.post(f"{studio}change/", form_of(agenda, do="compose")).status_code == 404

    assert not Composition.objects.exists()
