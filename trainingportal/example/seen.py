"""An example day as a page shows it. Drawn once in each process for as long as it stays the same day."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from agendas.models import PAUSES
from agendas.snapshot import Paper, read
from agendas.strip import PAUSE, TOPIC, Strip
from places.nations import Nation
from trainingportal.asking import choices
from trainingportal.example import question as questions
from trainingportal.example import shelf
from trainingportal.example.question import DayForm, Question
from trainingportal.example.words import as_sentence, lower

Pill = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """One line of the day, as ``components/timed_list.html`` draws it."""

    starts_at: dt.time
    minutes: int
    title: str
    kind: str
    detail: str
    pills: tuple[Pill, ...]


@dataclass(frozen=True)
class LeftOut:
    """A topic that is not in the day, why, and the question that asks for it (none where that would change nothing)."""

    slug: str
    title: str
    words: str
    asked: Question | None

    @property
    def stop(self) -> str:
        """What ends the title where it stands as a sentence of its own."""
        return as_sentence(self.title).removeprefix(self.title)


@dataclass(frozen=True)
class Other:
    """The same day in another length."""

    name: str
    question: Question
    is_longer: bool


@dataclass(frozen=True)
class Day:
    """A whole example day in the words of the page. ``refusal``: why there is none; the rest is then empty."""

    question: Question
    title: str
    law: str
    others: tuple[Other, ...]
    refusal: str = ""
    paper: Paper | None = None
    rows: tuple[Row, ...] = ()
    missed: tuple[LeftOut, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    workshops: int = 0
    longest_sitting: int = 0
    is_proven: bool = False

    @property
    def longer(self) -> tuple[Other, ...]:
        """What a day that cannot hold everything might be instead."""
        return tuple(other for other in self.others if other.is_longer)

    @property
    def to_pass_on(self) -> str:
        """A mail to somebody, for the reader to address: it holds the day's own address and nothing about the reader."""
        address = f"{settings.SITE_URL}{reverse('example-day')}?{self.question.query}"
        words = {
            "subject": f"{self.title}: training on stalking",
            "body": f"{self.title}, an example:\n{address}\n",
        }
        return f"mailto:?{urlencode(words, quote_via=quote)}"

    @property
    def strip(self) -> Strip | None:
        return self.paper.strip if self.paper is not None else None

    @property
    def training(self) -> str:
        """How long the training is, as every page says it."""
        return {seen.slug: seen.training_words for seen in choices.lengths()}.get(self.question.length, "")


def title_of(question: Question) -> str:
    """The day in a few words: how long, and for whom."""
    names = {seen.slug: seen.name for seen in choices.lengths()}
    people = {seen.slug: seen.name for seen in choices.audiences()}
    length, whom = names.get(question.length, "Session"), people.get(question.audience, "your people")
    return f"A {lower(length)} for {lower(whom)}"


def titles_of(question: Question) -> list[str]:
    """The topics that must be covered, by their titles."""
    titles = {topic.slug: topic.title for topic in choices.topics()}
    return [titles[slug] for slug in question.musts if slug in titles]


def law_of(question: Question) -> str:
    return Nation(question.nation).label


def day_of(question: Question, answer: dict[str, Any]) -> Day:
    """What the page says of a day that has been made."""
    title, law = title_of(question), law_of(question)
    lengths = {seen.slug: seen.training_minutes for seen in choices.lengths()}
    others = tuple(
        Other(
            lower(seen.name),
            question.of_length(seen.slug),
            is_longer=seen.training_minutes > lengths[question.length],
        )
        for seen in choices.lengths()
        if seen.slug != question.length
    )
    if "lines" not in answer:
        return Day(question, title, law, others, refusal=str(answer.get("words", "")))
    out = tuple(_left_out(question, answer["left_out"]))
    musts = {one["slug"] for one in answer["left_out"] if one["is_must"]}
    return Day(
        question,
        title,
        law,
        others,
        paper=read(answer),
        rows=tuple(_row(line) for line in answer["lines"]),
        missed=tuple(one for one in out if one.slug in musts),
        left_out=tuple(one for one in out if one.slug not in musts),
        workshops=sum(line["how"] == "Workshop" for line in answer["lines"]),
        longest_sitting=answer["longest_sitting"],
        is_proven=answer["is_proven"],
    )


def _left_out(question: Question, found: list[dict[str, Any]]) -> Iterator[LeftOut]:
    for one in found:
        asked = question.with_must(one["slug"]) if one["may_ask"] and not one["is_must"] else None
        yield LeftOut(one["slug"], one["title"], one["words"], asked)


def _row(line: dict[str, Any]) -> Row:
    pills: list[Pill] = []
    if line["core"]:
        pills.append(("Always given", ""))
    if line["is_must"]:
        pills.append(("You asked for it", ""))
    if line["how"]:
        pills.append((line["how"], "part" if line["how"] == "Workshop" else ""))
    why = "" if line["core"] or line["is_must"] else line["why"]
    return Row(
        starts_at=dt.time.fromisoformat(line["at"]),
        minutes=line["minutes"],
        title=line["title"],
        kind=PAUSE if line["kind"] in PAUSES else TOPIC,
        detail=" ".join(words for words in (as_sentence(line["summary"]), why) if words),
        pills=tuple(pills),
    )


# ---- drawn


@lru_cache(maxsize=64)
def drawn(question: Question, key: str, made_at: dt.datetime) -> str:
    """The day's HTML. ``made_at`` tells a day from another made for the same key."""
    day = day_of(question, shelf.answer_of(key))
    return render_to_string("example/day.html", {"day": day})


@lru_cache(maxsize=64)
def form_drawn(question: Question, edition: str) -> str:
    """The form's HTML with these choices made; ``edition`` tells a catalogue from another."""
    return render_to_string("example/form.html", {"form": DayForm.showing(question)})


def usual_drawn() -> dict[str, str]:
    """The form and the day that the landing page begins with; either is empty where there is none yet."""
    question = questions.usual()
    if question is None:
        return {"form": "", "day": ""}
    edition = questions.edition()
    key = question.key(edition)
    row = shelf.find(key)
    day = drawn(question, key, row.made_at) if row is not None and row.made_at is not None else ""
    return {"form": form_drawn(question, edition), "day": day}
