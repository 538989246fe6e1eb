"""The role as which the portal works reads and writes rows, and touches neither tables nor triggers."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from bookings.models import Enquiry
from bookings.services.asking import make_enquiry
from outbox.models import Message
from trainingportal import database_roles

pytestmark = pytest.mark.django_db

ROLE = "plain_role_of_a_test"
EVENTS = [model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def plain() -> Iterator[None]:
    """Work as the plain role from here on."""
    database_roles.let_in(ROLE, "a-word")
    database_roles.let_in(ROLE, "another-word")  # safe to run again
    run(f"SET ROLE {ROLE}")
    yield
    run("RESET ROLE")


def test_there_are_tables_of_the_audit_trail():
    assert len(EVENTS) > 10


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "TRUNCATE {}",
        "ALTER TABLE {} ADD COLUMN note text",
        "DROP TABLE {}",
        "CREATE TRIGGER own BEFORE INSERT ON {} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ],
)
def test_no_table_of_the_audit_trail_can_be_emptied_or_altered(plain, statement):
    for table in EVENTS:
        with pytest.raises(ProgrammingError):
            run(statement.format(table))


def test_triggers_cannot_be_switched_off_for_a_session(plain):
    with pytest.raises(ProgrammingError):
        run("SET session_replication_role = replica")


def test_the_portal_works_as_this_role(plain, client):
    assert client.get(reverse("ask-question")).status_code == 200
    make_enquiry(name="Casey", message="What does it cost?", email="casey@example.org")
    Enquiry.objects.update(message="What does a day cost?")

    assert Message.objects.filter(to="casey@example.org").exists()
    Message.objects.all().delete()
    assert client.get(reverse("health-ready")).json()["database"] == "well"


def test_the_check_warns_of_a_role_that_may_do_more_and_is_silent_for_this_one(request):
    assert [found.id for found in database_roles.role_is_plain(None)] == ["trainingportal.W001"]

    request.getfixturevalue("plain")

    assert database_roles.role_is_plain(None) == []
