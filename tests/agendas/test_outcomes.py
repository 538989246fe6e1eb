"""What people take with them follows what was asked for; and what the host told us stands on the run sheet."""

import pytest

from agendas import services, snapshot
from agendas.services import content_of
from bookings import services as bookings
from courses.models import Topic
from tests.agendas.conftest import wish

pytestmark = pytest.mark.django_db


def test_what_you_will_take_with_you_begins_with_what_was_asked_for(agreed, team):
    slugs = list(
        Topic.objects.filter(is_core=False)
        .exclude(outcomes="")
        .order_by("-rank")
        .values_list("slug", flat=True)
    )
    wanted = [slug for slug in slugs if slug not in ("victim-impact", "local-procedures")][:2]
    agreed.audience_shares.all().delete()
    wish(agreed, musts=wanted)
    agenda = services.open_agenda(agreed, filled=True, actor=team[0].user)
    inside = [item.topic.slug for item in agenda.items.select_related("topic") if item.topic]
    asked = [slug for slug in inside if slug in wanted]
    assert asked
    issue = services.issue_agenda(agenda.pk, version=agenda.version, actor=team[0].user)

    outcomes = snapshot.read(content_of(issue)).outcomes

    lines = {topic.slug: topic.outcome_lines for topic in Topic.objects.all()}
    firsts = [lines[slug][0] for slug in asked]
    assert list(outcomes[: len(firsts)]) == firsts
    theirs = {line for slug in asked for line in lines[slug]}
    assert {line for line in outcomes if line in theirs} == theirs or len(outcomes) == 6


def test_the_run_sheet_says_what_the_host_told_us_and_an_older_paper_does_not_differ(
    agreed, agenda, team, desk
):
    issue = services.issue_agenda(agenda.pk, version=agenda.version, actor=team[0].user)
    assert "quiet_room" not in issue.snapshot["detail"]["venue"]

    bookings.set_venue(
        agreed.pk,
        name="Vexford Hall",
        quiet_room="The library",
        support_name="Welfare team",
        support_telephone="01632 960222",
        actor=desk,
    )
    renewed = services.renew_papers(issue.pk, actor=desk)

    venues = [paper.content["detail"]["venue"] for paper in renewed if paper.kind == "run_sheet"]
    assert venues
    assert {(venue["quiet_room"], venue["support_telephone"]) for venue in venues} == {
        ("The library", "01632 960222")
    }
