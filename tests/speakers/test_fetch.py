"""What the fetcher will not do, tried against a server that would let it."""

import dataclasses
import ipaddress
import ssl
import time
from pathlib import Path

import pytest

from speakers.fetch import (
    Away,
    NotFound,
    Outside,
    Refused,
    TooLarge,
    checked,
    fetch,
    host_allowed,
    is_public,
)
from tests.speakers.conftest import HERE, HOST, give


def test_a_calendar_is_read_with_its_marks(calendar_server):
    calendar_server.answer = lambda request: give(
        request, b"BEGIN:VCALENDAR", ETag='"7"', Last_Modified="Mon, 01 Feb 2027 10:00:00 GMT"
    )

    answer = fetch(calendar_server.address, outside=calendar_server.outside)

    (request,) = calendar_server.asked
    assert (answer.body, answer.etag) == (b"BEGIN:VCALENDAR", '"7"')
    assert answer.last_modified == "Mon, 01 Feb 2027 10:00:00 GMT"
    assert request.path == "/secret-path/basic.ics?key=1"
    assert not {"Cookie", "Referer", "Authorization", "If-None-Match"} & set(request.headers)


def test_only_what_changed_is_asked_for(calendar_server):
    calendar_server.answer = lambda request: give(request, b"", status=304)

    answer = fetch(calendar_server.address, etag='"7"', last_modified="then", outside=calendar_server.outside)

    (request,) = calendar_server.asked
    assert answer.body is None
    assert (request.headers["If-None-Match"], request.headers["If-Modified-Since"]) == ('"7"', "then")


@pytest.mark.parametrize(
    "address",
    [
        "http://calendar.example.org/a.ics",
        "ftp://calendar.example.org/a.ics",
        "file:///etc/passwd",
        "//calendar.example.org/a.ics",
        "calendar.example.org/a.ics",
        "https://",
        "https://me:word@calendar.example.org/a.ics",
        "https://calendar.example.org@evil.example/a.ics",
        "https://calendar.example.org:8443/a.ics",
        "https://calendar.example.org:99999/a.ics",
        "https://evil.example/calendar.example.org",
        "https://calendar.example.org.evil.example/a.ics",
        "https://127.0.0.1/a.ics",
        "https://[::1]/a.ics",
        "https://calendar.example.org/a.ics\r\nHost: evil.example",
        "https://calendar.example.org/a b.ics",
    ],
)
def test_an_address_of_another_kind_is_refused(address):
    with pytest.raises(Refused):
        checked(address, Outside(hosts=[HOST]))


def test_a_listed_name_is_that_name_and_an_entry_with_a_dot_all_names_under_it():
    assert host_allowed("p12-caldav.icloud.com", [".icloud.com"])
    assert not host_allowed("icloud.com.evil.example", [".icloud.com"])
    assert not host_allowed("notcalendar.example.org", [HOST])


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2a00:1450:4009:815::200e", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - looked at, not listened on
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_only_addresses_on_the_open_internet_are_public(address, public):
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize("found", [[], [HERE], [ipaddress.ip_address("8.8.8.8"), HERE]])
def test_a_name_that_stands_for_a_private_address_is_refused_before_any_knock(calendar_server, found):
    outside = dataclasses.replace(
        calendar_server.outside, look_up=lambda host, port: found, may_reach=is_public
    )

    with pytest.raises(Refused):
        fetch(calendar_server.address, outside=outside)

    assert calendar_server.asked == []


def test_a_name_is_looked_up_once_so_that_a_second_answer_cannot_lead_elsewhere(calendar_server):
    looked_up = []

    def rebinding(host, port):
        looked_up.append(host)
        return [HERE] if len(looked_up) == 1 else [ipaddress.ip_address("127.0.0.2")]

    calendar_server.answer = lambda request: give(request, b"yes")
    outside = dataclasses.replace(calendar_server.outside, look_up=rebinding)

    assert fetch(calendar_server.address, outside=outside).body == b"yes"
    assert looked_up == [HOST]
    assert calendar_server.asked[0].client_address[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "location",
    [
        "http://calendar.example.org/",
        "https://evil.example/",
        "https://127.0.0.1/",
        "gopher://x/",
        "//evil.example/",
    ],
)
def test_a_redirect_is_looked_at_as_closely_as_the_first_address(calendar_server, location):
    calendar_server.answer = lambda request: give(request, b"", status=302, Location=location)

    with pytest.raises(Refused):
        fetch(calendar_server.address, outside=calendar_server.outside)

    assert len(calendar_server.asked) == 1


def test_the_name_of_a_redirect_is_looked_up_again(calendar_server):
    found = iter([[HERE], [ipaddress.ip_address("10.0.0.1")]])
    outside = dataclasses.replace(calendar_server.outside, look_up=lambda host, port: next(found))
    calendar_server.answer = lambda request: give(request, b"", status=302, Location="/else")

    with pytest.raises(Refused):
        fetch(calendar_server.address, outside=outside)


def test_redirects_are_followed_and_not_for_ever(calendar_server):
    def once(request):
        moved = request.path != "/moved"
        give(request, b"" if moved else b"here", status=301 if moved else 200, Location="/moved")

    calendar_server.answer = once
    assert fetch(calendar_server.address, outside=calendar_server.outside).body == b"here"

    calendar_server.answer = lambda request: give(request, b"", status=302, Location="/round")
    with pytest.raises(Away):
        fetch(calendar_server.address, outside=calendar_server.outside)
    assert len(calendar_server.asked) == 2 + 4


@pytest.mark.parametrize(
    ("status", "trouble"), [(404, NotFound), (410, NotFound), (403, NotFound), (500, Away), (206, Away)]
)
def test_what_is_no_calendar_is_told_apart(calendar_server, status, trouble):
    calendar_server.answer = lambda request: give(request, b"no", status=status)

    with pytest.raises(trouble):
        fetch(calendar_server.address, outside=calendar_server.outside)


@pytest.mark.parametrize("says_how_long", [True, False])
def test_more_than_we_read_is_left(calendar_server, says_how_long):
    def much(request):
        request.send_response(200)
        if says_how_long:
            request.send_header("Content-Length", "1001")
        request.end_headers()
        request.wfile.write(b"x" * 1001)

    calendar_server.answer = much
    with pytest.raises(TooLarge):
        fetch(calendar_server.address, outside=dataclasses.replace(calendar_server.outside, most_bytes=1000))


def test_less_than_was_promised_is_no_answer(calendar_server):
    calendar_server.answer = lambda request: give(request, b"BEGIN", Content_Length="500")

    with pytest.raises(Away):
        fetch(calendar_server.address, outside=calendar_server.outside)


def test_a_server_that_drips_is_left_in_time(calendar_server):
    def drip(request):
        request.send_response(200)
        request.end_headers()
        for _ in range(50):
            request.wfile.write(b"x")
            request.wfile.flush()
            time.sleep(0.1)

    calendar_server.answer = drip
    begun = time.monotonic()
    with pytest.raises(Away):
        fetch(calendar_server.address, outside=dataclasses.replace(calendar_server.outside, most_seconds=0.5))
    assert time.monotonic() - begun < 3


def test_a_server_that_cannot_prove_its_name_is_not_read(calendar_server, certificate: Path):
    stranger = dataclasses.replace(calendar_server.outside, trust=ssl.create_default_context())
    with pytest.raises(Away):
        fetch(calendar_server.address, outside=stranger)

    other_name = dataclasses.replace(calendar_server.outside, hosts=["other.example.org"])
    with pytest.raises(Away):
        fetch(calendar_server.address.replace(HOST, "other.example.org"), outside=other_name)
    assert calendar_server.asked == []


def test_nothing_else_in_the_portal_asks_the_outside():
    """Mail leaves by outbox/sender.py, the broker and the database by their drivers; this is all the rest."""
    root = Path(__file__).resolve().parents[2]
    ways_out = ("urlopen", "http.client", "import requests", "httpx", "import socket")
    apps = (
        "accounts",
        "agendas",
        "bookings",
        "courses",
        "formkit",
        "outbox",
        "places",
        "speakers",
        "trainingportal",
    )
    found = {
        str(path.relative_to(root))
        for app in apps
        for path in (root / app).rglob("*.py")
        if any(way in path.read_text() for way in ways_out)
    }

    assert found - {"outbox/sender.py"} == {"speakers/fetch.py"}
