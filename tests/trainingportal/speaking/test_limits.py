"""What a speaker asks us to mind, in their own word."""

import datetime as dt

import pytest
import time_machine
from django.apps import apps
from django.urls import reverse

from speakers.models import Expertise
from speakers.services import diary_seen, pause_invitations
from tests.factories import FormatFactory, SpeakerFactory, TopicFactory, at
from tests.trainingportal.speaking.conftest import day

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


def send(client, part: str, **typed):
    return client.post(reverse("speaking-limits"), {"part": part, **typed})


def test_limits_are_kept_shown_again_and_lifted(client, speaker):
    half, _full = FormatFactory(slug="half-day", name="Half day"), FormatFactory()
    client.force_login(speaker.user)

    send(
        client,
        "limits",
        most_sessions_a_month="2",
        reach_minutes="120",
        formats=[half.pk],
        only_with_colleague="on",
    )
    speaker.refresh_from_db()
    page = client.get(reverse("speaking-limits")).content.decode()

    assert (speaker.most_sessions_a_month, speaker.reach_minutes) == (2, 120)
    assert (speaker.only_with_colleague, list(speaker.formats.all())) == (True, [half])
    assert page.count("checked") == 3

    send(client, "limits")
    speaker.refresh_from_db()
    assert (speaker.most_sessions_a_month, speaker.reach_minutes) == (None, None)
    assert (speaker.only_with_colleague, speaker.formats.count()) == (False, 0)


def test_online_only_is_not_anywhere(client, speaker):
    client.force_login(speaker.user)
    send(client, "limits", reach_minutes="0")

    speaker.refresh_from_db()
    assert speaker.reach_minutes == 0


def test_a_figure_that_the_desk_wrote_stays(client):
    speaker = SpeakerFactory(reach_minutes=95)
    client.force_login(speaker.user)

    assert "Up to 1 hour 35 minutes each way" in client.get(reverse("speaking-limits")).content.decode()
    send(client, "limits", reach_minutes="95")
    speaker.refresh_from_db()
    assert speaker.reach_minutes == 95


def test_only_who_tells_their_own_story_is_asked_about_the_days_between(client, speaker):
    family = SpeakerFactory(is_family=True)
    asked = {}
    for each in (speaker, family):
        client.force_login(each.user)
        asked[each] = "one telling of your story" in client.get(reverse("speaking-limits")).content.decode()
        send(client, "limits", days_between_accounts="21")
        each.refresh_from_db()

    assert asked == {speaker: False, family: True}
    assert (speaker.days_between_accounts, family.days_between_accounts) == (None, 21)


def test_topics_that_we_guessed_wait_for_the_speakers_word(client, speaker):
    guessed, other = TopicFactory(title="Guessed topic"), TopicFactory(title="Other topic")
    Expertise.objects.create(speaker=speaker, topic=guessed)
    client.force_login(speaker.user)
    question = "Please tell us whether they are right"

    assert question in client.get(reverse("speaking")).content.decode()
    assert "Are these your topics?" in client.get(reverse("speaking-limits")).content.decode()

    assert "Select at least one topic" in send(client, "topics").content.decode()
    send(client, "topics", topics=[other.pk])

    assert question not in client.get(reverse("speaking")).content.decode()
    (kept,) = speaker.expertise.all()
    assert kept.topic == other
    assert kept.confirmed_at is not None


def test_a_pause_until_a_day_of_their_choice(client, speaker):
    client.force_login(speaker.user)

    assert (
        "Choose a day after today."
        in send(client, "pause", **day("until", dt.date(2027, 2, 1))).content.decode()
    )
    send(client, "pause", **day("until", dt.date(2027, 5, 1)))

    speaker.refresh_from_db()
    assert speaker.paused_until == dt.date(2027, 5, 1)
    assert (
        "No invitations until Saturday 1 May 2027." in client.get(reverse("speaking-limits")).content.decode()
    )


def test_they_see_where_they_set_out_from_and_change_it_and_the_trail_does_not_say_where(client, speaker):
    client.force_login(speaker.user)
    assert 'value="YO1"' in client.get(reverse("speaking-limits")).content.decode()

    send(client, "home", home="tr21 0lw")

    speaker.refresh_from_db()
    assert speaker.home_outcode == "TR21"
    [event] = apps.get_model("speakers", "SpeakerEvent").objects.select_related("pgh_context")
    assert event.pgh_context.metadata["verb"] == "set home"
    assert event.pgh_context.metadata["actor"] == speaker.user.pk
    assert "TR21" not in str(vars(event))


def test_a_home_that_does_not_exist_is_asked_for_again_and_none_is_kept_as_none(client, speaker):
    client.force_login(speaker.user)

    page = send(client, "home", home="QQ9").content.decode()
    assert "We do not know this first half of a postcode." in page
    assert 'value="QQ9"' in page
    send(client, "home", home="")

    speaker.refresh_from_db()
    assert speaker.home_outcode == ""


def test_who_changed_what_a_speaker_asks_for_is_kept(speaker):
    pause_invitations(speaker, until=dt.date(2027, 5, 1), actor=speaker.user)
    diary_seen(speaker)

    [event] = apps.get_model("speakers", "SpeakerEvent").objects.select_related("pgh_context")
    assert (event.paused_until, event.pgh_context.metadata["verb"]) == (
        dt.date(2027, 5, 1),
        "pause invitations",
    )
