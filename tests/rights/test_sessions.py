"""An open session loses a right at the next request after the right was taken away."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts import services as people
from accounts.models import User
from accounts.rights import AUDITORS, COORDINATORS, READERS
from bookings import services
from bookings.models import Contact
from speakers.models import Speaker
from tests.rights.world import World, undone

pytestmark = pytest.mark.django_db


def _role(name: str | None) -> Callable[[World, User], Any]:
    return lambda world, user: people.set_role(user, group=name, actor=world.users["Co"])


def _group_by_hand(world: World, user: User) -> None:
    user.groups.clear()


def _close(world: World, user: User) -> None:
    people.close_account(user, actor=world.users["Co"])


def _deactivate_by_hand(world: World, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _reset(world: World, user: User) -> None:
    people.reset_second_factor(user, actor=world.users["Co"])


def _move(world: World, user: User) -> None:
    people.change_email(user, email="elsewhere@example.org", actor=world.users["Co"])


def _revoke(world: World, user: User) -> None:
    contact = Contact.objects.get(user=user, booking__reference=world.names["agreed"])
    services.revoke_contact(contact.pk, actor=world.users["Co"])


def _leave(world: World, user: User) -> None:
    Speaker.objects.filter(user=user).update(left_on=timezone.localdate())


def _give_up(world: World, user: User) -> None:
    services.give_up_session(world.names["accepted_place"], actor=user)


GONE = [
    ("Co", _role(READERS), "/desk/telephone/", 302),
    ("Co", _role(None), "/desk/", 302),
    ("Co", _group_by_hand, "/desk/", 403),
    ("Co", _close, "/desk/", 302),
    ("Co", _deactivate_by_hand, "/desk/", 302),
    ("Co", _reset, "/agenda/{agreed}/", 302),
    ("Co", _move, "/desk/", 302),
    ("Read", _role(AUDITORS), "/desk/bookings/booking/", 302),
    ("Read", _group_by_hand, "/desk/bookings/booking/", 403),
    ("Aud", _role(READERS), "/desk/history/", 302),
    ("Aud", _close, "/desk/history/", 302),
    ("T3", _revoke, "/your/{agreed}/", 404),
    ("T3", _revoke, "/agenda/{agreed}/issue/1/", 404),
    ("T3", _deactivate_by_hand, "/your/{agreed}/", 302),
    ("T3", _move, "/your/{agreed}/", 302),
    ("Acc", _leave, "/speaking/{agreed}/1/session/", 404),
    ("Acc", _leave, "/agenda/{agreed}/paper/{run_sheet}/file/", 404),
    ("Acc", _give_up, "/speaking/{agreed}/1/session/", 404),
    ("Acc", _give_up, "/agenda/{agreed}/paper/{run_sheet}/file/", 404),
    ("Acc", _close, "/speaking/{agreed}/1/session/", 302),
    ("Lead", _leave, "/agenda/{agreed}/", 404),
    ("Lead", _deactivate_by_hand, "/agenda/{agreed}/", 302),
]


@pytest.mark.parametrize(("role", "take_away", "address", "status"), GONE)
def test_a_right_taken_away_is_gone_at_the_next_request(world, role, take_away, address, status):
    with undone():
        people.set_role(
            User.objects.get(email="owen@desk.example.org"), group=COORDINATORS, actor=world.users["Co"]
        )
        assert world.ask(role, "GET", world.path(address)).status_code == 200

        take_away(world, User.objects.get(pk=world.users[role].pk))

        answer = world.ask(role, "GET", world.path(address))
        assert answer.status_code == status
        assert answer.get("Location", "/sign-in/").startswith("/sign-in/")


def test_a_session_that_ended_does_not_come_back_with_the_right(world):
    with undone():
        user = User.objects.get(pk=world.users["Read"].pk)
        people.close_account(user, actor=world.users["Co"])
        people.open_account(user, actor=world.users["Co"])
        people.set_role(user, group=READERS, actor=world.users["Co"])

        assert world.ask("Read", "GET", "/desk/")["Location"] == "/sign-in/?next=/desk/"


def test_a_right_given_reaches_no_session_that_was_open_before(world):
    with undone():
        people.set_role(
            User.objects.get(pk=world.users["T3"].pk), group=COORDINATORS, actor=world.users["Co"]
        )

        assert world.ask("T3", "GET", "/desk/")["Location"] == "/sign-in/?next=/desk/"
