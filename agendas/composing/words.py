"""Reasons in a trainer's words."""

from collections.abc import Sequence

from agendas.composing.brief import Brief, TopicFacts
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


def no_room(topic: TopicFacts, extra: int | None) -> tuple[str, str]:
    """For a topic that only room kept out: how much it would take. ``None``: no longer day would hold it beside the others."""
    if extra is None:
        return "It does not go together with the rest of the day.", "taking another demanding topic out"
    if extra <= 0:
        return "It would shorten topics that matter more to these people.", "shorter topics"
    return "There is no time left for it.", f"{extra} more minutes"


def too_long(brief: Brief, extra: int) -> str:
    """What is held fast takes longer than the day, in minutes from start to end."""
    return _against_the_day(brief, f"need {say_minutes(brief.day.length + extra)} with their breaks")


def far_too_long(brief: Brief, least: int) -> str:
    """What is held fast takes so many minutes at least, far more than the day, before any break is counted."""
    return _against_the_day(brief, f"need {say_minutes(least)}, and breaks beside them")


def _against_the_day(brief: Brief, need: str) -> str:
    held = [topic for topic in brief.topics if topic.slug in brief.pin_of and not topic.is_core]
    core = sum(topic.is_core for topic in brief.topics)
    what = f"The {core} topics that are always given" if core > 1 else "The topic that is always given"
    if held:
        what += f" and {_names([topic.title for topic in held])}"
    return f"{what} {need}; the day has {say_minutes(brief.day.length)}. " + (
        "Let go of one of them, or make the day longer." if held else "Make the day longer."
    )


def clash(brief: Brief, slugs: Sequence[str]) -> str:
    """Pins that no day of any length holds together."""
    titles = [brief.by_slug[slug].title for slug in slugs]
    if not titles:
        return "No day keeps every rule here. Set one of them aside, or change the times."
    if len(titles) == 1:
        return f"{titles[0]} cannot stand where you hold it. Let it go, or hold it elsewhere."
    return f"{_names(titles)} cannot stand together as you hold them. Let go of one."


def _names(titles: Sequence[str]) -> str:
    return " and ".join([", ".join(titles[:-1]), titles[-1]] if len(titles) > 1 else titles)
