"""A line in the log says where and what kind of trouble, and quotes nobody."""

import datetime as dt
import io
import logging
import logging.config
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from celery.app.trace import build_tracer
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import path
from gunicorn.config import Config
from gunicorn.glogging import SafeAtoms

from bookings.models import Agency, Contact
from tests.factories import AgencyFactory, BookingFactory, ContactFactory
from trainingportal import serving
from trainingportal.celery import app

SECRETS = ["Thistlewood", "thistlewood@example.org", "01632 960123"]
QUOTES = " ".join(SECRETS)


def breaks(request, reference=""):
    """A page that fails over what was typed, with everything in reach of a careless traceback."""
    typed = QUOTES
    try:
        int(typed)
    except ValueError as error:
        raise KeyError(typed) from error


urlpatterns = [path("breaks/", breaks), path("r/<str:reference>/", breaks)]
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


# ---- addresses


@pytest.mark.urls(__name__)
def test_a_page_that_breaks_is_named_by_its_route_and_not_by_its_address(written):
    Client(raise_request_exception=False).get("/r/WT-THISTL it's/?token=thistlewood@example.org")

    assert "Internal Server Error: /r/<str:reference>/" in written.getvalue()
    assert "THISTL" not in written.getvalue()
    assert told(written.getvalue()) == []


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Not Found: /r/WT-THISTL/", "Not Found: /r/<str:reference>/"),
        (
            "at https://portal.example.org/r/WT-THISTL/?q=1, then",
            "at https://portal.example.org/r/<str:reference>/ then",
        ),
        ("from https://elsewhere.example.org/some/secret", "from https://elsewhere.example.org(no page)"),
        ("Connected to redis://:**@127.0.0.1:6379/0", "Connected to redis://:**@127.0.0.1:6379/0"),
        ("cannot read /srv/portal/static/app.css", "cannot read /srv/portal/static/app.css"),
        ("Listening at: http://127.0.0.1:8000 (12)", "Listening at: http://127.0.0.1:8000 (12)"),
        ("1/2 done, and/or not", "1/2 done, and/or not"),
    ],
)
@pytest.mark.urls(__name__)
def test_an_address_in_any_line_becomes_its_route(written, said, line):
    logging.getLogger("celery.worker").warning("%s", said)

    assert written.getvalue().rstrip("\n").endswith(f"celery.worker: {line}")


@pytest.mark.urls(__name__)
def test_gunicorn_names_no_address_either(written):
    logging.getLogger("gunicorn.other").error("Error handling request %s %s", "GET", "/nowhere/WT-THISTL?a=b")

    assert "Error handling request GET (no page)\n" in written.getvalue()


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_not_repeated(written, client):
    client.get("/", headers={"host": "thistlewood.example.org"})

    assert "django.security.DisallowedHost: DisallowedHost" in written.getvalue()
    assert "thistlewood" not in written.getvalue()


@pytest.mark.urls(__name__)
def test_a_line_of_access_holds_the_route_and_nothing_that_a_browser_sent():
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/r/WT-THISTL/?token=x",
        "PATH_INFO": "/r/WT-THISTL/",
        "QUERY_STRING": "token=x",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": "http://localhost/r/WT-THISTL/",
        "HTTP_USER_AGENT": "Thistlewood",
        "REMOTE_ADDR": "192.0.2.77",
    }
    every = " ".join(f"%({atom})s" for atom in "hlutrsmUqHbBfaTDMLp")
    assert (
        access_line(environ, serving.access_log_format).split("] ")[1]
        == "GET /r/<str:reference>/ 200 0.250000 s"
    )
    assert "THISTL" not in access_line(environ, f"{every} %({{referer}}i)s %({{raw_uri}}e)s").upper()
    assert access_line({**environ, "PATH_INFO": "/static/a.css"}, "%(U)s") == "/static/"
    assert access_line({**environ, "PATH_INFO": "/nowhere/WT-THISTL/"}, "%(U)s") == "(no page)"


def access_line(environ: dict[str, str], form: str) -> str:
    """What gunicorn would write of a request, in this format, with the log that we give it."""
    config = Config()
    config.set("logger_class", serving.logger_class)
    log = config.logger_class(config)
    answer = SimpleNamespace(status="200 OK", headers=[], sent=10)
    asked = SimpleNamespace(headers=[("REFERER", environ["HTTP_REFERER"])])
    return form % SafeAtoms(log.atoms(answer, asked, environ, dt.timedelta(milliseconds=250)))
