"""A portal to be scanned: served twice over the same invented data, as visitors find it and with the demo's buttons."""

import contextlib
import html
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path

from runner.children import Child, stop_all
from runner.house import free_port
from runner.run import answers
from runner.servers import wait_until

ROLES = ("coordinator", "lead", "speaker", "agency")
LINK = re.compile(r'href="(/[^"#]*)')
VARYING = re.compile(r"[A-Z]{2}-[A-Z0-9]{4,}|\d+")
NOT_THERE = ("/static/", "/sign-out/", "/demo/", "/health/")
MOST_PAGES = 120


@dataclass
class Visitor:
    """A browser with cookies, signed in as one of the demo's people or nobody."""

    address: str
    role: str = ""
    jar: CookieJar = field(default_factory=CookieJar)

    def __post_init__(self) -> None:
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.home = "/"
        if self.role:
            _, page = self.get("/demo/")
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            data = {"as": self.role, "csrfmiddlewaretoken": token[1] if token else ""}
            request = urllib.request.Request(
                f"{self.address}/demo/enter/",
                urllib.parse.urlencode(data).encode(),
                {"Referer": self.address},
            )
            with self.opener.open(request, timeout=30) as answer:
                self.home = urllib.parse.urlsplit(answer.url).path

    @property
    def cookies(self) -> str:
        """The Cookie header of this browser."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    def get(self, path: str) -> tuple[int, str]:
        """One page: its status, and its text where it is one."""
        try:
            with self.opener.open(self.address + path, timeout=60) as answer:
                is_page = answer.headers.get_content_type() == "text/html"
                return answer.status, answer.read().decode() if is_page else ""
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode(errors="replace")

    def pages(self) -> Iterator[tuple[str, str]]:
        """Walk from the home page along links, one page of each shape (numbers and references aside), so many at most."""
        waiting, seen, count = [self.home], set(), 0
        while waiting and count < MOST_PAGES:
            path = waiting.pop(0)
            shape = VARYING.sub("N", urllib.parse.urlsplit(path).path)
            if shape in seen or path.startswith(NOT_THERE):
                continue
            seen.add(shape)
            status, page = self.get(path)
            if status != 200 or not page:
                continue
            count += 1
            yield path, page
            waiting += [html.unescape(link) for link in LINK.findall(page)]


@dataclass(frozen=True)
class Portal:
    """Two addresses of one portal: ``public`` as visitors find it, ``demo`` with its buttons to sign in."""

    public: str
    demo: str
    logs: list[Path]


@contextlib.contextmanager
def serve(environment: Mapping[str, str]) -> Iterator[Portal]:
    """Serve the prepared database twice, on loopback."""
    folder = Path(environment["VAR_DIR"])
    children: list[Child] = []
    addresses: list[str] = []
    try:
        for demo in ("0", "1"):
            port = free_port()
            addresses.append(f"http://localhost:{port}")
            child = Child(
                f"web {demo}",
                [Path(sys.executable).parent / "gunicorn", "--config", "trainingportal/serving.py"],
                log=folder / f"scanned-{demo}.log",
                env={
                    **environment,
                    "DEMO": demo,
                    "SITE_URL": addresses[-1],
                    "BIND": f"127.0.0.1:{port}",
                },
            )
            child.start()
            children.append(child)
            wait_until(partial(answers, f"{addresses[-1]}/health/"), child)
        public, demo_address = addresses
        yield Portal(public, demo_address, logs=[child.log for child in children])
    finally:
        stop_all(children)
