"""Undo: back to the draft as it was, forward again, in the order of the changes and across windows."""

import pytest

from agendas import services
from agendas.models import AgendaItem, AgendaStep
from agendas.services import CannotDo, StaleAgenda
from agendas.services.editing import MOST_STEPS
from agendas.services.forgetting import forget_people
from bookings.models import Engagement

pytestmark = pytest.mark.django_db


def shape(agenda):
    agenda.refresh_from_db()
    fields = ("pk", "kind", "topic_id", "minutes", "speaker_id", "variant", "point_ids", "note", "pin")
    lines = [tuple(getattr(item, name) for name in fields) for item in agenda.items.order_by("position")]
    asides = list(agenda.set_asides.order_by("key").values_list("key", "words", "reason", "by_id", "at"))
    return (agenda.quiet_room, lines, asides)


@pytest.fixture
def go(agenda, lead):
    """Carry out a verb on the present version."""

    def act(verb, **arguments):
        agenda.refresh_from_db()
        return verb(agenda.pk, version=agenda.version, actor=lead, **arguments)

    return act


def test_each_change_is_undone_in_turn_and_done_again(agenda, go):
    law = agenda.items.get(topic__slug="legal-issues")
    drafts = [shape(agenda)]
    for verb, arguments in (
        (services.set_minutes, {"item_id": law.pk, "minutes": 7}),
        (services.remove_item, {"item_id": law.pk}),
        (services.add_pause, {"kind": "break"}),
        (services.move_item, {"item_id": agenda.items.first().pk, "by": 1}),
    ):
        go(verb, **arguments)
        drafts.append(shape(agenda))

    for was in reversed(drafts[:-1]):
        go(services.undo)
        assert shape(agenda) == was
    with pytest.raises(CannotDo, match="nothing left to undo"):
        go(services.undo)
    for was in drafts[1:]:
        go(services.redo)
        assert shape(agenda) == was
    with pytest.raises(CannotDo, match="nothing to bring back"):
        go(services.redo)
    assert agenda.version == 1 + 4 + 4 + 4


def test_what_was_set_aside_comes_and_goes_with_undoing(agenda, go, lead):
    drafts = [shape(agenda)]
    for verb, arguments in (
        (services.set_aside, {"key": "free", "words": "Ten minutes are free.", "reason": "For late trains."}),
        (services.set_aside, {"key": "workshop", "words": "No workshop.", "reason": "They had one."}),
        (services.set_aside, {"key": "free", "words": "Ten minutes are free.", "reason": "For the bus."}),
        (services.check_again, {"key": "workshop"}),
        (services.set_minutes, {"item_id": agenda.items.first().pk, "minutes": 7}),
    ):
        go(verb, **arguments)
        drafts.append(shape(agenda))
    assert [len(asides) for _, _, asides in drafts] == [0, 1, 2, 2, 1, 1]

    for was in reversed(drafts[:-1]):
        go(services.undo)
        assert shape(agenda) == was
    for was in drafts[1:]:
        go(services.redo)
        assert shape(agenda) == was


def test_another_window_is_told_of_a_set_aside(agenda, go, lead):
    agenda.refresh_from_db()
    seen = agenda.version
    go(services.set_aside, key="workshop", words="No workshop.", reason="They had one.")

    with pytest.raises(StaleAgenda):
        services.save(agenda.pk, version=seen, actor=lead)


def test_what_was_said_in_the_thread_stays_when_the_draft_goes_back(agenda, go, lead):
    go(services.set_minutes, item_id=agenda.items.first().pk, minutes=7)
    services.say(agenda.pk, words="Seven is short.", audience="team", actor=lead)
    go(services.undo)

    assert [one.words for one in agenda.comments.all()] == ["Seven is short."]


def test_a_step_from_before_set_asides_were_kept_in_it_leaves_them_alone(agenda, go):
    go(services.set_aside, key="workshop", words="No workshop.", reason="They had one.")
    go(services.set_minutes, item_id=agenda.items.first().pk, minutes=7)
    for step in AgendaStep.objects.filter(agenda=agenda):
        del step.was["asides"]
        step.save()
    go(services.undo)

    assert agenda.set_asides.get().reason == "They had one."


def test_a_line_comes_back_under_its_own_key(agenda, go):
    law = agenda.items.get(topic__slug="legal-issues")
    go(services.remove_item, item_id=law.pk)
    go(services.undo)

    assert AgendaItem.objects.get(pk=law.pk).topic.slug == "legal-issues"


def test_a_new_change_ends_what_could_be_done_again(agenda, go):
    first = agenda.items.first()
    for minutes in (11, 12, 13):
        go(services.set_minutes, item_id=first.pk, minutes=minutes)
    go(services.undo)
    go(services.undo)
    go(services.set_minutes, item_id=first.pk, minutes=20)

    with pytest.raises(CannotDo):
        go(services.redo)
    found = []
    for _ in range(2):
        go(services.undo)
        first.refresh_from_db()
        found.append(first.minutes)
    assert found == [11, 10]


def test_forty_changes_are_kept_and_no_more(agenda, go):
    first = agenda.items.first()
    for minutes in range(20, 20 + MOST_STEPS + 5):
        go(services.set_minutes, item_id=first.pk, minutes=minutes)

    assert AgendaStep.objects.filter(agenda=agenda).count() == MOST_STEPS
    for _ in range(MOST_STEPS):
        go(services.undo)
    first.refresh_from_db()
    assert first.minutes == 20 + 5 - 1


def test_another_window_is_told_of_an_undo(agenda, go, lead):
    go(services.set_minutes, item_id=agenda.items.first().pk, minutes=11)
    agenda.refresh_from_db()
    seen = agenda.version
    go(services.undo)

    with pytest.raises(StaleAgenda):
        services.undo(agenda.pk, version=seen, actor=lead)


def test_a_composed_day_is_undone(agenda, go):
    first = agenda.items.first()
    go(services.set_minutes, item_id=first.pk, minutes=25)
    before = shape(agenda)
    go(services.ask_to_compose)
    services.compose_waiting()
    assert shape(agenda) != before

    go(services.undo)
    assert shape(agenda) == before


def test_a_speaker_who_has_left_does_not_come_back_by_undoing(agenda, go, team):
    line = agenda.items.filter(speaker=team[1]).first()
    go(services.remove_item, item_id=line.pk)
    Engagement.objects.filter(speaker=team[1]).update(state="declined")
    go(services.undo)

    assert AgendaItem.objects.get(pk=line.pk).speaker is None


def test_what_is_typed_when_undo_is_pressed_is_the_change_that_is_undone(agenda, go):
    before = shape(agenda)
    go(services.undo, typed=services.Typed(quiet_room="Room 9"))
    assert shape(agenda) == before

    go(services.redo)
    assert shape(agenda)[0] == "Room 9"


def test_what_could_be_brought_back_is_forgotten_with_the_people(agenda, go):
    go(services.save, typed=services.Typed(quiet_room="Room 9, ask for Casey"))
    forget_people(agenda.booking_id)

    assert not AgendaStep.objects.exists()
