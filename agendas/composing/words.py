"""Reasons in a trainer's words."""

from collections.abc import Sequence
from dataclasses import dataclass

from agendas.composing.brief import Brief, Day, TopicFacts
from places.clock import say_minutes


def why_in(topic: TopicFacts, *, is_pinned: bool, is_needed: bool) -> str:
    """Why a topic is in the day, the strongest reason first."""
    if topic.is_core:
        return "Always given."
    if topic.is_must:
        return "They asked for it."
    if is_pinned:
        return "You kept it."
    if is_needed and (topic.if_room or not topic.wanted):
        return "Another topic of the day builds on it."
    if topic.wanted and topic.because:
        return f"{topic.because}."
    return "The day needs a workshop." if topic.takes_part else "There is room for it."


def why_out(brief: Brief, topic: TopicFacts, present: frozenset[str]) -> tuple[str, str]:
    """Why a topic cannot or should not be in the day, and what would change that; two empty strings when only room is short."""
    missing = [
        brief.by_slug[slug].title
        for slug in sorted(topic.needs)
        if slug in brief.by_slug and slug not in present
    ]
    if not topic.applies:
        return "It is not meant for this nation.", ""
    if topic.is_kept_out:
        return "You keep it out of this day.", ""
    if topic.is_left_out:
        return "They asked to leave it out.", ""
    if not topic.is_must and brief.team and not brief.needs_nobody(topic) and not brief.qualified(topic):
        return "Nobody on this team gives it.", f"a speaker for {topic.title}"
    if not topic.is_must and not topic.wanted:
        return "These people seldom need it.", "their asking for it"
    if any(
        brief.by_slug[slug].is_left_out or not brief.by_slug[slug].applies
        for slug in topic.needs
        if slug in brief.by_slug
    ):
        return f"It builds on {' and '.join(missing)}, which is not in the day.", ""
    return "", ""


UNSETTLED = ("There is no time left for it.", "")
"""For a topic that only room kept out, where the search for how much it would take was cut short."""


def no_room(topic: TopicFacts, extra: int | None) -> tuple[str, str]:
    """For a topic that only room kept out: how much it would take. ``None``: no longer day would hold it beside the others."""
    if extra is None:
        return "It does not go together with the rest of the day.", "taking another demanding topic out"
    if extra <= 0:
        return "It would shorten topics that matter more to these people.", "shorter topics"
    return "There is no time left for it.", f"{extra} more minutes"


@dataclass(frozen=True)
class WayOut:
    """What would help where a day cannot hold what it must.

    ``enough``: each of these alone, let go, makes the rest fit. ``helps``: letting go of all that is held does.
    ``longer``: a day on offer that holds everything.
    """

    enough: tuple[str, ...]
    helps: bool
    longer: Day | None


def held_fast(brief: Brief) -> tuple[str, ...]:
    """What a trainer holds in the day, beside the topics that are always given."""
    return tuple(topic.slug for topic in brief.topics if topic.slug in brief.pin_of and not topic.is_core)


def too_long(brief: Brief, extra: int, out: WayOut) -> str:
    """What is held fast takes longer than the day, in minutes from start to end, and what would help."""
    return _against_the_day(brief, f"need {say_minutes(brief.day.length + extra)} with their breaks", out)


def far_too_long(brief: Brief, least: int, out: WayOut) -> str:
    """What is held fast takes so many minutes at least, far more than the day, before any break is counted."""
    return _against_the_day(brief, f"need {say_minutes(least)}, and breaks beside them", out)


def _against_the_day(brief: Brief, need: str, out: WayOut) -> str:
    held = _titles(brief, held_fast(brief))
    core = sum(topic.is_core for topic in brief.topics)
    what = "The topic that is always given" if core == 1 else f"The {core} topics that are always given"
    if len(held) > 1:
        what += f" and the {len(held)} that you hold ({_names(held)})"
    elif held:
        what += f" and {held[0]}, which you hold,"
    ways = [_let_go(held, _titles(brief, out.enough))] if held and out.helps else []
    if out.longer is not None:
        ways.append(f"take the {out.longer.name}, which has {say_minutes(out.longer.length)}")
    else:
        ways.append("make the day longer")
    said = ", or ".join(ways)
    has = say_minutes(brief.day.length)
    return f"{what} {need}; this {brief.day.name} has {has}. {said[:1].upper()}{said[1:]}."


def _let_go(held: Sequence[str], enough: Sequence[str]) -> str:
    """Which of the held topics to let go of, as far as one alone is enough."""
    if len(held) == 1:
        return "let go of it"
    if not enough:
        return "let go of more than one of them"
    return (
        "let go of any one of them" if len(enough) == len(held) else f"let go of {_names(enough, last='or')}"
    )


def _titles(brief: Brief, slugs: Sequence[str]) -> list[str]:
    return [brief.by_slug[slug].title for slug in slugs]


def shut_out(brief: Brief, slug: str, needed: str) -> str:
    """What is held builds on something that stays out."""
    title, first = _titles(brief, [slug, needed])
    return f"{title} builds on {first}, which stays out of this day. Let go of {title}, or hold {first} in it as well."


def no_workshop(brief: Brief) -> str:
    """What is held fits, and leaves no room for what the format asks besides."""
    return (
        f"What you hold leaves no room for the workshop that this {brief.day.name} must have. "
        "Let go of one topic, or set the rule of the workshop aside."
    )


def not_settled() -> str:
    """The search ended before it found a day, or the proof that there is none."""
    return (
        "No day was found in the time that the search is given, and it is not proven that there is none. "
        "Let go of something that you hold, and compose again."
    )


def clash(brief: Brief, slugs: Sequence[str]) -> str:
    """Pins that no day of any length holds together."""
    titles = _titles(brief, slugs)
    if not titles:
        return "No day keeps every rule here. Set one of them aside, or change the times."
    if len(titles) == 1:
        return f"{titles[0]} cannot stand where you hold it. Let it go, or hold it elsewhere."
    return f"{_names(titles)} cannot stand together as you hold them. Let go of one."


def _names(titles: Sequence[str], *, last: str = "and") -> str:
    return f" {last} ".join([", ".join(titles[:-1]), titles[-1]] if len(titles) > 1 else titles)
