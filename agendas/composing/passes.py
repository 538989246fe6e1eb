"""What is better than what: one wish after the other, each found exactly and then held while the next is sought.

1. what they must cover · 2. what suits the audience · 3. little that nobody asked for · 4. the facts, then Alice's story, early ·
5. few breaks · 6. usual lengths, room filled with what suits less · 7. of equals the catalogue's rank ·
8. whoever was asked for a topic gives it · 9. few hand-overs · 10. an even share ·
11. even sittings and lunch near half past twelve.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from ortools.sat.python import cp_model

from agendas.composing import words
from agendas.composing.brief import (
    Around,
    Brief,
    CannotCompose,
    Composed,
    Given,
    LeftOut,
    Pin,
    TopicFacts,
)
from agendas.composing.model import STEP, DayModel, Placed, Sum

EFFORT = 2.0  # CP-SAT's own measure of work for one pass, the same on every machine; a pass needs about 0.05
MOST_STRETCH = 240
FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)


class NotSettled(Exception):
    """The search was cut short before it found a day, or the proof that there is none."""


def compose(brief: Brief) -> Composed | CannotCompose:
    """The best day for this brief; where what is held fast does not fit, why not. The same brief gives the same day."""
    run = _Run(brief)
    if not run.search():
        return _why_not(brief) if run.is_proven else CannotCompose(words.not_settled())
    given = run.given()
    present = frozenset(one.slug for one in given)
    left_out = tuple(_left_out(brief, present))
    return Composed(lines=tuple(run.laid_out(given)), left_out=left_out, is_proven=run.is_proven)


def _solver() -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 7
    solver.parameters.max_deterministic_time = EFFORT
    solver.parameters.cp_model_probing_level = 0  # days are small: proving takes less than preparing
    solver.parameters.max_presolve_iterations = 1
    return solver


class _Run:
    """One search through the passes."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.day = DayModel(brief)
        self.solver = _solver()
        self.is_proven = True

    def search(self) -> bool:
        """Go through the passes; ``False`` when there is no day at all, proven or not."""
        found = False
        for make, is_most in self._wishes():
            wish = make()
            if isinstance(wish, int):
                continue
            model = self.day.model
            model.maximize(wish) if is_most else model.minimize(wish)
            status = self.solver.solve(model)
            if status not in FOUND:
                self.is_proven = status == cp_model.INFEASIBLE
                break
            found = True
            self.is_proven &= status == cp_model.OPTIMAL
            best = round(self.solver.objective_value)
            self.values = self._values()
            model.add(wish >= best) if is_most else model.add(wish <= best)
            model.clear_hints()
            for variable, value in self._hints():
                model.add_hint(variable, value)
        return found

    def _wishes(self) -> Iterator[tuple[Callable[[], Sum], bool]]:
        """Each wish and whether more of it is better. Made late: later ones add rules of their own to the model."""
        yield self._musts, True
        yield self._coverage, True
        yield self._unasked, False
        yield self.day.facts_after_the_story, False
        yield self.day.wait_for_accounts, False
        yield self._rests, False
        yield self.day.off_usual, False
        yield self._ranks, False
        yield self._suits, True
        yield self.day.hand_overs, False
        yield self.day.longest_share, False
        yield self.day.unevenness, False

    def _musts(self) -> Sum:
        return sum(self.day.present[topic.slug] for topic in self.day.topics if topic.is_must)

    def _coverage(self) -> Sum:
        """What matters to these people, added up. What is for when there is room shortens nothing else."""
        return sum(
            topic.wanted * self.day.present[topic.slug]
            for topic in self.day.topics
            if not topic.is_core and not topic.if_room
        )

    def _unasked(self) -> Sum:
        """How many topics are there only because another builds on them, or as the workshop."""
        return sum(
            self.day.present[topic.slug]
            for topic in self.day.topics
            if not (topic.wanted or topic.is_must or topic.is_core)
        )

    def _ranks(self) -> Sum:
        """The places in the catalogue of what is chosen: fewer topics nobody asked for, and the earlier of equals."""
        ranked = sorted(self.day.topics, key=lambda topic: (topic.rank, topic.slug))
        return sum(place * self.day.present[topic.slug] for place, topic in enumerate(ranked, start=1))

    def _rests(self) -> Sum:
        return sum(self.day.breaks)

    def _suits(self) -> Sum:
        return sum(
            teacher.suits(slug) * self.day.gives[slug, teacher.key]
            for teacher in self.brief.team
            for slug in self.day.present
            if (slug, teacher.key) in self.day.gives
        )

    def _hints(self) -> Iterator[tuple[cp_model.IntVar, int]]:
        for variables in (self.day.at, self.day.minutes, self.day.gives):
            for variable in variables.values():
                yield variable, self.solver.value(variable)

    # ---- what was found

    def _values(self) -> dict[str, Placed]:
        value, day = self.solver.value, self.day
        found: dict[str, Placed] = {}
        for topic in day.topics:
            slug = topic.slug
            if not value(day.present[slug]):
                continue
            found[slug] = Placed(
                sitting=next(s for s in day.sittings if value(day.at[slug, s])),
                minutes=value(day.minutes[slug]),
                teacher=next(
                    (
                        one.key
                        for one in self.brief.team
                        if (slug, one.key) in day.gives and value(day.gives[slug, one.key])
                    ),
                    None,
                ),
            )
        self.rests = [self._rest(s) for s in day.sittings]
        self.questions = [value(minutes) for minutes in day.questions]
        self.close = value(day.close)
        return found

    def _rest(self, s: int) -> Around | None:
        day, frame = self.day, self.brief.day
        for kind, variable, minutes in (
            ("break", day.breaks[s], frame.break_minutes),
            ("lunch", day.lunches[s], frame.lunch_minutes),
            ("pause", day.pauses[s], frame.pause_minutes),
        ):
            if self.solver.value(variable):
                return Around(kind, minutes)
        return None

    def given(self) -> list[Given]:
        """The topics in order, with who, which points and why."""
        chosen = [topic for topic in self.brief.in_order if topic.slug in self.values]
        workshop = self._workshop(chosen)
        needed = {slug for topic in chosen for slug in topic.needs}
        return [
            Given(
                slug=topic.slug,
                minutes=self.values[topic.slug].minutes,
                teacher=self.values[topic.slug].teacher,
                is_recorded=topic.is_account and self.values[topic.slug].teacher is None,
                as_workshop=topic.slug == workshop or topic.is_workshop,
                point_ids=_points(topic, self.values[topic.slug].minutes, self.brief.pin_of.get(topic.slug)),
                why=words.why_in(
                    topic, is_pinned=topic.slug in self.brief.pin_of, is_needed=topic.slug in needed
                ),
            )
            for topic in sorted(chosen, key=self._place)
        ]

    def _place(self, topic: TopicFacts) -> tuple[int, bool, int]:
        return self.values[topic.slug].sitting, topic.is_account, self.brief.in_order.index(topic)

    def _workshop(self, chosen: list[TopicFacts]) -> str | None:
        """Where the day needs a workshop and holds none by nature: the longest of those that may be one."""
        if not self.brief.day.needs_workshop or any(topic.is_workshop for topic in chosen):
            return None
        able = [topic for topic in chosen if topic.may_be_workshop]
        longest = max(able, key=lambda topic: (self.values[topic.slug].minutes, -topic.rank), default=None)
        return longest.slug if longest else None

    def laid_out(self, given: list[Given]) -> Iterator[Given | Around]:
        """The whole day: welcome, sittings with what parts them, close."""
        if self.brief.day.welcome_minutes:
            yield Around("welcome", self.brief.day.welcome_minutes)
        for s, rest in enumerate(self.rests):
            yield from (one for one in given if self.values[one.slug].sitting == s)
            if self.questions[s]:
                yield Around("questions", self.questions[s])
            if rest is not None:
                yield rest
        if self.close:
            yield Around("close", self.close)


def _points(topic: TopicFacts, minutes: int, pin: Pin | None) -> tuple[int, ...]:
    """What was held fast, then the points in order for as long as there is time; at least one where there are any."""
    held = pin.point_ids if pin is not None else frozenset()
    left = minutes - sum(point.minutes for point in topic.points if point.point_id in held)
    chosen = set(held)
    for point in topic.points:
        if point.point_id in held or (chosen and point.minutes > left):
            continue
        chosen.add(point.point_id)
        left -= point.minutes
    return tuple(point.point_id for point in topic.points if point.point_id in chosen)


# ---- what is not in it, and why


def _left_out(brief: Brief, present: frozenset[str]) -> Iterator[LeftOut]:
    for topic in brief.in_order:
        if topic.slug in present:
            continue
        why, buys_back = words.why_out(brief, topic, present)
        if not why:
            try:
                why, buys_back = words.no_room(
                    topic, _minutes_for(brief, _with_needs(brief, present | {topic.slug}))
                )
            except NotSettled:
                why, buys_back = words.UNSETTLED
        yield LeftOut(topic.slug, topic.title, why, buys_back)


def _with_needs(brief: Brief, slugs: Collection[str]) -> frozenset[str]:
    """These topics with all that they build on."""
    found: set[str] = set()
    waiting = list(slugs)
    while waiting:
        slug = waiting.pop()
        if slug in brief.by_slug and slug not in found:
            found.add(slug)
            waiting += brief.by_slug[slug].needs
    return frozenset(found)


def _minutes_for(brief: Brief, slugs: frozenset[str]) -> int | None:
    """How many minutes more a day with all of these would have to take; ``None`` when no longer day would do.

    Raises ``NotSettled``.
    """
    pins = tuple(brief.pin_of.get(slug, Pin(slug)) for slug in sorted(slugs))
    only = tuple(topic for topic in brief.topics if topic.slug in slugs)
    day = DayModel(replace(brief, topics=only, pins=pins), stretch=MOST_STRETCH)
    day.model.minimize(day.length)
    solver = _solver()
    status = solver.solve(day.model)
    if status == cp_model.INFEASIBLE:
        return None
    if status not in FOUND:
        raise NotSettled
    extra = round(solver.objective_value) - brief.day.length
    return -(-extra // STEP) * STEP


def _fits(brief: Brief, slugs: Collection[str]) -> bool:
    """Whether a day can hold these with what they build on, as far as the search can tell."""
    try:
        return _minutes_for(brief, _with_needs(brief, slugs)) == 0
    except NotSettled:
        return False


def _least_minutes(brief: Brief, slug: str) -> int:
    """The minutes that a held topic takes at least."""
    pin, topic = brief.pin_of.get(slug), brief.by_slug[slug]
    if pin is None:
        return topic.least
    if pin.minutes is not None:
        return pin.minutes
    return topic.least if pin.at_most is None else min(topic.least, pin.at_most)


def _why_not(brief: Brief) -> CannotCompose:
    """By how much the held topics are too long and what would help, or which of them cannot stand together."""
    core = frozenset(topic.slug for topic in brief.topics if topic.is_core)
    held = core | frozenset(words.held_fast(brief))
    for slug, needed in _shut_out(brief, held):
        return CannotCompose(words.shut_out(brief, slug, needed), clashing=(slug,))
    least = sum(_least_minutes(brief, slug) for slug in held)
    if least > brief.day.length + MOST_STRETCH:
        return CannotCompose(words.far_too_long(brief, least, _way_out(brief, core, held)))
    try:
        extra = _minutes_for(brief, _with_needs(brief, held))
    except NotSettled:
        return CannotCompose(words.not_settled())
    if extra:
        return CannotCompose(words.too_long(brief, extra, _way_out(brief, core, held)))
    if extra == 0:  # everything that is held fits: what does not is the one rule that asks for more
        return CannotCompose(words.no_workshop(brief))
    questioned = DayModel(brief, stretch=MOST_STRETCH, question_pins=True)
    solver = _solver()
    solver.solve(questioned.model)
    clash = [
        questioned.held[index]
        for index in solver.sufficient_assumptions_for_infeasibility()
        if index in questioned.held
    ]
    return CannotCompose(words.clash(brief, clash), clashing=tuple(clash))


def _shut_out(brief: Brief, held: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each held topic that builds on one which may not be in the day."""
    if "needs" in brief.without:
        return
    for slug in sorted(_with_needs(brief, held)):
        for needed in sorted(brief.by_slug[slug].needs):
            if needed in brief.by_slug and not brief.may_be_in(brief.by_slug[needed]):
                yield slug, needed


def _way_out(brief: Brief, core: frozenset[str], held: frozenset[str]) -> words.WayOut:
    """Which topic, let go, is enough, and which longer day would hold them all: each tried, not guessed."""
    return words.WayOut(
        enough=tuple(slug for slug in words.held_fast(brief) if _fits(brief, held - {slug})),
        helps=_fits(brief, core),
        longer=next((day for day in brief.longer if _fits(replace(brief, day=day), held)), None),
    )
