"""Whose name an auditor reads in the history: people at the desk for what they do there, never who gives a session."""

import pytest

from bookings import services
from speakers.models import Speaker
from tests.trainingportal.desk.conftest import contact_of, offered, requested, rung_back, speakers

pytestmark = pytest.mark.django_db


def deeds(client, booking) -> dict[str, str]:
    """Who did what to this booking, as this person reads it, by what was done."""
    found = client.get("/desk/history/", {"reference": booking.reference}).context["deeds"]
    return {deed.verb: deed.who for deed in found}


def test_an_auditor_reads_the_desk_by_name_and_everybody_else_by_their_part(auditor, desk, priya):
    booking = offered(rung_back(requested(), priya), priya, speakers(2))
    place = booking.offers.get().engagements.first()
    speaker, contact = place.speaker, contact_of(booking)
    services.accept_offer(booking.offers.get().pk, actor=contact.user)
    services.answer_invitation(place.pk, accepts=True, actor=speaker.user)

    assert deeds(auditor, booking) == {
        "ask for training": "The portal",
        "record call-back": priya.name,
        "make offer": priya.name,
        "accept offer": f"Somebody at the agency, no. {contact.user_id}",
        "accept invitation": f"A speaker, no. {speaker.user_id}",
    }
    assert deeds(desk, booking)["accept invitation"] == speaker.user.name


@pytest.mark.parametrize("accepts", [True, False])
def test_a_coordinator_who_gives_the_session_too_is_not_named_for_their_answer(auditor, priya, owen, accepts):
    team = speakers(2)
    Speaker.objects.filter(pk=team[0].pk).update(user=priya)
    booking = offered(rung_back(requested(), priya), owen, team)
    place = booking.offers.get().engagements.get(speaker=team[0])

    services.answer_invitation(place.pk, accepts=accepts, actor=priya)

    read = deeds(auditor, booking)
    assert read["record call-back"] == priya.name
    assert read["accept invitation" if accepts else "decline invitation"] == "A speaker, or the desk for one"
