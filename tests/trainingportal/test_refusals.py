"""Settings with which nothing starts: tried as an operator meets them, in a process of its own."""

import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.checks import run_checks

from trainingportal import refusals

CAREFUL = {
    "PRODUCTION": "1",
    "DEMO": "0",
    "SECRET_KEY": "kO1v8Zy3Qm5tXw7rBn2cLd4fGh6jPs9aUe0iYxVqWzRtNbMl-K_HgFdSaPoIuT",
    "SECRET_KEY_FALLBACKS": "",
    "SITE_URL": "https://training.example.org",
    "ALLOWED_HOSTS": "training.example.org",
    "EMAIL_URL": "smtp+tls://user:word@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Training team <training@example.com>",
    "BEHIND_PROXY": "1",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
}
STARTS = {
    "manage.py": ["manage.py", "check"],
    "web": ["-m", "gunicorn", "--check-config", "--config", "trainingportal/serving.py"],
    "worker": ["-m", "celery", "-A", "trainingportal", "report"],
}
REFUSED = {
    "the demo": ({"DEMO": "1"}, "the demo lets anyone in as a coordinator"),
    "the key of the example": (
        {"SECRET_KEY": f"{refusals.EXAMPLE_KEY}-known-to-everybody-0123456789-abcdefghijklmnopqrstuvwxyz"},
        "SECRET_KEY is the key in .env.example",
    ),
    "a key of one letter": ({"SECRET_KEY": "x"}, "SECRET_KEY is too short: 1 letters"),
    "a key that repeats itself": ({"SECRET_KEY": "0123456789" * 9}, "SECRET_KEY is easy to guess"),
    "a short earlier key": ({"SECRET_KEY_FALLBACKS": "x"}, "SECRET_KEY_FALLBACKS is too short"),
    "every host": ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is *"),
    "an address without https": ({"SITE_URL": "http://training.example.org"}, "Begin it with https://"),
    "an address that is not served": ({"SITE_URL": "https://other.example.org"}, "Add it to ALLOWED_HOSTS"),
    "compose's mail catcher": ({"EMAIL_URL": "smtp://mail:1025"}, "names the mail catcher"),
    "no mail server": ({"EMAIL_URL": ""}, "names the mail catcher"),
    "no sender": ({"DEFAULT_FROM_EMAIL": ""}, "DEFAULT_FROM_EMAIL is missing"),
    "no proxy": ({"BEHIND_PROXY": "0"}, "BEHIND_PROXY is not set"),
    "mail to the console": ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL names no mail server"),
}


def start(part: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Start a part as far as its settings."""
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": "/nonexistent", **CAREFUL, **changes}
    command = [sys.executable, *STARTS[part]]
    return subprocess.run(  # noqa: S603  our own parts, with settings of our own
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("part", STARTS)
def test_every_part_starts_with_careful_settings(part):
    done = start(part)

    assert (done.returncode, "does not start" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize("part", STARTS)
def test_no_part_starts_as_a_demo_in_production(part):
    done = start(part, DEMO="1")

    assert done.returncode != 0
    assert "the demo lets anyone in as a coordinator. Remove DEMO." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_refused_in_words(case):
    changes, words = REFUSED[case]

    done = start("manage.py", **changes)

    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 2  # a heading and this one sentence


def test_a_demo_on_a_real_site_is_refused_without_production_too():
    done = start("manage.py", DEMO="1", PRODUCTION="0")

    assert done.returncode == 1
    assert "DEMO is set and SITE_URL begins with https" in done.stderr


def test_a_demo_for_colleagues_on_the_network_may_run():
    assert start("manage.py", DEMO="1", PRODUCTION="0", SITE_URL="http://10.0.0.5:8000").returncode == 0


def test_trying_out_may_do_all_of_it():
    done = start(
        "manage.py",
        PRODUCTION="0",
        SECRET_KEY="x",
        ALLOWED_HOSTS="*",
        SITE_URL="http://localhost:8000",
        EMAIL_URL="smtp://mail:1025",
        DEMO="1",
    )

    assert done.returncode == 0, done.stderr


def test_keys_made_as_the_page_says_are_taken():
    assert {refusals.weakness(secrets.token_urlsafe(64)) for _ in range(2_000)} == {""}
    assert {refusals.weakness(secrets.token_hex(32)) for _ in range(2_000)} == {""}


@pytest.mark.django_db
def test_the_checks_say_the_same(settings):
    settings.PRODUCTION, settings.DEMO, settings.ALLOWED_HOSTS = True, True, ["*"]

    said = [
        error.msg for error in run_checks(include_deployment_checks=True) if error.id == "trainingportal.E001"
    ]

    assert [words.split(":")[0].split(",")[0] for words in said][:2] == [
        "DEMO and PRODUCTION are both set",
        "ALLOWED_HOSTS is *",
    ]
