"""A little of ``bin/soak races``."""

import os

import pytest
from django.db import connection

from soak import inventing, races


@pytest.mark.django_db(transaction=True)
def test_holds_from_two_processes_never_overlap_and_never_lock_one_another_out():
    inventing.invent(4)
    database = connection.settings_dict
    secret = f"{database['USER']}:{database['PASSWORD']}"
    url = f"postgres://{secret}@{database['HOST']}:{database['PORT']}/{database['NAME']}"

    tally = races.run({**os.environ, "DATABASE_URL": url}, holds=200, processes=2)

    assert tally.failed == []
    assert tally.passed > 200
