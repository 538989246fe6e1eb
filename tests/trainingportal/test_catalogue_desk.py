"""How the desk's own pages edit the catalogue, the page texts and the speakers."""

import time

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import courses.catalogue
import speakers.catalogue
from accounts.rights import COORDINATORS
from courses.models import PageText, Point, Topic
from speakers.models import Speaker
from tests.browser import check
from tests.factories import AudienceFactory, PointFactory, SpeakerFactory, TopicFactory, UserFactory
from tests.shipped import load

LISTS = {
    "courses_topic": 5,
    "courses_audience": 5,
    "speakers_speaker": 6,
}


@pytest.fixture
def desk(client) -> Client:
    """A client signed in as a coordinator with a second factor."""
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=COORDINATORS)[0])
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def queries(desk: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert desk.get(reverse(f"desk:{name}_changelist")).status_code == 200
    return len(asked)


@pytest.mark.django_db
def test_each_list_asks_the_same_whatever_it_holds(desk):
    TopicFactory()
    AudienceFactory()
    SpeakerFactory()
    desk.get(reverse("desk:courses_topic_changelist"))
    with_one = {name: queries(desk, name) for name in LISTS}
    for _ in range(2):
        TopicFactory()
        AudienceFactory()
        SpeakerFactory()

    assert {name: queries(desk, name) for name in LISTS} == with_one == LISTS


@pytest.mark.django_db
def test_a_topics_page_asks_the_same_whatever_points_it_has(desk):
    topic = TopicFactory()
    PointFactory(topic=topic)
    page = reverse("desk:courses_topic_change", args=[topic.pk])
    desk.get(page)
    with CaptureQueriesContext(connection) as one:
        desk.get(page)
    for _ in range(5):
        PointFactory(topic=topic)
    with CaptureQueriesContext(connection) as six:
        desk.get(page)

    assert len(six) == len(one)


@pytest.mark.django_db
def test_a_coordinator_edits_a_point_and_ticks_where_it_applies(desk):
    topic = TopicFactory()
    point = PointFactory(topic=topic, text="Old words")
    page = reverse("desk:courses_topic_change", args=[topic.pk])
    form = desk.get(page).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, [], False)}

    answer = desk.post(
        page,
        {
            **sent,
            "points-TOTAL_FORMS": "1",
            "points-INITIAL_FORMS": "1",
            "points-0-id": str(point.pk),
            "points-0-topic": str(topic.pk),
            "points-0-text": "New words",
            "points-0-minutes": "10",
            "points-0-rank": "0",
            "points-0-nations": ["sc", "ni"],
            "materials-TOTAL_FORMS": "1",
            "materials-INITIAL_FORMS": "0",
            "materials-0-title": "Case cards",
            "materials-0-kept_at": "Second cupboard",
            "emphases-TOTAL_FORMS": "0",
            "emphases-INITIAL_FORMS": "0",
        },
    )

    assert answer.status_code == 302
    assert [one.words for one in topic.materials.all()] == ["Case cards (Second cupboard)"]
    point.refresh_from_db()
    assert (point.text, point.minutes, point.nations) == ("New words", 10, ["sc", "ni"])


@pytest.mark.django_db
def test_page_texts_are_edited_and_never_added_or_deleted(desk):
    load(courses.catalogue)
    text = PageText.objects.get(slug="costs")

    answer = desk.post(
        reverse("desk:courses_pagetext_change", args=[text.pk]),
        {"title": "What it costs", "body": "A cake.", "as_of": ""},
    )

    assert answer.status_code == 302
    assert PageText.objects.get(slug="costs").body == "A cake."
    assert desk.get(reverse("desk:courses_pagetext_add")).status_code == 403
    assert (
        desk.post(reverse("desk:courses_pagetext_delete", args=[text.pk]), {"post": "yes"}).status_code == 403
    )


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 320])
def test_the_catalogues_desk_pages_are_accessible(page_at, desk, live_server, width):
    load(courses.catalogue, speakers.catalogue)
    page = page_at(width)
    session = desk.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    topic, speaker = Topic.objects.get(slug="legal-issues"), Speaker.objects.get(slug="sue-hills")
    assert Point.objects.filter(topic=topic).count() == 8

    for address in (
        reverse("desk:courses_topic_changelist"),
        reverse("desk:courses_topic_change", args=[topic.pk]),
        reverse("desk:courses_pagetext_change", args=[PageText.objects.get(slug="costs").pk]),
        reverse("desk:speakers_speaker_change", args=[speaker.pk]),
    ):
        page.goto(address)
        assert page.url.endswith(address)
        check(page)
