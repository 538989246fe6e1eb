"""Where a speaker lives is for its owner and the desk: no page, mail or feed tells an agency or a colleague."""

import pytest

from accounts.rights import COORDINATORS
from bookings.models import Engagement
from outbox.models import Message
from speakers.models import Speaker
from tests.factories import SpeakerFactory
from tests.trainingportal.desk.conftest import (
    confirmed,
    contact_of,
    page_of,
    requested,
    sign_in,
    staff,
)

pytestmark = pytest.mark.django_db

HOME = "TR21"  # the Isles of Scilly: nothing else in the test is there


@pytest.fixture
def team(settings) -> list[Speaker]:
    settings.DEMO = False
    return [SpeakerFactory(home_outcode=HOME), SpeakerFactory(home_outcode="CW7")]


def test_no_page_or_mail_tells_where_a_speaker_lives(team):
    priya = staff("Priya Coordinator", COORDINATORS)
    booking = confirmed(requested(), priya, team)
    at_home, colleague = team
    place = Engagement.objects.get(speaker=colleague)
    session = f"/speaking/{booking.reference}/{place.offer.number}/"

    told = [
        part for message in Message.objects.all() for part in (message.subject, message.text, message.html)
    ]
    for user, addresses in {
        contact_of(booking).user: ["/your/", f"/your/{booking.reference}/"],
        colleague.user: ["/speaking/", "/speaking/diary/", session, f"{session}session/"],
    }.items():
        answers = [sign_in(user).get(address, follow=True) for address in addresses]
        assert [answer.status_code for answer in answers] == [200] * len(addresses)
        told += [answer.content.decode() for answer in answers]

    assert len(told) > 10
    assert [words for words in told if HOME in words] == []
    desk = sign_in(priya)
    assert HOME in desk.get(f"/desk/speakers/speaker/{at_home.pk}/change/").content.decode()
    assert HOME not in desk.get(page_of(booking)).content.decode()
    assert HOME in sign_in(at_home.user).get("/speaking/limits/").content.decode()
    assert HOME not in sign_in(colleague.user).get("/speaking/limits/").content.decode()
