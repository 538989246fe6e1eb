"""The best teams for one day: an exact search over who covers what, without dates, names or words.

Topics and people are bits of whole numbers. The search takes the open topic that fewest people give, tries each of them,
bars them for the tries that follow (so no team is met twice), and gives up as soon as no better team can follow.
"""

import bisect
import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bookings.options.facts import MOST_TOGETHER

Cost = tuple[int, int, int, int, int, int]
"""What one person adds: limits touched, a night away or a way home into the night (0 or 1), not asked (0 or 1), sessions
close by, no trip to share (0 or 1), travel minutes."""

Rank = tuple[int, int, int, int, int, int, int, int, int, tuple[int, ...]]
"""What a team is put in order by, the smaller the better: limits touched, accounts from the recording, nights away,
suggested topics left out, people not asked, people, sessions close by, people without a trip to share, travel minutes, who
they are."""


@dataclass(frozen=True)
class Candidate:
    """A person who may be held that day. ``order`` tells people apart and breaks ties; ``covers`` are bits of topics."""

    order: int
    covers: int
    cost: Cost
    is_family: bool = False
    only_with_colleague: bool = False


@dataclass(frozen=True)
class Topics:
    """The topics asked, as bits: no team without the needed; the others are missed, accounts more than suggestions."""

    needed: int = 0
    accounts: int = 0
    suggested: int = 0

    @property
    def all(self) -> int:
        return self.needed | self.accounts | self.suggested


Team = tuple[Candidate, ...]


def are_accompanied(team: Sequence[Candidate]) -> bool:
    """Whether a colleague is there who is no family member, and another one for each who asked never to be alone."""
    colleagues = [each for each in team if not each.is_family]
    return bool(colleagues) and (
        len(colleagues) > 1 or not any(each.only_with_colleague for each in colleagues)
    )


def rank_of(team: Sequence[Candidate], topics: Topics) -> Rank:
    """Where this team stands among those of one day."""
    covered = _covered(team)
    limits, nights, unasked, close, unshared, travel = _sum_costs(team)
    return (
        limits,
        (topics.accounts & ~covered).bit_count(),
        nights,
        (topics.suggested & ~covered).bit_count(),
        unasked,
        len(team),
        close,
        unshared,
        travel,
        tuple(sorted(each.order for each in team)),
    )


def everyone_is_needed(team: Sequence[Candidate], topics: Topics, pinned: frozenset[int]) -> bool:
    """Whether nobody but the pinned could stay at home without a loss: of a topic, or of company."""
    for each in team:
        if each.order in pinned:
            continue
        rest = [other for other in team if other is not each]
        covered = _covered(rest)
        if not each.covers & topics.all & ~covered and are_accompanied(rest):
            return False
    return True


def best_teams(
    candidates: Sequence[Candidate],
    topics: Topics,
    *,
    pinned: frozenset[int] = frozenset(),
    how_many: int = 1,
    most: int = MOST_TOGETHER,
) -> list[tuple[Rank, Team]]:
    """The best teams in order: all needed topics covered, everyone accompanied and needed, the pinned among them."""
    if how_many == 1:
        candidates = _without_the_dominated(candidates, pinned, most)
    search = _Search(tuple(candidates), topics, pinned, how_many, most)
    search.run()
    return search.found


def _without_the_dominated(
    candidates: Sequence[Candidate], pinned: frozenset[int], most: int
) -> list[Candidate]:
    """Leave out who is never in the best team: ``most`` others do all that they do, each at no higher cost.

    One of those others is not in the team, and would be better in their place.
    """
    kept = []
    for one in candidates:
        better = (
            True
            for other in candidates
            if other.order < one.order
            and not one.covers & ~other.covers
            and (one.is_family or not other.is_family)
            and (one.only_with_colleague or not other.only_with_colleague)
            and all(theirs <= own for theirs, own in zip(other.cost, one.cost, strict=True))
        )
        if one.order in pinned or sum(itertools.islice(better, most)) < most:
            kept.append(one)
    return kept


@dataclass
class _Search:
    """One walk. ``found`` are the best teams so far, in order."""

    candidates: tuple[Candidate, ...]
    topics: Topics
    pinned: frozenset[int]
    how_many: int
    most: int
    found: list[tuple[Rank, Team]] = field(default_factory=list)

    def run(self) -> None:
        team = tuple(each for each in self.candidates if each.order in self.pinned)
        if len(team) < len(self.pinned) or len(team) > self.most:
            return
        # who covers much at little cost first: a good team found early lets the walk give up on the others sooner
        self.others = sorted(
            (each for each in self.candidates if each.order not in self.pinned),
            key=lambda each: (each.cost[0], -self._width(each, self.topics.all), each.cost, each.order),
        )
        self.holders = {
            topic: sum(1 << place for place, each in enumerate(self.others) if each.covers & topic)
            for topic in _bits(self.topics.all)
        }
        self.widest_needed = max((self._width(each, self.topics.needed) for each in self.others), default=0)
        self.widest = max((self._width(each, self.topics.all) for each in self.others), default=0)
        free = (1 << len(self.others)) - 1
        self._descend(team, _sum_costs(team), self.topics.all & ~_covered(team), 0, free)

    @staticmethod
    def _width(one: Candidate, topics: int) -> int:
        return (one.covers & topics).bit_count()

    def _descend(self, team: Team, spent: Cost, undecided: int, missed: int, free: int) -> None:
        """Decide the open topic that fewest of the free people give: one of them, or nobody."""
        needed = undecided & self.topics.needed
        left = needed.bit_count()
        more = -(-left // self.widest_needed) if left and self.widest_needed else left
        room = self.most - len(team)
        if more > room or self._is_beaten(len(team) + more, spent, undecided, missed, room):
            return
        if not undecided or not room:
            for whole in self._accompanied(team, free):
                self._keep(whole)
            return
        if room == 1:
            self._finish(team, spent, undecided, missed, free)
            return
        topic = min(_bits(needed or undecided), key=lambda each: (self.holders[each] & free).bit_count())
        later = self.holders[topic] & free
        free &= ~later
        for bit in _bits(later):
            later &= ~bit
            one = self.others[bit.bit_length() - 1]
            self._descend((*team, one), _add(spent, one.cost), undecided & ~one.covers, missed, free | later)
        if not topic & needed:
            self._descend(team, spent, undecided & ~topic, missed | topic, free)

    def _finish(self, team: Team, spent: Cost, undecided: int, missed: int, free: int) -> None:
        """Fill the last place with each who covers all that is needed and some of what is open; or leave it empty."""
        needed = undecided & self.topics.needed
        who = 0
        for topic in _bits(undecided):
            who |= self.holders[topic]
        for topic in _bits(needed):
            who &= self.holders[topic]
        topics, limits, nights = self.topics, spent[0], spent[1]
        for bit in _bits(who & free):
            one = self.others[bit.bit_length() - 1]
            if len(self.found) == self.how_many:  # most tries end here, so this is kept short
                left = missed | undecided & ~one.covers
                accounts, suggested = left & topics.accounts, left & topics.suggested
                first = (
                    limits + one.cost[0],
                    accounts.bit_count(),
                    nights + one.cost[1],
                    suggested.bit_count(),
                )
                if first > self.found[-1][0][:4]:
                    continue
            self._keep((*team, one))
        if not needed:
            self._descend(team, spent, 0, missed | undecided, free & ~who)

    def _is_beaten(self, size: int, spent: Cost, undecided: int, missed: int, room: int) -> bool:
        """Whether no team that grows from this one can be among the best: every figure only ever grows."""
        if len(self.found) < self.how_many:
            return False
        limits, nights, unasked, close, unshared, travel = spent
        accounts = (missed & self.topics.accounts).bit_count()
        suggested = (missed & self.topics.suggested).bit_count()
        # so many of the open topics go uncovered whoever joins; at best they are suggestions
        suggested += max(0, undecided.bit_count() - room * self.widest)
        least = (limits, accounts, nights, suggested, unasked, size, close, unshared, travel, ())
        return least >= self.found[-1][0]

    def _accompanied(self, team: Team, free: int) -> Iterator[Team]:
        """The team itself, or with the one or two colleagues it wants for company."""
        if are_accompanied(team):
            yield team
            return
        colleagues = [self.others[bit.bit_length() - 1] for bit in _bits(free)]
        colleagues = [each for each in colleagues if not each.is_family]
        for count in range(1, min(2, self.most - len(team)) + 1):
            for extra in itertools.combinations(colleagues, count):
                if are_accompanied((*team, *extra)):
                    yield (*team, *extra)

    def _keep(self, team: Team) -> None:
        """Note a whole team where it is among the best."""
        rank = rank_of(team, self.topics)
        if len(self.found) == self.how_many and rank >= self.found[-1][0]:
            return
        if not are_accompanied(team) or not everyone_is_needed(team, self.topics, self.pinned):
            return
        bisect.insort(self.found, (rank, team), key=lambda each: each[0])
        del self.found[self.how_many :]


def _covered(team: Sequence[Candidate]) -> int:
    covered = 0
    for each in team:
        covered |= each.covers
    return covered


def _add(one: Cost, other: Cost) -> Cost:
    return (
        one[0] + other[0],
        one[1] + other[1],
        one[2] + other[2],
        one[3] + other[3],
        one[4] + other[4],
        one[5] + other[5],
    )


def _sum_costs(team: Sequence[Candidate]) -> Cost:
    return functools.reduce(_add, (each.cost for each in team), (0, 0, 0, 0, 0, 0))


def _bits(number: int) -> Iterator[int]:
    """The single bits of a number, the lowest first."""
    while number:
        bit = number & -number
        yield bit
        number ^= bit
