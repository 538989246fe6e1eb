"""A line in the log says where and what kind of trouble, and quotes nobody."""

import io
import logging
import logging.config
from collections.abc import Iterator

import pytest
from celery.app.trace import build_tracer
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import path

from bookings.models import Agency, Contact
from tests.factories import AgencyFactory, BookingFactory, ContactFactory
from trainingportal.celery import app

SECRETS = ["Thistlewood", "thistlewood@example.org", "01632 960123"]
QUOTES = " ".join(SECRETS)


def breaks(request):
    """A page that fails over what was typed, with everything in reach of a careless traceback."""
    typed = QUOTES
    try:
        int(typed)
    except ValueError as error:
        raise KeyError(typed) from error


urlpatterns = [path("breaks/", breaks)]
handler500 = "trainingportal.errors.server_error"


@pytest.fixture
def written(monkeypatch) -> Iterator[io.StringIO]:
    """What the portal's own handler writes, from now on."""
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    formatter = settings.LOGGING["formatters"]["line"]
    handler.setFormatter(logging.config.DictConfigurator({}).configure_formatter(dict(formatter)))
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    level = root.level
    root.setLevel(logging.DEBUG)
    yield kept
    root.setLevel(level)


def told(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.urls(__name__)
def test_a_page_that_breaks_leaves_the_place_and_the_kind_of_error_and_no_word_of_it(written, client):
    answer = Client(raise_request_exception=False).post("/breaks/", {"name": QUOTES})

    assert (answer.status_code, told(answer.content.decode()), told(written.getvalue())) == (500, [], [])
    assert "Internal Server Error: /breaks/" in written.getvalue()
    assert "builtins.ValueError\n" in written.getvalue()
    assert "builtins.KeyError" in written.getvalue()
    assert "raise KeyError(typed) from error" in written.getvalue()


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_not_quoted(written):
    contact = ContactFactory(
        name="Ivo Thistlewood", email="thistlewood@example.org", telephone="01632 960123"
    )
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(released_at=contact.mailbox_confirmed_at)
    logging.getLogger("trainingportal").error("It was refused.", exc_info=refused.value)

    assert told(str(refused.value)) == SECRETS  # there was something to quote
    assert told(written.getvalue()) == []
    assert "nobody_is_released_before_the_call_back" in written.getvalue()


@pytest.mark.django_db
def test_a_doubled_row_is_not_quoted(written):
    AgencyFactory(name=QUOTES)
    BookingFactory()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Agency.objects.create(name=QUOTES.upper(), kind="other")
    logging.getLogger("trainingportal").error("It was refused.", exc_info=refused.value)

    assert told(written.getvalue().title()) == []
    assert "an_agency_stands_once" in written.getvalue()


def test_a_task_that_fails_is_written_down_without_its_words(written):
    @app.task(name="tests.breaks", shared=False)
    def fails() -> None:
        raise ValueError(QUOTES)

    try:
        build_tracer(fails.name, fails, app=app)("id-1", (), {}, {})
    finally:
        app.tasks.pop("tests.breaks")

    assert told(written.getvalue()) == []
    assert "Task tests.breaks[None] raised unexpected: builtins.ValueError" in written.getvalue()


def test_what_another_formatter_wrote_on_the_record_is_not_taken_over(written):
    try:
        raise ValueError(QUOTES)
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "x.py", 1, "It broke.", (), (ValueError, error, error.__traceback__)
        )
    logging.Formatter().format(record)
    logging.getLogger().handle(record)

    assert told(written.getvalue()) == []
