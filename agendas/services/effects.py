"""What an act on a booking does to its agenda and papers, for ``bookings.effects``."""

from collections.abc import Mapping
from typing import Any

from agendas.models import Document, Issue
from agendas.services.issuing import current_detail, differs_from_papers
from bookings.mail import verified_contacts
from bookings.models import Booking, DeskSettings
from bookings.states import AGREED_BOOKINGS
from bookings.words import say_names

Row = Mapping[str, Any]


def read(booking: Booking) -> Row:
    """The issue that holds, the papers that were asked for, and what in them is no longer so."""
    issue = (
        Issue.objects.filter(agenda__booking=booking, withdrawn_at__isnull=True)
        .select_related("agenda__booking__agency", "agenda__format")
        .order_by("-number")
        .first()
    )
    papers = Document.objects.filter(agenda__booking=booking).exclude(kind=Document.Kind.DRAFT)
    rows = list(papers.order_by("pk").values_list("pk", "kind", "tells", "recipient__name"))
    out_of_date: list[str] = []
    if issue is not None and booking.status in AGREED_BOOKINGS:
        out_of_date = differs_from_papers(issue, current_detail(issue, settings=DeskSettings.current()))
    return {
        "issue": issue.number if issue else None,
        "papers": {pk: (kind, tells, name or "") for pk, kind, tells, name in rows},
        "readers": tuple(contact.name for contact in verified_contacts(booking)) if rows else (),
        "out_of_date": tuple(out_of_date),
    }


def say(before: Row, after: Row, done: bool) -> list[str]:
    """Sentences on what is different, for the desk."""
    said = []
    if before["issue"] and not after["issue"]:
        said.append(f"Agenda {before['issue']} {'is' if done else 'will be'} withdrawn.")
    if after["issue"] and after["issue"] != before["issue"]:
        said.append(f"Agenda {after['issue']} {'is' if done else 'will be'} issued.")
    new = [paper for pk, paper in after["papers"].items() if pk not in before["papers"]]
    if new:
        labels = dict.fromkeys(Document.Kind(kind).label.lower() for kind, _, _ in new)
        said.append(f"New papers {'are being made' if done else 'will be made'}: {say_names(list(labels))}.")
        if told := _told(new, after["readers"]):
            said.append(f"Once they are made we will email {say_names(told)}.")
    stale = [words for words in after["out_of_date"] if words not in before["out_of_date"]]
    if stale:
        said.append(f"The papers {'are' if done else 'will be'} out of date: {say_names(stale)}.")
    return said


def _told(new: list[tuple[str, bool, str]], readers: tuple[str, ...]) -> list[str]:
    """Who is written to once the papers are made: the agency with its agenda, each speaker with their run sheet."""
    told: dict[str, None] = {}
    for kind, tells, name in new:
        if tells and kind == Document.Kind.AGENDA:
            told.update(dict.fromkeys(readers))
        if tells and kind == Document.Kind.RUN_SHEET and name:
            told[name] = None
    return list(told)
