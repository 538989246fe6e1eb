"""What a speaker's pages say at every stage, with a second factor and without, kept as files that a person has read."""

from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bookings import services
from bookings.models import Engagement
from speakers.models import Speaker
from tests.factories import SpeakerFactory, UserFactory, VenueFactory, VerifiedContactFactory, at
from tests.golden import is_as_read, names_kept, without_tier, words_of_main
from tests.trainingportal.speaking.conftest import agree

pytestmark = pytest.mark.django_db
KEPT = Path(__file__).parent / "golden"
PAGES = ("speaking-invitation", "speaking-session")
Stage = Callable[[Engagement, User], None]


def asked(engagement: Engagement, desk: User) -> None:
    pass


def said_yes(engagement: Engagement, desk: User) -> None:
    services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)


def said_yes_if(engagement: Engagement, desk: User) -> None:
    services.answer_invitation(
        engagement.pk, accepts=True, condition="If I can leave by four.", actor=engagement.speaker.user
    )


def said_no(engagement: Engagement, desk: User) -> None:
    services.answer_invitation(engagement.pk, accepts=False, actor=engagement.speaker.user)


def hold_ended(engagement: Engagement, desk: User) -> None:
    with time_machine.travel(at(10, day=20, month=2)):
        services.expire_due_offers()


def withdrawn(engagement: Engagement, desk: User) -> None:
    services.withdraw_offer(engagement.offer_id, actor=desk)


def agreed(engagement: Engagement, desk: User) -> None:
    agree(engagement)


def given_up(engagement: Engagement, desk: User) -> None:
    agree(engagement)
    services.give_up_session(engagement.pk, actor=engagement.speaker.user)


def postponed(engagement: Engagement, desk: User) -> None:
    booking = agree(engagement)
    services.postpone_session(
        booking.pk, to=services.NewDay(at(9, 15, day=23), at(16, 15, day=23)), actor=desk
    )


def cancelled(engagement: Engagement, desk: User) -> None:
    services.cancel_booking(agree(engagement).pk, words="The roof leaks.", actor=desk)


STAGES: dict[str, Stage] = {
    stage.__name__: stage
    for stage in (
        asked, said_yes, said_yes_if, said_no, hold_ended, withdrawn, agreed, given_up, postponed, cancelled,
    )
}  # fmt: skip
LATER = {
    "on_the_day": ("agreed", at(8)),
    "past": ("agreed", at(10, day=10)),
    "past_120_days": ("agreed", at(10, day=7, month=7)),
}
"""Stages that time alone brings about."""


def _asked(speaker: Speaker) -> Engagement:
    """The speaker is asked, with a colleague, for a session whose place is known."""
    contact = VerifiedContactFactory(
        user__name="Dana Whitlock", booking__agency__name="Northmere Council", telephone="01632 960333"
    )
    VenueFactory(booking=contact.booking)
    offer = services.make_offer(
        contact.booking_id,
        starts_at=at(9, 15),
        ends_at=at(16, 15),
        team={speaker.pk: [], SpeakerFactory(name="Una Oxenbrigg").pk: []},
        lead=speaker,
        actor=UserFactory(),
    )
    return offer.engagements.get(speaker=speaker)


def _pages(client: Client, engagement: Engagement) -> str:
    """The home, the invitation and the session, one after the other; a page that is closed says so."""
    found = [("home", client.get(reverse("speaking")))]
    args = [engagement.offer.booking.reference, engagement.offer.number]
    found += [(name.removeprefix("speaking-"), client.get(reverse(name, args=args))) for name in PAGES]
    said = []
    for name, response in found:
        page = response.content.decode()
        shown = words_of_main(page) if response.status_code == 200 else f"({response.status_code})\n"
        said.append(f"== {name}\n{shown}")
    return "\n".join(said)


@pytest.mark.parametrize("factor", ["code", "factor"])
@pytest.mark.parametrize("stage", [*STAGES, *LATER])
def test_the_pages_say_what_was_read_and_approved(
    stage, factor, client, speaker, with_factor, coordinator, settings
):
    base, moment = LATER.get(stage, (stage, at(12, day=1, month=2)))
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        engagement = _asked(speaker)
        STAGES[base](engagement, coordinator)
    with time_machine.travel(moment, tick=False):
        if factor == "factor":
            with_factor(client, speaker)
        else:
            client.force_login(speaker.user)

        assert is_as_read(KEPT, f"{stage}-{factor}", _pages(client, engagement))


def test_there_is_no_file_without_its_stage():
    assert without_tier(names_kept(KEPT)) == {*STAGES, *LATER}
