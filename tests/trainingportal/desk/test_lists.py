"""The desk's lists speak to people: no words of the machine where something is refused."""

import re

import pytest
from django.urls import reverse

from bookings.models import Agency
from courses.models import Topic
from tests.factories import AgencyFactory, SpeakerFactory, TopicFactory, UserFactory
from tests.trainingportal.desk.conftest import requested, said

pytestmark = pytest.mark.django_db


def words(response) -> str:
    """The text of a page in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", said(response)).split())


def form_on(page: str) -> dict[str, str]:
    """What a browser sends for an edit form as it stands, its own boxes and selects alone."""
    inputs = re.findall(r"<input\b[^>]*>", page)
    sent = {}
    for tag in inputs:
        name, kind = re.search(r'name="([^"]+)"', tag), re.search(r'type="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and (kind is None or kind[1] not in ("checkbox", "radio", "submit")):
            sent[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


def test_an_agency_of_the_same_name_is_refused_in_words(desk):
    AgencyFactory(name="Kestrel Vale Council")

    page = words(
        desk.post(reverse("desk:bookings_agency_add"), {"name": "KESTREL vale council", "kind": "council"})
    )

    assert "There is already an agency with this name." in page
    assert "onstraint" not in page
    assert Agency.objects.count() == 1


def test_what_is_in_use_says_by_what_and_stays(desk):
    booking = requested(agency="Kestrel Vale Council")
    speaker = SpeakerFactory(name="Gwen Quill", organisation__name="Quill House")

    agency = words(desk.get(reverse("desk:bookings_agency_delete", args=[booking.agency_id])))
    partner = words(desk.get(reverse("desk:speakers_organisation_delete", args=[speaker.organisation_id])))

    assert (
        "You cannot delete “Kestrel Vale Council”, because it is in use. It is used by at least one: booking"
        in agency
    )
    assert (
        "You cannot delete “Quill House”, because it is in use. It is used by: Speaker: Gwen Quill" in partner
    )
    assert "protected" not in partner


def test_what_may_be_deleted_is_after_one_look(desk):
    topic = TopicFactory(title="Old topic")
    address = reverse("desk:courses_topic_delete", args=[topic.pk])

    assert "Delete “Old topic”? You cannot undo this." in words(desk.get(address))
    desk.post(address, {"post": "yes"})

    assert not Topic.objects.filter(pk=topic.pk).exists()


def test_a_speakers_account_is_named_by_its_mailbox(desk):
    speaker = SpeakerFactory(user__email="gwen@example.org")
    other = UserFactory(email="dilys@example.org")
    address = reverse("desk:speakers_speaker_change", args=[speaker.pk])
    form = form_on(desk.get(address).content.decode())

    assert form["user"] == "gwen@example.org"
    refused = words(desk.post(address, form | {"user": "nobody@example.org"}))
    assert "Nobody signs in with this email address. Add them under Users first." in refused
    saved = desk.post(address, form | {"user": " Dilys@EXAMPLE.org "})

    assert saved.status_code == 302, words(saved)
    speaker.refresh_from_db()
    assert speaker.user == other
