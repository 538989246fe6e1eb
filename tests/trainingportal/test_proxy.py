"""The proxy of docker-compose.yml takes requests in whole, within our limits, and writes no address down."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from trainingportal import patient_worker, serving

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "deploy" / "proxy"
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
UNITS = {"k": 1024, "m": 1024**2, "s": 1}


def told(name: str) -> list[str]:
    """What nginx is told under this name, each time that it is."""
    text = re.sub(r"#.*", "", (FOLDER / "nginx.conf").read_text())
    return [value.strip() for value in re.findall(rf"^\s*{name}\s+([^;{{]+);", text, re.M)]


def amount(name: str) -> int:
    (value,) = told(name)
    return int(value[:-1]) * UNITS[value[-1]]


def test_the_proxy_is_the_only_way_to_the_web():
    with_doors = {name for name, service in SERVICES.items() if "ports" in service}

    assert with_doors == {"proxy", "mail"}
    assert told("proxy_pass") == ["$web"]
    assert told(r"set \$web") == ["http://web:8000"]
    assert "8000" in told("listen")
    assert (ROOT / SERVICES["proxy"]["build"]).resolve() == FOLDER


def test_the_portal_believes_the_proxy_and_the_proxy_says_who_asks_and_how():
    assert SERVICES["web"]["environment"]["BEHIND_PROXY"] == "1"
    headers = dict(value.split(maxsplit=1) for value in told("proxy_set_header"))

    assert headers == {
        "Connection": '""',
        "Host": "$http_host",
        "X-Forwarded-For": "$remote_addr",
        "X-Forwarded-Proto": "$proto",
    }


def test_requests_are_taken_in_whole_and_the_senders_patience_is_ours():
    assert told("proxy_request_buffering") == ["on"]
    assert amount("client_header_timeout") <= patient_worker.PATIENCE
    assert amount("client_body_timeout") <= patient_worker.PATIENCE
    assert amount("proxy_read_timeout") == serving.timeout


def test_what_is_a_little_too_long_reaches_the_portal_which_says_so_in_words():
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    assert limit < amount("client_max_body_size") <= 2 * limit


def test_no_line_of_a_log_holds_an_address():
    assert told("access_log") == ["off"]
    assert told("error_log") == ["stderr emerg"]  # any lower, and lines repeat the request


@pytest.mark.parametrize("page", ["away.html", "too-long.html"])
def test_what_the_proxy_itself_says_is_in_words(page):
    assert any(value.endswith(f"/{page}") for value in told("error_page"))
    words = (FOLDER / "pages" / page).read_text()

    assert "<h1>" in words
    assert "nginx" not in words
