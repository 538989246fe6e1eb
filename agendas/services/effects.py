"""What an act on a booking does to its agenda and papers, for ``bookings.effects``."""

from collections.abc import Mapping
from typing import Any

from agendas.models import Document, Issue
from agendas.services.issuing import current_detail, differs_from_papers
from bookings.effects import Effects
from bookings.effects.saying import LATER
from bookings.mail import verified_contacts
from bookings.models import Booking, DeskSettings
from bookings.states import AGREED_BOOKINGS
from bookings.words import say_names

Row = Mapping[str, Any]
IN_A_LIST = {Document.Kind.HOST_PAGE: "page for the host", Document.Kind.RUN_SHEET: "run sheets"}


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
    old, now = before["issue"], after["issue"]
    if old and not now:
        said.append(f"Agenda {old} {'is' if done else 'will be'} withdrawn.")
        said.append(f"Its page and papers {'say' if done else 'will say'} that it no longer counts.")
    if now and now != old:
        instead = f" in place of agenda {old}" if old else ""
        said.append(f"Agenda {now} {'is' if done else 'will be'} issued{instead}.")
    new = [paper for pk, paper in after["papers"].items() if pk not in before["papers"]]
    if new:
        labels = dict.fromkeys(IN_A_LIST.get(kind, Document.Kind(kind).label.lower()) for kind, _, _ in new)
        said.append(f"New papers {'are being made' if done else 'will be made'}: {say_names(list(labels))}.")
        if told := _told(new, after["readers"]):
            said.append(f"{LATER} {say_names(told)}.")
    stale = [words for words in after["out_of_date"] if words not in before["out_of_date"]]
    if stale:
        said.append(f"The papers {'are' if done else 'will be'} out of date: {say_names(stale)}.")
    return said


def say_without_names(effects: Effects, *, done: bool) -> list[str]:
    """The same for somebody who may shape the agenda and not know, just now, who comes."""
    return [
        words
        for before, after in zip(effects.before, effects.after, strict=True)
        for words in say(_without_names(before.beyond), _without_names(after.beyond), done)
    ]


def _without_names(row: Row) -> Row:
    papers = {
        pk: (kind, tells, "the speakers" if name else "") for pk, (kind, tells, name) in row["papers"].items()
    }
    return {**row, "papers": papers, "readers": ("the agency",) if row["readers"] else ()}


def _told(new: list[tuple[str, bool, str]], readers: tuple[str, ...]) -> list[str]:
    """Who is written to once the papers are made: the agency with its agenda, each speaker with their run sheet."""
    told: dict[str, None] = {}
    for kind, tells, name in new:
        if tells and kind == Document.Kind.AGENDA:
            told.update(dict.fromkeys(readers))
        if tells and kind == Document.Kind.RUN_SHEET and name:
            told[name] = None
    return list(told)
