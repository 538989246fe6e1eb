"""When a start may leave out what the last one did."""

import os

import pytest
from django.db import connection

from runner import run


@pytest.fixture
def code(tmp_path, monkeypatch):
    """A small checkout."""
    monkeypatch.setattr(run, "BASE_DIR", tmp_path)
    for path in ("courses/migrations/0001_initial.py", "static/a.css", "var/log/web.log", "tests/test_a.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("1")
    return tmp_path


@pytest.mark.parametrize("path", ["courses/migrations/0001_initial.py", "static/a.css"])
def test_a_changed_file_of_the_portal_is_noticed(code, path):
    before = run.fingerprint_of_code()

    (code / path).write_text("2")
    os.utime(code / path, ns=(1, 1))

    assert run.fingerprint_of_code() != before


def test_a_new_file_is_noticed(code):
    before = run.fingerprint_of_code()

    (code / "courses" / "data.csv").write_text("")

    assert run.fingerprint_of_code() != before


@pytest.mark.parametrize("path", ["var/log/web.log", "tests/test_a.py"])
def test_logs_and_tests_prepare_nothing(code, path):
    before = run.fingerprint_of_code()

    (code / path).write_text("longer than before")

    assert run.fingerprint_of_code() == before


@pytest.mark.django_db
def test_another_database_is_noticed():
    found = connection.get_connection_params()
    login = f"{found['user']}:{found.get('password') or ''}"
    url = f"postgres://{login}@{found['host']}:{found['port']}/"

    assert run.fingerprint_of_tables(f"{url}{found['dbname']}") is not None
    assert run.fingerprint_of_tables(f"{url}postgres") is None


def test_a_database_without_the_plain_role_is_prepared():
    told = connection.settings_dict
    nobody = f"postgres://no_such_role:word@{told['HOST']}:{told['PORT']}/{told['NAME']}"

    assert run.fingerprint_of_tables(nobody) is None


def test_a_host_is_found_under_its_own_name():
    everywhere = ["127.0.0.1", "0.0.0.0", "::"]  # noqa: S104  nothing listens

    assert {run.own_name(host) for host in everywhere} == {"localhost"}
    assert run.own_name("192.0.2.7") == "192.0.2.7"
    assert run.own_name("2001:db8::7") == "[2001:db8::7]"
