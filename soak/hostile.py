"""Hostile input: every form of the portal, filled with what no person types. No answer of 5xx, and nothing is executed.

The forms are those that the pages show to a visitor and to each of the demo's people. Each input is sent inside a
transaction that is rolled back, so that the forms stay as they are. Django's test client carries it: the whole portal
answers, its middleware included; gunicorn does not.
"""

import json
import logging
import random
import re
import string
import sys
import time
from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from runner.say import say
from soak.tally import Tally
from trainingportal.asking.drafts import DONE, SESSION_KEY
from trainingportal.models import RequestDraft

ASKING = "asking"  # a visitor in the middle of asking for training
ROLES = ("", ASKING, "coordinator", "lead", "agency", "speaker")
PUBLIC = (
    "/",
    "/example-day/",
    "/ask-a-question/",
    "/ask-for-training/",
    "/sign-in/",
    "/contact/",
    "/notices/",
)
HOMES = {
    ASKING: "/ask-for-training/check/",
    "coordinator": "/desk/",
    "lead": "/speaking/",
    "agency": "/your/",
    "speaker": "/speaking/",
}
MOST_PAGES = 150  # of one role
MOST_ALIKE = 2  # pages whose addresses differ by a number, a reference or a question only
LONGEST = 5.0  # seconds for one answer, a busy machine allowed for
LEAVES = ("/sign-out/", "/demo/enter/", "/exit")

# a mark that no page of ours holds: unescaped it would be a tag, worked out it would be a number
TAG = "<hostile-mark>"
SUM = str(247284321 * 3)  # not written out: the generator of inputs also draws on literals that it finds here
CORPUS = (
    "",
    " ",
    "\x00",
    "before\x00after",
    "\u202egnirts desrever\u202c",
    "\u200b\ufeff\u2028\u2029",
    "\U0001f600 \U0001f469\u200d\U0001f469\u200d\U0001f467",
    "e\u0301" * 400,
    "Ŵŷn Llŷr ß ﷺ \u0131 \u0130",
    "x" * 1_000_000,
    "9" * 5_000,
    "-1",
    "0",
    "1e309",
    "NaN",
    "9999999999999999999999",
    "٣٤",
    "31/02/2027",
    "2027-02-30",
    "0000-00-00",
    "99999-12-31",
    "2027-03-28T01:30",  # this time does not exist in London
    "2027-10-31T01:30",  # and this one exists twice
    "25:61",
    "12:00\r\nX-Injected: yes",
    f"{TAG}",
    f'"><script>{TAG}</script>',
    f"'-{TAG}-'",
    f"javascript:{TAG}",
    "{{ 247284321|add:494568642 }}",
    "{{ 247284321 * 3 }}",
    "${247284321*3}",
    "#{247284321*3}",
    "<%= 247284321*3 %>",
    "{% load static %}{% csrf_token %}",
    "' OR '1'='1",
    "'; SELECT pg_sleep(20); --",
    "1); DROP TABLE bookings_booking; --",
    "a@example.org\r\nBcc: everybody@example.org",
    "a@b" + ".c" * 200,
    '"quoted name"@example.org',
    "../../../../etc/passwd",
    "..\\..\\windows",
    "file:///etc/passwd",
    "=HYPERLINK(1)",
    "//evil.example.org/",
    "https://evil.example.org/",
    "None",
    "null",
    "true",
    "[]",
    "{}",
    '{"__proto__": 1}',
    "%00",
    "%n%n%n",
    "\\",
    "(" * 3_000,
    "a" * 31 + "!",
)


ANSWERS: dict[str, dict[str, Any]] = {
    "who": {
        "works_for": "elsewhere",
        "agency_kind": "council",
        "agency_name": "Northmere Council",
        "name": "Casey Invented",
        "job_title": "Training lead",
        "email": "casey@northmere.example.org",
        "telephone": "01632 960001",
    },
    "audience": {"head_count": "30", "audiences": ["front-line"], "share-front-line": "all"},
    "need": {"length": "full-day", "cover": "suggest"},
    "when": {"place": "online"},
}


@dataclass(frozen=True)
class Form:
    """A form as a page showed it: where it goes, and what is in it."""

    role: str
    page: str
    method: str
    address: str
    fields: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.address} by {self.role or 'a visitor'}"


@dataclass
class _Page(HTMLParser):
    """The forms and links of a page."""

    address: str
    role: str
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: tuple[str, str] | None = None
        self._fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in told:
            self.links.append(urljoin(self.address, told["href"]))
        elif tag == "form":
            self._open = (told.get("method", "get").lower(), urljoin(self.address, told.get("action", "")))
            self._fields = []
        elif tag in ("input", "textarea", "select", "button") and self._open:
            name = told.get("name", "")
            if name and name != "csrfmiddlewaretoken":
                self._fields.append((name, told.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._open:
            method, address = self._open
            names = dict(self._fields)
            self.forms.append(Form(self.role, self.address, method, address, tuple(names.items())))
            self._open = None


def browser(role: str) -> Client:
    """A visitor, one with a whole request in hand, or one of the demo's people."""
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    if role == ASKING:
        draft = RequestDraft.objects.create(
            answers={n: {"state": DONE, "data": d} for n, d in ANSWERS.items()}
        )
        session = client.session
        session[SESSION_KEY] = str(draft.key)
        session.save()
    elif role:
        client.post("/demo/enter/", {"as": role})
    return client


def forms_of(role: str, client: Client) -> list[Form]:
    """Every form on the pages that this person comes to from their first one."""
    waiting = [HOMES[role]] if role else list(PUBLIC)
    seen: set[str] = set()
    alike: Counter[str] = Counter()
    found: dict[tuple[str, str, tuple[str, ...]], Form] = {}
    while waiting and len(seen) < MOST_PAGES:
        address = urlsplit(waiting.pop(0))
        path = address.path + (f"?{address.query}" if address.query else "")
        if path in seen or address.netloc or not path.startswith("/") or path.startswith(LEAVES):
            continue
        seen.add(path)
        shape = re.sub(r"\d+|WT-\w+|EN-\w+", "#", address.path)
        alike[shape] += 1
        if alike[shape] > MOST_ALIKE:
            continue
        answer = client.get(path)
        if answer.status_code in (301, 302):
            alike[shape] -= 1
            waiting.insert(0, urljoin(path, answer["Location"]))
            continue
        if answer.status_code != 200 or not _is_page(answer):
            continue
        page = _Page(path, role)
        page.feed(answer.content.decode())
        for form in page.forms:
            if not form.address.startswith(LEAVES):
                found.setdefault((form.method, form.address, tuple(name for name, _ in form.fields)), form)
        waiting += page.links
    return list(found.values())


def filled_in(form: Form, values: list[str], chance: random.Random) -> dict[str, list[str]]:
    """A form with some of its fields hostile, some missing, some twice, and one of nobody's."""
    data = {name: [value or "x"] for name, value in form.fields}
    for value in values:
        name = chance.choice([*data, "is_staff", "tier", "released_at", "pk", "x" * 300])
        data[name] = [*data.get(name, []), value] if chance.random() < 0.2 else [value]
    if data and chance.random() < 0.1:
        data.pop(chance.choice(list(data)))
    return data


def odd_body(chance: random.Random) -> tuple[bytes, str]:
    """A body that is no form at all, or one that goes on for ever; with its content type."""
    deep = b"--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 60 + b"--b--\r\n--a--\r\n"
    file = (
        b'--a\r\nContent-Disposition: form-data; name="name"; filename="../../x.py\x00.png"\r\n'
        b"Content-Type: image/png\r\n\r\n<?php {{ 247284321|add:494568642 }}\r\n--a--\r\n"
    )
    bodies: list[tuple[bytes, str]] = [
        (deep, "multipart/form-data; boundary=a"),
        (file, "multipart/form-data; boundary=a"),
        (b"--a\r\n" * 1_000, "multipart/form-data; boundary=a"),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=" + "y" * 500),
        (b"&".join(b"f%d=1" % n for n in range(2_000)), "application/x-www-form-urlencoded"),
        (b"name=" + b"x" * 2_000_000, "application/x-www-form-urlencoded"),
        (b"name=\xff\xfe&message=%ff%fe%C0%80", "application/x-www-form-urlencoded"),
        (b"name=%2Bx&message=+ADw-script+AD4-", "application/x-www-form-urlencoded; charset=utf-7"),
        (b"name=x", "application/x-www-form-urlencoded; charset=no-such-thing"),
        (b'{"a":' * 2_000, "application/json"),
        (b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>", "application/xml"),
        (b"", ""),
    ]
    return chance.choice(bodies)


class Attacker:
    """Sends one input after another, and looks at every answer."""

    def __init__(self) -> None:
        self.browsers = {role: browser(role) for role in ROLES}
        self.forms = [form for role, client in self.browsers.items() for form in forms_of(role, client)]
        self.tally = Tally()
        self.statuses: dict[int, int] = {}
        self.slowest = 0.0

    def send(self, form: Form, values: list[str], chance: random.Random) -> None:
        """Send one input, take back what it did, and count whether it was met as it should be."""
        client = self.browsers[form.role]
        cookies = copy(client.cookies)
        source: dict[str, Any] = {
            "REMOTE_ADDR": f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
        }
        began = time.monotonic()
        with transaction.atomic():
            if chance.random() < 0.08:
                body, content_type = odd_body(chance)
                sent: Any = content_type
                answer = client.generic("POST", form.address, body, content_type, **source)
            else:
                sent = filled_in(form, values, chance)
                answer = self._ask(client, form, sent, chance, source)
            page = self._and_then(client, answer, source)
            transaction.set_rollback(True)
        client.cookies = cookies
        took = time.monotonic() - began
        self.slowest = max(self.slowest, took)
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        trouble = [
            words
            for is_so, words in (
                (answer.status_code >= 500 or (page and page[0] >= 500), "5xx"),
                (TAG in (page[1] if page else ""), "a tag was written into the page"),
                (SUM in (page[1] if page else ""), "a sum was worked out"),
                (took > LONGEST, f"{took:.1f} s"),
                ("X-Injected" in answer, "a header was injected"),
                ("evil.example.org" in urlsplit(answer.get("Location", "")).netloc, "led elsewhere"),
            )
            if is_so
        ]
        self.tally.check(not trouble, f"{form}: {', '.join(map(str, trouble))} for {_short(sent)}")

    def _ask(
        self,
        client: Client,
        form: Form,
        sent: dict[str, list[str]],
        chance: random.Random,
        source: dict[str, Any],
    ) -> Any:
        """As a browser sends it; now and then in parts, as it sends files."""
        if form.method != "post":
            return client.get(
                form.address, {name: value[:2_000] for name, [value, *_] in sent.items()}, **source
            )
        if chance.random() < 0.2:
            return client.post(form.address, sent, **source)
        body = urlencode(sent, doseq=True)
        return client.post(form.address, body, "application/x-www-form-urlencoded", **source)

    def _and_then(self, client: Client, answer: Any, source: dict[str, Any]) -> tuple[int, str] | None:
        """What the person sees: the answer itself, or the page that it leads to."""
        if answer.status_code in (301, 302, 303) and answer["Location"].startswith("/"):
            answer = client.get(answer["Location"], **source)
        if not _is_page(answer):
            return answer.status_code, ""
        return answer.status_code, answer.content.decode(errors="replace")


def _is_page(answer: Any) -> bool:
    """Whether an answer is a page to read; of a file only the file is closed: closing the answer ends the connection."""
    if answer.streaming:
        for close in answer._resource_closers:
            close()
        return False
    return bool(answer.get("Content-Type", "").startswith("text/html"))


def _short(sent: Any) -> str:
    if isinstance(sent, dict):
        return str({name: [value[:60] for value in values] for name, values in sent.items()})[:600]
    return str(sent)[:200]


def values() -> st.SearchStrategy[list[str]]:
    """One to four values for fields: from the corpus, or whatever hypothesis thinks of."""
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
    digits = st.text(string.digits + "+-. :/", max_size=20)
    moment = st.datetimes().map(str)
    return st.lists(st.one_of(st.sampled_from(CORPUS), text, digits, moment), min_size=1, max_size=4)


def run(*, inputs: int, start: int = 1) -> Tally:
    """Send so many inputs to the forms in turn; the database holds the demo's people and bookings."""
    attacker = Attacker()
    chance = random.Random(start)  # noqa: S311  a soak that can be repeated
    turn = _in_turn(attacker.forms, chance)

    @seed(start)
    @settings(
        max_examples=inputs,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(values())
    def attack(hostile: list[str]) -> None:
        attacker.send(next(turn), hostile, chance)

    while attacker.tally.passed + len(attacker.tally.failed) < inputs:
        attack()
    addresses = {(form.role, form.address) for form in attacker.forms}
    say(
        f"  {len(attacker.forms)} forms at {len(addresses)} addresses; answers {dict(sorted(attacker.statuses.items()))};"
        f" slowest {attacker.slowest:.1f} s, in {attacker.tally.seconds:.0f} s"
    )
    attacker.tally.check(len(attacker.forms) > 30, f"only {len(attacker.forms)} forms were found")
    attacker.tally.check(connection.is_usable(), "the database has gone")
    return attacker.tally


def _in_turn(forms: list[Form], chance: random.Random) -> Iterator[Form]:
    while True:
        yield from chance.sample(forms, len(forms))


def fill_database() -> None:
    """The catalogue and the demo, where they are not there yet."""
    call_command("load_catalogue", verbosity=0)
    call_command("demo", verbosity=0)


def main(inputs: int, start: int) -> None:
    """Attack the database that DATABASE_URL names, and print what came of it as one line of JSON."""
    logging.disable(logging.CRITICAL)  # a bad request is logged by Django, and here are thousands
    tally = run(inputs=inputs, start=start)
    print(json.dumps({"passed": tally.passed, "failed": tally.failed}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
