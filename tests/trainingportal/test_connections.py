"""A kept connection is looked at before it is used again, without a question to the server while it stands."""

import pytest
from django.db import connection, connections
from django.db.backends.postgresql import base

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def another():
    """A second connection to the same database."""
    found = connections.create_connection("default")
    found.connect()
    yield found
    found.close()


@pytest.fixture
def asked(monkeypatch):
    """How often the server was asked; each time it says no."""
    times = []
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda _: bool(times.append(1)))
    return times


def test_a_line_that_waits_is_good_without_asking(asked):
    connection.ensure_connection()

    assert connection.is_usable()
    assert not asked


def test_a_line_that_the_server_closed_is_not(another):
    with another.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (line,) = cursor.fetchone()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [line])

    assert not another.is_usable()


def test_a_line_with_something_on_it_is_asked_and_good(another):
    with another.cursor() as cursor:
        cursor.execute("LISTEN bell")
        cursor.execute("SELECT 1")
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY bell")
        cursor.execute("SELECT pg_sleep(0.05)")

    assert another.is_usable()


def test_after_a_fault_the_server_is_always_asked(asked, monkeypatch):
    connection.ensure_connection()
    monkeypatch.setattr(connection, "errors_occurred", True)

    assert not connection.is_usable()
    assert asked


def test_a_closed_connection_is_not_usable(another):
    another.connection.close()

    assert not another.is_usable()
