"""Everything that stands on the studio's page, worked out before the template: rows, picture, checks, catalogue, papers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils import timezone

from agendas.access import Asker
from agendas.checks import Check, Fix, checks_of, length_for
from agendas.facts import Facts, facts_of
from agendas.filling import points_that_fit
from agendas.models import Agenda, AgendaItem, Document, Issue, SetAside
from agendas.posted import Posted, RawRow
from agendas.running import Line, RunningOrder, running_order
from agendas.services.drafting import HOST, NOBODY, RECORDED
from agendas.snapshot import strip_kind
from agendas.states import UNDER_WAY
from agendas.strip import Block, Mark, Strip, draw
from bookings.models import Venue
from bookings.release import SessionSeen, Tier
from courses.models import Point, Topic
from outbox.models import Heartbeat
from places.clock import local, say_date, say_minutes, say_time, say_times
from places.nations import Nation

Kind, Variant = AgendaItem.Kind, AgendaItem.Variant
SILENT_AFTER = dt.timedelta(minutes=2)


@dataclass(frozen=True)
class Option:
    """A choice of a select."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True)
class Tick:
    """A point of a topic, with a box."""

    pk: int
    words: str
    minutes: int
    ticked: bool
    elsewhere: bool = False


@dataclass(frozen=True)
class StudioRow:
    """One line of the day with its controls."""

    key: str
    what: str
    title: str
    starts_at: dt.datetime
    minutes: int
    typed_minutes: str
    kind: str
    is_pause: bool
    is_note: bool
    names_itself: bool
    own_title: str
    pills: tuple[tuple[str, str], ...]
    flag: bool
    who: tuple[Option, ...]
    who_words: str
    how: tuple[Option, ...]
    ticks: tuple[Tick, ...]
    note: str
    first: bool
    last: bool
    stays: bool
    mistake: str

    @property
    def points_words(self) -> str:
        return f"{sum(tick.ticked for tick in self.ticks)} of {len(self.ticks)} points"

    @property
    def range_words(self) -> str:
        return "min" if self.minutes != 1 else "minute"


@dataclass(frozen=True)
class Offered:
    """A topic of the catalogue beside the day."""

    topic: Topic
    ticks: tuple[Tick, ...]
    minutes: int
    hints: str
    is_in: bool


@dataclass(frozen=True)
class NumberedCheck:
    """A check with its number on the page."""

    number: int
    check: Check


@dataclass
class Studio:
    """The page. Built once per request from one read of everything; what was typed lies on top of what is saved."""

    asker: Asker
    agenda: Agenda
    items: list[AgendaItem]
    facts: Facts
    seen: SessionSeen
    asides: list[SetAside]
    issues: list[Issue]
    documents: list[Document]
    search: str = ""
    posted: Posted | None = None
    errors: list[tuple[str, str]] = field(default_factory=list)

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
        return [NumberedCheck(n, check) for n, check in enumerate(speaking, 1)]

    @cached_property
    def asides_that_stand(self) -> list[SetAside]:
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
    def rows(self) -> list[StudioRow]:
        flags: dict[int, int] = {}
        for numbered in self.checks:
            for item_id in numbered.check.item_ids:
                flags.setdefault(item_id, numbered.number)
        last = len(self.order.lines) - 1
        return [
            self._row(line, flags.get(line.item.pk), first=n == 0, last=n == last)
            for n, line in enumerate(self.order.lines)
        ]

    def _row(self, line: Line, check: int | None, *, first: bool, last: bool) -> StudioRow:
        item = line.item
        raw = self.posted.row_of(item.pk) if self.posted is not None else None
        topic = self.facts.by_id.get(item.topic_id) if item.topic_id else None
        ticks = self._ticks(item, topic, raw)
        mistakes = self.posted.mistakes if self.posted is not None else {}
        return StudioRow(
            key=str(item.pk),
            what=f"topic:{item.topic.slug}" if item.topic is not None else item.kind,
            title=item.words,
            starts_at=line.starts_at,
            minutes=item.minutes,
            typed_minutes=raw.minutes if raw else str(item.minutes),
            kind=item.kind,
            is_pause=item.is_pause,
            is_note=item.kind == Kind.NOTE,
            names_itself=item.kind in (Kind.HOST, Kind.NOTE),
            own_title=raw.title if raw else item.title,
            pills=self._pills(item, check),
            flag=check is not None,
            who=self._who(item, raw),
            who_words=self._who_words(item),
            how=self._how(item, topic, raw),
            ticks=ticks,
            note=raw.note if raw else item.note,
            first=first,
            last=last,
            stays=item.is_core,
            mistake=mistakes.get(f"minutes-{item.pk}", ""),
        )

    def _pills(self, item: AgendaItem, check: int | None) -> tuple[tuple[str, str], ...]:
        pills: list[tuple[str, str]] = []
        if item.is_core:
            pills.append(("Always given", ""))
        if item.topic_id in self.facts.must_ids:
            pills.append(("They asked for this", ""))
        if item.topic is not None and item.topic.is_demanding:
            pills.append(("A demanding topic", ""))
        if item.is_workshop:
            pills.append(("Workshop", "part"))
        if item.kind == Kind.NOTE:
            pills.append(("Run sheet only", ""))
        if check is not None:
            pills.append((f"See check {check}", "warn"))
        return tuple(pills)

    @cached_property
    def names(self) -> dict[int, str]:
        """Who comes, by key; empty for a reader below T3."""
        return {one.speaker_id: f"{one.name}, {one.organisation}" for one in self.seen.speakers}

    def _who(self, item: AgendaItem, raw: RawRow | None) -> tuple[Option, ...]:
        if item.is_pause or item.kind == Kind.NOTE:
            return ()
        saved = (
            RECORDED
            if item.variant == Variant.RECORDED
            else HOST
            if item.by_host
            else str(item.speaker_id)
            if item.speaker_id
            else NOBODY
        )
        chosen = raw.who if raw and raw.who else saved
        choices = [(NOBODY, "Nobody yet")] if item.kind != Kind.HOST else []
        choices += [(str(member.speaker_id), self._name(member.speaker_id)) for member in self.facts.team]
        if item.speaker_id is not None and str(item.speaker_id) not in {value for value, _ in choices}:
            choices.append((str(item.speaker_id), "Somebody who no longer comes"))
        choices.append((HOST, "Host’s own speaker"))
        if item.topic is not None and item.topic.kind == Topic.Kind.ACCOUNT:
            choices.append((RECORDED, "Recorded account"))
        return tuple(Option(value, words, value == chosen) for value, words in choices)

    def _name(self, speaker_id: int) -> str:
        return self.names.get(speaker_id, "One of our trainers")

    def _who_words(self, item: AgendaItem) -> str:
        if item.is_pause or item.kind == Kind.NOTE:
            return ""
        if item.variant == Variant.RECORDED:
            return "Recorded account"
        if item.by_host:
            return "Host’s own speaker"
        return self._name(item.speaker_id) if item.speaker_id else "Nobody yet"

    def _how(self, item: AgendaItem, topic: Topic | None, raw: RawRow | None) -> tuple[Option, ...]:
        if topic is None or topic.kind == Topic.Kind.ACCOUNT:
            return ()
        chosen = raw.how if raw and raw.how else item.variant
        ways = [Variant.PRESENTATION, Variant.DISCUSSION]
        if topic.may_be_workshop or topic.is_workshop or item.variant == Variant.WORKSHOP:
            ways.insert(1, Variant.WORKSHOP)
        return tuple(Option(way.value, way.label, way == chosen) for way in ways)

    def _ticks(self, item: AgendaItem, topic: Topic | None, raw: RawRow | None) -> tuple[Tick, ...]:
        if topic is None:
            return ()
        ticked = raw.point_ids if raw else frozenset(item.point_ids)
        return tuple(
            self._tick(point, ticked)
            for point in topic.points.all()
            if point.applies_in(self.facts.nation) or point.pk in ticked
        )

    def _tick(self, point: Point, ticked: "frozenset[int] | Sequence[int]") -> Tick:
        return Tick(
            point.pk,
            point.text,
            point.minutes,
            point.pk in ticked,
            elsewhere=not point.applies_in(self.facts.nation),
        )

    # ---- beside the day

    @property
    def asked(self) -> list[tuple[str, str]]:
        """Short facts in the agency's words."""
        booking = self.asker.booking
        return [
            ("Audience", "; ".join(_share(share) for share in self.facts.shares) or "Not said"),
            ("Numbers", f"{booking.head_count} people" if booking.head_count else "Not said"),
            ("Law", Nation(booking.nation).label),
            ("Format", f"{self.agenda.format.name}, {booking.get_place_display().lower()}"),
        ]

    @property
    def musts(self) -> str:
        return self._titles(self.facts.must_ids) or "Nothing in particular."

    @property
    def leave_outs(self) -> str:
        return self._titles(self.facts.leave_out_ids) or "Nothing."

    def _titles(self, ids: frozenset[int]) -> str:
        return ", ".join(topic.title for topic in self.facts.topics if topic.pk in ids)

    @property
    def suggests(self) -> bool:
        return self.asker.booking.cover == "suggest"

    @cached_property
    def catalogue(self) -> list[Offered]:
        """Topics that are not always given: those not in the day first, the most wanted first; narrowed by the search."""
        inside = {item.topic_id for item in self.items}
        found = [topic for topic in self.facts.topics if not topic.is_core and self._matches(topic)]
        found.sort(key=lambda topic: (topic.pk in inside, -self.facts.wanted(topic), topic.rank))
        return [self._offered(topic, topic.pk in inside) for topic in found]

    def _matches(self, topic: Topic) -> bool:
        words = self.search.casefold().split()
        text = " ".join(
            [topic.title, topic.printed_title, topic.summary, *(point.text for point in topic.points.all())]
        )
        return all(word in text.casefold() for word in words)

    def _offered(self, topic: Topic, is_in: bool) -> Offered:
        minutes = length_for(topic, self.order.free)
        fit = points_that_fit(self.facts, topic, minutes)
        return Offered(
            topic=topic,
            ticks=tuple(self._tick(point, fit) for point in self.facts.points_here(topic)),
            minutes=minutes,
            hints=self._hints(topic),
            is_in=is_in,
        )

    def _hints(self, topic: Topic) -> str:
        hints = [f"{topic.least_minutes} to {topic.most_minutes} min"]
        if topic.pk in self.facts.must_ids:
            hints.append("they asked for this")
        if topic.pk in self.facts.leave_out_ids:
            hints.append("they asked to leave it out")
        if not self.facts.applies(topic):
            hints.append(f"not for {Nation(self.facts.nation).label}")
        needed = [
            self.facts.by_id[other.pk].title for other in topic.requires.all() if other.pk in self.facts.by_id
        ]
        if needed:
            hints.append(f"builds on {', '.join(needed)}")
        if topic.is_demanding:
            hints.append("a demanding topic")
        if topic.given_by_host:
            hints.append("given by the host")
        return " · ".join(hints)

    # ---- before and after issuing

    @property
    def before_issue(self) -> list[tuple[str, bool, str]]:
        """Title, whether it is settled, and a word on it."""
        notices = sum(bool(item.topic and item.topic.content_notice.strip()) for item in self.items)
        story = any(item.topic and item.topic.kind == Topic.Kind.ACCOUNT for item in self.items)
        return [
            ("Content notices", True, f"On the paper for {notices} topic{'' if notices == 1 else 's'}"),
            ("Stepping out", story, "Said at the start, and on paper"),
            ("Quiet room", bool(self.agenda.quiet_room), self.agenda.quiet_room or "Not named yet"),
            (
                "Support contact",
                bool(self.agenda.support_contact),
                self.agenda.support_contact or "Not named yet",
            ),
        ]

    @property
    def next_number(self) -> int:
        return (self.issues[0].number if self.issues else 0) + 1

    @property
    def latest(self) -> Issue | None:
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
        return self.seen.tier >= Tier.T3

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


def _share(share: object) -> str:
    words = {"half": ", half", "some": ", some"}.get(getattr(share, "share", ""), "")
    return f"{share.audience.name}{words}"  # type: ignore[attr-defined]


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
) -> Studio:
    """Read the whole page (the number of queries does not depend on how much is in it)."""
    agenda.booking = asker.booking
    seen = asker.seen(page="studio")
    return Studio(
        asker=asker,
        agenda=agenda,
        items=list(agenda.items.select_related("topic").order_by("position")),
        facts=facts_of(asker.booking),
        seen=seen,
        asides=list(agenda.set_asides.select_related("by")),
        issues=list(agenda.issues.select_related("issued_by").defer("snapshot").order_by("-number")),
        documents=list(agenda.documents.without_content()[:12]),
        search=search,
        posted=posted,
        errors=list(errors),
    )


def is_worker_silent(documents: Sequence[Document]) -> bool:
    """Whether papers wait and no worker has been seen for two minutes. Asks the database only while some wait."""
    if not any(document.state in UNDER_WAY for document in documents):
        return False
    seen_at = Heartbeat.objects.filter(name="worker").values_list("seen_at", flat=True).first()
    return seen_at is None or timezone.now() - seen_at > SILENT_AFTER


def venue_is_named(asker: Asker) -> bool:
    """Whether a run sheet could say where."""
    return Venue.objects.filter(booking=asker.booking).exists()
