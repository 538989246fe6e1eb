"""The names that the code reads from the environment reach it in every way that we ship to run the portal."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import environ
import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NOT_THE_PORTAL = {"tests", "bench", "soak", "frontend", "var", ".venv", "node_modules"}
# the runner is of bin/run; of it the image uses only the health check
OF_THE_RUNNER = {"probe.py"}
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "PATH_INFO"}  # Django's own, and one of a request


def sources() -> Iterator[Path]:
    """Every file of Python that runs where the portal is run for real."""
    for path in ROOT.rglob("*.py"):
        first = path.relative_to(ROOT).parts[0]
        if first not in NOT_THE_PORTAL and (first != "runner" or path.name in OF_THE_RUNNER):
            yield path


def names_read(tree: ast.AST) -> Iterator[str]:
    """The names in calls such as ``env.str("A")``, ``os.environ.get("B")``, ``os.getenv("C")`` and in ``os.environ["D"]``."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=base), args=[ast.Constant(value=str(name)), *_]):
                asked = ast.unparse(base)
            case ast.Subscript(value=base, slice=ast.Constant(value=str(name))):
                asked = ast.unparse(base)
            case _:
                continue
        if asked.split(".")[-1] in {"env", "environ", "os"} and re.fullmatch("[A-Z][A-Z_]+", name):
            yield name


def all_names() -> set[str]:
    found = {name for path in sources() for name in names_read(ast.parse(path.read_text()))}
    return found - NOT_OURS


def test_the_names_are_found_in_the_source():
    assert {"SECRET_KEY_FALLBACKS", "WEB_THREADS", "VAR_DIR", "WEB_URL", "MAIL_LINES"} <= all_names()


@pytest.mark.parametrize("service", ["web", "worker", "beat", "migrate"])
def test_compose_hands_every_name_to_every_part(service):
    handed_on = set(
        yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][service]["environment"]
    )
    in_the_image = set(re.findall(r"^(?:ENV|   ) (?:\s*)([A-Z_]+)=", (ROOT / "Dockerfile").read_text(), re.M))

    of_prepare = set() if service == "migrate" else {"DATABASE_OWNER_URL"}
    assert all_names() - handed_on - in_the_image == of_prepare


def test_compose_leaves_out_what_nobody_set():
    """With ``${NAME:-}`` a name would arrive empty, and ``HTTPS`` set to nothing would mean no."""
    environment = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["web"]["environment"]

    assert [name for name, value in environment.items() if value and ":-}" in value] == []


@pytest.mark.parametrize("page", [".env.example", "docs/deployment.md"])
def test_every_name_is_written_down(page):
    written = set(re.findall("[A-Z][A-Z_]+", (ROOT / page).read_text()))

    assert all_names() - written == set()


@pytest.mark.parametrize("page", [".env.example", "docs/deployment.md"])
def test_the_mail_servers_of_the_pages_can_be_read(page):
    shown = re.findall(r"\b[a-z+]+://user:password@[\w.]+:(?:587|465)", (ROOT / page).read_text())
    read = [environ.Env.email_url_config(address) for address in shown]

    assert [(each["EMAIL_PORT"], each.get("EMAIL_USE_TLS"), each.get("EMAIL_USE_SSL")) for each in read] == [
        (587, True, None),
        (465, None, True),
    ][: len(shown)]
    assert shown
