"""The draft with everything that hangs on it, read in one statement: lines, set-asides, issues, papers, the last composing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from agendas import facts
from agendas.facts import Facts
from agendas.models import Agenda, AgendaItem, Comment, Composition, Document
from agendas.plain import columns, hang, names
from courses.kept import Catalogue
from places.instances import instance_of

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


# Read from a row named ``draft``: agenda_id, booking_id, agency_id, stands_at. Asked of the ORM these are ten queries, and
# building them takes longer than the answers.
COLUMNS = f"""
    {facts.COLUMNS},

    (SELECT coalesce(json_agg(json_build_array({columns({"line": AgendaItem})}) ORDER BY position), '[]')
    FROM agendas_agendaitem line WHERE agenda_id = draft.agenda_id),

    (SELECT coalesce(json_agg(json_build_object(
            'key', aside.key, 'words', aside.words, 'reason', aside.reason, 'by_id', aside.by_id, 'at', aside.at,
            'by', coalesce(nullif(person.name, ''), person.email)
        ) ORDER BY aside.at, aside.id), '[]')
    FROM agendas_setaside aside JOIN accounts_user person ON person.id = aside.by_id
    WHERE aside.agenda_id = draft.agenda_id),

    (SELECT coalesce(json_agg(json_build_object(
            'pk', issue.id, 'number', issue.number, 'version', issue.version, 'issued_at', issue.issued_at,
            'by', coalesce(nullif(person.name, ''), person.email), 'is_withdrawn', issue.withdrawn_at IS NOT NULL
        ) ORDER BY issue.number DESC), '[]')
    FROM agendas_issue issue JOIN accounts_user person ON person.id = issue.issued_by_id
    WHERE issue.agenda_id = draft.agenda_id),

    (SELECT coalesce(json_agg(newest), '[]') FROM (
        SELECT id, agenda_id, issue_id, kind, version, state, error
        FROM agendas_document WHERE agenda_id = draft.agenda_id AND kind IN ('agenda', 'draft')
        ORDER BY id DESC LIMIT %(most_papers)s
    ) newest),

    (SELECT json_build_object('agenda_id', agenda_id, 'state', state, 'version', version, 'words', words, 'result', result)
    FROM agendas_composition WHERE agenda_id = draft.agenda_id),

    EXISTS (SELECT FROM agendas_agendastep WHERE agenda_id = draft.agenda_id
        AND (draft.stands_at IS NULL OR version < draft.stands_at)),
    EXISTS (SELECT FROM agendas_agendastep WHERE agenda_id = draft.agenda_id AND version > draft.stands_at),

    (SELECT coalesce(json_agg(json_build_object(
            'pk', remark.id, 'words', remark.words, 'audience', remark.audience,
            'by', coalesce(nullif(person.name, ''), person.email), 'by_id', person.id, 'is_from_host', remark.is_from_host,
            'at', remark.at, 'is_settled', remark.settled_at IS NOT NULL
        ) ORDER BY remark.at DESC, remark.id DESC), '[]')
    FROM (
        SELECT * FROM agendas_comment WHERE agenda_id = draft.agenda_id AND audience = ANY(%(audiences)s)
        ORDER BY at DESC, id DESC OFFSET %(later_comments)s LIMIT %(most_comments)s + 1
    ) remark JOIN accounts_user person ON person.id = remark.by_id),

    EXISTS (SELECT FROM bookings_booking earlier JOIN agendas_agenda day ON day.booking_id = earlier.id
        JOIN agendas_agendaitem line ON line.agenda_id = day.id
    WHERE earlier.agency_id = draft.agency_id AND earlier.id <> draft.booking_id),

    (SELECT coalesce(json_agg(json_build_object('pk', id, 'name', name, 'audience_id', audience_id) ORDER BY name), '[]')
    FROM agendas_daytemplate)
"""  # noqa: S608 - columns of our own
PARAMS: dict[str, Any] = {
    "most_papers": MOST_PAPERS,
    "most_comments": MOST_COMMENTS,
    "later_comments": 0,
    "audiences": list(Comment.Audience.values),
    **facts.PARAMS,
}
"""What ``COLUMNS`` takes."""
_FACTS = 5
_READ = f"""
SELECT {COLUMNS} FROM (
    SELECT %(agenda)s AS agenda_id, %(booking)s AS booking_id, %(agency)s AS agency_id, %(stands_at)s::int AS stands_at
) draft"""  # noqa: S608 - names of our own columns


def whole_of(
    agenda: Agenda, catalogue: Catalogue, *, thread: int = 1, for_host: bool = False
) -> tuple[Facts, DraftSeen]:
    """Read it all, with what was asked for, and a page of the thread: of all that was said, or of what the host may read."""
    params = PARAMS | {
        "agenda": agenda.pk,
        "booking": agenda.booking_id,
        "agency": agenda.booking.agency_id,
        "stands_at": agenda.stands_at,
        "later_comments": (thread - 1) * MOST_COMMENTS,
    }
    if for_host:
        params["audiences"] = [Comment.Audience.HOST.value]
    with connection.cursor() as cursor:
        cursor.execute(_READ, params)
        return whole_from(cursor.fetchone(), agenda, catalogue, thread=thread)


def whole_from(
    row: Sequence[Any], agenda: Agenda, catalogue: Catalogue, *, thread: int = 1
) -> tuple[Facts, DraftSeen]:
    """What ``COLUMNS`` gave. Format and topics come from the catalogue in memory, or the database where that is newer."""
    if agenda.format_id in catalogue.formats:
        hang(agenda, "format", catalogue.formats[agenda.format_id])
    items, asides, issues, documents, composition, can_undo, can_redo, comments, has_last, templates = row[
        _FACTS:
    ]
    asked = facts.facts_from(tuple(row[:_FACTS]), agenda.booking, catalogue)
    return asked, DraftSeen(
        items=with_topics(
            [instance_of(AgendaItem, names(AgendaItem), values) for values in items], catalogue
        ),
        asides=[AsideSeen(**row) for row in asides],
        issues=[_issue(row) for row in issues],
        documents=[instance_of(Document, row, row.values()) for row in documents],
        composition=instance_of(Composition, composition, composition.values()) if composition else None,
        can_undo=can_undo,
        can_redo=can_redo,
        thread=_thread(comments, thread),
        has_last=has_last,
        templates=[TemplateSeen(**one) for one in templates],
    )


def _thread(newest_first: list[dict[str, Any]], page: int) -> Thread:
    comments = [_comment(one) for one in newest_first[:MOST_COMMENTS]]
    return Thread(tuple(reversed(comments)), page, has_earlier=len(newest_first) > MOST_COMMENTS)


def items_of(agenda: Agenda, catalogue: Catalogue) -> list[AgendaItem]:
    """The lines of a draft alone, in order."""
    return with_topics(list(agenda.items.order_by("position")), catalogue)


def with_topics(items: list[AgendaItem], catalogue: Catalogue) -> list[AgendaItem]:
    """Hand each line its topic; the database is asked for one that is newer than the catalogue in memory."""
    for item in items:
        if item.topic_id in catalogue.every_topic:
            hang(item, "topic", catalogue.every_topic[item.topic_id])
    return items


def _issue(row: dict[str, Any]) -> IssueSeen:
    return IssueSeen(**{**row, "issued_at": dt.datetime.fromisoformat(row["issued_at"])})


def _comment(row: dict[str, Any]) -> CommentSeen:
    return CommentSeen(**{**row, "at": dt.datetime.fromisoformat(row["at"])})
