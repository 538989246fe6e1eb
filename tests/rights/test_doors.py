"""Every door through which somebody outside the desk changes something: it tells the desk, or it need not and says why.

The doors are the POST lines of docs/rights.md at which a role that is no desk staff may act. Who adds such a line finds
it missing here.
"""

import re

import pytest
from django.utils import timezone

from bookings.models import Booking, DeskSettings, Matter, WaitingFor
from outbox.models import Message
from tests.rights.sent import data_for
from tests.rights.table import Line, lines
from tests.rights.world import undone

pytestmark = pytest.mark.django_db

DESK = ("Co", "Co¹", "Read", "Aud")

TELLS = {
    # the email to the desk says, and what then waits for the desk on the booking named in the address: an open matter of
    # this kind, the booking's own next step, or nothing where another side has the next turn ("")
    "/notices/{attendee_code}/": ("has written to the training team in private", ""),
    "/ask-a-question/": ("has come in", ""),
    "/ask-for-training/check/": ("has come in", ""),
    "/your/{offered}/offer/1/accept/": ("The agency accepted a date", ""),
    "/your/{offered}/decline/": ("The agency said that no date suits", "make_offer"),
    "/your/{agreed}/write/": ("The agency wrote a message", "message"),
    "/your/{agreed}/room/": ("The agency gave or changed the venue", "room"),
    "/your/{agreed}/details/": ("The agency changed its practical details", "details"),
    "/your/{agreed}/colleague/": ("The agency added a colleague", "colleague"),
    "/your/{offered}/request/audience/": ("The agency changed its request", "request"),
    "/your/{offered}/request/need/": ("The agency changed its request", "request"),
    "/your/{offered}/request/when/": ("The agency changed its request", "request"),
    "/your/{offered}/request/person/": ("The agency changed a contact’s own details", "person"),
    "/your/{offered}/withdraw/": ("The agency withdrew its request", ""),
    "/your/{agreed}/change/another_day/": ("The agency asked for a change", "answer_change"),
    "/your/{agreed}/change/another_place/": ("The agency asked for a change", "answer_change"),
    "/your/{agreed}/change/head_count/": ("The agency asked for a change", "answer_change"),
    "/your/{agreed}/change/cancel/": ("The agency asked for a change", "answer_change"),
    "/your/{agreed}/change/{change}/take-back/": ("The agency no longer asks for a change", ""),
    "/your/{agreed}/colleague/{removable}/remove/": ("The agency removed a colleague", "colleague_off"),
    "/speaking/{offered}/1/ answer=yes": ("A speaker said yes", ""),
    "/speaking/{offered}/1/ answer=no": ("A speaker said no", "replace_speaker"),
    "/speaking/{offered}/1/ answer=if": ("A speaker said yes, with a condition", "settle_condition"),
    "/speaking/{agreed}/1/no-longer/": ("A speaker can no longer come", "replace_speaker"),
    "/speaking/write/ about={agreed}": ("A speaker wrote to the desk", "speaker_message"),
    "/agenda/{agreed}/talk/ do=say": ("commented on the draft agenda", ""),
}
NEED_NOT = {
    r"/ask-for-training/(audience/|need/|when-and-where/|start-again/)?": "nothing is sent to us before the last page",
    r"/sign-in/|/invitation/\{token\}/|/your/\{agreed\}/confirm-mailbox/": "signing in",
    r"/speaking/pause/ for=\w+": "a pause is theirs, without a reason; nobody asks them meanwhile",
    r"/speaking/(away|diary)/.*": "their diary, which every look for a date reads",
    r"/speaking/limits/ part=\w+": "their limits and topics, which every look for a date reads",
    r"/speaking/calendars/.*": "their own calendars",
    r"/speaking/device/|/sign-in-settings/devices/\{device\}/forget/": "where they need no code to answer",
    r"/agenda/\{agreed\}/change/ do=.*": "the lead trainer’s own work; issuing moves the booking’s next step",
    r"/agenda/\{agreed\}/talk/ do=share": "the lead trainer asks the host; their comment is what tells the desk",
    r"/agenda/\{agreed\}/issue/1/act/ do=.*": "the lead trainer’s own work; the booking’s next step follows",
    r"/agenda/\{agreed\}/issue/": "the lead trainer’s own work; issuing moves the booking’s next step",
    r"/demo/enter/ as=\w+": "the demo’s way in",
}


def doors() -> list[Line]:
    """The POST lines that change something for somebody who is no desk staff."""
    return [
        line
        for line in lines()
        if line.method == "POST"
        and any("✓" in answer for role, answer in line.answers.items() if role not in DESK)
    ]


DOORS = doors()


def _need_not(line: Line) -> list[str]:
    return [why for pattern, why in NEED_NOT.items() if re.fullmatch(pattern, line.key)]


def test_every_door_tells_the_desk_or_says_why_it_need_not():
    unheard = [line.key for line in DOORS if line.key not in TELLS and not _need_not(line)]
    both = [line.key for line in DOORS if line.key in TELLS and _need_not(line)]

    assert (unheard, both) == ([], [])
    assert set(TELLS) <= {line.key for line in DOORS}
    assert all(any(re.fullmatch(pattern, line.key) for line in DOORS) for pattern in NEED_NOT)


def _to_desk() -> set[tuple[int, str]]:
    """Each email to the desk with its words on one line: one that says more since is another."""
    mails = Message.objects.filter(to=DeskSettings.current().desk_email)
    return {(mail.pk, " ".join(mail.text.split())) for mail in mails}


def _waits_for_the_desk(reference: str) -> list[str]:
    booking = Booking.objects.get(reference=reference)
    kinds = booking.matters.filter(settled_at__isnull=True).values_list("kind", flat=True)
    return [booking.next_step, *kinds] if booking.waiting_for == WaitingFor.US else []


@pytest.mark.parametrize("line", [line for line in DOORS if line.key in TELLS], ids=str)
def test_what_an_outsider_does_is_mailed_to_the_desk_and_is_its_next_step(world, sent, line):
    words, waiting = TELLS[line.key]
    role = next(role for role, answer in line.answers.items() if role not in DESK and "✓" in answer)
    path, data = world.path(line.address), data_for(sent, world, line.address, line.sent)
    with undone():
        Matter.objects.update(settled_at=timezone.now())
        before = _to_desk()
        world.ask(role, "POST", path, data)
        new = [said for _, said in _to_desk() - before]
        [name] = re.findall(r"{(agreed|offered)}", line.key) or [""]
        waits = _waits_for_the_desk(world.names[name]) if name else []

    assert [words for said in new if words in said], new
    assert len(new) == 1
    assert not waiting or waiting in waits
