"""Every choice of topics that a small booking allows."""

from collections.abc import Iterator
from itertools import combinations

from agendas.composing.brief import Brief


def choices(brief: Brief) -> Iterator[frozenset[str]]:
    """Every choice of topics that holds the core, what is held fast, and what each builds on."""
    always = {one.slug for one in brief.topics if one.is_core} | set(brief.pin_of)
    may = [
        one.slug
        for one in brief.topics
        if one.slug not in always
        and one.applies
        and not one.is_left_out
        and (one.is_must or brief.qualified(one) or brief.needs_nobody(one))
    ]
    for size in range(len(may) + 1):
        for some in combinations(may, size):
            chosen = frozenset(always | set(some))
            if all(brief.by_slug[slug].needs & set(brief.by_slug) <= chosen for slug in chosen):
                yield chosen
