"""The draft with everything that hangs on it: lines, set-asides, issues, papers, the last composing, what was said."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf

from agendas.facts import Facts, facts_of
from agendas.models import (
    Agenda,
    AgendaItem,
    AgendaStep,
    Comment,
    Composition,
    DayTemplate,
    Document,
    Issue,
    SetAside,
)
from courses.kept import Catalogue

MOST_PAPERS = 12
MOST_COMMENTS = 30  # on one page of the thread


@dataclass(frozen=True)
class AsideSeen:
    """A check that somebody decided against, who (by key and by name) and when, as the database writes it."""

    key: str
    words: str
    reason: str
    by_id: int
    by: str
    at: str


@dataclass(frozen=True)
class IssueSeen:
    """An issued agenda as the list of papers names it."""

    pk: int
    number: int
    version: int
    issued_at: dt.datetime
    by: str
    is_withdrawn: bool


@dataclass(frozen=True)
class TemplateSeen:
    """A day to begin from, as the list names it."""

    pk: int
    name: str
    audience_id: int | None


@dataclass(frozen=True)
class CommentSeen:
    """A remark in the thread. ``by`` is for those alone who may know who comes."""

    pk: int
    words: str
    audience: str
    by: str
    by_id: int
    is_from_host: bool
    at: dt.datetime
    is_settled: bool


@dataclass(frozen=True)
class Thread:
    """One page of what was said: the newest remarks, in their order, or on a later page the ones before."""

    comments: tuple[CommentSeen, ...] = ()
    page: int = 1
    has_earlier: bool = False


@dataclass(frozen=True)
class DraftSeen:
    """A draft as its page needs it. Items are in order, issues and papers the newest first."""

    items: list[AgendaItem]
    asides: list[AsideSeen]
    issues: list[IssueSeen]
    documents: list[Document]
    composition: Composition | None
    can_undo: bool
    can_redo: bool
    thread: Thread
    has_last: bool
    templates: list[TemplateSeen]


def whole_of(
    agenda: Agenda, catalogue: Catalogue, *, thread: int = 0, for_host: bool = False
) -> tuple[Facts, DraftSeen]:
    """Read it all, with what was asked for, and a page of the thread: of all that was said, or of what the host may read.

    Without a page of the thread nothing of it is read.

    Format and topics come from the catalogue in memory, or the database where that is newer.
    """
    if agenda.format_id in catalogue.formats:
        agenda.format = catalogue.formats[agenda.format_id]
    found = _hanging_on(agenda)
    return facts_of(agenda.booking, catalogue=catalogue), DraftSeen(
        items=items_of(agenda, catalogue),
        asides=[AsideSeen(**row) for row in found["asides"]],
        issues=[
            IssueSeen(**row | {"issued_at": dt.datetime.fromisoformat(row["issued_at"])})
            for row in found["issued"]
        ],
        documents=list(
            agenda.documents.filter(kind__in=(Document.Kind.AGENDA, Document.Kind.DRAFT))
            .only("agenda", "issue", "kind", "version", "state", "error")
            .order_by("-pk")[:MOST_PAPERS]
        ),
        composition=getattr(agenda, "composition", None),
        can_undo=found["can_undo"],
        can_redo=found["can_redo"],
        thread=_thread(agenda, thread, for_host=for_host) if thread else Thread(),
        has_last=found["has_last"],
        templates=[TemplateSeen(**row) for row in found["templates"]],
    )


def _hanging_on(agenda: Agenda) -> Any:
    """What a page shows of a draft in a few words each: one statement for six."""
    of_agenda = OuterRef("pk")
    earlier = AgendaStep.objects.filter(agenda=of_agenda)
    undone = agenda.stands_at is not None
    return (
        Agenda.objects.filter(pk=agenda.pk)
        .values(
            asides=ArraySubquery(
                SetAside.objects.filter(agenda=of_agenda)
                .order_by("at", "pk")
                .values(
                    json=JSONObject(
                        key="key", words="words", reason="reason", by_id="by_id", by=_name_of("by"), at="at"
                    )
                )
            ),
            issued=ArraySubquery(
                Issue.objects.filter(agenda=of_agenda)
                .order_by("-number")
                .values(
                    json=JSONObject(
                        pk="pk",
                        number="number",
                        version="version",
                        issued_at="issued_at",
                        by=_name_of("issued_by"),
                        is_withdrawn=Q(withdrawn_at__isnull=False),
                    )
                )
            ),
            templates=ArraySubquery(
                DayTemplate.objects.order_by("name").values(
                    json=JSONObject(pk="pk", name="name", audience_id="audience_id")
                )
            ),
            can_undo=Exists(earlier.filter(version__lt=agenda.stands_at) if undone else earlier),
            can_redo=Exists(earlier.filter(version__gt=agenda.stands_at) if undone else earlier.none()),
            has_last=Exists(
                AgendaItem.objects.filter(agenda__booking__agency=agenda.booking.agency_id).exclude(
                    agenda=of_agenda
                )
            ),
        )
        .get()
    )


def _name_of(person: str) -> Coalesce:
    """A person's name, or the address of one who has given none."""
    return Coalesce(NullIf(f"{person}__name", Value("")), f"{person}__email")


def _thread(agenda: Agenda, page: int, *, for_host: bool) -> Thread:
    written = Comment.objects.filter(agenda=agenda)
    if for_host:
        written = written.filter(audience=Comment.Audience.HOST)
    begin = (page - 1) * MOST_COMMENTS
    newest = list(written.select_related("by").order_by("-at", "-pk")[begin : begin + MOST_COMMENTS + 1])
    comments = [
        CommentSeen(
            pk=comment.pk,
            words=comment.words,
            audience=comment.audience,
            by=str(comment.by),
            by_id=comment.by_id,
            is_from_host=comment.is_from_host,
            at=comment.at,
            is_settled=comment.settled_at is not None,
        )
        for comment in newest[:MOST_COMMENTS]
    ]
    return Thread(tuple(reversed(comments)), page, has_earlier=len(newest) > MOST_COMMENTS)


def items_of(agenda: Agenda, catalogue: Catalogue) -> list[AgendaItem]:
    """The lines of a draft alone, in order."""
    return with_topics(list(agenda.items.order_by("position")), catalogue)


def with_topics(items: list[AgendaItem], catalogue: Catalogue) -> list[AgendaItem]:
    """Hand each line its topic; the database is asked for one that is newer than the catalogue in memory."""
    for item in items:
        if item.topic_id in catalogue.every_topic:
            item.topic = catalogue.every_topic[item.topic_id]
    return items
