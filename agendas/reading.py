"""The draft with everything that hangs on it, read in one statement: lines, set-asides, issues, papers, the last composing."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection

from agendas import facts
from agendas.facts import Facts
from agendas.models import Agenda, AgendaItem, Composition, Document
from courses.kept import Catalogue

MOST_PAPERS = 12


@dataclass(frozen=True)
class AsideSeen:
    """A check that somebody decided against, and who."""

    key: str
    words: str
    reason: str
    by: str


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
    is_from_host: bool
    at: dt.datetime
    is_settled: bool


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
    comments: list[CommentSeen]
    has_last: bool
    templates: list[TemplateSeen]


# Asked of the ORM these are six queries, and building them takes longer than the answers.
_COLUMNS = """
    (SELECT coalesce(json_agg(json_build_object(
            'id', id, 'agenda_id', agenda_id, 'position', position, 'kind', kind, 'topic_id', topic_id,
            'title', title, 'minutes', minutes, 'speaker_id', speaker_id, 'by_host', by_host, 'variant', variant,
            'point_ids', point_ids, 'note', note, 'pin', pin
        ) ORDER BY position), '[]')
    FROM agendas_agendaitem WHERE agenda_id = %(agenda)s),

    (SELECT coalesce(json_agg(json_build_object(
            'key', aside.key, 'words', aside.words, 'reason', aside.reason,
            'by', coalesce(nullif(person.name, ''), person.email)
        ) ORDER BY aside.at, aside.id), '[]')
    FROM agendas_setaside aside JOIN accounts_user person ON person.id = aside.by_id
    WHERE aside.agenda_id = %(agenda)s),

    (SELECT coalesce(json_agg(json_build_object(
            'pk', issue.id, 'number', issue.number, 'version', issue.version, 'issued_at', issue.issued_at,
            'by', coalesce(nullif(person.name, ''), person.email), 'is_withdrawn', issue.withdrawn_at IS NOT NULL
        ) ORDER BY issue.number DESC), '[]')
    FROM agendas_issue issue JOIN accounts_user person ON person.id = issue.issued_by_id
    WHERE issue.agenda_id = %(agenda)s),

    (SELECT coalesce(json_agg(newest), '[]') FROM (
        SELECT id, agenda_id, issue_id, kind, version, state, error
        FROM agendas_document WHERE agenda_id = %(agenda)s AND kind IN ('agenda', 'draft') ORDER BY id DESC LIMIT %(most_papers)s
    ) newest),

    (SELECT json_build_object('agenda_id', agenda_id, 'state', state, 'version', version, 'words', words, 'result', result)
    FROM agendas_composition WHERE agenda_id = %(agenda)s),

    EXISTS (SELECT FROM agendas_agendastep WHERE agenda_id = %(agenda)s
        AND (%(stands_at)s::int IS NULL OR version < %(stands_at)s)),
    EXISTS (SELECT FROM agendas_agendastep WHERE agenda_id = %(agenda)s AND version > %(stands_at)s),

    (SELECT coalesce(json_agg(json_build_object(
            'pk', remark.id, 'words', remark.words, 'audience', remark.audience,
            'by', coalesce(nullif(person.name, ''), person.email), 'is_from_host', remark.is_from_host,
            'at', remark.at, 'is_settled', remark.settled_at IS NOT NULL
        ) ORDER BY remark.at, remark.id), '[]')
    FROM agendas_comment remark JOIN accounts_user person ON person.id = remark.by_id
    WHERE remark.agenda_id = %(agenda)s),

    EXISTS (SELECT FROM bookings_booking earlier JOIN agendas_agenda day ON day.booking_id = earlier.id
        JOIN agendas_agendaitem line ON line.agenda_id = day.id
    WHERE earlier.agency_id = %(agency)s AND earlier.id <> %(booking)s),

    (SELECT coalesce(json_agg(json_build_object('pk', id, 'name', name, 'audience_id', audience_id) ORDER BY name), '[]')
    FROM agendas_daytemplate)
"""
_FACTS = 4


def whole_of(agenda: Agenda, catalogue: Catalogue) -> tuple[Facts, DraftSeen]:
    """Read it all, with what was asked for. Format and topics come from the catalogue in memory, or the database where newer."""
    if agenda.format_id in catalogue.formats:
        agenda.format = catalogue.formats[agenda.format_id]
    params = {
        "agenda": agenda.pk,
        "stands_at": agenda.stands_at,
        "most_papers": MOST_PAPERS,
        "agency": agenda.booking.agency_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {facts.COLUMNS}, {_COLUMNS}", params | facts.asked_for(agenda.booking))
        row = cursor.fetchone()
    items, asides, issues, documents, composition, can_undo, can_redo, comments, has_last, templates = row[
        _FACTS:
    ]
    asked = facts.facts_from(row[:_FACTS], agenda.booking, catalogue)
    return asked, DraftSeen(
        items=with_topics([AgendaItem(**row) for row in items], catalogue),
        asides=[AsideSeen(**row) for row in asides],
        issues=[_issue(row) for row in issues],
        documents=[Document(**row) for row in documents],
        composition=Composition(**composition) if composition else None,
        can_undo=can_undo,
        can_redo=can_redo,
        comments=[_comment(one) for one in comments],
        has_last=has_last,
        templates=[TemplateSeen(**one) for one in templates],
    )


def items_of(agenda: Agenda, catalogue: Catalogue) -> list[AgendaItem]:
    """The lines of a draft alone, in order."""
    return with_topics(list(agenda.items.order_by("position")), catalogue)


def with_topics(items: list[AgendaItem], catalogue: Catalogue) -> list[AgendaItem]:
    """Hand each line its topic; the database is asked for one that is newer than the catalogue in memory."""
    for item in items:
        if item.topic_id in catalogue.every_topic:
            item.topic = catalogue.every_topic[item.topic_id]
    return items


def _issue(row: dict[str, Any]) -> IssueSeen:
    return IssueSeen(**{**row, "issued_at": dt.datetime.fromisoformat(row["issued_at"])})


def _comment(row: dict[str, Any]) -> CommentSeen:
    return CommentSeen(**{**row, "at": dt.datetime.fromisoformat(row["at"])})
