"""The world of the rights table, built once for these tests and taken back after."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test import override_settings

from tests.rights.sent import Data, everything
from tests.rights.world import World, build
from tests.rights.writes import looks_ahead_aside


@pytest.fixture(scope="package", autouse=True)
def looking_ahead_writes_nothing() -> Iterator[None]:
    """A page says what a press will do by running it and taking it back: no ledger counts that."""
    with looks_ahead_aside():
        yield


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """Everybody and everything. No test changes it: what is asked with an effect stands inside ``undone()``."""
    here = {
        "DEMO": False,
        "SITE_URL": "http://testserver",
        "CALENDAR_HOSTS": ["calendar.example.org"],
        "MEDIA_ROOT": tmp_path_factory.mktemp("files"),
    }
    caches[
        "local"
    ].clear()  # built before the test's own turn to forget: another package's catalogue is not this one's
    with django_db_blocker.unblock(), override_settings(**here), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def sent(world: World) -> dict[str, Data]:
    """What is posted to each address, read once from the pages as they stand."""
    return everything(world)
