"""“Compose the day”: every rule, for both formats and every audience of the catalogue as it is shipped."""

import pytest

from agendas import services
from agendas.checks import checks_of
from agendas.facts import facts_of
from agendas.gaps import MANY_QUESTIONS, question_minutes
from agendas.models import AgendaItem
from agendas.running import running_order
from bookings.audiences import default_audience
from courses.models import Audience, Format, Topic
from tests.agendas.conftest import wish
from tests.factories import AgencyFactory, BookingFactory, UserFactory, at

pytestmark = pytest.mark.django_db
Kind = AgendaItem.Kind
AUDIENCES = [
    "front-line", "spoc", "managers", "investigators", "health", "prison-probation", "council-housing", "university",
    "victim-services", "mixed",
]  # fmt: skip


def first_day(format_slug, audience, **wishes):
    booking = wish(
        BookingFactory(format=Format.objects.get(slug=format_slug), nation="ew"), audience, **wishes
    )
    return services.open_agenda(booking, filled=True, actor=UserFactory())


def items_of(agenda):
    return list(agenda.items.select_related("topic").order_by("position"))


def test_the_audiences_here_are_those_of_the_catalogue(catalogue_loaded):
    assert sorted(AUDIENCES) == sorted(Audience.objects.values_list("slug", flat=True))


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("format_slug", ["half-day", "full-day"])
def test_a_first_day_keeps_every_rule(catalogue_loaded, format_slug, audience):
    agenda = first_day(format_slug, audience)
    items = items_of(agenda)
    order = running_order(agenda, items)
    topics = [item.topic for item in items if item.topic]
    story = next(n for n, item in enumerate(items) if item.topic and item.topic.kind == Topic.Kind.ACCOUNT)

    assert order.planned == order.length
    assert [item.kind for item in (items[0], items[-1])] == [Kind.WELCOME, Kind.CLOSE]
    assert {topic.slug for topic in topics if topic.is_core} == {"alices-story", "scale-of-the-problem"}
    assert items[story + 1].kind == Kind.PAUSE
    assert story < len(items) / 2
    assert max(sitting.minutes for sitting in order.sittings) <= 90
    assert all(
        item.topic.least_minutes <= item.minutes <= item.topic.most_minutes for item in items if item.topic
    )
    assert [item.kind for item in items].count(Kind.LUNCH) == (1 if format_slug == "full-day" else 0)
    assert any(item.is_workshop for item in items) or format_slug == "half-day"
    for n, topic in enumerate(topics):
        assert {other.pk for other in topic.requires.all()} <= {before.pk for before in topics[:n]}
    assert [check.key for check in checks_of(agenda, items, order, facts_of(agenda.booking))] == ["team"]


@pytest.mark.parametrize(
    ("kind", "audience"), [("police", "front-line"), ("nhs", "health"), ("other", "mixed")]
)
def test_where_no_audience_is_ticked_the_day_is_that_of_whom_such_an_agency_usually_sends(
    catalogue_loaded, kind, audience
):
    booking = BookingFactory(
        format=Format.objects.get(slug="full-day"), nation="ew", agency=AgencyFactory(kind=kind)
    )
    agenda = services.open_agenda(booking, filled=True, actor=UserFactory())

    topics = [(item.topic.slug, item.minutes) for item in items_of(agenda) if item.topic]
    ticked = [
        (item.topic.slug, item.minutes) for item in items_of(first_day("full-day", audience)) if item.topic
    ]
    assert topics == ticked
    assert question_minutes(agenda, items_of(agenda)) < MANY_QUESTIONS
    assert default_audience(booking) == facts_of(booking).usual == Audience.objects.get(slug=audience)


def test_what_they_must_cover_is_in_with_what_it_needs_first(catalogue_loaded):
    agenda = first_day("half-day", "front-line", musts=["interventions"])

    slugs = [item.topic.slug for item in items_of(agenda) if item.topic]

    assert slugs.index("typology") < slugs.index("interventions")


def test_what_they_asked_to_leave_out_stays_out(catalogue_loaded):
    wanted = [item.topic.slug for item in items_of(first_day("full-day", "front-line")) if item.topic]
    without = first_day("full-day", "front-line", leave_outs=["red-flags", "what-is-stalking"])

    assert {"red-flags", "what-is-stalking"} <= set(wanted)
    assert not {"red-flags", "what-is-stalking"} & {
        item.topic.slug for item in items_of(without) if item.topic
    }


def test_points_are_those_of_the_nation_and_fit_into_the_minutes(catalogue_loaded):
    booking = wish(
        BookingFactory(format=Format.objects.get(slug="full-day"), nation="sc"), musts=["legal-issues"]
    )
    agenda = services.open_agenda(booking, filled=True, actor=UserFactory())
    law = next(item for item in items_of(agenda) if item.topic and item.topic.slug == "legal-issues")

    chosen = [point for point in law.topic.points.all() if point.pk in law.point_ids]

    assert {nation for point in chosen for nation in point.nations} == {"sc"}
    assert sum(point.minutes for point in chosen) <= law.minutes


def test_another_nations_topic_is_never_chosen(catalogue_loaded):
    Topic.objects.filter(slug="red-flags").update(nations=["ni"])

    agenda = first_day("full-day", "front-line")

    assert "red-flags" not in {item.topic.slug for item in items_of(agenda) if item.topic}


def test_the_agreed_times_rule_and_not_the_formats(agreed, lead):
    agreed.starts_at, agreed.ends_at = at(10), at(15)
    agreed.save(update_fields=["starts_at", "ends_at"])

    agenda = services.open_agenda(agreed, filled=True, actor=lead)

    assert running_order(agenda, items_of(agenda)).planned == 300
    assert agenda.starts_at == at(10)


def test_each_topic_goes_to_somebody_it_suits_and_the_story_to_the_family(agenda, team):
    detective, doctor, mother = team
    given = {item.topic.slug: item.speaker for item in items_of(agenda) if item.topic and item.speaker}

    assert given["alices-story"] == mother
    assert given["legal-issues"] == detective
    assert all(given[slug] == doctor for slug in ("risk", "typology") if slug in given)
    assert [check.key for check in checks_of(
        agenda, items_of(agenda), running_order(agenda, items_of(agenda)), facts_of(agenda.booking)
    )] == []  # fmt: skip


def test_without_family_the_story_is_the_recorded_account(catalogue_loaded):
    agenda = first_day("half-day", "front-line")

    story = next(item for item in items_of(agenda) if item.topic and item.topic.slug == "alices-story")

    assert (story.variant, story.speaker) == (AgendaItem.Variant.RECORDED, None)


def test_a_day_too_short_for_what_must_be_shows_by_how_much(agreed, lead):
    agreed.ends_at = at(10)
    agreed.save(update_fields=["ends_at"])

    agenda = services.open_agenda(agreed, filled=True, actor=lead)
    order = running_order(agenda, items_of(agenda))

    assert order.free < 0
    assert {item.topic.slug for item in items_of(agenda) if item.topic} == {
        "alices-story",
        "scale-of-the-problem",
    }
