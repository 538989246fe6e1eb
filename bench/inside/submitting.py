"""The request form as a browser fills it in, once or five hundred times."""

import datetime as dt
import re
import smtplib
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from bookings.models import Booking
from outbox import bell
from outbox.models import Message
from outbox.states import State
from trainingportal import guard
from trainingportal.asking import choices, drafts
from trainingportal.asking.pages import BY_NAME
from trainingportal.models import RequestDraft

AGENCY = "Benchmoor Council"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?')
BURST = 70_000  # the first number of those who send at once
CSRF = "bench" * 6 + "00"  # 32 letters and figures, as Django makes them


def visitor() -> Client:
    """A browser that has not been here before."""
    return Client(SERVER_NAME="127.0.0.1")


def drawn() -> str:
    """The stamp of a form that was drawn a minute ago."""
    return signing.dumps(timezone.now().timestamp() - 60, salt=guard.STAMP_SALT)


def answers(number: int) -> dict[str, dict[str, Any]]:
    """What one agency answers on the four pages."""
    topics = [topic.slug for topic in choices.topics()]
    audiences = [audience.slug for audience in choices.audiences()][:2]
    return {
        "who": {
            "works_for": "elsewhere",
            "agency_kind": "council",
            "agency_name": f"{AGENCY} {number}",
            "name": f"Robin Bench {number}",
            "job_title": "Community safety lead",
            "email": f"robin{number}@benchmoor.example.org",
            "telephone": "01632 960 300",
        },
        "audience": {
            "head_count": "40",
            "audiences": audiences,
            **{f"share-{slug}": "half" for slug in audiences},
            "prompted_by": "A review of how first reports are answered",
            "prior_training": "A refresher in the spring",
        },
        "need": {"length": "full-day", "cover": "choose", "musts": topics[:2], "leave_outs": topics[2:3]},
        "when": {
            "months": [choices.months()[2].isoformat()],
            "weekdays": ["1", "2"],
            "place": "on_site",
            "outcode": "NE1",
            "access_needs": "Step-free access",
        },
    }


def fill_in(client: Client, number: int = 0) -> None:
    """Fill in all four pages, up to the look over the answers. Raises ``RuntimeError`` when one is not taken."""
    for name, typed in answers(number).items():
        address = reverse(BY_NAME[name].url_name)
        answer = client.post(address, {**hidden(client, address), **typed, "drawn": drawn()})
        if answer.status_code != 302:
            raise RuntimeError(f"The page “{name}” was not taken: {answer.status_code}")


def hidden(client: Client, address: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = HIDDEN.findall(client.get(address).content.decode())
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def submit_once() -> dict[str, float]:
    """Send one request: its queries, the milliseconds its bells took, and whether a mail server was spoken to."""
    for number in (1, 2):  # the first warms up
        client = visitor()
        fill_in(client, number)
        address = reverse("ask-training-check")
        typed = {**hidden(client, address), "drawn": drawn()}
        dialled: list[Any] = []
        rung: list[float] = []
        # stand-ins that only count and time
        connect, ring = smtplib.SMTP.connect, bell.publish

        def counting(*args: Any, **kwargs: Any) -> Any:
            dialled.append(args)  # noqa: B023  used within this round
            return connect(*args, **kwargs)  # noqa: B023

        def timing(task: str) -> None:
            began = time.perf_counter()
            ring(task)  # noqa: B023
            rung.append((time.perf_counter() - began) * 1000)  # noqa: B023

        smtplib.SMTP.connect = counting  # type: ignore[method-assign]
        bell.publish = timing
        try:
            with CaptureQueriesContext(connection) as queries:
                answer = client.post(address, typed)
        finally:
            smtplib.SMTP.connect = connect  # type: ignore[method-assign]
            bell.publish = ring
        if answer.status_code != 302:
            raise RuntimeError(f"The request was not taken: {answer.status_code}")
    return {
        "queries": len(queries),
        "bell_ms": max(rung, default=0.0),
        "bells": len(rung),
        "smtp": len(dialled),
    }


def write_drafts(count: str, folder: str) -> dict[str, int]:
    """Write so many finished drafts with their sessions, and for each the last press as it goes over the wire."""
    client = visitor()
    fill_in(client, 100)
    model = RequestDraft.objects.get(pk=client.session[drafts.SESSION_KEY])
    made, sessions, wires = [], [], []
    for number in range(BURST, BURST + int(count)):
        draft = RequestDraft(answers=answers_like(model.answers, number), version=model.version)
        store = SessionStore()
        key = get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789")
        text = store.encode({drafts.SESSION_KEY: str(draft.key)})
        made.append(draft)
        sessions.append(
            Session(session_key=key, session_data=text, expire_date=timezone.now() + dt.timedelta(hours=2))
        )
        wires.append(on_the_wire(draft, key, number))
    RequestDraft.objects.bulk_create(made)
    Session.objects.bulk_create(sessions)
    for number, wire in enumerate(wires):
        (Path(folder) / f"{number:04}.request").write_bytes(wire)
    return {"drafts": len(made)}


def answers_like(model: dict[str, Any], number: int) -> dict[str, Any]:
    """The same answers by another person of another agency."""
    who = {**model["who"], "data": {**model["who"]["data"], **answers(number)["who"]}}
    return {**model, "who": who}


def on_the_wire(draft: RequestDraft, session: str, number: int) -> bytes:
    """The last press as a browser sends it, each from an address of its own."""
    body = urlencode(
        {
            "draft": str(draft.key),
            "version": draft.version,
            "drawn": drawn(),
            "web_page": "",
            "csrfmiddlewaretoken": CSRF,
        }
    ).encode()
    head = [
        f"POST {reverse('ask-training-check')} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: close",
        f"X-Forwarded-For: 10.{number // 65536}.{number // 256 % 256}.{number % 256}",
        f"Cookie: sessionid={session}; csrftoken={CSRF}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def arrived() -> dict[str, int]:
    """How many requests of the burst stand, how many of their mails there are, and how many have yet to leave."""
    bookings = Booking.objects.filter(agency__name__startswith=AGENCY, contacts__email__startswith="robin7")
    waiting = Message.objects.filter(state__in=[State.QUEUED, State.HANDING_OVER]).count()
    codes = Message.objects.filter(kind="code", to__startswith="robin7", to__endswith="benchmoor.example.org")
    return {"bookings": bookings.count(), "codes": codes.count(), "waiting": waiting}
