"""On small bookings every whole day is tried by hand: none is better than the composer's in the first seven wishes."""

from collections.abc import Iterator
from itertools import combinations_with_replacement, product

from hypothesis import HealthCheck, given, settings

from agendas.composing.brief import Around, Brief, CannotCompose, Composed, TopicFacts
from agendas.composing.passes import compose
from tests.agendas.composing.cases import HALF, briefs, sittings
from tests.agendas.composing.choices import choices

MOST_CLOSE = 30
Frame = tuple[int, dict[str, int]]
"""How many sittings, and in which each topic stands."""


@settings(max_examples=120, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(briefs(most_topics=3, frames=(HALF,), held_anyhow=False, has_team=False))
def test_no_whole_day_is_better_than_the_composer_s(brief):
    day = compose(brief)
    best = best_by_hand(brief)

    if isinstance(day, CannotCompose):
        assert best is None
    else:
        assert worth_of(brief, day) == best


# ---- the seven wishes: the first six of a frame, then what the minutes add


def wishes_of_frame(brief: Brief, frame: Frame) -> tuple[int, ...]:
    """Musts, what suits, what nobody asked for, facts late, sittings before the story, breaks. The least is the best."""
    count, at = frame
    there = [brief.by_slug[slug] for slug in at]
    return (
        -sum(one.is_must for one in there),
        -sum(one.wanted for one in there if not one.is_core and not one.if_room),
        sum(not (one.wanted or one.is_must or one.is_core) for one in there),
        int(at["facts"] > at["story"]),
        at["story"],
        count - 2,  # one of the rests is the time to pause
    )


def worth_of(brief: Brief, day: Composed) -> tuple[tuple[int, ...], int, int]:
    """What a composed day is worth, read from its lines."""
    at = {
        line.slug: n
        for n, stretch in enumerate(sittings(day))
        for line in stretch
        if not isinstance(line, Around)
    }
    minutes = {one.slug: one.minutes for one in day.topics}
    asked = sum(line.minutes for line in day.lines if isinstance(line, Around) and line.kind == "questions")
    frame = (len(list(sittings(day))), at)
    return wishes_of_frame(brief, frame), off_usual(brief, minutes) + 2 * asked, ranks(brief, at)


def off_usual(brief: Brief, minutes: dict[str, int]) -> int:
    """Minutes away from the usual; what is held at one length cannot be elsewhere."""
    return sum(
        abs(minutes[slug] - brief.by_slug[slug].usual)
        for slug in minutes
        if len(lengths_of(brief, brief.by_slug[slug])) > 1
    )


def ranks(brief: Brief, chosen: dict[str, int]) -> int:
    ranked = sorted(
        (one for one in brief.topics if brief.may_be_in(one)), key=lambda one: (one.rank, one.slug)
    )
    return sum(place for place, one in enumerate(ranked, start=1) if one.slug in chosen)


# ---- every day


def best_by_hand(brief: Brief) -> tuple[tuple[int, ...], int, int] | None:
    """The worth of the best day there is: frames are tried from the best on, until one can be filled to the minute."""
    frames: dict[tuple[int, ...], list[Frame]] = {}
    for chosen in choices(brief):
        if all(brief.may_be_in(brief.by_slug[slug]) for slug in chosen):
            for frame in frames_of(brief, chosen):
                frames.setdefault(wishes_of_frame(brief, frame), []).append(frame)
    for wishes in sorted(frames):
        found = [
            (off, ranks(brief, frame[1]))
            for frame in frames[wishes]
            if (off := least_off(brief, frame)) is not None
        ]
        if found:
            return (wishes, *min(found))
    return None


def frames_of(brief: Brief, chosen: frozenset[str]) -> Iterator[Frame]:
    """Every cutting of the order of teaching into sittings, with the story at the end of each in turn, that keeps the rules."""
    row = [one.slug for one in brief.in_order if one.slug in chosen and not one.is_account]
    for count in range(2, 6):
        for places in combinations_with_replacement(range(count), len(row)):
            for story in range(count):
                at = dict(zip(row, places, strict=True)) | {"story": story}
                if keeps_rules(brief, count, at):
                    yield count, at


def keeps_rules(brief: Brief, count: int, at: dict[str, int]) -> bool:
    """Something follows the story; demanding topics stand apart; what a topic builds on comes first."""
    if not any(n > at["story"] for slug, n in at.items() if slug != "story"):
        return False
    demanding = [n for slug, n in at.items() if brief.by_slug[slug].is_demanding]
    if len(demanding) != len(set(demanding)):
        return False
    order = [one.slug for one in brief.in_order]
    return all(
        at[needed] < at[slug] or (at[needed] == at[slug] and order.index(needed) < order.index(slug))
        for slug in at
        for needed in brief.by_slug[slug].needs
        if needed in brief.by_slug
    )


def lengths_of(brief: Brief, topic: TopicFacts) -> list[int]:
    pin = brief.pin_of.get(topic.slug)
    if pin is not None and pin.minutes is not None:
        return [pin.minutes]
    least, most = topic.least, topic.most
    if pin is not None and pin.at_most is not None:
        most = min(most, pin.at_most)
        least = min(least, most)
    return sorted({*range(least, most + 1, 5), min(max(topic.usual, least), most)})


def least_off(brief: Brief, frame: Frame) -> int | None:
    """The fewest minutes away from the usual with which this frame fills the day to the minute."""
    count, at = frame
    day = brief.day
    spare = day.length - day.pause_minutes - day.break_minutes * (count - 2) - day.welcome_minutes
    best: int | None = None
    slugs = list(at)
    for taken in product(*(lengths_of(brief, brief.by_slug[slug]) for slug in slugs)):
        left = spare - sum(taken)
        if left < day.close_minutes:
            continue
        minutes = dict(zip(slugs, taken, strict=True))
        off = off_usual(brief, minutes)
        if best is not None and off >= best:
            continue
        asked = fewest_questions(brief, frame, minutes, left)
        if asked is not None and (best is None or off + 2 * asked < best):
            best = off + 2 * asked
    return best


def fewest_questions(brief: Brief, frame: Frame, minutes: dict[str, int], left: int) -> int | None:
    """How few minutes of questions fill what is left beside the longest close; each sitting holds its own."""
    count, at = frame
    loads = [sum(minutes[slug] for slug in at if at[slug] == n) for n in range(count)]
    loads[0] += brief.day.welcome_minutes
    for close in range(min(left, MOST_CLOSE), brief.day.close_minutes - 1, -1):
        sums = 1  # bit n: so many minutes of questions can be placed
        for n, load in enumerate(loads):
            whole = load + (close if n == count - 1 else 0)
            room = brief.day.longest_sitting - whole
            asked = range(5, room + 1) if n != at["story"] else ()
            may = {*asked, *([0] if whole >= 5 and room >= 0 else [])}
            sums = sum_of_bits(sums, may)
        if sums >> (left - close) & 1:
            return left - close
    return None


def sum_of_bits(bits: int, adds: set[int]) -> int:
    found = 0
    for add in adds:
        found |= bits << add
    return found
