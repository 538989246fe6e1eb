"""Generated days for the composer, and the rules of a day written a second time, as a person would check them."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from hypothesis import strategies as st

from agendas.composing.brief import Around, Brief, Composed, Day, Given, Pin, PointFacts, Teacher, TopicFacts

HALF = Day(
    starts_at=570, length=180, longest_sitting=90, break_minutes=10, lunch_minutes=0, pause_minutes=20,
    welcome_minutes=5, close_minutes=10,
)  # fmt: skip
FULL = Day(
    starts_at=555, length=420, longest_sitting=90, break_minutes=15, lunch_minutes=45, pause_minutes=20,
    welcome_minutes=10, close_minutes=15, needs_workshop=True,
)  # fmt: skip
RESTS = ("break", "lunch", "pause")


def topic(slug: str, least: int = 20, usual: int = 30, most: int = 45, **facts: object) -> TopicFacts:
    """A topic that needs saying little about."""
    return TopicFacts(
        slug=slug, title=slug.capitalize(), least=least, usual=usual, most=most, **{"rank": 10, **facts}
    )


FACTS = topic("facts", 10, 15, 25, is_core=True, rank=0)
STORY = topic("story", 45, 60, 75, is_core=True, is_account=True, is_demanding=True, rank=1)


@st.composite
def topics(draw: st.DrawFn, n: int) -> TopicFacts:
    least = draw(st.integers(2, 8)) * 5
    usual = least + draw(st.integers(0, 4)) * 5
    return TopicFacts(
        slug=f"t{n}",
        title=f"Topic {n}",
        rank=draw(st.integers(0, 9)),
        least=least,
        usual=usual,
        most=usual + draw(st.integers(0, 4)) * 5,
        is_demanding=draw(st.booleans()) and draw(st.booleans()),
        is_workshop=draw(st.integers(0, 5)) == 0,
        may_be_workshop=draw(st.integers(0, 3)) == 0,
        by_host=draw(st.integers(0, 8)) == 0,
        needs=frozenset(f"t{k}" for k in range(n) if draw(st.integers(0, 9)) == 0),
        applies=draw(st.integers(0, 9)) > 0,
        is_must=draw(st.integers(0, 4)) == 0,
        is_left_out=draw(st.integers(0, 9)) == 0,
        wanted=draw(st.integers(0, 6)),
        if_room=draw(st.integers(0, 3)) == 0,
        points=tuple(
            PointFacts(n * 10 + k, 5 * draw(st.integers(1, 3))) for k in range(draw(st.integers(0, 4)))
        ),
    )


@st.composite
def briefs(
    draw: st.DrawFn,
    most_topics: int = 12,
    frames: tuple[Day, ...] = (HALF, FULL),
    *,
    held_anyhow: bool = True,
    has_team: bool = True,
) -> Brief:
    """Any booking: a catalogue, a team or none yet, and now and then something held fast.

    With ``held_anyhow`` it may be held in every way that a trainer can, otherwise by its minutes alone.
    """
    chosen = [draw(topics(n)) for n in range(draw(st.integers(0, most_topics)))]
    if held_anyhow:
        chosen = [replace(one, is_kept_out=draw(st.integers(0, 9)) == 0) for one in chosen]
    slugs = [one.slug for one in chosen]
    some = st.frozensets(st.sampled_from(slugs), max_size=6) if slugs else st.just(frozenset())
    team = tuple(
        Teacher(key=n, is_lead=n == 0, asked=draw(some), knows=draw(some) | {"facts"})
        for n in range(draw(st.integers(0, 3)) if has_team else 0)
    )
    if team and draw(st.booleans()):
        team += (Teacher(key=9, is_family=True, knows=frozenset({"story"})),)
    pinned = draw(st.lists(st.sampled_from(chosen), max_size=2, unique=True) if chosen else st.just([]))
    pins = tuple(draw(_pins(one, team, held_anyhow)) for one in pinned)
    return Brief(draw(st.sampled_from(frames)), (FACTS, STORY, *chosen), team, pins)


@st.composite
def _pins(draw: st.DrawFn, topic: TopicFacts, team: tuple[Teacher, ...], anyhow: bool) -> Pin:
    """One topic held: its minutes, at most so long, and with ``anyhow`` its speaker, its sitting or its points too."""
    pin = Pin(
        topic.slug,
        minutes=draw(st.sampled_from([None, 25, 40])),
        at_most=draw(st.sampled_from([None, 30])),
    )
    if not anyhow:
        return pin
    points = [point.point_id for point in topic.points]
    return replace(
        pin,
        teacher=draw(st.sampled_from([None, *(one.key for one in team)])),
        sitting=draw(st.sampled_from([None, None, 0, 1, 2])),
        point_ids=draw(st.frozensets(st.sampled_from(points), max_size=2)) if points else frozenset(),
    )


def sittings(day: Composed) -> Iterator[list[Given | Around]]:
    """The stretches between the rests."""
    stretch: list[Given | Around] = []
    for line in day.lines:
        if isinstance(line, Around) and line.kind in RESTS:
            yield stretch
            stretch = []
        else:
            stretch.append(line)
    yield stretch


def broken_rules(brief: Brief, day: Composed) -> list[str]:
    """Every rule of ``docs/composer.md`` that the day breaks, in words. Written apart from the composer's own."""
    given = {one.slug: one for one in day.topics}
    order = [one.slug for one in day.topics]
    sitting_of = {
        line.slug: n for n, stretch in enumerate(sittings(day)) for line in stretch if isinstance(line, Given)
    }
    broken = []
    if sum(line.minutes for line in day.lines) != brief.day.length:
        broken.append("the day is not filled exactly")
    if len(order) != len(given):
        broken.append("a topic stands twice")
    for topic in brief.topics:
        one = given.get(topic.slug)
        pin = brief.pin_of.get(topic.slug)
        if one is None:
            if topic.is_core or pin:
                broken.append(f"{topic.slug} is missing")
            continue
        if pin is None and not topic.least <= one.minutes <= topic.most:
            broken.append(f"{topic.slug} has {one.minutes} minutes")
        if pin and pin.minutes is not None and one.minutes != pin.minutes:
            broken.append(f"{topic.slug} lost its minutes")
        if pin and pin.minutes is None and pin.at_most is not None and one.minutes > pin.at_most:
            broken.append(f"{topic.slug} is longer than held")
        if not pin and not topic.is_core and (not topic.applies or topic.is_left_out or topic.is_kept_out):
            broken.append(f"{topic.slug} should not be here")
        if pin and pin.teacher is not None and one.teacher != pin.teacher:
            broken.append(f"{topic.slug} lost its speaker")
        if pin and pin.sitting is not None and sitting_of.get(topic.slug) != pin.sitting:
            broken.append(f"{topic.slug} left its sitting")
        broken += [f"{topic.slug} {words}" for words in broken_points(topic, pin, one)]
        for slug in topic.needs & set(brief.by_slug):
            if slug not in given or order.index(slug) > order.index(topic.slug):
                broken.append(f"{topic.slug} comes before {slug}")
        if one.teacher is not None and (pin is None or pin.teacher is None):
            teacher = next(who for who in brief.team if who.key == one.teacher)
            if not teacher.suits(topic.slug) or topic.by_host or (topic.is_account and not teacher.is_family):
                broken.append(f"{topic.slug} is given by somebody who does not give it")
    for stretch in sittings(day):
        if len(stretch) > 1 and sum(line.minutes for line in stretch) > brief.day.longest_sitting:
            broken.append("people sit too long")
        hard = [line for line in stretch if isinstance(line, Given) and brief.by_slug[line.slug].is_demanding]
        if len(hard) > 1:
            broken.append("two demanding topics in one sitting")
    for line, after in pairwise([*day.lines, None]):
        if (
            isinstance(line, Given)
            and brief.by_slug[line.slug].is_account
            and (after is None or not isinstance(after, Around) or after.kind not in ("pause", "lunch"))
        ):
            broken.append("no time to pause after the story")
    if order and brief.by_slug[order[-1]].is_account:
        broken.append("the story ends the day")
    able = [one for one in brief.topics if one.takes_part and one.slug in given]
    if brief.day.needs_workshop and able and not any(one.as_workshop for one in day.topics):
        broken.append("no workshop")
    lunches = [n for n, line in enumerate(day.lines) if isinstance(line, Around) and line.kind == "lunch"]
    if len(lunches) != int(brief.day.has_lunch):
        broken.append("lunch")
    for n in lunches:
        at = brief.day.starts_at + sum(line.minutes for line in day.lines[:n])
        if not 705 <= at <= 810:
            broken.append("lunch at an odd time")
    return broken


def broken_points(topic: TopicFacts, pin: Pin | None, given: Given) -> Iterator[str]:
    """What is wrong with the points of one topic: their order, those held fast, and whether there is time for them."""
    minutes = {point.point_id: point.minutes for point in topic.points}
    held = pin.point_ids if pin is not None else frozenset()
    chosen = list(given.point_ids)
    if chosen != [one for one in minutes if one in chosen]:
        yield "has its points in another order"
    if not held <= set(chosen):
        yield "lost a point"
    if minutes and not chosen:
        yield "has no point"
    free = [one for one in chosen if one not in held]
    taken = sum(minutes[one] for one in chosen)
    if free and len(chosen) > 1 and taken > given.minutes:
        yield "has more points than minutes"
    if any(taken + minutes[one] <= given.minutes for one in minutes if one not in chosen):
        yield "has room for a further point"
