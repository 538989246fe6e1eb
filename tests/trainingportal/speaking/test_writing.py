"""A speaker's message to the desk waits there until somebody has dealt with it."""

import pytest
from django.urls import reverse

from bookings.models import DeskSettings, Matter
from outbox.models import Message
from tests.factories import SpeakerFactory, VerifiedContactFactory
from tests.trainingportal.speaking.conftest import ask

pytestmark = pytest.mark.django_db


def write(client, speaker, **typed: str) -> Matter:
    client.force_login(speaker.user)
    client.post(reverse("speaking-write"), {"text": "The trains are off. Can I come by car?", **typed})
    return Matter.objects.get(kind="speaker_message")


def test_a_message_about_a_session_is_its_next_step_and_one_email(client, speaker):
    desk = DeskSettings.current()
    booking = ask(speaker).offer.booking
    assert "Write to the desk about this session" in client_page(client, speaker, booking)

    matter = write(client, speaker, about=booking.reference)

    booking.refresh_from_db()
    assert (matter.booking, matter.speaker, booking.waiting_for) == (booking, speaker, "us")
    mails = Message.objects.filter(kind="heard", to=desk.desk_email)
    assert mails.count() <= 1
    assert all("trains" not in mail.text for mail in mails)


def client_page(client, speaker, booking) -> str:
    client.force_login(speaker.user)
    return client.get(reverse("speaking-invitation", args=[booking.reference, 1])).content.decode()


def test_a_message_about_nothing_in_particular_waits_on_the_desks_home(client, speaker):
    matter = write(client, speaker)

    assert (matter.booking, matter.settled_at) == (None, None)


@pytest.mark.parametrize("about", ["theirs", "WT-XXXXXX"])
def test_a_session_that_is_not_theirs_is_refused_and_nothing_typed_is_lost(client, speaker, about):
    booking = VerifiedContactFactory().booking
    other = ask(SpeakerFactory()).offer.booking
    client.force_login(speaker.user)

    page = client.post(
        reverse("speaking-write"),
        {"text": "Hello there", "about": other.reference if about == "theirs" else about},
    )

    assert (page.status_code, Matter.objects.filter(kind="speaker_message").count()) == (200, 0)
    assert "Hello there" in page.content.decode()
    assert booking.reference not in page.content.decode()
