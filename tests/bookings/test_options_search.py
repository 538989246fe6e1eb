"""The search finds what trying every team finds."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.options.facts import MOST_TOGETHER
from bookings.options.search import Candidate, Topics, best_teams

TOPICS = 6
SMALL = st.integers(0, 2)


@st.composite
def cases(draw):
    """Up to nine people, six topics, some of them pinned."""
    count = draw(st.integers(0, 9))
    people = [
        Candidate(
            order=order,
            covers=draw(st.integers(0, 2**TOPICS - 1)) & draw(st.integers(0, 2**TOPICS - 1)),
            cost=(
                draw(SMALL) // 2,
                draw(st.integers(0, 1)),
                draw(st.integers(0, 1)),
                draw(SMALL),
                draw(st.integers(0, 1)),
                5 * draw(SMALL),
            ),
            is_family=draw(st.booleans()),
            only_with_colleague=draw(st.booleans()),
        )
        for order in range(count)
    ]
    kinds = [draw(st.sampled_from("nnas-")) for _ in range(TOPICS)]
    topics = Topics(
        *(sum(1 << place for place, kind in enumerate(kinds) if kind == letter) for letter in "nas")
    )
    pinned = frozenset(draw(st.sets(st.integers(0, 9), max_size=2))) if draw(st.booleans()) else frozenset()
    return draw(st.permutations(people)), topics, pinned


def every_team(people, topics, pinned):
    """Every team that may be offered, best first, found by trying them all; written apart from the search."""

    def covered(team):
        return {bit for bit in range(TOPICS) if any(each.covers >> bit & 1 for each in team)}

    def in_company(team):
        guides = [each for each in team if not each.is_family]
        return len(guides) >= 1 and not (len(guides) == 1 and guides[0].only_with_colleague)

    asked = {bit for bit in range(TOPICS) if topics.all >> bit & 1}
    needed = {bit for bit in range(TOPICS) if topics.needed >> bit & 1}
    found = []
    for size in range(1, MOST_TOGETHER + 1):
        for team in itertools.combinations(people, size):
            names = {each.order for each in team}
            if not (pinned <= names and needed <= covered(team) and in_company(team)):
                continue
            spare = [
                each
                for each in team
                if each.order not in pinned
                and covered(set(team) - {each}) & asked == covered(team) & asked
                and in_company([other for other in team if other != each])
            ]
            if spare:
                continue
            missing = asked - covered(team)
            sums = [sum(each.cost[place] for each in team) for place in range(6)]
            rank = (
                sums[0],
                sum(topics.accounts >> bit & 1 for bit in missing),
                sums[1],
                sum(topics.suggested >> bit & 1 for bit in missing),
                sums[2],
                size,
                *sums[3:],
                tuple(sorted(names)),
            )
            found.append((rank, frozenset(team)))
    return sorted(found, key=lambda each: each[0])


@settings(max_examples=400, deadline=None)
@given(cases(), st.sampled_from([1, 1, 2, 5, 1000]))
def test_the_search_finds_what_trying_every_team_finds(case, how_many):
    people, topics, pinned = case

    found = best_teams(people, topics, pinned=pinned, how_many=how_many)

    assert [(rank, frozenset(team)) for rank, team in found] == every_team(people, topics, pinned)[:how_many]


def test_a_family_member_is_given_the_colleague_they_want():
    family = Candidate(0, covers=1, cost=(0, 0, 0, 0, 0, 5), is_family=True)
    far, near = Candidate(1, 0, (0, 0, 0, 0, 0, 90)), Candidate(2, 0, (0, 0, 0, 0, 0, 10))

    assert best_teams([family, far, near], Topics(needed=1))[0][1] == (family, near)
    assert best_teams([family], Topics(needed=1)) == []


@pytest.mark.parametrize("shy", [True, False])
def test_who_asked_never_to_be_alone_is_not(shy):
    one = Candidate(0, covers=1, cost=(0, 0, 0, 0, 0, 5), only_with_colleague=shy)
    other = Candidate(1, covers=0, cost=(0, 0, 0, 0, 0, 90))

    assert best_teams([one, other], Topics(needed=1))[0][1] == ((one, other) if shy else (one,))
