"""The page of a booking without an agenda: a composed day, the core topics, last time for this agency, a template."""

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from agendas import services
from agendas.models import Agenda, DayTemplate
from bookings import services as bookings
from courses.models import Audience, Format
from tests.agendas.conftest import wish
from tests.browser import check, shoot
from tests.factories import BookingFactory, SpeakerFactory, VerifiedContactFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def again(agenda):
    """Another half-day for the agency of the agreed day."""
    return wish(
        BookingFactory(
            agency=agenda.booking.agency,
            format=Format.objects.get(slug="half-day"),
            nation="ew",
            head_count=30,
        )
    )


@pytest.fixture
def led_by(again, desk):
    """Agree a day for ``again`` with one trainer; gives who leads it."""

    def agree(speaker):
        contact = VerifiedContactFactory(booking=again)
        offer = bookings.make_offer(
            again.pk,
            starts_at=at(9, 30, day=20, month=4),
            ends_at=at(13, day=20, month=4),
            team={speaker.pk: []},
            lead=speaker,
            actor=desk,
        )
        bookings.accept_offer(offer.pk, actor=contact.user)
        bookings.answer_invitation(offer.engagements.get().pk, accepts=True, actor=speaker.user)
        return speaker.user

    return agree


@pytest.fixture
def templates(agenda, lead):
    """Two days to begin from: one for nurses, and one for those who come to ``again``."""
    for name, slug in (("A day for wards", "health"), ("Response teams, long", "front-line")):
        version = Agenda.objects.get(pk=agenda.pk).version
        services.save_template(
            agenda.pk, name=name, audience_id=Audience.objects.get(slug=slug).pk, version=version, actor=lead
        )
    return {template.name: template.pk for template in DayTemplate.objects.all()}


def topics(agenda):
    return [
        (item.topic.slug, item.minutes)
        for item in agenda.items.select_related("topic").order_by("position")
        if item.topic
    ]


def begin(client, booking, do, **more):
    return client.post(f"/agenda/{booking.reference}/change/", {"do": do, **more}, follow=True)


def test_it_begins_as_last_time_and_undo_leaves_the_core(client, agenda, again, enter, desk):
    enter(desk)

    begin(client, again, "open-last")

    new = Agenda.objects.get(booking=again)
    assert topics(new) == topics(agenda)
    services.undo(new.pk, version=new.version, actor=desk)
    assert len(topics(new)) == 2


def test_it_begins_from_a_template(client, agenda, again, templates, enter, desk):
    enter(desk)

    begin(client, again, "open-template", template=templates["Response teams, long"])

    assert topics(Agenda.objects.get(booking=again)) == topics(agenda)


@pytest.mark.parametrize("chosen", ["", "0", "x", "٣"])
def test_a_template_that_is_not_there_begins_nothing(client, again, templates, enter, desk, chosen):
    enter(desk)

    page = begin(client, again, "open-template", template=chosen)

    assert not Agenda.objects.filter(booking=again).exists()
    assert ("Choose a template first." in page.content.decode()) is (chosen != "0")
    assert ("That template is gone." in page.content.decode()) is (chosen == "0")


@pytest.mark.parametrize("do", ["open", "open-composed", "open-last", "open-template"])
def test_whoever_is_second_does_not_take_the_day_of_the_first(client, again, templates, enter, desk, do):
    first = services.open_agenda(again, actor=desk)
    services.add_filler(first.pk, kind="note", version=1, actor=desk)
    before = list(first.items.order_by("pk").values())
    enter(desk)

    page = begin(client, again, do, template=templates["A day for wards"])

    assert page.status_code == 200
    assert list(first.items.order_by("pk").values()) == before
    assert "data-composing" not in page.content.decode()


def test_without_an_earlier_day_nothing_of_it_is_offered(client, agreed, studio, enter, lead):
    enter(lead)

    page = client.get(studio).content.decode()

    assert "open-composed" in page
    assert "Or start from a day there was" not in page


def test_the_desk_reads_which_day_it_was_and_that_this_one_is_shorter(client, agenda, again, enter, desk):
    enter(desk)

    page = client.get(f"/agenda/{again.reference}/").content.decode()

    count = len(topics(agenda))
    assert f"Tuesday 9 March 2027: a full day with {count} topics. This session has another length" in page


def test_a_trainer_who_was_not_there_is_not_told_the_day(client, again, led_by, enter):
    """They may take the topics over; when an agency was trained is for those who trained it, and for the desk."""
    enter(led_by(SpeakerFactory()))

    page = client.get(f"/agenda/{again.reference}/").content.decode()

    assert "A full day with" in page
    assert "2027" not in page
    assert "March" not in page


def test_a_trainer_who_gave_it_is_told_the_day(client, again, led_by, enter, team):
    enter(led_by(team[0]))

    assert "Tuesday 9 March 2027: a full day" in client.get(f"/agenda/{again.reference}/").content.decode()


def test_templates_for_these_people_come_first(client, again, templates, enter, desk):
    enter(desk)

    page = client.get(f"/agenda/{again.reference}/").content.decode()

    assert page.index("For the people who come") < page.index("Response teams, long")
    assert page.index("Response teams, long") < page.index("A day for wards")


def test_without_the_second_step_nothing_is_offered(client, again, led_by, templates, enter, team):
    enter(led_by(team[0]), second_factor=False)

    page = client.get(f"/agenda/{again.reference}/").content.decode()

    assert "Show your second step" in page
    assert "Or start from a day there was" not in page
    assert "Response teams" not in page


def test_more_templates_take_no_more_queries(client, again, templates, enter, desk):
    enter(desk)
    taken = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/agenda/{again.reference}/")
        taken.append(len(queries))
        DayTemplate.objects.create(name=f"Day {len(taken)}", lines=[], made_by=desk)

    assert taken[1:] == [taken[1]] * 2


def test_beyond_the_most_a_template_is_refused_and_the_draft_stays(client, agenda, enter, lead):
    DayTemplate.objects.bulk_create(
        DayTemplate(name=f"Day {number}", lines=[], made_by=lead) for number in range(services.MOST_TEMPLATES)
    )

    with pytest.raises(services.CannotDo, match="The desk can delete one"):
        services.save_template(agenda.pk, name="One more", audience_id=None, version=1, actor=lead)
    assert DayTemplate.objects.count() == services.MOST_TEMPLATES


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 320])
def test_it_reads_well_and_begins_without_a_script(page_at, again, templates, desk, width):
    client = Client()
    client.force_login(desk)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(desk.pk)
    session.save()
    page = page_at(width)
    page.context.add_cookies(
        [{"name": "sessionid", "value": session.session_key, "domain": "localhost", "path": "/"}]
    )

    page.goto(f"/agenda/{again.reference}/")
    check(page)
    shoot(page, "beginning")
    plain = page_at(width, javascript=False)
    plain.context.add_cookies(page.context.cookies())
    plain.goto(f"/agenda/{again.reference}/")
    plain.get_by_label("A saved template").select_option(label="A day for wards (Health and care staff)")
    plain.get_by_role("button", name="Start from it").click()

    expect(plain.get_by_role("heading", name="The day")).to_be_visible()
