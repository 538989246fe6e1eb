"""Changing a draft: each change, the version, and what is refused."""

import pytest

from agendas import services
from agendas.models import Agenda, AgendaItem, SetAside
from agendas.services import CannotDo, Row, StaleAgenda, Typed
from bookings import services as bookings
from courses.models import Point, Topic
from tests.factories import SpeakerFactory

pytestmark = pytest.mark.django_db
Kind = AgendaItem.Kind


def items_of(agenda):
    return list(agenda.items.select_related("topic").order_by("position"))


def item_of(agenda, slug):
    return agenda.items.select_related("topic").get(topic__slug=slug)


@pytest.fixture
def go(agenda, lead):
    """Call a service on the present version; gives the draft."""

    def call(service, **arguments):
        agenda.refresh_from_db()
        return service(agenda.pk, version=agenda.version, actor=lead, **arguments)

    return call


def test_a_second_opening_changes_nothing(agenda, agreed, lead):
    before = [item.pk for item in items_of(agenda)]

    again = services.open_agenda(agreed, filled=True, actor=lead)

    assert again == agenda
    assert [item.pk for item in items_of(again)] == before


def test_an_empty_start_holds_the_core_in_order(agreed, lead):
    agenda = services.open_agenda(agreed, actor=lead)

    assert [item.words for item in items_of(agenda)] == [
        "Welcome", "The scale of the problem", "Alice’s story", "Time to pause", "Questions and close",
    ]  # fmt: skip


def test_a_save_counts_up_and_names_who(agenda, go, lead):
    draft = go(services.set_minutes, item_id=items_of(agenda)[0].pk, minutes=12)

    assert (draft.agenda.version, draft.agenda.updated_by) == (2, lead)
    assert items_of(agenda)[0].minutes == 12


def test_a_save_that_changes_nothing_keeps_the_version(agenda, go):
    draft = go(services.set_minutes, item_id=items_of(agenda)[0].pk, minutes=items_of(agenda)[0].minutes)

    assert draft.agenda.version == 1


def test_who_comes_second_is_told_and_overwrites_nothing(agenda, lead, desk):
    first = items_of(agenda)[0]
    services.set_minutes(agenda.pk, item_id=first.pk, minutes=12, version=1, actor=desk)

    with pytest.raises(StaleAgenda) as stale:
        services.set_minutes(agenda.pk, item_id=first.pk, minutes=25, version=1, actor=lead)

    assert stale.value.agenda.version == 2
    assert items_of(agenda)[0].minutes == 12


@pytest.mark.parametrize("slug", ["alices-story", "scale-of-the-problem"])
def test_core_topics_stay(agenda, go, slug):
    with pytest.raises(CannotDo, match="always given"):
        go(services.remove_item, item_id=item_of(agenda, slug).pk)


def test_a_line_moves_up_and_stays_at_the_top(agenda, go):
    second = items_of(agenda)[1]

    go(services.move_item, item_id=second.pk, by=-1)
    go(services.move_item, item_id=second.pk, by=-1)

    assert items_of(agenda)[0] == second
    assert [item.position for item in items_of(agenda)] == list(range(len(items_of(agenda))))


def test_a_story_that_is_placed_takes_its_pause_along(agenda, go):
    last = [item for item in items_of(agenda) if item.topic][-1]

    go(services.place_item, item_id=item_of(agenda, "alices-story").pk, after_id=last.pk)

    words = [item.words for item in items_of(agenda)]
    assert words[words.index(last.words) + 1 :][:2] == ["Alice’s story", "Time to pause"]


def test_a_topic_comes_in_before_what_builds_on_it_and_before_the_close(agreed, lead):
    agenda = services.open_agenda(agreed, actor=lead)
    services.add_topic(agenda.pk, slug="interventions", version=1, actor=lead)
    draft = services.add_topic(agenda.pk, slug="typology", version=2, actor=lead)

    slugs = [item.topic.slug for item in draft.items if item.topic]
    assert slugs[-2:] == ["typology", "interventions"]
    assert draft.items[-1].kind == Kind.CLOSE


def test_a_topic_comes_in_once(agenda, go):
    with pytest.raises(CannotDo, match="already"):
        go(services.add_topic, slug="alices-story")


def test_ticked_points_are_taken_and_those_of_other_topics_ignored(agenda, go):
    law = item_of(agenda, "legal-issues")
    own = list(Point.objects.filter(topic=law.topic).values_list("pk", flat=True)[:2])
    other = Point.objects.exclude(topic=law.topic).first()

    go(services.set_points, item_id=law.pk, point_ids=[own[1], other.pk, own[0]])

    assert item_of(agenda, "legal-issues").point_ids == own


@pytest.mark.parametrize("minutes", [0, 601])
def test_minutes_have_bounds(agenda, go, minutes):
    with pytest.raises(CannotDo):
        go(services.set_minutes, item_id=items_of(agenda)[0].pk, minutes=minutes)


def test_only_somebody_at_this_session_can_be_named(agenda, go):
    stranger = SpeakerFactory()

    with pytest.raises(CannotDo, match="not at this session"):
        go(services.set_speaker, item_id=item_of(agenda, "legal-issues").pk, who=str(stranger.pk))


def test_host_recording_and_nobody_can_give_a_line(agenda, go):
    law, story = item_of(agenda, "legal-issues"), item_of(agenda, "alices-story")

    go(services.set_speaker, item_id=law.pk, who="host")
    go(services.set_speaker, item_id=story.pk, who="recorded")
    law, story = item_of(agenda, "legal-issues"), item_of(agenda, "alices-story")
    assert (law.by_host, law.speaker) == (True, None)
    assert (story.variant, story.speaker) == ("recorded", None)

    go(services.set_speaker, item_id=law.pk, who="nobody")
    assert item_of(agenda, "legal-issues").by_host is False
    with pytest.raises(CannotDo, match="recording"):
        go(services.set_speaker, item_id=law.pk, who="recorded")


def test_breaks_host_slots_and_notes_come_in(agenda, go):
    law = item_of(agenda, "legal-issues")

    go(services.add_pause, kind="break", after_id=law.pk)
    go(services.add_filler, kind="host")
    go(services.add_filler, kind="note")

    items = items_of(agenda)
    assert items[items.index(law) + 1].kind == Kind.BREAK
    assert [(item.kind, item.minutes > 0) for item in items[-3:]] == [
        ("host", True),
        ("note", False),
        ("close", True),
    ]


def test_what_was_typed_is_saved_with_the_button_that_was_pressed(agenda, go):
    law, first = item_of(agenda, "legal-issues"), items_of(agenda)[0]
    typed = Typed(
        rows=(Row(item_id=law.pk, kind="topic", minutes=33, speaker="host", note="Bring the form"),)
    )

    draft = go(services.remove_item, item_id=first.pk, typed=typed)

    law = item_of(agenda, "legal-issues")
    assert (law.minutes, law.by_host, law.note, draft.agenda.version) == (33, True, "Bring the form", 2)


def test_keep_mine_brings_back_what_went_and_takes_out_what_came(agenda, lead, desk):
    mine = [
        Row(item.pk, item.kind, item.minutes, topic_slug=item.topic.slug if item.topic else "", title=item.title,
            speaker=str(item.speaker_id or "nobody"), variant=item.variant, point_ids=tuple(item.point_ids))
        for item in items_of(agenda)
    ]  # fmt: skip
    before = [(item.words, item.minutes) for item in items_of(agenda)]
    services.remove_item(agenda.pk, item_id=item_of(agenda, "legal-issues").pk, version=1, actor=desk)
    services.add_filler(agenda.pk, kind="host", version=2, actor=desk)

    services.save(agenda.pk, version=3, actor=lead, typed=Typed(rows=tuple(mine), instead=True))

    assert [(item.words, item.minutes) for item in items_of(agenda)] == before


def test_keep_mine_never_loses_a_core_topic(agenda, lead):
    row = Row(item_of(agenda, "legal-issues").pk, "topic", 30, topic_slug="legal-issues")

    services.save(agenda.pk, version=1, actor=lead, typed=Typed(rows=(row,), instead=True))

    assert {item.topic.slug for item in items_of(agenda)} == {
        "scale-of-the-problem",
        "alices-story",
        "legal-issues",
    }


def test_composing_again_keeps_notes_for_the_team(agenda, go):
    draft = go(services.add_filler, kind="note")
    note = draft.touched
    go(services.save, typed=Typed(rows=(Row(note.pk, "note", 0, title="Fire drill at 11"),)))

    go(services.ask_to_compose)
    services.compose_waiting()

    assert [item.words for item in items_of(agenda) if item.kind == Kind.NOTE] == ["Fire drill at 11"]


def test_a_check_is_set_aside_with_a_sentence_only(agenda, go, lead):
    with pytest.raises(CannotDo, match="one sentence"):
        go(services.set_aside, key="workshop", words="No workshop.", reason="   ")

    go(services.set_aside, key="workshop", words="No workshop.", reason="They asked for none.")
    assert [(one.reason, one.by) for one in SetAside.objects.all()] == [("They asked for none.", lead)]

    go(services.check_again, key="workshop")
    assert not SetAside.objects.exists()


def test_another_nations_points_go_at_a_press(agenda, go):
    law = item_of(agenda, "legal-issues")
    go(
        services.set_points,
        item_id=law.pk,
        point_ids=Point.objects.filter(topic=law.topic).values_list("pk", flat=True),
    )

    go(services.keep_points_here, item_id=law.pk)

    kept = Point.objects.filter(pk__in=item_of(agenda, "legal-issues").point_ids)
    assert {nation for point in kept for nation in point.nations} == {"ew"}


def test_a_cancelled_booking_keeps_its_agenda_as_it_was(agenda, agreed, desk, lead):
    bookings.cancel_booking(agreed.pk, words="The hall burnt down.", actor=desk)

    with pytest.raises(CannotDo, match="no longer changes"):
        services.ask_to_compose(agenda.pk, version=1, actor=lead)


def test_a_topic_that_left_the_catalogue_stays_in_a_draft_that_has_it(agenda, go):
    Topic.objects.filter(slug="legal-issues").update(is_active=False)

    draft = go(services.move_item, item_id=item_of(agenda, "legal-issues").pk, by=-1)

    assert "legal-issues" in {item.topic.slug for item in draft.items if item.topic}


def test_the_audit_trail_says_who_changed_which_line(agenda, go, lead):
    first = items_of(agenda)[0]

    go(services.set_minutes, item_id=first.pk, minutes=12)

    event = AgendaItem.pgh_event_model.objects.filter(pgh_obj=first, pgh_label="update").latest("pgh_id")
    assert (event.minutes, event.pgh_context.metadata) == (12, {"verb": "set minutes", "actor": lead.pk})


def test_an_agenda_is_one_per_booking(agenda, agreed):
    assert Agenda.objects.filter(booking=agreed).count() == 1
