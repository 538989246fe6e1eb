"""Composing on the page: asked for, done by a worker, and never over somebody's later change."""

import pytest
import time_machine
from django.utils import timezone

from agendas import services, tasks
from agendas.models import AgendaItem, Composition
from agendas.services import CannotDo, Row, Typed, composing

pytestmark = pytest.mark.django_db
Kind, State = AgendaItem.Kind, Composition.State


def item_of(agenda, slug):
    return agenda.items.get(topic__slug=slug)


def compose(agenda, actor):
    agenda.refresh_from_db()
    services.ask_to_compose(agenda.pk, version=agenda.version, actor=actor)
    services.compose_waiting()
    return Composition.objects.get(agenda=agenda)


def test_a_worker_puts_the_day_in_place_and_says_why(agreed, lead):
    agenda = services.open_agenda(agreed, actor=lead)
    before = agenda.items.count()

    composition = compose(agenda, lead)

    assert composition.state == State.DONE
    assert composition.result["is_proven"]
    assert composition.result["why"]["alices-story"] == "Always given."
    assert agenda.items.count() > before
    assert {title for title, _, _ in composition.result["left_out"]}.isdisjoint(
        item.topic.title for item in agenda.items.all() if item.topic
    )


def test_what_is_pinned_stays_as_it_was(agreed, lead, team):
    """They asked to leave it out after all: the trainer held one of the two fast."""
    agenda = services.open_agenda(agreed, filled=True, actor=lead)
    law = item_of(agenda, "legal-issues")
    kept, gone, *_ = agenda.items.filter(topic__is_core=False).exclude(pk=law.pk).order_by("-topic__rank")
    agreed.musts.clear()
    agreed.leave_outs.set([kept.topic, gone.topic])
    rows = (
        Row(kept.pk, "topic", kept.minutes, pin="in"),
        Row(law.pk, "topic", 25, speaker=str(team[1].pk), variant="discussion", point_ids=law.point_ids[:1], pin="as"),
    )  # fmt: skip
    services.save(agenda.pk, version=1, actor=lead, typed=Typed(rows=rows))

    assert compose(agenda, lead).state == State.DONE

    assert agenda.items.filter(topic=kept.topic, pin="in").exists()
    assert not agenda.items.filter(topic=gone.topic).exists()
    first = law.point_ids[:1]
    law.refresh_from_db()
    assert (law.minutes, law.speaker, law.variant) == (25, team[1], "discussion")
    assert law.point_ids[:1] == first


def test_a_hosts_slot_and_its_words_stay(agreed, lead):
    agenda = services.open_agenda(agreed, filled=True, actor=lead)
    services.add_filler(agenda.pk, kind="host", version=1, actor=lead)
    slot = agenda.items.get(kind=Kind.HOST)
    rows = (Row(slot.pk, "host", 20, title="Our own policy"),)
    services.save(agenda.pk, version=2, actor=lead, typed=Typed(rows=rows))

    compose(agenda, lead)

    slot.refresh_from_db()
    assert (slot.title, slot.minutes) == ("Our own policy", 20)


def test_a_draft_changed_meanwhile_is_left_alone(agreed, lead, desk):
    agenda = services.open_agenda(agreed, actor=lead)
    services.ask_to_compose(agenda.pk, version=1, actor=lead)
    services.add_topic(agenda.pk, slug="legal-issues", version=1, actor=desk)
    before = list(agenda.items.values_list("pk", "minutes"))

    services.compose_waiting()

    assert Composition.objects.get().state == State.OVERTAKEN
    assert list(agenda.items.values_list("pk", "minutes")) == before


def test_a_worker_that_died_is_replaced_and_one_that_fails_twice_says_so(agreed, lead, monkeypatch):
    agenda = services.open_agenda(agreed, actor=lead)
    services.ask_to_compose(agenda.pk, version=1, actor=lead)
    composing._claim_next()
    assert services.compose_waiting() == 0
    with time_machine.travel(timezone.now() + composing.LOST_AFTER * 2):
        tasks.sweep_documents()
    assert Composition.objects.get().state == State.DONE

    def fail(brief):
        raise MemoryError

    monkeypatch.setattr(composing, "_compose", fail)
    agenda.refresh_from_db()
    services.ask_to_compose(agenda.pk, version=agenda.version, actor=lead)
    with pytest.raises(MemoryError):
        services.compose_waiting()
    assert (Composition.objects.get().state, Composition.objects.get().words) == (
        State.FAILED,
        "It stopped (MemoryError).",
    )


def test_a_booking_that_is_over_is_not_composed(agreed, lead, monkeypatch):
    agenda = services.open_agenda(agreed, actor=lead)
    services.ask_to_compose(agenda.pk, version=1, actor=lead)
    agreed.refresh_from_db()
    monkeypatch.setattr("agendas.services.editing.still_on", _over)

    services.compose_waiting()

    assert Composition.objects.get().state == State.REFUSED


def _over(booking):
    raise CannotDo(f"{booking.reference} is cancelled: its agenda no longer changes.")


# ---- what is held fast on the page


def pin(agenda, lead, slug, how, **more):
    agenda.refresh_from_db()
    item = agenda.items.get(topic__slug=slug)
    AgendaItem.objects.filter(pk=item.pk).update(pin=how, **more)
    services.ask_to_compose(agenda.pk, version=agenda.version, actor=lead)
    services.compose_waiting()
    agenda.refresh_from_db()
    return {item.topic.slug: item for item in agenda.items.filter(topic__isnull=False)}


def test_a_topic_pinned_to_at_most_so_many_minutes_is_never_longer(agenda, lead):
    law = agenda.items.get(topic__slug="legal-issues")
    least = law.topic.least_minutes
    assert law.minutes > least

    assert pin(agenda, lead, "legal-issues", "most", minutes=least)["legal-issues"].minutes == least


def test_a_topic_left_out_stays_out_until_it_is_let_in_or_added(agenda, lead):
    slug = next(
        item.topic.slug
        for item in agenda.items.filter(topic__is_core=False)
        if item.topic.slug != "legal-issues"
    )
    topic_id = agenda.items.get(topic__slug=slug).topic_id
    assert slug not in pin(agenda, lead, slug, "out")
    assert agenda.leave_out_ids == [topic_id]
    assert slug not in pin(agenda, lead, "legal-issues", "")

    services.let_in(agenda.pk, slug=slug, version=agenda.version, actor=lead)
    assert slug in pin(agenda, lead, "legal-issues", "")


def test_a_topic_that_is_always_given_cannot_be_left_out(agenda, lead):
    story = agenda.items.get(topic__slug="alices-story")
    row = services.Row(
        item_id=story.pk, kind="topic", minutes=story.minutes, topic_slug="alices-story", pin="out"
    )

    with pytest.raises(services.CannotDo, match="always given"):
        services.save(agenda.pk, version=1, actor=lead, typed=services.Typed(rows=(row,)))
