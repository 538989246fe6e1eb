"""What every test stands on."""

import gc
import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.models import Field, Model

from bookings.models import SETTINGS_CACHED, Booking, DeskSettings, Enquiry
from places import keeping
from places.demo import is_demo
from speakers.models import Speaker
from tests.browser import (
    chromium,
    clicks_wait_for_the_page_they_lead_to,
    forms_may_be_sent_at_once,
    page_at,
)
from tests.mail import caught_mail
from trainingportal import seals

DESK = {
    "desk_name": "Training desk",
    "desk_email": "desk@example.org",
    "telephone": "01632 960 000",
    "phone_hours": "Monday to Friday, 9am to 4pm",
}

__all__ = [
    "caught_mail",
    "chromium",
    "clicks_wait_for_the_page_they_lead_to",
    "forms_may_be_sent_at_once",
    "page_at",
]


def set_default(model: type[Model], name: str, value: object) -> None:
    """Give a field another default, until the next call."""
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    field.default = value
    vars(field).pop("_get_default", None)  # Django works it out once


def pytest_configure() -> None:
    """Serve static files straight from static/, so that no test needs collectstatic; hash passwords fast."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT = None
    settings.WHITENOISE_USE_FINDERS = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # a busy machine makes examples slowly, and that says nothing of the code
    hypothesis.settings.register_profile(
        "ours", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("ours")
    # rows and pages of a test are freed by themselves; looking through all of Django for rings of objects takes a tenth
    gc.set_threshold(100_000, 20, 50)
    # Playwright keeps an event loop in this thread; Django would take our ordinary queries for async ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session", autouse=True)
def _the_desk_says_who_answers() -> None:
    """Give the desk contact details, as every desk has that is in use; a test of one without takes them away."""
    for name, value in DESK.items():
        set_default(DeskSettings, name, value)


@pytest.fixture(scope="session", autouse=True)
def _rows_are_real() -> None:
    """Make rows that are not invented, though the tests run as a demo does; the tests of the demo's default set it again."""
    for model in (Booking, Enquiry, Speaker):
        set_default(model, "invented", False)


def pytest_collection_finish() -> None:
    """Leave what was loaded so far out of every later look for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def invented_by_default() -> Iterator[None]:
    """Rows get the default that they have outside the tests: invented in a demo."""
    for model in (Booking, Enquiry, Speaker):
        set_default(model, "invented", is_demo)
    yield
    for model in (Booking, Enquiry, Speaker):
        set_default(model, "invented", False)


@pytest.fixture(autouse=True)
def _nothing_kept_from_the_test_before() -> None:
    """Forget what this process keeps of the catalogue and the public pages: another test's rows are not this one's."""
    caches["local"].clear()
    keeping.forget()
    seals.forget()
    # the desk's contact details stand on every page, and are read once a minute: not in each test's count of queries
    keeping.keep(SETTINGS_CACHED, DeskSettings)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Hang up on whoever still talks to the test database before it is dropped.

    A thread of the live server keeps its connection for as long as a browser keeps its line open.
    """
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
