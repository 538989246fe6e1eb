"""What a new or an upgraded database needs."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db


def test_a_database_from_before_the_first_release_is_refused_and_left_as_it_is():
    MigrationRecorder(connection).record_applied("bookings", "0002_changes")

    with pytest.raises(CommandError, match="Begin with an empty one"):
        call_command("prepare", "--without-demo")

    assert ("bookings", "0002_changes") in MigrationRecorder(connection).applied_migrations()
