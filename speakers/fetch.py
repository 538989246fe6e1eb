"""The one place from which a request leaves the portal for somebody else's server: to read a published calendar.

Whoever can name an address for us to fetch could otherwise make us knock on doors behind our own firewall. So: https on
its usual port and nothing else; a host on the list that the operator keeps; every address the name stands for is public,
and the connection goes to the very address that was looked at, whatever the name stands for a moment later. A redirect is
a new request with all of that again. Size, time and redirects are bounded. No cookie, no sign-in, no proxy.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

MOST_BYTES = 2 * 1024 * 1024
MOST_SECONDS = 20.0
MOST_REDIRECTS = 3
SILENCE_SECONDS = 5.0
REDIRECTS = (301, 302, 303, 307, 308)
HEADERS = {
    "Accept": "text/calendar",
    "Accept-Encoding": "identity",
    "User-Agent": "Working-Together-portal",
    "Connection": "close",
}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """We do not fetch from there."""


class NotFound(Exception):
    """The server says that nothing is there, or not for us."""


class Away(Exception):
    """No answer, an answer too slow, or one that is no answer."""


class TooLarge(Exception):
    """More than we read."""


@dataclass(frozen=True)
class Answer:
    """What came back. ``body`` is None where nothing has changed since the marks that were sent."""

    body: bytes | None
    etag: str
    last_modified: str


def _look_up(host: str, port: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]


def is_public(address: Address) -> bool:
    """Whether an address is out on the open internet, also when it hides an IPv4 address in an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if hidden or address in _TRANSLATED:
            return False  # no calendar is published at one, and each is a way round this check
    return address.is_global and not address.is_multicast and not address.is_reserved


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Outside:
    """What is allowed. Tests serve a calendar of their own under another one; the portal uses the defaults."""

    hosts: Sequence[str]
    port: int = 443
    look_up: Callable[[str, int], list[Address]] = _look_up
    may_reach: Callable[[Address], bool] = is_public
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    most_bytes: int = MOST_BYTES
    most_seconds: float = MOST_SECONDS


def host_allowed(host: str, hosts: Sequence[str]) -> bool:
    """Whether a host stands on the list: by its name, or under an entry that begins with a dot."""
    return any(host == entry or (entry.startswith(".") and host.endswith(entry)) for entry in hosts)


def checked(address: str, outside: Outside) -> SplitResult:
    """Take an address apart. Raises ``Refused`` for anything but https to a listed host on the usual port."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise Refused("not an address") from error
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or not host or parts.username is not None or parts.password is not None:
        raise Refused("not a plain https address")
    if port not in (None, outside.port):
        raise Refused("not the usual port")
    if any(ord(letter) <= 32 or ord(letter) >= 127 for letter in address):
        raise Refused("signs that no address has")
    if not host_allowed(host, outside.hosts):
        raise Refused("not on the list")
    return parts


def fetch(address: str, *, etag: str = "", last_modified: str = "", outside: Outside | None = None) -> Answer:
    """GET an address, asking only for what has changed since ``etag`` and ``last_modified``.

    Raises ``Refused``, ``NotFound``, ``Away`` or ``TooLarge``. Never called while a page waits for a database lock.
    """
    outside = outside or Outside(hosts=settings.CALENDAR_HOSTS)
    ends_at = time.monotonic() + outside.most_seconds
    marks = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    for _ in range(MOST_REDIRECTS + 1):
        parts = checked(address, outside)
        answer = _ask(parts, {name: value for name, value in marks.items() if value}, outside, ends_at)
        if isinstance(answer, Answer):
            return answer
        address = urljoin(address, answer)
    raise Away("sent round in circles")


def _ask(parts: SplitResult, marks: dict[str, str], outside: Outside, ends_at: float) -> Answer | str:
    """One request to one address that was looked at; gives the answer, or where it sends us on to."""
    host = (parts.hostname or "").rstrip(".")
    line = _connect(host, outside, ends_at)
    connection = HTTPSConnection(host, outside.port, context=outside.trust)
    connection.sock = line
    # a server that sends one byte now and then keeps every single wait short: the whole is bounded here
    alarm = threading.Timer(max(ends_at - time.monotonic(), 0.01), _hang_up, [line])
    alarm.daemon = True
    alarm.start()
    try:
        line.do_handshake()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={**HEADERS, **marks})
        answer = _read(connection.getresponse(), outside)
    except (OSError, HTTPException, ValueError) as error:
        raise Away("no answer") from error
    finally:
        alarm.cancel()
        connection.close()
    if time.monotonic() >= ends_at:  # what came may be cut off
        raise Away("too slow")
    return answer


def _connect(host: str, outside: Outside, ends_at: float) -> ssl.SSLSocket:
    """Open a line to a public address of the host; the handshake will ask for the host's own certificate."""
    try:
        addresses = outside.look_up(host, outside.port)
    except (OSError, UnicodeError) as error:
        raise Away("no such name") from error
    if not addresses or not all(outside.may_reach(address) for address in addresses):
        raise Refused("not a public address")
    wait = min(SILENCE_SECONDS, max(ends_at - time.monotonic(), 0.01))
    try:
        plain = socket.create_connection((str(addresses[0]), outside.port), timeout=wait)
    except OSError as error:
        raise Away("no line") from error
    return outside.trust.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


def _hang_up(line: ssl.SSLSocket) -> None:
    with suppress(OSError):  # it is over already
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def _read(response: HTTPResponse, outside: Outside) -> Answer | str:
    marks = (response.headers.get("ETag", "")[:200], response.headers.get("Last-Modified", "")[:60])
    if response.status == 304:
        return Answer(None, *marks)
    if response.status in REDIRECTS and response.headers.get("Location"):
        return str(response.headers["Location"])
    if response.status in (401, 403, 404, 410):
        raise NotFound(str(response.status))
    if response.status != 200:
        raise Away(str(response.status))
    body = response.read(outside.most_bytes + 1)
    if len(body) > outside.most_bytes:
        raise TooLarge
    if response.length:  # less came than was promised
        raise Away("broken off")
    return Answer(body, *marks)
