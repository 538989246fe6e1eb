"""Everything that stands on the studio's page, worked out before the template: rows, picture, checks, catalogue, papers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.utils import timezone

from agendas.access import Asker
from agendas.beginning import TemplateGroups, templates_by_audience
from agendas.checks import Check, Fix, checks_of
from agendas.facts import Facts, ShareSeen
from agendas.gaps import Gap, gaps_of, question_minutes
from agendas.lines import TimedRow, rows_of
from agendas.models import Agenda, AgendaItem, Comment, Composition, Document
from agendas.posted import Posted
from agendas.reading import AsideSeen, DraftSeen, IssueSeen, TemplateSeen, Thread, whole_of
from agendas.running import RunningOrder, running_order
from agendas.services import Draft
from agendas.shelf import Shelf, shelf_of
from agendas.snapshot import strip_kind
from agendas.states import UNDER_WAY
from agendas.strip import Block, Mark, Strip, draw
from agendas.withheld import Lines, draft_for, lines_for
from bookings.release import SessionSeen
from courses import kept
from courses.models import Topic
from outbox.models import Heartbeat
from places.clock import local, say_date, say_minutes, say_time, say_times
from places.keeping import keep
from places.nations import Nation

UNDER_WAY_COMPOSING = (Composition.State.QUEUED, Composition.State.WORKING)
SILENT_AFTER = dt.timedelta(minutes=2)
LOOKED_LATELY = 10  # seconds


@dataclass(frozen=True)
class NumberedCheck:
    """A check with its number on the page."""

    number: int
    check: Check
    why: str = ""

    @property
    def wants_somebody(self) -> bool:
        """Whether nobody on the team gives a line, so that asking one more person is a way out."""
        return self.check.key.startswith("speaker:")


@dataclass
class Studio:
    """The page. Built once per request from one read of everything; what was typed lies on top of what is saved."""

    asker: Asker
    agenda: Agenda
    lines: Lines
    facts: Facts
    seen: SessionSeen
    asides: list[AsideSeen]
    issues: list[IssueSeen]
    documents: list[Document]
    composition: Composition | None
    thread: Thread
    can_undo: bool = False
    can_redo: bool = False
    has_last: bool = False
    templates: list[TemplateSeen] = field(default_factory=list)
    search: str = ""
    posted: Posted | None = None
    errors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def version(self) -> int:
        """The draft that the page was made for: what was refused stays a change of the one that its writer saw."""
        return self.posted.version if self.posted is not None else self.agenda.version

    @property
    def page_id(self) -> str:
        """Goes with every save of this page, so that one whose answer was lost is known when it comes again."""
        return self.posted.sent.page if self.posted is not None and self.posted.sent.page else uuid4().hex

    @property
    def items(self) -> list[AgendaItem]:
        """The lines of the day, as far as this reader may have them."""
        return self.lines.items

    # ---- the day

    @cached_property
    def order(self) -> RunningOrder:
        return running_order(self.agenda, self.items)

    @cached_property
    def all_checks(self) -> list[Check]:
        return checks_of(self.agenda, self.items, self.order, self.facts)

    @cached_property
    def checks(self) -> list[NumberedCheck]:
        """The checks that nobody set aside."""
        aside = {one.key for one in self.asides}
        speaking = [check for check in self.all_checks if check.refuses or check.key not in aside]
        return [
            NumberedCheck(n, check, self._not_saved(f"why-{check.key}"))
            for n, check in enumerate(speaking, 1)
        ]

    @cached_property
    def asides_that_stand(self) -> list[AsideSeen]:
        """Set-asides whose check would speak up otherwise."""
        keys = {check.key for check in self.all_checks}
        return [one for one in self.asides if one.key in keys]

    @property
    def must_wait(self) -> list[str]:
        """Why the draft cannot be issued yet."""
        reasons = [check.check.title for check in self.checks if check.check.refuses]
        if not self.asker.booking.is_agreed:
            reasons.insert(0, "No day is agreed yet.")
        return reasons

    @property
    def budget_words(self) -> str:
        return f"{self.order.training_planned} of {self.order.training_budget} minutes planned"

    @property
    def free_words(self) -> tuple[str, str]:
        """A pill: what is left, or by how much it is too long."""
        free = self.order.free
        if free < 0:
            return f"{-free} too many", "stop"
        return (f"{free} still free", "") if free else ("the day is full", "")

    @property
    def times_words(self) -> str:
        return say_times(self.order.starts_at, self.order.ends_at)

    @cached_property
    def strip(self) -> Strip:
        start = local(self.order.starts_at)
        marks = [
            Mark(
                int((sitting.starts_at - self.order.starts_at).total_seconds()) // 60,
                int((sitting.ends_at - self.order.starts_at).total_seconds()) // 60,
                f"{check.number}: {sitting.minutes} minutes without a break",
            )
            for check in self.checks
            if (sitting := check.check.sitting) is not None
        ]
        return draw(
            [
                Block(strip_kind(line.item.kind, line.item.is_core), line.item.minutes, line.item.words)
                for line in self.order.lines
            ],
            starts_at=start.time(),
            holds=self.order.length,
            end_words=f"ends {say_time(self.order.ends_at)}",
            marks=marks,
        )

    @cached_property
    def rows(self) -> list[TimedRow]:
        flags: dict[int, int] = {}
        for numbered in self.checks:
            for item_id in numbered.check.item_ids:
                flags.setdefault(item_id, numbered.number)
        # who comes, for those who may know it: nobody is named below T3
        names = {one.speaker_id: f"{one.name}, {one.organisation}" for one in self.seen.speakers}
        return rows_of(
            self.order,
            self.facts,
            names=names,
            flags=flags,
            posted=self.posted,
            why=self.said.get("why", {}),
            has_notes=self.lines.has_notes,
            untitled=self.lines.untitled,
        )

    # ---- what the composer said

    @property
    def is_composing(self) -> bool:
        """Whether a worker has the day in hand, or soon will."""
        return self.composition is not None and self.composition.state in UNDER_WAY_COMPOSING

    @property
    def said(self) -> dict[str, Any]:
        """The reasons of the last composed day, for as long as they are about this draft or one shaped from it."""
        return self.composition.result if self.composition is not None else {}

    @property
    def cannot(self) -> tuple[str, str] | None:
        """Why there is no composed day, until something changes: in short, and the reason."""
        composition = self.composition
        if composition is None or composition.version != self.agenda.version:
            return None
        if composition.state == Composition.State.REFUSED:
            return "No day fits.", composition.words
        if composition.state == Composition.State.FAILED:
            return "The day could not be composed.", f"{composition.words} Press again, or shape it by hand."
        return None

    @property
    def was_overtaken(self) -> bool:
        """Whether somebody changed the draft while it was composed, so that the composed day was let go."""
        return self.composition is not None and self.composition.state == Composition.State.OVERTAKEN

    @property
    def left_out(self) -> list[tuple[str, str, str]]:
        """What the composer left out and is not in the day now: title, why, and what would buy it back."""
        left = self.said.get("left_out", [])
        if not left:
            return []
        inside = {item.topic.title for item in self.items if item.topic is not None}
        inside |= {topic.title for topic in self.kept_out} | {gap.title for gap in self.gaps}
        return [(title, why, back) for title, why, back in left if title not in inside]

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Topics that nobody on the team gives and that could stand in place of questions."""
        return gaps_of(self.agenda, self.items, self.facts)

    @property
    def unfilled_words(self) -> str:
        """How long the questions of a composed day are beyond the usual; nothing where the list of gaps says it."""
        minutes = question_minutes(self.agenda, self.items)
        return say_minutes(minutes) if self.said and minutes and not self.gaps else ""

    @property
    def question_words(self) -> str:
        return say_minutes(question_minutes(self.agenda, self.items))

    # ---- where to begin

    @property
    def starts(self) -> TemplateGroups:
        """The templates, those for these people first."""
        ours = {share.audience.pk for share in self.facts.shares}
        return templates_by_audience(self.templates, ours, self.facts.catalogue.audiences)

    @property
    def first_audience(self) -> int | None:
        """The key of the first of those who come."""
        return self.facts.shares[0].audience.pk if self.facts.shares else None

    @property
    def audiences(self) -> list[tuple[int, str, bool]]:
        """Whom a template may be for: key, name, and whether it is the first of those who come."""
        ranked = sorted(self.facts.catalogue.audiences.values(), key=lambda one: one.rank)
        return [(one.pk, one.name, one.pk == self.first_audience) for one in ranked]

    @property
    def kept_out(self) -> list[Topic]:
        """What a trainer keeps out of the day when it is composed."""
        return [self.facts.by_id[pk] for pk in self.agenda.leave_out_ids if pk in self.facts.by_id]

    # ---- beside the day

    @property
    def asked(self) -> list[tuple[str, str]]:
        """Short facts in the agency's words."""
        booking = self.asker.booking
        return [
            ("Audience", "; ".join(_share(share) for share in self.facts.shares) or self._planned_for()),
            ("Numbers", f"{booking.head_count} people" if booking.head_count else "Not said"),
            ("Law", Nation(booking.nation).label),
            ("Format", f"{self.agenda.format.name}, {booking.get_place_display().lower()}"),
        ]

    def _planned_for(self) -> str:
        usual = self.facts.usual
        return f"Not said. We plan for {usual.name.lower()}" if usual is not None else "Not said"

    @property
    def speakers(self) -> str:
        """Who else speaks, for those who may know it; the lead trainer first."""
        named = sorted(self.seen.speakers, key=lambda one: not one.is_lead)
        return "; ".join(f"{one.name}, lead trainer" if one.is_lead else one.name for one in named)

    @property
    def host_waits(self) -> int:
        """How many remarks of the host nobody has settled, and nobody has answered since."""
        waiting = 0
        for remark in self.thread.comments if self.thread.page == 1 else ():
            if remark.is_from_host:
                waiting += not remark.is_settled
            elif remark.audience == Comment.Audience.HOST:
                waiting = 0
        return waiting

    @property
    def musts(self) -> str:
        return self._titles(self.facts.must_ids) or "Nothing in particular."

    @property
    def leave_outs(self) -> str:
        return self._titles(self.facts.leave_out_ids) or "Nothing."

    def _titles(self, ids: frozenset[int]) -> str:
        return ", ".join(topic.title for topic in self.facts.chosen(ids))

    @property
    def suggests(self) -> bool:
        return self.asker.booking.cover == "suggest"

    @cached_property
    def catalogue(self) -> Shelf:
        inside = frozenset(item.topic_id for item in self.items)
        return shelf_of(self.facts, inside=inside, search=self.search)

    # ---- before and after issuing

    @property
    def before_issue(self) -> list[tuple[str, bool, str]]:
        """Title, whether it is settled, and a word on it."""
        topics = [item.topic for item in self.items if item.topic_id]
        notices = sum(bool(topic and topic.content_notice.strip()) for topic in topics)
        quiet = self.hosts_quiet_room or self.agenda.quiet_room
        support = self.hosts_support or self.agenda.support_contact
        story = any(topic and topic.kind == Topic.Kind.ACCOUNT for topic in topics)
        return [
            ("Content notices", True, f"On the paper for {notices} topic{'' if notices == 1 else 's'}"),
            ("Stepping out", story, "Said at the start, and on paper"),
            ("Quiet room", bool(quiet), self._of_the_place(quiet)),
            ("Support contact", bool(support), self._of_the_place(support)),
        ]

    def _of_the_place(self, words: str) -> str:
        """What somebody wrote of the place, for those who may know it; for others only whether it is there."""
        if not words:
            return "Not named yet"
        return words if self.shows_names else "Named. You see it while names and venue are open to you"

    @property
    def hosts_quiet_room(self) -> str:
        """What the host told us, for those who may know the place."""
        return self.seen.venue.quiet_room if self.seen.venue is not None else ""

    @property
    def hosts_support(self) -> str:
        """Who of the host stays with somebody who steps out, for those who may know it."""
        venue = self.seen.venue
        return ", ".join(filter(None, [venue.support_name, venue.support_telephone])) if venue else ""

    @property
    def quiet_room(self) -> str:
        return self._as_typed("quiet_room") if self.shows_names else ""

    @property
    def support_contact(self) -> str:
        return self._as_typed("support_contact") if self.shows_names else ""

    @property
    def in_welsh(self) -> bool:
        """Whether the tick stands, as it was just sent or as it is saved."""
        return self._as_ticked("in_welsh")

    @property
    def is_marked(self) -> bool:
        """The same for the marking at the foot of the papers."""
        return self._as_ticked("is_marked")

    def _as_ticked(self, name: str) -> bool:
        ticked = getattr(self.posted, name, None)
        return bool(getattr(self.agenda, name) if ticked is None else ticked)

    def _as_typed(self, name: str) -> str:
        """The words as they were just sent, where the page comes back with something to change."""
        typed = getattr(self.posted, name, None)
        return str(getattr(self.agenda, name) if typed is None else typed)

    @property
    def template_name(self) -> str:
        return self._not_saved("template-name")

    def _not_saved(self, name: str) -> str:
        return self.posted.not_saved.get(name, "") if self.posted is not None else ""

    @property
    def next_number(self) -> int:
        return (self.issues[0].number if self.issues else 0) + 1

    @property
    def latest(self) -> IssueSeen | None:
        return next((issue for issue in self.issues if not issue.is_withdrawn), None)

    @property
    def has_changed_since(self) -> bool:
        """Whether the draft moved on after the issue that holds."""
        return self.latest is None or self.latest.version != self.agenda.version

    @property
    def papers(self) -> list[Document]:
        """The papers of the issue that holds, and the newest draft."""
        kept = [
            document
            for document in self.documents
            if self.latest is not None and document.issue_id == self.latest.pk
        ]
        draft = next((one for one in self.documents if one.kind == Document.Kind.DRAFT), None)
        return _newest_of_each([*kept, *([draft] if draft else [])])

    @property
    def papers_are_under_way(self) -> bool:
        return any(document.state in UNDER_WAY for document in self.papers)

    @property
    def saved_words(self) -> str:
        return f"Draft {self.agenda.version}, saved {_ago(self.agenda.updated_at)}"

    @property
    def headline(self) -> str:
        article = self.agenda.format.name.lower()
        return f"A {article} for {self.asker.booking.agency.name}"

    @property
    def day_words(self) -> str:
        return say_date(self.seen.starts_at) if self.seen.starts_at else "Date not agreed yet"

    @property
    def free_minutes_words(self) -> str:
        return say_minutes(max(self.order.free, 0))

    @property
    def free_from(self) -> dt.datetime:
        """When the planned part of the day is over."""
        return self.order.lines[-1].ends_at if self.order.lines else self.order.starts_at

    @property
    def share_out(self) -> Fix | None:
        """The button that uses what is left of the day."""
        return next((check.fix for check in self.all_checks if check.key == "free"), None)

    @property
    def shows_names(self) -> bool:
        return self.seen.shows_detail

    @cached_property
    def venue_room(self) -> str:
        """The room, for those who may know it."""
        return self.seen.venue.room if self.seen.venue is not None else ""


def _newest_of_each(documents: Sequence[Document]) -> list[Document]:
    """One document a kind, the newest, which comes first."""
    found: dict[str, Document] = {}
    for document in documents:
        found.setdefault(document.kind, document)
    return list(found.values())


def _share(share: ShareSeen) -> str:
    words = {"half": ", half", "some": ", some"}.get(share.share, "")
    return f"{share.audience.name}{words}"


def _ago(moment: dt.datetime) -> str:
    minutes = int((timezone.now() - moment).total_seconds()) // 60
    if minutes < 1:
        return "just now"
    return f"{say_minutes(minutes)} ago" if minutes < 24 * 60 else f"on {say_date(moment)}"


def studio_of(
    asker: Asker,
    agenda: Agenda,
    *,
    search: str = "",
    posted: Posted | None = None,
    errors: Sequence[tuple[str, str]] = (),
    thread: int = 1,
) -> Studio:
    """Read the whole page (the number of queries does not depend on how much is in it)."""
    catalogue = kept.catalogue()
    agenda.booking = asker.booking
    facts, draft = whole_of(agenda, catalogue, thread=thread)
    page = _studio(asker, agenda, draft.items, facts, draft)
    page.search, page.posted, page.errors = search, posted, list(errors)
    return page


def studio_after(asker: Asker, draft: Draft) -> Studio:
    """The page after a change, from the draft that was changed: nothing but the session is read again."""
    assert draft.seen is not None
    draft.agenda.booking = asker.booking
    page = _studio(asker, draft.agenda, draft.items, draft.facts, draft.seen)
    if draft.is_changed:
        page.can_undo, page.can_redo = True, False
    return page


def _studio(asker: Asker, agenda: Agenda, items: list[AgendaItem], facts: Facts, draft: DraftSeen) -> Studio:
    draft = draft_for(asker, draft)
    return Studio(
        asker=asker,
        agenda=agenda,
        lines=lines_for(asker, items),
        facts=facts,
        seen=asker.seen(page="studio"),
        asides=draft.asides,
        issues=draft.issues,
        documents=draft.documents,
        composition=draft.composition,
        can_undo=draft.can_undo,
        can_redo=draft.can_redo,
        thread=draft.thread,
        has_last=draft.has_last,
        templates=draft.templates,
    )


def is_worker_silent(documents: Sequence[Document], *, is_composing: bool = False) -> bool:
    """Whether something waits and no worker has been seen for two minutes.

    The database is asked only while something waits, and by one process every ten seconds at most.
    """
    if not is_composing and not any(document.state in UNDER_WAY for document in documents):
        return False
    heartbeats = Heartbeat.objects.filter(name="worker").values_list("seen_at", flat=True)
    seen_at = keep("worker", heartbeats.first, seconds=LOOKED_LATELY)
    return seen_at is None or timezone.now() - seen_at > SILENT_AFTER
