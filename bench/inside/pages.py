"""Who opens which page, and how many queries each costs once it is warm."""

import re
import time
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agendas import press
from agendas.models import Agenda, Document, Issue
from bench.inside.rows import fill_diary
from bench.inside.submitting import fill_in, visitor
from bench.studio import StudioForm
from bookings.models import Booking
from outbox.models import mark_seen
from speakers.models import Speaker
from trainingportal.asking.pages import PAGES
from trainingportal.desk.search import found

LIST = "desk:bookings_booking_changelist"
WALL_ROUNDS = 15
EXECUTION = re.compile(r"Execution Time: ([\d.]+) ms")
SEARCHES = ("Northmere", "Quillfeather", "WT-AB", "7@bench.example.org")

Page = dict[str, Any]


def enter(role: str) -> tuple[Client, str]:
    """Sign in by one of the demo's buttons; gives the client and the path that the button leads to."""
    client = visitor()
    answer = client.post(reverse("demo-enter"), {"as": role})
    if answer.status_code != 302:
        raise RuntimeError(f"The demo let nobody in as {role}: {answer.status_code}")
    return client, answer["Location"]


def cookie_of(client: Client) -> str:
    """The cookies of a client as a header for wrk: a browser sends those of its session and of its forms."""
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def page(name: str, client: Client, path: str) -> Page:
    """One page with its cookie and its warm number of queries. Raises ``RuntimeError`` when it is not there."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{name} ({path}) answered {answer.status_code}")
    return {"name": name, "path": path, "cookie": cookie_of(client), "queries": len(queries)}


def look() -> list[Page]:
    """The landing page, the request form, and the pages of those who are signed in."""
    asker = visitor()
    fill_in(asker)
    agency, own_page = enter("agency")
    speaker, speaking = enter("speaker")
    lead, _ = enter("lead")
    issue = Issue.objects.order_by("pk").select_related("agenda__booking").first()
    if issue is None:
        raise RuntimeError("The demo has issued no agenda.")
    agenda = issue.agenda
    fill_diary(Speaker.objects.get(user=lead.session["_auth_user_id"]))
    form = [page(f"request form, {step.name}", asker, reverse(step.url_name)) for step in PAGES]
    return [
        page("landing", visitor(), "/"),
        *form,
        page("request form, check", asker, reverse("ask-training-check")),
        page("requester's page", agency, own_page),
        page("speaker's page", speaker, speaking),
        page("diary page", lead, reverse("speaking-diary")),
        page("agenda page", lead, reverse("studio", args=[agenda.booking.reference])),
        page("issued agenda", lead, reverse("studio-issue", args=[agenda.booking.reference, issue.number])),
        page("download", lead, a_paper(agenda)),
    ]


def look_at_studio() -> dict[str, Any]:
    """The lead trainer's studio, and the queries of a save with one line changed."""
    lead, _ = enter("lead")
    agenda = Agenda.objects.filter(issues__isnull=False).order_by("pk").select_related("booking").first()
    if agenda is None:
        raise RuntimeError("The demo has issued no agenda.")
    path = reverse("studio", args=[agenda.booking.reference])
    queries = 0
    for number in (1, 2):
        form = StudioForm()
        form.feed(lead.get(path).content.decode())
        with CaptureQueriesContext(connection) as asked:
            answer = lead.post(
                f"{path}change/", form.body(number=number), content_type="application/x-www-form-urlencoded"
            )
        if answer.status_code != 200:
            raise RuntimeError(f"A save in the studio answered {answer.status_code}")
        queries = len(asked)
    return {"path": path, "cookie": cookie_of(lead), "queries": queries}


def a_paper(agenda: Agenda) -> str:
    """Where an agenda that was issued is read as a file; a worker's part is done here."""
    press.make_waiting()
    document = Document.objects.filter(agenda=agenda, kind=Document.Kind.AGENDA, state="ready").first()
    if document is None:
        raise RuntimeError("The demo's agenda has no paper.")
    return reverse("studio-paper-file", args=[agenda.booking.reference, document.pk])


def look_at_desk() -> dict[str, Any]:
    """The desk's home and its list, the dearest of the demo's booking pages, and what searching costs the database."""
    mark_seen(["beat", "worker"])  # as in a house that runs
    desk, _ = enter("coordinator")
    demo = Booking.objects.filter(agency__name__in=demo_agencies()).order_by("pk")
    bookings = [
        page("a booking", desk, reverse("desk:bookings_booking_change", args=[pk]))
        for pk in demo.values_list("pk", flat=True)
    ]
    pages = [page("desk home", desk, "/desk/"), page("desk list", desk, reverse(LIST))]
    return {
        "pages": pages,
        "wall": {each["name"]: wall_ms(desk, each["path"]) for each in pages},
        "booking_queries": max(each["queries"] for each in bookings),
        "search_ms": max(search_ms(desk, term) for term in SEARCHES),
    }


def wall_ms(client: Client, path: str) -> float:
    """The least wall milliseconds of a page, the database's work included."""
    times = []
    for _ in range(WALL_ROUNDS):
        began = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - began) * 1000)
    return min(times)


def demo_agencies() -> list[str]:
    """The agencies that the demo invented; the rows that the bench adds are named otherwise."""
    names = Booking.objects.values_list("agency__name", flat=True).exclude(
        agency__name__startswith="Northmere"
    )
    return list(names.distinct())


def search_ms(desk: Client, term: str) -> float:
    """Milliseconds that the database takes for every query of a search of the list, as EXPLAIN ANALYZE tells."""
    found(term, with_people=True)
    with CaptureQueriesContext(connection) as queries:
        answer = desk.get(reverse(LIST), {"q": term})
    if answer.status_code != 200:
        raise RuntimeError(f"Searching for {term} answered {answer.status_code}")
    touching = [query["sql"] for query in queries if "bookings_" in query["sql"]]
    return sum(min(explained(sql) for _ in range(3)) for sql in touching)


def explained(sql: str) -> float:
    """The execution time of one query in milliseconds. The statement is one that Django has just run itself."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT TEXT) " + sql.replace("%", "%%"), [])
        words = "\n".join(row[0] for row in cursor.fetchall())
    match = EXECUTION.search(words)
    return float(match[1]) if match else 0.0
