"""Saving a change in the studio as its page does: the line that changed, what is no line's, and the marks of the parts that the
page has. One line is longer or shorter each time, with a note that nobody has written before, so that it is drawn anew."""

import gzip
import http.client
import itertools
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

from bench.load import LoadFailed, Site
from bench.processes import cpu_of_workers

FORM = "day"
VERSION = re.compile(r'data-version="(\d+)"')
OF_A_LINE = re.compile(r"(?:what|minutes|who|how|title|note|pin|point)-(\d+)")
FEWEST_MINUTES, MOST_MINUTES = 15, 60


_numbers = itertools.count(1)


@dataclass
class StudioForm(HTMLParser):
    """What the studio's form sends, read from the page, and the marks of its parts."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._chosen_for = self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a part's mark, a field's value, or the option that is chosen."""
        values = {name: value or "" for name, value in attrs}
        if "data-part" in values:
            self.marks[values["id"]] = values["data-part"]
        if tag == "form":
            self._inside = values.get("id", "")
        name = values.get("name", "") if values.get("form", self._inside) == FORM else ""
        if tag == "select":
            self._chosen_for = name
        elif tag == "option" and "selected" in values and self._chosen_for:
            self.fields.append((self._chosen_for, values.get("value", "")))
        elif tag == "input" and name and (values.get("type") != "checkbox" or "checked" in values):
            self.fields.append((name, values.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        """Note that a form is over."""
        if tag == "form":
            self._inside = ""

    def body(self, *, number: int) -> str:
        """What the page sends once the first line that may has other minutes and another note: of the other lines nothing."""
        line = next(
            name.removeprefix("minutes-")
            for name, value in self.fields
            if name.startswith("minutes-") and int(value) >= FEWEST_MINUTES
        )
        minutes = FEWEST_MINUTES + number % (MOST_MINUTES - FEWEST_MINUTES)
        typed = {f"minutes-{line}": str(minutes), f"note-{line}": f"Remark {number}"}
        sent = [
            (name, typed.get(name, value))
            for name, value in self.fields
            if _line_of(name, value) in ("", line)
        ]
        marks = " ".join(f"{part}.{mark}" for part, mark in self.marks.items())
        return urlencode([*sent, ("do", "save"), ("have", marks)])


def _line_of(name: str, value: str) -> str:
    """Which line a field belongs to; empty for one that is no line's."""
    found = OF_A_LINE.fullmatch(name)
    return found[1] if found else value if name == "row" else ""


@dataclass(frozen=True)
class Saved:
    """What saves cost: CPU milliseconds of the workers and bytes over the wire of one, the largest of them."""

    cpu_ms: float
    bytes: int


def save(site: Site, path: str, cookie: str, *, times: int) -> Saved:
    """Save so many times, each with another change to one line. Raises ``LoadFailed`` when one is not taken."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.request("GET", path, headers={"Cookie": cookie})
    form = StudioForm()
    form.feed(connection.getresponse().read().decode())
    largest, before = 0, 0.0
    for number in range(-4, times):  # the first few warm the workers
        if number == 0:
            before = cpu_of_workers(site.master)
        size, answer = _send(connection, path, cookie, form.body(number=next(_numbers)))
        found = VERSION.search(answer)
        if found is None:
            raise LoadFailed(f"A save in the studio was not taken:\n{answer[:500]}")
        form.fields = [(name, found[1] if name == "version" else value) for name, value in form.fields]
        changed = StudioForm()
        changed.feed(answer)
        form.marks |= changed.marks
        largest = max(largest, size)
    connection.close()
    return Saved((cpu_of_workers(site.master) - before) * 1000 / times, largest)


def _send(connection: http.client.HTTPConnection, path: str, cookie: str, body: str) -> tuple[int, str]:
    """Bytes over the wire and text of one answer."""
    headers = {
        "Cookie": cookie,
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept-Encoding": "gzip",
        "X-Studio": "1",
        "Origin": f"http://127.0.0.1:{connection.port}",
    }
    connection.request("POST", urlsplit(path).path + "change/", body, headers)
    answer = connection.getresponse()
    content = answer.read()
    head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + 17
    text = gzip.decompress(content) if answer.getheader("Content-Encoding") == "gzip" else content
    return head + len(content), text.decode("utf-8", "replace")
