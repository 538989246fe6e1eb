"""Makes example days: composed from the catalogue alone, for speakers that are supposed to be found. Runs in workers only.

The same composer, running order and paper as a booking's, over a booking that is never saved.
"""

import logging
from types import ModuleType
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from agendas import snapshot
from agendas.composed import brief_of, lines_of
from agendas.composing.brief import CannotCompose, Composed
from agendas.facts import Facts, ShareSeen
from agendas.models import Agenda
from agendas.running import running_order
from bookings.models import AudienceShare, Booking
from courses import kept
from courses.kept import Catalogue
from trainingportal.example import question as questions
from trainingportal.example import shelf
from trainingportal.example.question import Question
from trainingportal.example.words import as_sentence, in_short, left_out, lower, to_you
from trainingportal.models import ExampleDay

log = logging.getLogger(__name__)


def make_next() -> bool:
    """Make one day that waits, with its paper, and wake a worker for the next; says whether there was one."""
    row = shelf.claim_next()
    if row is None:
        return False
    try:
        _make(row)
    except SoftTimeLimitExceeded:
        shelf.give_up(row)
        raise
    except (
        Exception
    ):  # whatever a catalogue can do to a solver or a layout engine: the row says it, the queue goes on
        log.exception("An example day could not be made.")
        shelf.give_up(row)
    if shelf.is_any_waiting():
        shelf.ring()
    return True


def _make(row: ExampleDay) -> None:
    catalogue = kept.read()
    if questions.read_edition() != row.edition:
        shelf.drop(row)
        return
    if not row.answer:
        shelf.keep_answer(row, answer(Question.from_data(row.question), catalogue))
    shelf.finish(row, _draw(row.answer) if "lines" in row.answer else b"")


def _draw(content: dict[str, Any]) -> bytes:
    """The paper; empty where this machine has no libraries for PDFs, and then the page says so."""
    try:
        paper: bytes = _paper().draw_example(on_paper(content))
    except OSError:
        log.exception("The paper of an example day could not be drawn.")
        return b""
    return paper


def on_paper(content: dict[str, Any]) -> dict[str, Any]:
    """The same with each topic's reason in few words in its pill, so that a day needs two sheets."""
    lines = [
        line | {"how": " · ".join(words for words in (line["how"], in_short(line["why"])) if words)}
        for line in content["lines"]
    ]
    said = [one | {"title": as_sentence(one["title"])} for one in content["left_out"]]
    return content | {"lines": lines, "left_out": said}


def tend() -> None:
    """Keep the shelf in order, and the days that most visitors ask for ready on it."""
    edition = questions.read_edition()
    shelf.tidy(edition)
    shelf.ask_for_common(questions.common(), edition)
    if shelf.is_any_waiting():
        shelf.ring()


def answer(question: Question, catalogue: Catalogue) -> dict[str, Any]:
    """The day as plain data: what an agenda holds, why each topic is in it, what is left out; or the words why there is none."""
    facts = _facts(question, catalogue)
    format_ = next(found for found in catalogue.formats.values() if found.slug == question.length)
    agenda = Agenda(booking=facts.booking, format=format_)
    day = _composer().compose(brief_of(agenda, facts))
    if isinstance(day, CannotCompose):
        return {"words": to_you(day.words)}
    assert isinstance(day, Composed)
    order = running_order(agenda, lines_of(day, facts))
    content = snapshot.agenda_part(agenda, order, facts)
    why = {given.slug: to_you(given.why) for given in day.topics}
    for line, shown in zip(order.lines, content["lines"], strict=True):
        slug = line.item.topic.slug if line.item.topic is not None else ""
        shown |= {"slug": slug, "why": why.get(slug, ""), "is_must": slug in question.musts, "points": []}
    return content | {
        "reference": "",
        "head_count": None,
        "place": "",
        "invented": settings.DEMO,
        "number": 0,
        "version": 0,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "longest_sitting": format_.longest_sitting_minutes,
        "is_proven": day.is_proven,
        "left_out": [
            {
                "slug": one.slug,
                "title": one.title,
                "words": left_out(one.why, one.buys_back),
                "is_must": one.slug in question.musts,
                "may_ask": facts.applies(facts.by_slug[one.slug]),
            }
            for one in day.left_out
        ],
        "example": {
            "for_whom": lower(facts.shares[0].audience.name),
            "musts": [facts.by_slug[slug].title for slug in question.musts],
            "ask_at": f"{settings.SITE_URL}{reverse('ask-training')}",
        },
    }


def _facts(question: Question, catalogue: Catalogue) -> Facts:
    """What a trainer would know of these people: one audience, one nation, and no team yet, so that nobody is missing."""
    booking = Booking(nation=question.nation)
    audience = next(found for found in catalogue.audiences.values() if found.slug == question.audience)
    return Facts(
        booking=booking,
        catalogue=catalogue,
        must_ids=frozenset(catalogue.by_slug[slug].pk for slug in question.musts),
        leave_out_ids=frozenset(),
        shares=(ShareSeen(audience, AudienceShare.Share.ALL),),
        emphasis=catalogue.emphasis_for({audience.pk: 4}),
    )


def _composer() -> ModuleType:
    """OR-Tools, loaded with the first day to compose: it takes a second and 80 MB, and pages never need it."""
    from agendas.composing import passes

    return passes


def _paper() -> ModuleType:
    """WeasyPrint, loaded with the first paper: where its libraries are missing, everything else still works."""
    from agendas import paper

    return paper
