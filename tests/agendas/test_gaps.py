"""Where the team knows few topics the day is full of questions: what else might stand there, with a speaker to be found."""

import pytest

from agendas import services
from agendas.checks import checks_of
from agendas.facts import facts_of
from agendas.gaps import MANY_QUESTIONS, gaps_of, question_minutes
from agendas.models import Agenda, AgendaItem
from agendas.running import running_order
from courses.models import Topic
from places.clock import say_minutes
from speakers.models import Expertise

pytestmark = pytest.mark.django_db
Kind = AgendaItem.Kind


@pytest.fixture
def thin(agreed, team, lead) -> Agenda:
    """A composed full day of a team that knows little beyond the core."""
    Expertise.objects.exclude(
        topic__slug__in=["alices-story", "scale-of-the-problem", "legal-issues"]
    ).delete()
    return services.open_agenda(agreed, filled=True, actor=lead)


def items_of(agenda):
    return list(agenda.items.select_related("topic").order_by("position"))


def gaps(agenda):
    return gaps_of(agenda, items_of(agenda), facts_of(agenda.booking))


def add(agenda, gap, actor):
    version = Agenda.objects.get(pk=agenda.pk).version
    return services.add_unstaffed(agenda.pk, slug=gap.slug, version=version, actor=actor)


def test_a_day_of_questions_says_what_nobody_gives(thin):
    found = gaps(thin)

    assert question_minutes(thin, items_of(thin)) >= MANY_QUESTIONS
    assert len(found) > 2
    knows = set(Expertise.objects.values_list("topic__slug", flat=True))
    assert [gap.slug for gap in found if gap.slug in knows | {"victim-impact"}] == []
    for gap in found:
        topic = Topic.objects.get(slug=gap.slug)
        assert topic.least_minutes <= gap.minutes <= topic.usual_minutes


def test_one_after_another_stands_in_the_day_and_no_sitting_grows(thin, lead):
    """Until no more fits: the day stays as long, each sitting too, and the checks say only that speakers are missing."""
    sittings = [sitting.minutes for sitting in running_order(thin, items_of(thin)).sittings]
    before = {check.key for check in _checks(thin)}
    added = []
    while found := gaps(thin):
        add(thin, found[0], lead)
        added.append(found[0].slug)
        order = running_order(thin, items_of(thin))
        assert order.planned == order.length
        assert [sitting.minutes for sitting in order.sittings] == sittings

    assert len(added) > 2
    lines = {item.topic.slug: item for item in items_of(thin) if item.topic}
    assert all(lines[slug].speaker_id is None and not lines[slug].by_host for slug in added)
    assert all(item.minutes > 0 for item in items_of(thin))
    new = {check.key for check in _checks(thin)} - before
    assert new == {f"speaker:{lines[slug].pk}" for slug in added}


def _checks(agenda):
    items = items_of(agenda)
    return checks_of(agenda, items, running_order(agenda, items), facts_of(agenda.booking))


def test_it_stays_when_the_day_is_composed_again(thin, lead):
    gap = gaps(thin)[0]
    draft = add(thin, gap, lead)
    services.ask_to_compose(thin.pk, version=draft.agenda.version, actor=lead)
    services.compose_waiting()

    thin.refresh_from_db()
    assert thin.composition.state == "done"
    line = thin.items.get(topic__slug=gap.slug)
    assert (line.speaker_id, line.pin) == (None, AgendaItem.Pin.IN_DAY)


def test_undo_brings_the_questions_back(thin, lead):
    before = [(item.kind, item.minutes) for item in items_of(thin)]
    draft = add(thin, gaps(thin)[0], lead)
    services.undo(thin.pk, version=draft.agenda.version, actor=lead)

    assert [(item.kind, item.minutes) for item in items_of(thin)] == before


def test_a_second_press_adds_nothing_and_says_so(thin, lead):
    gap = gaps(thin)[0]
    add(thin, gap, lead)
    count = thin.items.count()

    with pytest.raises(services.CannotDo, match="no room for that topic among the questions"):
        add(thin, gap, lead)
    assert thin.items.count() == count


def test_what_is_kept_out_or_was_asked_to_be_left_out_is_not_offered(thin, agreed):
    first, second = gaps(thin)[:2]
    thin.leave_out_ids = [Topic.objects.get(slug=first.slug).pk]
    agreed.leave_outs.add(Topic.objects.get(slug=second.slug))

    assert {first.slug, second.slug}.isdisjoint(gap.slug for gap in gaps(thin))


def test_a_team_that_fills_the_day_is_told_nothing(agenda):
    assert gaps(agenda) == ()


def test_where_no_topic_could_stand_instead_the_page_says_how_long_the_questions_are(
    client, thin, studio, enter, lead
):
    """The composed day says it; the list of topics says it where there is one."""
    enter(lead)
    thin.leave_out_ids = list(Topic.objects.values_list("pk", flat=True))
    thin.save(update_fields=["leave_out_ids"])
    services.ask_to_compose(thin.pk, version=Agenda.objects.get(pk=thin.pk).version, actor=lead)
    services.compose_waiting()
    assert not gaps(Agenda.objects.get(pk=thin.pk))

    page = client.get(studio).content.decode()

    minutes = say_minutes(question_minutes(thin, items_of(thin)))
    assert f"No topic could fill {minutes}, which are time for questions." in page


def test_the_studio_offers_it_and_the_button_does_it(client, thin, studio, enter, lead):
    enter(lead)
    page = client.get(studio).content.decode()
    gap = gaps(thin)[0]
    assert "of this day are questions." in page
    assert page.count(f'<strong>{gap.title}</strong> <span class="wt-q">{gap.minutes} minutes, out of') == 1
    assert f'<strong>{gap.title}</strong> <span class="wt-q">Nobody on this team' not in page

    answer = client.post(f"{studio}change/", {"do": f"unstaffed:{gap.slug}", "version": "1"}, follow=True)

    line = thin.items.get(topic__slug=gap.slug)
    assert answer.redirect_chain[-1][0].endswith(f"#line-{line.pk}")
    assert "Its speaker is to be found." in answer.content.decode()
