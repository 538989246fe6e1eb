"""People and invitations at the desk: every change goes through its service."""

import pytest
from django.test import Client

from accounts import rights
from accounts.models import Invitation, User, UserEvent
from accounts.services import role
from outbox.models import Message
from tests.accounts.conftest import factor_count, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(enter, coordinator, secret) -> Client:
    """A browser in which the coordinator sits at the desk."""
    return enter(coordinator, secret=secret)


def form_of(user: User, **changes: str) -> dict[str, str]:
    """Return what the page of a person would send."""
    role = user.groups.values_list("name", flat=True).first() or ""
    data = {"name": user.name, "email": user.email, "role": role, "is_active": "on" if user.is_active else ""}
    return {key: value for key, value in (data | changes).items() if value or key == "role"}


def test_a_coordinator_invites_a_reader(desk):
    reply = desk.post(
        "/desk/accounts/invitation/add/",
        {
            "name": "Ada Brook",
            "email": "Ada@desk.example.org",
            "group": str(role(rights.READERS).pk),
        },
    )

    assert reply.status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.user.email, invitation.group.name) == ("ada@desk.example.org", rights.READERS)
    assert Message.objects.get(kind="staff-invitation").to == "ada@desk.example.org"
    assert Invitation.objects.count() == 1


def test_a_speaker_is_invited_without_a_role(desk):
    desk.post("/desk/accounts/invitation/add/", {"name": "Kim", "email": "kim@example.org", "group": ""})

    assert Invitation.objects.get().group is None


def test_a_changed_role_ends_sessions_and_names_who_did_it(desk, coordinator):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS)
    stamp = ada.security_stamp

    reply = desk.post(f"/desk/accounts/user/{ada.pk}/change/", form_of(ada, role=rights.AUDITORS))

    assert reply.status_code == 302
    ada = User.objects.get(pk=ada.pk)
    assert list(ada.groups.values_list("name", flat=True)) == [rights.AUDITORS]
    assert ada.security_stamp != stamp


def test_a_changed_address_must_be_proven_again(desk, coordinator):
    ada = make_staff("ada@desk.example.org", rights.READERS)

    desk.post(f"/desk/accounts/user/{ada.pk}/change/", form_of(ada, email="Ada@elsewhere.example.org"))

    address = User.objects.get(pk=ada.pk).emailaddress_set.get()
    assert (address.email, address.verified) == ("ada@elsewhere.example.org", False)
    changed = UserEvent.objects.filter(pgh_obj=ada, email="ada@elsewhere.example.org").get()
    assert changed.pgh_context.metadata["actor"] == coordinator.pk


def test_a_closed_account_has_no_role_left(desk):
    ada = make_staff("ada@desk.example.org", rights.READERS)

    desk.post(f"/desk/accounts/user/{ada.pk}/change/", form_of(ada, is_active=""))

    ada = User.objects.get(pk=ada.pk)
    assert (ada.is_active, ada.is_staff, ada.groups.exists()) == (False, False, False)


def test_the_only_coordinator_stays(desk, coordinator):
    for changes in [{"role": ""}, {"is_active": ""}]:
        reply = desk.post(f"/desk/accounts/user/{coordinator.pk}/change/", form_of(coordinator, **changes))
        assert "This is the only coordinator" in reply.content.decode()

    assert rights.is_coordinator(User.objects.get(pk=coordinator.pk))


def test_a_reset_from_the_list(desk, secret):
    ada = make_staff("ada@desk.example.org", rights.COORDINATORS, secret=secret)

    desk.post(
        "/desk/accounts/user/",
        {"action": "reset_second_factor", "_selected_action": [str(ada.pk)]},
        follow=True,
    )

    assert factor_count(ada) == 0
    assert Invitation.objects.get().user == ada


def test_nobody_is_deleted_or_added_by_hand(desk, coordinator):
    assert desk.get("/desk/accounts/user/add/").status_code == 403
    assert desk.post(f"/desk/accounts/user/{coordinator.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=coordinator.pk).exists()


@pytest.mark.parametrize("group", [rights.READERS, rights.AUDITORS])
def test_only_coordinators_see_people(client, enter, secret, group):
    enter(make_staff("ada@desk.example.org", group, secret=secret), secret=secret)

    assert client.get("/desk/accounts/user/").status_code == 403
    assert client.get("/desk/accounts/invitation/").status_code == 403


def test_a_coordinator_without_a_second_factor_in_this_session_sees_nobody(client, coordinator):
    client.force_login(coordinator)

    assert client.get("/desk/accounts/user/").url == "/second-factor/?next=/desk/accounts/user/"


def test_the_desk_has_no_door_of_its_own(client, enter, coordinator, secret):
    assert client.get("/desk/login/?next=/desk/accounts/user/").url == "/sign-in/?next=/desk/accounts/user/"
    assert client.post("/desk/login/", {"username": coordinator.email, "password": "x"}).status_code == 302

    enter(coordinator, secret=secret)

    assert client.get("/desk/login/?next=/desk/accounts/user/").url == "/desk/accounts/user/"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_people_asks_the_same_number_of_questions(desk, rows, django_assert_num_queries):
    for number in range(rows):
        make_staff(f"person{number}@desk.example.org", rights.READERS)

    with django_assert_num_queries(8):
        assert desk.get("/desk/accounts/user/").status_code == 200
