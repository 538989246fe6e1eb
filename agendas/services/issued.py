"""The papers of an issue: one per document, language and recipient, each with its content frozen when it is asked for.

For the host, at T2: agenda, the page on what was chosen and why, joining instructions with a line for the place, door sign,
sign-in papers. At T3: joining instructions with the place, and a run sheet for each speaker and one for the desk.
"""

from collections.abc import Collection
from typing import Any

from accounts.models import User
from agendas import snapshot
from agendas.models import Document, Issue
from agendas.services.attending import code_of
from agendas.services.papers import queue_document
from bookings.models import Booking, Place
from bookings.release import SessionSeen
from outbox.queue import link

Kind, Language, T2, T3 = Document.Kind, Document.Language, Document.Recipient.T2, Document.Recipient.T3
FOR_THE_HOST = (Kind.AGENDA, Kind.HOST_PAGE, Kind.JOINING, Kind.DOOR_SIGN, Kind.SIGN_IN)
DESK = "the training desk"


def content_of(issue: Issue, *, language: str = Language.ENGLISH) -> dict[str, Any]:
    """What the agency's paper of an issue shows. The Welsh of its topics goes with a paper in Welsh only."""
    shared = issue.snapshot["agenda"]
    if language != Language.WELSH:
        shared = {name: value for name, value in shared.items() if name != "welsh"}
    return {
        **shared,
        "changes": issue.snapshot.get("changes", []),
        "number": issue.number,
        "version": issue.version,
        "made_at": issue.issued_at.isoformat(timespec="seconds"),
    }


def queue_papers_of(
    issue: Issue, seen: SessionSeen, *, tells_agency: bool, tells_speakers: Collection[int], actor: User
) -> None:
    """Ask for every paper of a new issue. ``seen`` is the session at T3; ``tells_speakers`` whom the issue concerns."""
    joining = _joining(issue.agenda.booking)
    for language in languages_of(issue):
        content = {**content_of(issue, language=language), "language": language}
        for kind in FOR_THE_HOST:
            shown = {**content, "joining": joining} if kind in (Kind.JOINING, Kind.SIGN_IN) else content
            tells = tells_agency and kind == Kind.AGENDA and language == Language.ENGLISH
            _queue(issue, kind, shown, actor, language=language, tells=tells)
    queue_joining_with_place(issue, seen, actor=actor)
    queue_run_sheets(issue, issue.snapshot["detail"], seen, tells=tells_speakers, actor=actor)


def languages_of(issue: Issue) -> list[Document.Language]:
    """English, and Welsh where the host's papers were asked for in it as well."""
    return [Language.ENGLISH, *([Language.WELSH] if issue.snapshot["agenda"].get("in_welsh") else [])]


def queue_joining_with_place(issue: Issue, seen: SessionSeen, *, actor: User) -> list[Document]:
    """Ask for the joining instructions with the place, for contacts who may know it; none while there is no place."""
    place = snapshot.place_part(seen)
    if place is None or issue.agenda.booking.place == Place.ONLINE:
        return []
    joining = {**_joining(issue.agenda.booking), "place": place}
    return [
        _queue(
            issue,
            Kind.JOINING,
            {
                **content_of(issue, language=language),
                "language": language,
                "joining": joining,
                "recipient": "For those who attend",
            },
            actor,
            language=language,
            tier=T3,
        )
        for language in languages_of(issue)
    ]


def queue_run_sheets(
    issue: Issue, detail: dict[str, Any], seen: SessionSeen, *, tells: Collection[int], actor: User
) -> list[Document]:
    """Ask for a run sheet for each speaker who comes, with their name at its foot, and one for the desk."""
    copies: list[tuple[int | None, str]] = [(one.speaker_id, one.name) for one in seen.speakers]
    return [
        _queue(
            issue,
            Kind.RUN_SHEET,
            {**content_of(issue), "detail": detail, "recipient": f"Copy for {name}"},
            actor,
            tier=T3,
            recipient_id=speaker_id,
            tells=speaker_id in tells,
        )
        for speaker_id, name in [*copies, (None, DESK)]
    ]


def _queue(issue: Issue, kind: Document.Kind, content: dict[str, Any], actor: User, **more: Any) -> Document:
    return queue_document(
        issue.agenda, kind=kind, content=content, issue=issue, version=issue.version, actor=actor, **more
    )


def _joining(booking: Booking) -> dict[str, Any]:
    """The code for those who attend, and where to type it."""
    return {"code": code_of(booking), "address": link("/notices/"), "place": None}
