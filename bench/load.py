"""Load from outside: wrk for pages, many requests at once for submissions, and what a first visit fetches."""

import asyncio
import http.client
import re
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from bench.processes import cpu_of_workers

CONNECTIONS = 2
REQUESTS = re.compile(r"^\s*(\d+) requests in", re.MULTILINE)
NOT_OK = re.compile(r"Non-2xx or 3xx responses: (\d+)")
TIME_PER_ANSWER = 60


class LoadFailed(Exception):
    """The page did not answer as it should, so its figure would mean nothing."""


@dataclass(frozen=True)
class Site:
    """A running gunicorn."""

    port: int
    master: int


def cpu_per_request(site: Site, path: str, *, seconds: float, cookie: str = "") -> float:
    """Milliseconds of CPU that the workers spend on one request of this page. Raises ``LoadFailed``."""
    address = f"http://127.0.0.1:{site.port}{path}"
    warm_up(site, path, cookie)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--timeout", "20s"]
    if cookie:
        command += ["-H", f"Cookie: {cookie}"]
    before = cpu_of_workers(site.master)
    done = subprocess.run([*command, address], capture_output=True, text=True, check=True)
    after = cpu_of_workers(site.master)
    return (after - before) * 1000 / requests_in(done.stdout, path)


def warm_up(site: Site, path: str, cookie: str) -> None:
    """Ask for the page once for each worker or so: the first time a process loads and builds what it then keeps."""
    for _ in range(2 * CONNECTIONS):
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=TIME_PER_ANSWER)
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        connection.getresponse().read()
        connection.close()


def requests_in(output: str, path: str) -> float:
    """How many requests wrk's report stands for; those under way at its end count half. Raises ``LoadFailed``."""
    found = REQUESTS.search(output)
    if not found or int(found[1]) == 0 or "Socket errors" in output:
        raise LoadFailed(f"{path} did not answer:\n{output}")
    if failed := NOT_OK.search(output):
        raise LoadFailed(f"{path} answered {failed[1]} times with an error")
    return int(found[1]) + CONNECTIONS / 2


# ---- many at once


@dataclass(frozen=True)
class Burst:
    """What came of requests sent at the same moment."""

    statuses: Counter[int]
    seconds: float

    @property
    def failures(self) -> int:
        """Server errors, and requests that got no answer at all (status 0)."""
        return sum(count for status, count in self.statuses.items() if status >= 500 or status == 0)


def send_at_once(port: int, requests: Sequence[bytes]) -> Burst:
    """Open a connection for each request, send all of them, and wait for all answers."""

    async def everyone() -> list[int]:
        return list(await asyncio.gather(*(send_one(port, request) for request in requests)))

    began = time.monotonic()
    statuses = asyncio.run(everyone())
    return Burst(Counter(statuses), time.monotonic() - began)


async def send_one(port: int, request: bytes) -> int:
    """Send one request over a connection of its own; gives the status, 0 when no answer came."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(), TIME_PER_ANSWER)
        writer.close()
        return int(answer.split(b" ", 2)[1])
    except (OSError, TimeoutError, IndexError, ValueError):
        return 0


# ---- a first visit


class Linked(HTMLParser):
    """Collects what a browser fetches because a page names it."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag makes a browser fetch."""
        values = dict(attrs)
        rel = (values.get("rel") or "").split()
        fetched = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}
        if (tag == "link" and fetched & set(rel)) or tag in ("script", "img", "iframe", "source"):
            address = values.get("href") if tag == "link" else values.get("src")
            if address and not address.startswith("data:"):
                self.addresses.append(address)


@dataclass(frozen=True)
class Visit:
    """What a first visit to a page fetches."""

    path: str
    bytes: int
    requests: int
    third_parties: int


def first_visit(port: int, path: str) -> Visit:
    """Fetch a page and all that it names, as a browser without a cache does; bytes as they go over the wire.

    Raises ``LoadFailed`` when something of it is not there.
    """
    page = f"http://127.0.0.1:{port}{path}"
    size, html = fetch(page)
    linked = Linked()
    linked.feed(html)
    total, seen = size, {page}
    waiting = [urljoin(page, address) for address in linked.addresses]
    foreign = 0
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        if urlsplit(address).netloc != urlsplit(page).netloc:
            foreign += 1
            continue
        size, text = fetch(address)
        total += size
        if urlsplit(address).path.endswith(".css"):
            waiting += [
                urljoin(address, found)
                for found in re.findall(r"url\([\"']?([^\"')]+)", text)
                if not found.startswith(("data:", "#"))
            ]
    return Visit(path, total, len(seen), foreign)


def fetch(address: str) -> tuple[int, str]:
    """The bytes of one answer, headers included, and its text when it was not packed or is a stylesheet."""
    parts = urlsplit(address)
    size, _, _ = ask(parts.netloc, parts.path, packed=True)
    _, status, text = ask(parts.netloc, parts.path, packed=False)
    if status != 200:
        raise LoadFailed(f"{address} answered {status}")
    return size, text


def ask(host: str, path: str, *, packed: bool) -> tuple[int, int, str]:
    """Size over the wire, status and text of one answer."""
    connection = http.client.HTTPConnection(host, timeout=20)
    headers = {"Accept-Encoding": "gzip, deflate, br"} if packed else {"Accept-Encoding": "identity"}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + 17
    connection.close()
    return head + len(body), answer.status, "" if packed else body.decode("utf-8", "replace")
