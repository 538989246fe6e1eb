"""“Start from”: the agency's last day or a template. Topics and minutes come along, people and places never."""

import json

import pytest

from agendas import services
from agendas.models import Agenda, AgendaItem, DayTemplate
from agendas.services import CannotDo
from courses import kept
from courses.models import Audience, Format, Topic
from tests.agendas.conftest import PLACE, SURNAMES, wish
from tests.factories import BookingFactory

pytestmark = pytest.mark.django_db


def topics(agenda):
    return [
        (item.topic.slug, item.minutes)
        for item in agenda.items.select_related("topic").order_by("position")
        if item.topic
    ]


@pytest.fixture
def template(agenda, lead):
    """The agreed day as a template, after somebody wrote names and a place into it."""
    agenda.items.update(note=f"Ask {SURNAMES[0]} at {PLACE[0]}")
    AgendaItem.objects.create(
        agenda=agenda, position=90, kind="host", title=f"{SURNAMES[1]} of {PLACE[1]}", minutes=5, by_host=True
    )
    AgendaItem.objects.create(agenda=agenda, position=91, kind="note", title=SURNAMES[2], minutes=0)
    health = Audience.objects.get(slug="health").pk
    return services.save_template(
        agenda.pk, name="  Nurses,  long ", audience_id=health, version=1, actor=lead
    )


@pytest.fixture
def another(agreed):
    """A booking of another agency, with no team yet."""
    return wish(BookingFactory(format=Format.objects.get(slug="full-day"), nation="ew"))


def test_a_template_holds_no_person_no_place_and_nothing_typed(template):
    words = json.dumps(template.lines)

    assert template.name == "Nurses, long"
    assert [planted for planted in [*SURNAMES, *PLACE] if planted in words] == []
    assert {key for line in template.lines for key in line} == {
        "kind",
        "topic",
        "minutes",
        "variant",
        "points",
    }
    assert "note" not in [line["kind"] for line in template.lines]


def test_a_day_starts_from_a_template_with_todays_team(template, agenda, another, desk):
    new = services.open_agenda(another, actor=desk)
    services.start_from_template(new.pk, template_id=template.pk, version=1, actor=desk)

    assert topics(new) == topics(agenda)
    assert not new.items.filter(speaker__isnull=False).exists()
    assert new.items.get(kind="host").title == ""
    services.undo(new.pk, version=2, actor=desk)
    assert len(topics(new)) == 2


def test_last_time_is_the_newest_other_day_of_the_same_agency(agenda, agreed, desk):
    again = wish(
        BookingFactory(agency=agreed.agency, format=Format.objects.get(slug="full-day"), nation="ew")
    )
    new = services.open_agenda(again, actor=desk)
    services.start_from_last(new.pk, version=1, actor=desk)

    assert topics(new) == topics(agenda)


def test_another_agencys_day_is_never_last_time(agenda, another, desk):
    new = services.open_agenda(another, actor=desk)

    with pytest.raises(CannotDo, match="no earlier day"):
        services.start_from_last(new.pk, version=1, actor=desk)


def test_a_topic_that_left_the_catalogue_stays_away(template, another, desk):
    Topic.objects.filter(slug="legal-issues").update(is_active=False)
    kept.forget()
    new = services.open_agenda(another, actor=desk)
    services.start_from_template(new.pk, template_id=template.pk, version=1, actor=desk)

    assert "legal-issues" not in dict(topics(new))


def test_a_name_is_taken_once_and_the_day_is_not_saved_then(template, agenda, lead):
    version = Agenda.objects.get(pk=agenda.pk).version
    with pytest.raises(CannotDo, match="has this name"):
        services.save_template(
            agenda.pk, name="NURSES, LONG", audience_id=None, version=version, actor=lead,
            typed=services.Typed(quiet_room="Room 9"),
        )  # fmt: skip

    assert Agenda.objects.get(pk=agenda.pk).version == version
    assert DayTemplate.objects.count() == 1


def test_only_the_desk_renames_and_deletes(template, lead, desk):
    with pytest.raises(CannotDo, match="Only the desk"):
        services.rename_template(template.pk, name="Mine", actor=lead)
    with pytest.raises(CannotDo, match="Only the desk"):
        services.delete_template(template.pk, actor=lead)

    services.rename_template(template.pk, name="Wards", actor=desk)
    assert DayTemplate.objects.get().name == "Wards"
    services.delete_template(template.pk, actor=desk)
    assert not DayTemplate.objects.exists()
