"""Comments on a draft: who reads what, who is told, and what the host never sees."""

import pytest
import time_machine

from agendas import services
from agendas.models import Agenda, Comment
from agendas.services.forgetting import forget_people
from outbox.models import Message
from tests.agendas.conftest import PLACE, SURNAMES
from tests.factories import SpeakerFactory, UserFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(agenda, lead):
    services.share(agenda.pk, actor=lead)
    Message.objects.all().delete()
    return agenda


def told(kind="agenda-comment"):
    return sorted(Message.objects.filter(kind=kind).values_list("to", flat=True))


def test_a_speaker_who_only_reads_comments_and_the_lead_answers(client, agenda, studio, enter, team, lead):
    enter(team[1].user)
    answer = client.post(
        f"{studio}talk/", {"do": "say", "words": "Too long before lunch?", "audience": "team"}
    )
    assert answer.url == f"{studio}#comments"
    assert client.post(f"{studio}talk/", {"do": "settle:1"}).status_code == 404

    enter(lead)
    assert "Too long before lunch?" in client.get(studio).content.decode()
    client.post(f"{studio}talk/", {"do": f"settle:{Comment.objects.get().pk}"})
    assert Comment.objects.get().settled_at is not None


def test_the_host_reads_a_draft_once_it_is_shared_and_no_longer_when_it_is_taken_back(
    client,
    agenda,
    studio,
    enter,
    lead,
    contact,
):
    enter(contact.user, second_factor=False)
    assert client.get(f"{studio}draft/").status_code == 404
    assert client.post(f"{studio}talk/", {"do": "say", "words": "Hello"}).status_code == 404
    services.share(agenda.pk, actor=lead)
    assert told("draft-shared") == [contact.email]
    assert "Alice’s story" in client.get(f"{studio}draft/").content.decode()

    services.keep_to_ourselves(agenda.pk, actor=lead)
    assert client.get(f"{studio}draft/").status_code == 404


def test_a_long_thread_shows_its_newest_and_leads_to_what_was_said_before(
    client, shared, studio, enter, lead, contact
):
    Comment.objects.bulk_create(
        Comment(agenda=shared, by=lead, audience=audience, words=f"For the {audience}, number {number}.")
        for number in range(1, 32)
        for audience in ("team", "host")
    )
    enter(contact.user, second_factor=False)
    newest = client.get(f"{studio}draft/").content.decode()
    assert "number 31." in newest
    assert "number 2." in newest
    assert "number 1." not in newest
    assert "Earlier comments" in newest
    assert "Later comments" not in newest

    before = client.get(f"{studio}draft/", {"said": "2"}).content.decode()
    assert "For the host, number 1." in before
    assert "number 2." not in before
    assert "Later comments" in before
    assert "Earlier comments" not in before
    assert "For the team" not in newest + before

    enter(lead)
    said = client.get(studio, {"said": "3"}).content.decode()
    assert "For the team, number 1." in said
    assert "For the host, number 1." in said
    assert "number 2." not in said
    for nonsense in ("0", "-1", "x", "9" * 30, "²"):
        assert "number 31." in client.get(studio, {"said": nonsense}).content.decode()


def test_the_host_sees_no_name_no_place_and_no_remark_for_the_team(
    client,
    shared,
    studio,
    enter,
    lead,
    contact,
    team,
):
    shared.items.filter(kind="welcome").update(title=f"Welcome by {SURNAMES[0]}")
    services.say(
        shared.pk, words=f"{SURNAMES[1]} is tired of {PLACE[0]}", audience="team", actor=team[1].user
    )
    services.say(shared.pk, words="Is this what you hoped for?", audience="host", actor=lead)
    enter(contact.user, second_factor=False)

    page = client.get(f"{studio}draft/").content.decode()

    assert "Is this what you hoped for?" in page
    assert "The training team" in page
    assert [planted for planted in [*SURNAMES, *PLACE, "is tired of", lead.name] if planted in page] == []


def test_words_for_the_host_that_name_a_speaker_or_the_place_come_back(client, shared, studio, enter, lead):
    enter(lead)
    words = f"Ask {SURNAMES[1]} about it"

    answer = client.post(f"{studio}talk/", {"do": "say", "words": words, "audience": "host"})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Comment.objects.exists()


def test_the_host_answers_and_those_concerned_are_told_once_in_a_while(shared, contact, lead, team):
    with time_machine.travel(at(10), tick=False):
        services.say(
            shared.pk, words="More on the law, please", audience="", is_from_host=True, actor=contact.user
        )
        services.say(
            shared.pk, words="And a longer break", audience="", is_from_host=True, actor=contact.user
        )
    assert set(told()) >= {speaker.user.email for speaker in team}
    assert contact.email not in told()
    assert len(told()) == len(set(told()))
    assert not [message for message in Message.objects.all() if "law, please" in message.text]

    with time_machine.travel(at(11), tick=False):
        services.say(shared.pk, words="Gladly", audience="host", actor=lead)
    assert contact.email in told()


def test_a_remark_for_the_team_is_mailed_to_nobody_at_the_host(shared, contact, team):
    services.say(shared.pk, words="Between us", audience="team", actor=team[1].user)

    assert contact.email not in told()
    assert team[1].user.email not in told()


def test_strangers_and_other_agencies_find_nothing(client, shared, studio, enter):
    for user in (UserFactory(), SpeakerFactory().user):
        enter(user)
        assert client.get(f"{studio}draft/").status_code == 404
        assert client.post(f"{studio}talk/", {"do": "say", "words": "Hello"}).status_code == 404


def test_what_was_said_is_forgotten_with_the_people(shared, team):
    services.say(shared.pk, words="Between us", audience="team", actor=team[1].user)
    forget_people(Agenda.objects.get().booking_id)

    assert not Comment.objects.exists()


def test_what_the_host_says_stands_on_the_desks_home_until_it_is_answered(
    client, shared, studio, enter, desk, lead, contact
):
    client = enter(desk)
    words = f"Answer {shared.booking.agency}"
    assert words not in client.get("/desk/").content.decode()

    services.say(shared.pk, words="Lunch later?", audience="host", is_from_host=True, actor=contact.user)
    services.say(shared.pk, words="I would not.", audience="team", actor=lead)
    home, page = client.get("/desk/").content.decode(), client.get(studio).content.decode()
    assert f'href="{studio}#comments">{words}' in home
    assert "nobody has answered yet" in page

    services.say(shared.pk, words="Half past twelve.", audience="host", actor=lead)
    assert words not in client.get("/desk/").content.decode()
    assert "nobody has answered yet" not in client.get(studio).content.decode()


def test_a_settled_comment_waits_no_longer(client, shared, studio, enter, desk, contact):
    said = services.say(shared.pk, words="Fine.", audience="host", is_from_host=True, actor=contact.user)
    assert [one.pk for one in services.waiting_comments()] == [said.pk]
    services.settle(shared.pk, comment_id=said.pk, actor=desk)

    assert not services.waiting_comments().exists()
    assert "nobody has answered yet" not in enter(desk).get(studio).content.decode()
