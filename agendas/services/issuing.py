"""Issuing: the draft is frozen under a number, its papers are asked for, and the booking is ready."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from agendas import bilingual, snapshot
from agendas.changes import changes, concerns
from agendas.checks import checks_of
from agendas.facts import facts_of
from agendas.models import Agenda, AgendaItem, Document, Issue
from agendas.private_words import names_any, private_words
from agendas.reading import with_topics
from agendas.running import running_order
from agendas.services.draft import NOT_SENT, NOTHING_TYPED, Sent, Typed
from agendas.services.editing import editing
from agendas.services.issued import content_of, queue_joining_with_place, queue_papers_of, queue_run_sheets
from bookings import services as bookings
from bookings.models import Booking, Contact, DeskSettings
from bookings.release import SessionSeen, Tier, seen_for_papers, stand_ins
from bookings.states import AGREED_BOOKINGS
from courses import kept


def _may_be_rung(booking: Booking) -> QuerySet[Contact]:
    return Contact.objects.filter(
        booking=booking, verified_at__isnull=False, revoked_at__isnull=True
    ).order_by("pk")


MAY_CHANGE = {
    "venue": "the place, or how to get in",
    "speakers": "who comes",
    "who": "who gives what",
    "contacts": "whom to ring at the host",
    "desk_telephone": "our telephone",
    "access_needs": "what people need to take part",
    "agency": "the name of the agency",
}
"""What of a run sheet may change after an issue, by its key in the detail."""


class CannotIssue(Exception):
    """The draft cannot be issued; ``reasons`` say why, in words for the trainer."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


def issue_agenda(
    agenda_id: int, *, version: int, actor: User, typed: Typed = NOTHING_TYPED, sent: Sent = NOT_SENT
) -> Issue:
    """Freeze the draft as the next issue, withdraw the one before, ask for its papers, and move the booking to ready.

    Mail leaves once the PDF stands, to those whom the difference to the last issue concerns. The same draft is issued
    once: a second press gives the same issue.
    Raises ``StaleAgenda``, and ``CannotIssue`` while a core topic is missing, the day is too long, a speaker is not there,
    no day is agreed, or a typed title names a speaker or the place.
    """
    with transaction.atomic(), pghistory.context(verb="issue agenda", actor=actor.pk):
        bookings.lock_booking(Agenda.objects.values_list("booking_id", flat=True).get(pk=agenda_id))
        with editing(
            agenda_id, verb="issue agenda", version=version, actor=actor, typed=typed, sent=sent
        ) as draft:
            pass
        agenda = draft.agenda
        booking = agenda.booking
        facts = facts_of(booking, catalogue=kept.read())  # what is frozen does not lag
        items = with_topics(draft.items, facts.catalogue)
        order = running_order(agenda, items)
        found = checks_of(agenda, items, order, facts)
        reasons = [f"{check.title} {check.words}" for check in found if check.refuses]
        if booking.status not in AGREED_BOOKINGS or booking.starts_at is None:
            reasons.insert(0, "No day is agreed yet: the agenda can be shaped, and issued once it is.")
        seen = seen_for_papers(booking, Tier.T3)
        reasons += words_above_t2(items, seen)
        if reasons:
            raise CannotIssue(reasons)

        shown = snapshot.agenda_part(agenda, order, facts)
        welsh = {"welsh": bilingual.welsh_of(shown, facts)} if agenda.in_welsh else {}
        frozen: dict[str, Any] = {
            "agenda": {**shown, "in_welsh": agenda.in_welsh, **welsh},
            "detail": snapshot.detail_part(
                agenda,
                order,
                seen,
                list(agenda.set_asides.select_related("by")),
                list(_may_be_rung(booking)),
                DeskSettings.current(),
            ),
        }
        before = agenda.issues.order_by("-number").first()
        if before is not None and not before.is_withdrawn and _shows_the_same(before, agenda, frozen):
            return before
        told = _whom_to_tell(before, frozen, seen)
        now = timezone.now()
        agenda.issues.filter(withdrawn_at__isnull=True).update(withdrawn_at=now)
        issue = Issue.objects.create(
            agenda=agenda,
            number=before.number + 1 if before else 1,
            version=agenda.version,
            snapshot=frozen,
            issued_by=actor,
            issued_at=now,
        )
        queue_papers_of(issue, seen, tells_agency=told.agency, tells_speakers=told.speaker_ids, actor=actor)
        bookings.mark_ready(booking.pk, actor=actor)
    return issue


def words_above_t2(items: Iterable[AgendaItem], seen: SessionSeen) -> list[str]:
    """The titles that a trainer typed and that name a speaker or the place, which the agency's paper never does."""
    private = private_words(seen)
    return [
        f"“{item.title}” names a speaker or the place. The agency’s paper carries neither: use other words."
        for item in items
        if item.kind != AgendaItem.Kind.NOTE and names_any(item.title, private)
    ]


def _shows_the_same(issue: Issue, agenda: Agenda, frozen: dict[str, Any]) -> bool:
    return issue.version == agenda.version and issue.snapshot["agenda"] == frozen["agenda"]


@dataclass(frozen=True)
class Told:
    """Whom an issue concerns."""

    agency: bool
    speaker_ids: frozenset[int]


def _whom_to_tell(before: Issue | None, frozen: dict[str, Any], seen: SessionSeen) -> Told:
    """Everybody at the first issue and after a withdrawal; then those for whom something is different.

    What is different is written into ``frozen``, in words for the agency.
    """
    everybody = frozenset(speaker.speaker_id for speaker in seen.speakers)
    if before is None:
        return Told(agency=True, speaker_ids=everybody)
    frozen["changes"] = changes(before.snapshot["agenda"], frozen["agenda"])
    if before.is_withdrawn or not before.snapshot["detail"]:
        return Told(agency=True, speaker_ids=everybody)
    said = _said(before, Document.Kind.RUN_SHEET)  # they may have been made again meanwhile
    told = {**before.snapshot, "detail": said["detail"]} if said else before.snapshot
    concerned = (one.speaker_id for one in seen.speakers if concerns(one.name, told, frozen))
    return Told(agency=bool(frozen["changes"]), speaker_ids=frozenset(concerned))


def renew_papers(issue_id: int, *, actor: User) -> list[Document]:
    """Make run sheets and joining instructions again with today's venue and team; empty when nothing has changed since.

    Topics and times stay those of the issue. The speakers are told that there is a newer run sheet.
    """
    with transaction.atomic(), pghistory.context(verb="renew run sheet", actor=actor.pk):
        issue = (
            Issue.objects.select_for_update(of=["self"])
            .select_related("agenda__booking__agency", "agenda__format")
            .get(pk=issue_id)
        )
        if issue.is_withdrawn:
            return []
        seen = seen_for_papers(issue.agenda.booking, Tier.T3)
        detail = current_detail(issue, settings=DeskSettings.current())
        made: list[Document] = []
        sheet = _said(issue, Document.Kind.RUN_SHEET)
        if sheet.get("detail") != detail:
            everybody = {speaker.speaker_id for speaker in seen.speakers}
            made += queue_run_sheets(issue, detail, seen, tells=everybody, actor=actor)
        joining = _said(issue, Document.Kind.JOINING)
        if (joining["joining"]["place"] if joining else None) != snapshot.place_part(seen):
            made += queue_joining_with_place(issue, seen, actor=actor)
        return made


def differs_from_papers(issue: Issue, detail: dict[str, Any]) -> list[str]:
    """What the newest run sheet of an issue says otherwise than ``detail``, in words without a name; empty where it stands."""
    said = _said(issue, Document.Kind.RUN_SHEET)
    return _differences(said["detail"], detail) if said else []


def out_of_date(
    booking: Booking, issue: Issue, *, seen: SessionSeen, contacts: Sequence[Contact]
) -> list[str]:
    """The same from what the desk's page has read: the session at T4, and the contacts who were not taken off."""
    said = _said(issue, Document.Kind.RUN_SHEET)
    if not said:
        return []
    coming = replace(seen, speakers=tuple(one for one in seen.speakers if one.has_accepted))
    to_ring = sorted((one for one in contacts if one.verified_at is not None), key=lambda one: one.pk)
    now = _as_it_is_now(said["detail"], booking, coming, to_ring, DeskSettings.kept())
    return _differences(said["detail"], now)


def _differences(said: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return [words for key, words in MAY_CHANGE.items() if said.get(key) != now.get(key)]


def _said(issue: Issue, kind: Document.Kind) -> dict[str, Any]:
    """What the newest paper of this kind at T3 says; nothing where there is none."""
    papers = Document.objects.filter(issue=issue, kind=kind, tier=Document.Recipient.T3)
    return papers.order_by("-pk").values_list("content", flat=True).first() or {}


def current_detail(issue: Issue, *, settings: DeskSettings) -> dict[str, Any]:
    """The frozen detail of an issue with the venue, the team and whom to ring as they are now."""
    booking = issue.agenda.booking
    seen = seen_for_papers(booking, Tier.T3)
    to_ring = list(_may_be_rung(booking))
    return _as_it_is_now(issue.snapshot["detail"], booking, seen, to_ring, settings)


def _as_it_is_now(
    detail: dict[str, Any],
    booking: Booking,
    seen: SessionSeen,
    to_ring: Sequence[Contact],
    settings: DeskSettings,
) -> dict[str, Any]:
    """A detail with what may have changed since: venue, team, whom to ring, and who gives what."""
    instead = stand_ins(booking)
    fresh = snapshot.session_part(booking, seen, to_ring, settings)
    return {**detail, **fresh, "who": [_who_now(name, instead) for name in detail["who"]]}


def _who_now(name: str, instead: dict[str, str]) -> str:
    """Who gives a line today: as frozen, or whoever stepped in for them, or nobody yet."""
    return (instead[name] or snapshot.NOT_NAMED) if name in instead else name


def withdraw_live_issues(booking: Booking) -> int:
    """Say of every issue that holds that it no longer does. Gives back how many."""
    return Issue.objects.filter(agenda__booking=booking, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now()
    )


def paper_of_today(booking: Booking) -> snapshot.Paper | None:
    """The issue that holds as its speakers read it, with today's team and venue; ``None`` before an issue."""
    issue = (
        Issue.objects.filter(agenda__booking=booking, withdrawn_at__isnull=True)
        .select_related("agenda__format")
        .order_by("-number")
        .first()
    )
    if issue is None:
        return None
    issue.agenda.booking = booking
    return snapshot.read({**content_of(issue), "detail": current_detail(issue, settings=DeskSettings.kept())})


def latest_issue(agenda: Agenda) -> Issue | None:
    """The issue that holds now, or ``None``."""
    return agenda.issues.filter(withdrawn_at__isnull=True).order_by("-number").first()


def run_sheet_of(booking: Booking, speaker_id: int) -> Document | None:
    """A speaker's newest run sheet of the issue that holds, whether made already or not; ``None`` before an issue."""
    return (
        Document.objects.without_content()
        .filter(
            kind=Document.Kind.RUN_SHEET,
            recipient=speaker_id,
            issue__agenda__booking=booking,
            issue__withdrawn_at__isnull=True,
        )
        .select_related("issue")
        .order_by("-issue__number", "-pk")
        .first()
    )
