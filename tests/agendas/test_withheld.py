"""Names, the place and the team's own words in studio and issue: only as far as the gate opens them to whoever looks."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from agendas import press, services
from agendas.services import Row, Typed
from bookings import release
from bookings import services as bookings
from tests.agendas.conftest import SURNAMES
from tests.agendas.test_views import form_of
from tests.factories import SpeakerFactory

pytestmark = pytest.mark.django_db

WHERE = ["Room for quiet Sedgeley", "Bronwen Staysworth"]
TEAM_WORDS = ["Lampwick goes first", "Bellamy rings", "Cornerstone cafe", "They had Yarrow"]
DAVE = "Dave Ackroyd"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shaped(agenda, desk, lead, team):
    """A draft with all that a team writes beside the day, issued by the lead trainer; Dave of the desk wrote it."""
    User.objects.filter(pk=desk.pk).update(name=DAVE)

    def go(verb, **more):
        agenda.refresh_from_db()
        return verb(agenda.pk, version=agenda.version, actor=desk, **more)

    note = go(services.add_filler, kind="note").touched
    slot = go(services.add_filler, kind="host").touched
    law = agenda.items.get(topic__slug="legal-issues")
    rows = (
        Row(note.pk, "note", 0, title=TEAM_WORDS[1]),
        Row(slot.pk, "host", 10, title=f"Dr {SURNAMES[1]} asks", speaker="host"),
        Row(law.pk, "topic", law.minutes, speaker=str(law.speaker_id), point_ids=tuple(law.point_ids), note=TEAM_WORDS[0]),
    )  # fmt: skip
    go(services.save, typed=Typed(rows=rows, quiet_room=WHERE[0], support_contact=WHERE[1]))
    go(services.set_aside, key="too-long", words="The day is too long.", reason=TEAM_WORDS[3])
    services.say(agenda.pk, words=TEAM_WORDS[2], audience="team", actor=desk)
    return agenda


@pytest.fixture
def issued(shaped, lead, desk):
    host = shaped.items.get(kind="host")
    shaped.refresh_from_db()
    rows = (Row(host.pk, "host", 10, title="Ours", speaker="host"),)
    services.remove_item(
        shaped.pk, item_id=host.pk, version=shaped.version, actor=desk, typed=Typed(rows=rows)
    )
    shaped.refresh_from_db()
    found = services.issue_agenda(shaped.pk, version=shaped.version, actor=lead)
    press.make_waiting()
    return found


def told(client, *paths):
    pages = "".join(client.get(path).content.decode() for path in paths)
    return [words for words in [*SURNAMES, *WHERE, *TEAM_WORDS, DAVE] if words in pages]


def test_a_speaker_without_a_second_factor_learns_no_name_from_studio_or_issue(
    client, issued, studio, enter, team
):
    enter(team[1].user, second_factor=False)

    assert [name for name in told(client, studio, f"{studio}issue/1/") if name not in SURNAMES[1]] == []
    enter(team[1].user)
    assert set(told(client, studio, f"{studio}issue/1/")) >= {*SURNAMES, *TEAM_WORDS[:1], DAVE}


def test_after_the_detail_has_closed_nobody_is_named_to_any_speaker(
    client, issued, studio, enter, lead, team, desk
):
    with time_machine.travel(issued.agenda.booking.ends_at + dt.timedelta(days=120), tick=False):
        for person in (lead, team[1].user):
            own = team[0].name if person == lead else team[1].name
            enter(person)
            seen = told(client, studio, f"{studio}issue/1/")
            assert [words for words in seen if words not in own] == []
        enter(desk)
        assert set(told(client, studio, f"{studio}issue/1/")) >= {*WHERE, *TEAM_WORDS[:1]}


@pytest.fixture
def settling(lead):
    """The lead trainer, in the day after a reset of their second factor."""
    User.objects.filter(pk=lead.pk).update(factor_reset_at=timezone.now() - dt.timedelta(hours=1))
    return User.objects.get(pk=lead.pk)


def test_within_a_day_of_a_reset_the_lead_shapes_the_day_and_sees_no_name_and_no_place(
    client, shaped, studio, enter, settling, team
):
    enter(settling)

    assert [words for words in told(client, studio) if words not in team[0].name] == []
    page = client.get(studio).content.decode()
    assert 'id="do-save"' in page
    for field in ("quiet-room", "support-contact", *(f"note-{item.pk}" for item in shaped.items.all())):
        assert f'name="{field}"' not in page


def test_a_field_that_was_not_shown_is_not_emptied_by_a_save(client, shaped, studio, enter, settling):
    enter(settling)
    law = shaped.items.get(topic__slug="legal-issues")
    form = form_of(shaped, do="save", **{f"minutes-{law.pk}": "33", "quiet-room": "Elsewhere"})

    answer = client.post(f"{studio}change/", form)

    shaped.refresh_from_db()
    lines = {item.kind: item for item in shaped.items.all()}
    law.refresh_from_db()
    assert answer.status_code == 302
    assert (law.minutes, law.note) == (33, TEAM_WORDS[0])
    assert lines["note"].title == TEAM_WORDS[1]
    assert lines["host"].title == f"Dr {SURNAMES[1]} asks"
    assert [shaped.quiet_room, shaped.support_contact] == WHERE


def test_where_two_drafts_meet_who_saved_is_named_only_to_those_who_may_know(
    client, shaped, studio, enter, lead, desk
):
    for reset, names in ((None, True), (timezone.now(), False)):
        User.objects.filter(pk=lead.pk).update(factor_reset_at=reset)
        enter(User.objects.get(pk=lead.pk))
        stale = client.post(f"{studio}change/", form_of(shaped, do="save", version=1, **{"quiet-room": "X"}))
        words = stale.content.decode()
        assert stale.status_code == 409
        assert (DAVE in words, WHERE[0] in words) == (names, names)
        assert ("A colleague saved draft" in words) is not names


def test_a_reader_is_never_handed_a_part_that_was_drawn_for_an_editor(
    client, agenda, studio, enter, lead, team
):
    enter(lead)
    assert "Press “Preview PDF”" in client.get(studio).content.decode()
    enter(team[1].user)

    assert "Press “Preview PDF”" not in client.get(studio).content.decode()


def test_a_preview_at_t2_prints_no_title_that_names_a_speaker(shaped, lead):
    document = services.preview(shaped.pk, actor=lead)

    assert document.tier == 2
    assert SURNAMES[1] not in str(document.content)


def test_a_released_colleague_of_the_host_names_nobody_to_one_who_may_not_know(
    client, shaped, studio, enter, contact, desk, lead
):
    services.share(shaped.pk, actor=lead)
    services.say(shaped.pk, words=f"Is {SURNAMES[2]} coming?", audience="host", is_from_host=True, actor=desk)
    enter(contact.user)

    words = client.get(f"{studio}draft/").content.decode()

    assert SURNAMES[2] not in words
    assert "Your colleague" in words
    assert DAVE not in words


def test_whoever_is_asked_and_has_not_answered_is_another_speaker_to_the_others(agreed, team, desk):
    offer = agreed.offers.get(state="accepted")
    bookings.add_speaker(offer.pk, speaker=SpeakerFactory(name="Wystan Asked", role="Sergeant"), actor=desk)
    own = offer.engagements.get(speaker=team[1])

    seen = release.seen_by_speaker(own, second_factor=True)

    assert sorted(one.name for one in seen.speakers) == sorted(
        [*(one.name for one in team), "Another speaker"]
    )
    assert "Sergeant" not in str(seen)
