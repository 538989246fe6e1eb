"""Each check speaks up when it should, and its fix, pressed as a button, makes it fall silent."""

import datetime as dt

import pytest
from django.http import QueryDict

from agendas import services
from agendas.checks import checks_of
from agendas.commands import Press, carry_out
from agendas.facts import facts_of
from agendas.models import Agenda, AgendaItem
from agendas.running import running_order
from agendas.services import NOTHING_TYPED
from bookings.models import Engagement
from courses import kept
from courses.models import Material, Point, Topic
from speakers.models import Speaker
from tests.agendas.conftest import wish
from tests.factories import BookingFactory

pytestmark = pytest.mark.django_db
Kind = AgendaItem.Kind


def found(agenda):
    agenda = Agenda.objects.select_related("booking", "format").get(pk=agenda.pk)
    items = list(agenda.items.select_related("topic").order_by("position"))
    return {
        check.key.split(":")[0]: check
        for check in checks_of(agenda, items, running_order(agenda, items), facts_of(agenda.booking))
    }


def item_of(agenda, slug):
    return agenda.items.get(topic__slug=slug)


def press(agenda, do, actor):
    agenda.refresh_from_db()
    carry_out(do, Press(agenda, agenda.version, actor, NOTHING_TYPED, QueryDict()))


def change(agenda, actor, service, **arguments):
    agenda.refresh_from_db()
    service(agenda.pk, version=agenda.version, actor=actor, **arguments)


def too_long(agenda, lead):
    change(agenda, lead, services.set_minutes, item_id=item_of(agenda, "alices-story").pk, minutes=75)


def too_short(agenda, lead):
    change(agenda, lead, services.remove_item, item_id=item_of(agenda, "red-flags").pk)


def no_break(agenda, lead):
    breaks = agenda.items.filter(kind=Kind.BREAK).first()
    change(agenda, lead, services.remove_item, item_id=breaks.pk)


def no_pause(agenda, lead):
    change(agenda, lead, services.remove_item, item_id=agenda.items.get(kind=Kind.PAUSE).pk)


def story_last(agenda, lead):
    last = agenda.items.filter(kind=Kind.TOPIC).last()
    change(agenda, lead, services.place_item, item_id=item_of(agenda, "alices-story").pk, after_id=last.pk)


def must_missing(agenda, lead):
    change(agenda, lead, services.remove_item, item_id=item_of(agenda, "legal-issues").pk)


def leave_out_in(agenda, lead):
    agenda.booking.leave_outs.add(Topic.objects.get(slug="red-flags"))


def built_on_missing(agenda, lead):
    for item in agenda.items.filter(topic__slug__in=["red-flags", "typology"]):
        change(agenda, lead, services.remove_item, item_id=item.pk)
    change(agenda, lead, services.add_topic, slug="interventions")


def built_on_later(agenda, lead):
    built_on_missing(agenda, lead)
    change(agenda, lead, services.add_topic, slug="typology")
    change(
        agenda,
        lead,
        services.place_item,
        item_id=item_of(agenda, "typology").pk,
        after_id=item_of(agenda, "interventions").pk,
    )


def no_workshop(agenda, lead):
    for item in agenda.items.filter(variant="workshop"):
        change(agenda, lead, services.set_variant, item_id=item.pk, variant="presentation")


def no_colleague(agenda, lead):
    Speaker.objects.update(is_family=True)


def foreign_law(agenda, lead):
    law = item_of(agenda, "legal-issues")
    points = Point.objects.filter(topic=law.topic, nations__contains=["sc"]).values_list("pk", flat=True)
    change(agenda, lead, services.set_points, item_id=law.pk, point_ids=[*law.point_ids, *points])


def foreign_topic(agenda, lead):
    Topic.objects.filter(slug="red-flags").update(nations=["ni"])
    kept.forget()


def overdue(agenda, lead):
    Topic.objects.filter(slug="red-flags").update(review_due_on=dt.date(2026, 1, 31))
    kept.forget()


def overdue_material(agenda, lead):
    topic = Topic.objects.get(slug="red-flags")
    Material.objects.create(topic=topic, title="Case cards", review_due_on=dt.date(2026, 1, 31))
    kept.forget()


def too_many_points(agenda, lead):
    item = item_of(agenda, "investigations")
    change(
        agenda,
        lead,
        services.set_points,
        item_id=item.pk,
        point_ids=Point.objects.filter(topic=item.topic).values_list("pk", flat=True),
    )


def no_speaker(agenda, lead):
    change(agenda, lead, services.set_speaker, item_id=item_of(agenda, "legal-issues").pk, who="nobody")


def speaker_gone(agenda, lead):
    doctor = Speaker.objects.get(role="Psychologist")
    AgendaItem.objects.filter(pk=item_of(agenda, "legal-issues").pk).update(speaker=doctor)
    engagement = Engagement.objects.get(speaker=doctor)
    entry, engagement.diary_entry, engagement.state = engagement.diary_entry, None, "freed"
    engagement.save()
    entry.delete()
    AgendaItem.objects.filter(agenda=agenda, speaker=doctor).exclude(topic__slug="legal-issues").update(
        speaker=None
    )


def two_demanding(agenda, lead):
    change(agenda, lead, services.add_topic, slug="victim-impact")
    change(
        agenda,
        lead,
        services.place_item,
        item_id=item_of(agenda, "victim-impact").pk,
        after_id=agenda.items.get(kind=Kind.PAUSE).pk,
    )
    change(agenda, lead, services.remove_item, item_id=agenda.items.get(kind=Kind.PAUSE).pk)


def not_their_topic(agenda, lead):
    mother = Speaker.objects.get(is_family=True)
    change(
        agenda,
        lead,
        services.set_speaker,
        item_id=item_of(agenda, "legal-issues").pk,
        who=str(mother.pk),
    )


def not_their_story(agenda, lead):
    story = item_of(agenda, "alices-story")
    change(agenda, lead, services.set_speaker, item_id=story.pk, who=str(lead.speaker.pk))


CASES = {
    "demanding": two_demanding,
    "knows": not_their_topic,
    "knows:story": not_their_story,
    "over": too_long,
    "free": too_short,
    "sitting": no_break,
    "pause": no_pause,
    "last": story_last,
    "must": must_missing,
    "leave": leave_out_in,
    "needs": built_on_missing,
    "order": built_on_later,
    "workshop": no_workshop,
    "colleague": no_colleague,
    "law": foreign_law,
    "nation": foreign_topic,
    "review": overdue,
    "material": overdue_material,
    "points": too_many_points,
    "speaker": no_speaker,
    "away": speaker_gone,
}


@pytest.mark.parametrize("key", CASES)
def test_a_check_speaks_and_its_fix_silences_it(agenda, lead, key):
    change_it, key = CASES[key], key.split(":")[0]
    assert key not in found(agenda)
    change_it(agenda, lead)
    check = found(agenda)[key]

    press(agenda, check.fix.do, lead)

    assert key not in found(agenda)


@pytest.mark.parametrize("key", CASES)
def test_only_three_things_refuse(agenda, lead, key):
    CASES[key](agenda, lead)

    assert found(agenda)[key.split(":")[0]].refuses is (key in ("over", "away"))


def test_a_missing_core_topic_refuses_and_can_be_added(agenda, lead):
    AgendaItem.objects.filter(agenda=agenda, topic__slug="scale-of-the-problem").delete()
    check = found(agenda)["core"]

    press(agenda, check.fix.do, lead)

    assert check.refuses
    assert "core" not in found(agenda)
    assert agenda.items.all()[1].topic.slug == "scale-of-the-problem"


def test_before_an_offer_is_accepted_one_line_says_that_there_is_no_team(catalogue_loaded, desk):
    booking = wish(BookingFactory(nation="ew"))
    agenda = services.open_agenda(booking, filled=True, actor=desk)

    assert list(found(agenda)) == ["team"]
