"""What the catalogue says in Welsh: frozen with an issue whose papers are wanted in Welsh, and put in place of the English.

Kept as pairs, the English and its Welsh, and only for what stands on the paper: so an issue holds the Welsh of its day, and
whatever has no pair stays English. The papers' own words are in ``agendas/welsh.py``.
"""

from collections.abc import Collection, Iterator
from typing import Any

from agendas import welsh
from agendas.composed import A_MIXED_AUDIENCE, FIRST_CHOICE, ROOM, USUAL
from agendas.facts import SHARE_WORDS, Facts
from agendas.host_page import ABOUT_SO_MANY, IT_TAKES, OTHERS_MATTER, WOULD_SUIT
from courses.models import Topic

Pair = tuple[str, str]


# ---- freezing


def welsh_of(shown: dict[str, Any], facts: Facts) -> dict[str, str]:
    """The Welsh of everything in the shared part of a snapshot that the catalogue knows in Welsh, by its English."""
    standing = set(_strings(shown))
    return {
        english: in_welsh
        for english, in_welsh in _pairs(facts)
        if in_welsh.strip() and in_welsh != english and english in standing
    }


def _strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _strings(value)
    elif isinstance(part, list):
        for value in part:
            yield from _strings(value)


def _pairs(facts: Facts) -> Iterator[Pair]:
    for topic in facts.catalogue.every_topic.values():
        yield from _of_a_topic(topic)
        for point in facts.points_of(topic):
            yield point.text, point.text_in_welsh
    yield from _of_the_audience(facts)
    yield from _of_what_was_asked(facts)


def _of_a_topic(topic: Topic) -> Iterator[Pair]:
    yield topic.title, topic.title_in_welsh
    yield topic.summary, topic.summary_in_welsh
    yield _one_line(topic.content_notice), _one_line(topic.content_notice_in_welsh)
    yield from zip(topic.outcome_lines, topic.outcome_lines_in_welsh, strict=False)
    lengths = topic.least_minutes, topic.most_minutes
    for why in (WOULD_SUIT, OTHERS_MATTER):
        yield f"{why} {IT_TAKES.format(*lengths)}", f"{_own(why)} {_own(IT_TAKES).format(*lengths)}"


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _own(words: str) -> str:
    """The paper's own words in Welsh; they stand in its table."""
    return welsh.words()[words]


def _of_the_audience(facts: Facts) -> Iterator[Pair]:
    """Who comes, and the reasons that name them."""
    yield f"{ROOM}.", f"{_own(ROOM)}."
    named = [(share.audience.name, share.audience.name_in_welsh) for share in facts.shares]
    for share, (name, in_welsh) in zip(facts.shares, named, strict=True):
        if in_welsh:
            how_many = SHARE_WORDS.get(share.share, "")
            yield f"{name}{how_many}", f"{in_welsh}{_own(how_many) if how_many else ''}"
    for name, in_welsh in [*named, (A_MIXED_AUDIENCE, _own(A_MIXED_AUDIENCE))]:
        if in_welsh:
            for why in (FIRST_CHOICE, USUAL):
                yield f"{why.format(name.lower())}.", f"{_own(why).format(in_welsh.lower())}."


def _of_what_was_asked(facts: Facts) -> Iterator[Pair]:
    head_count = facts.booking.head_count
    yield ABOUT_SO_MANY.format(head_count), _own(ABOUT_SO_MANY).format(head_count)
    for asked in (facts.must_ids, facts.leave_out_ids):
        yield _listed(asked, facts)


def _listed(topic_ids: Collection[int], facts: Facts) -> Pair:
    """Titles in a row, in Welsh where every one of them has it."""
    topics = facts.chosen(topic_ids)
    titles = [topic.title_in_welsh for topic in topics]
    return ", ".join(topic.title for topic in topics), ", ".join(titles) if all(titles) else ""


# ---- reading


def known_to(content: dict[str, Any]) -> dict[str, str]:
    """All that a paper can say in Welsh: what was frozen with it, which an old one lacks, and the papers' own words."""
    return {**content.get("welsh", {}), **welsh.words()}


def said(content: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """The same content with everything known said in Welsh. Who comes is one line, so all of it or none."""

    def say(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
        return [{**row, **{name: known.get(row[name], row[name]) for name in names}} for row in rows]

    def each(words: list[str]) -> list[str]:
        return [known.get(one, one) for one in words]

    host, audience = content.get("host", {}), content["audience"]
    return {
        **content,
        "audience": each(audience) if all(who in known for who in audience) else audience,
        "lines": [
            {**line, "points": each(line["points"])} for line in say(content["lines"], "title", "summary")
        ],
        "notices": say(content["notices"], "title", "words"),
        "outcomes": each(content["outcomes"]),
        "host": host
        and {
            "asked": [[label, known.get(words, words)] for label, words in host["asked"]],
            "chosen": say(host["chosen"], "title", "why"),
            "left_out": say(host["left_out"], "title", "why"),
        },
    }
