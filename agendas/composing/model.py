"""The rules of a day as a constraint model. OR-Tools loads here and nowhere else, so only in workers.

A day is a row of sittings with a pause between each two. A topic goes into one sitting; its sitting, its minutes and who
gives it are found together. Order within a sitting is the order of teaching, a personal account last, before the pause.
"""

from dataclasses import dataclass

from ortools.sat.python import cp_model

from agendas.composing.brief import (
    LONGEST_CLOSE,
    LUNCH_BEST,
    LUNCH_FROM,
    LUNCH_UNTIL,
    Brief,
    TopicFacts,
)

STEP = 5
MOST_BREAKS = 4
Sum = cp_model.LinearExpr | int


@dataclass(frozen=True)
class Placed:
    """Where a solution put a topic."""

    sitting: int
    minutes: int
    teacher: int | None


class DayModel:
    """The variables and rules for one brief. ``length`` is fixed, or left open upwards when ``stretch`` minutes are given.

    With ``question_pins`` a pin is taken for granted rather than kept: what cannot be is then asked with ``clashing_pins``.
    """

    def __init__(self, brief: Brief, *, stretch: int = 0, question_pins: bool = False) -> None:
        self.brief, self.day = brief, brief.day
        self.question_pins = question_pins
        self.model = cp_model.CpModel()
        self.length: Sum = self.day.length
        self.horizon = self.day.length + stretch
        if stretch:
            self.length = self._int(self.day.length, self.horizon, "length")
        self.sittings = range(-(-self.horizon // self.day.longest_sitting) + 2)
        self.topics = [topic for topic in brief.in_order if brief.may_be_in(topic)]
        self.lengths = {topic.slug: self._lengths(topic) for topic in self.topics}
        self._make_choices()
        self._make_frame()
        self._keep_rules()
        self._keep_pins()

    # ---- the variables

    def _bool(self, name: str) -> cp_model.IntVar:
        return self.model.new_bool_var(name)

    def _int(self, low: int, high: int, name: str) -> cp_model.IntVar:
        return self.model.new_int_var(low, high, name)

    def _make_choices(self) -> None:
        """Which sitting each topic is in, its minutes there, and who gives it."""
        self.at: dict[tuple[str, int], cp_model.IntVar] = {}
        self.minutes_at: dict[tuple[str, int], cp_model.IntVar] = {}
        self.present: dict[str, cp_model.IntVar] = {}
        self.minutes: dict[str, cp_model.IntVar] = {}
        self.gives: dict[tuple[str, int], cp_model.IntVar] = {}
        for topic in self.topics:
            slug = topic.slug
            lengths = self.lengths[slug]
            self.present[slug] = self._bool(f"in {slug}")
            self.minutes[slug] = self.model.new_int_var_from_domain(
                cp_model.Domain.from_values([0, *lengths]), f"minutes {slug}"
            )
            for s in self.sittings:
                here = self.at[slug, s] = self._bool(f"{slug} in {s}")
                there = self.minutes_at[slug, s] = self._int(0, lengths[-1], f"minutes {slug} in {s}")
                self.model.add(there <= lengths[-1] * here)
                self.model.add(there >= lengths[0] * here)
            self.model.add(sum(self.at[slug, s] for s in self.sittings) == self.present[slug])
            self.model.add(sum(self.minutes_at[slug, s] for s in self.sittings) == self.minutes[slug])
            able = self.brief.qualified(topic)
            for one in able:
                self.gives[slug, one.key] = self._bool(f"{one.key} gives {slug}")
            if able:
                asked = sum(self.gives[slug, one.key] for one in able)
                self.model.add(asked == self.present[slug])

    def _lengths(self, topic: TopicFacts) -> list[int]:
        """The minutes it may take, rising: from least to most in steps, or what a pin says; within one sitting."""
        pin = self.brief.pin_of.get(topic.slug)
        if pin is not None and pin.minutes is not None:
            return [pin.minutes]
        most = max(topic.least, min(topic.most, self.day.longest_sitting))
        least = topic.least
        if pin is not None and pin.point_ids:
            held = sum(point.minutes for point in topic.points if point.point_id in pin.point_ids)
            least, most = max(least, held), max(most, held)
        if pin is not None and pin.at_most is not None:
            most = max(1, min(most, pin.at_most))
            least = min(least, most)
        return sorted({*range(least, most + 1, STEP), min(max(topic.usual, least), most)})

    def _make_frame(self) -> None:
        """The sittings in use, what parts them, the fillers, and the clock at the end of each."""
        day, add = self.day, self.model.add
        self.used = [self._bool(f"sitting {s}") for s in self.sittings]
        self.last = [self._bool(f"last {s}") for s in self.sittings]
        self.breaks = [self._bool(f"break {s}") for s in self.sittings]
        self.lunches = [self._bool(f"lunch {s}") for s in self.sittings]
        self.pauses = [self._bool(f"pause {s}") for s in self.sittings]
        self.close = self._int(day.close_minutes, max(LONGEST_CLOSE, day.close_minutes), "close")
        self.close_at = [
            self._int(0, max(LONGEST_CLOSE, day.close_minutes), f"close {s}") for s in self.sittings
        ]
        self.questions = [
            self.model.new_int_var_from_domain(
                cp_model.Domain.from_intervals([[0, 0], [STEP, max(STEP, day.longest_sitting)]]),
                f"questions {s}",
            )
            for s in self.sittings
        ]
        self.loads: list[cp_model.IntVar] = []
        clock: Sum = 0
        for s in self.sittings:
            follows = self.used[s + 1] if s + 1 < len(self.sittings) else 0
            add(self.last[s] == self.used[s] - follows)
            add(self.breaks[s] + self.lunches[s] + self.pauses[s] == follows)
            add(self.close_at[s] == self.close).only_enforce_if(self.last[s])
            add(self.close_at[s] == 0).only_enforce_if(self.last[s].negated())
            load = self._int(0, self.horizon, f"load {s}")
            add(
                load
                == sum(self.minutes_at[topic.slug, s] for topic in self.topics)
                + self.questions[s]
                + self.close_at[s]
                + (day.welcome_minutes if s == 0 else 0)
            )
            self.loads.append(load)
            add(load >= STEP).only_enforce_if(self.used[s])
            add(load == 0).only_enforce_if(self.used[s].negated())
            clock = clock + load
            self._lunch_at(s, clock)
            clock = (
                clock
                + day.break_minutes * self.breaks[s]
                + day.lunch_minutes * self.lunches[s]
                + day.pause_minutes * self.pauses[s]
            )
        add(self.used[0] == 1)
        add(sum(self.lunches) == (1 if day.has_lunch else 0))
        add(sum(self.breaks) <= MOST_BREAKS)
        add(clock == self.length)

    def _lunch_at(self, s: int, clock: Sum) -> None:
        if not self.day.has_lunch:
            return
        at = self.day.starts_at + clock
        self.model.add(at >= LUNCH_FROM).only_enforce_if(self.lunches[s])
        self.model.add(at <= LUNCH_UNTIL).only_enforce_if(self.lunches[s])
        if s == 0:
            self.lunch_off = self._int(0, LUNCH_UNTIL - LUNCH_FROM, "lunch off")
        self.model.add(self.lunch_off >= at - LUNCH_BEST).only_enforce_if(self.lunches[s])
        self.model.add(self.lunch_off >= LUNCH_BEST - at).only_enforce_if(self.lunches[s])

    # ---- the rules

    def _in_order_of_teaching(self) -> None:
        """A topic never stands in an earlier sitting than one taught before it; what a trainer holds elsewhere is let be.

        Every topic has a place in the row, in the day or not, so that one chain keeps them all in order. A personal
        account stands outside it: it closes whichever sitting is best, see ``wait_for_accounts``.
        """
        before: TopicFacts | None = None
        place: dict[str, cp_model.IntVar] = {}
        for topic in self.topics:
            pin = self.brief.pin_of.get(topic.slug)
            if topic.is_account or (pin is not None and pin.sitting is not None):
                continue
            here = place[topic.slug] = self._int(0, len(self.sittings) - 1, f"place {topic.slug}")
            for s in self.sittings:
                self.model.add(here == s).only_enforce_if(self.at[topic.slug, s])
            if before is not None:
                self.model.add(here >= place[before.slug])
            before = topic

    def _keep_rules(self) -> None:
        self._in_order_of_teaching()
        for topic in self.topics:
            if topic.is_core:
                self.model.add(self.present[topic.slug] == 1)
            if topic.is_account:
                self._time_to_pause(topic)
            if "needs" not in self.brief.without:
                self._what_it_needs(topic)
        for s in self.sittings:
            self._nobody_sits_too_long(s)
            accounts = [self.at[topic.slug, s] for topic in self.topics if topic.is_account]
            self.model.add(self.pauses[s] <= sum(accounts))
            if "demanding" not in self.brief.without:
                demanding = [self.at[topic.slug, s] for topic in self.topics if topic.is_demanding]
                self.model.add(sum(demanding) <= 1)
        if self.day.needs_workshop and "workshop" not in self.brief.without:
            able = [self.present[topic.slug] for topic in self.topics if topic.takes_part]
            if able:
                self.model.add(sum(able) >= 1)

    def _nobody_sits_too_long(self, s: int) -> None:
        """No sitting beyond the longest, but for one topic that alone is longer."""
        extra: Sum = 0
        for topic in self.topics:
            longest = self.lengths[topic.slug][-1]
            if longest > self.day.longest_sitting:
                extra = extra + (longest - self.day.longest_sitting) * self.at[topic.slug, s]
                for other in self.topics:
                    if other is not topic:
                        self.model.add(self.at[topic.slug, s] + self.at[other.slug, s] <= 1)
        self.model.add(self.loads[s] <= self.day.longest_sitting + extra)

    def _time_to_pause(self, account: TopicFacts) -> None:
        """After a personal account people pause, and something else follows before they go home."""
        for s in self.sittings:
            here = self.at[account.slug, s]
            self.model.add(self.pauses[s] + self.lunches[s] == 1).only_enforce_if(here)
            self.model.add(self.questions[s] == 0).only_enforce_if(here)
            for other in self.topics:
                if other.is_account and other is not account:
                    self.model.add(here + self.at[other.slug, s] <= 1)
            if "last" not in self.brief.without:
                later = [
                    self.at[topic.slug, k]
                    for topic in self.topics
                    for k in self.sittings
                    if k > s and topic is not account
                ]
                self.model.add(sum(later) >= here)

    def _what_it_needs(self, topic: TopicFacts) -> None:
        """What a topic builds on is there, and comes first."""
        for slug in sorted(topic.needs):
            needed = self.brief.by_slug.get(slug)
            if needed is None:
                continue
            if slug not in self.present:
                self.model.add(self.present[topic.slug] == 0)
                continue
            for s in self.sittings:
                upto = s if needed.is_account else s + 1
                self.model.add(sum(self.at[slug, k] for k in range(upto)) >= self.at[topic.slug, s])

    def _keep_pins(self) -> None:
        """What a trainer holds fast. Each pin can be taken for granted or questioned, so that a clash can be named."""
        self.held: dict[int, str] = {}
        for pin in self.brief.pins:
            if pin.slug not in self.present:
                continue
            keep = self._bool(f"keep {pin.slug}")
            self.held[keep.index] = pin.slug
            self.model.add(self.present[pin.slug] == 1).only_enforce_if(keep)
            if pin.sitting is not None:
                there = self.at.get((pin.slug, pin.sitting))
                self.model.add((there if there is not None else 0) == 1).only_enforce_if(keep)
            if self.question_pins:
                self.model.add_assumption(keep)
            else:
                self.model.add(keep == 1)

    # ---- what can be wished for

    def facts_after_the_story(self) -> Sum:
        """How many of the core's other topics stand only after a personal account of the core."""
        total: Sum = 0
        core = [topic for topic in self.topics if topic.is_core]
        for account in (topic for topic in core if topic.is_account):
            for facts in (topic for topic in core if not topic.is_account):
                late = self._bool(f"{facts.slug} after {account.slug}")
                for s in self.sittings:
                    so_far = sum(self.at[facts.slug, k] for k in range(s + 1))
                    self.model.add(late >= self.at[account.slug, s] - so_far)
                total = total + late
        return total

    def wait_for_accounts(self) -> Sum:
        """How many sittings pass before the one that a personal account closes, added up."""
        return sum(
            s * self.at[topic.slug, s] for topic in self.topics if topic.is_account for s in self.sittings
        )

    def off_usual(self) -> Sum:
        """Minutes that topics are away from their usual length; a minute of questions without a topic counts twice."""
        total: Sum = 2 * sum(self.questions)
        for topic in self.topics:
            if len(lengths := self.lengths[topic.slug]) < 2:
                continue
            off = self._int(0, lengths[-1], f"off {topic.slug}")
            usual = topic.usual * self.present[topic.slug]
            self.model.add(off >= self.minutes[topic.slug] - usual)
            self.model.add(off >= usual - self.minutes[topic.slug])
            total = total + off
        return total

    def hand_overs(self) -> Sum:
        """In how many sittings each speaker speaks, added up."""
        total: Sum = 0
        for one in self.brief.team:
            for s in self.sittings:
                speaks = self._bool(f"{one.key} speaks in {s}")
                for topic in self.topics:
                    gives = self.gives.get((topic.slug, one.key))
                    if gives is not None:
                        self.model.add(speaks >= gives + self.at[topic.slug, s] - 1)
                total = total + speaks
        return total

    def longest_share(self) -> Sum:
        """The minutes of whoever of the colleagues speaks longest."""
        most = self._int(0, self.horizon, "longest share")
        for one in self.brief.team:
            if one.is_family:
                continue
            mine: list[Sum] = []
            for topic in self.topics:
                gives = self.gives.get((topic.slug, one.key))
                if gives is None:
                    continue
                longest = self.lengths[topic.slug][-1]
                share = self._int(0, longest, f"{one.key} in {topic.slug}")
                self.model.add(share >= self.minutes[topic.slug] - longest * (1 - gives))
                mine.append(share)
            self.model.add(most >= sum(mine))
        return most

    def unevenness(self) -> Sum:
        """The longest sitting, and how far lunch is from half past twelve."""
        longest = self._int(0, self.horizon, "longest sitting")
        for load in self.loads:
            self.model.add(longest >= load)
        return longest + self.lunch_off if self.day.has_lunch else longest
