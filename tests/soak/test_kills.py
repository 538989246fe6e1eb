"""A little of ``bin/soak kills`` and ``bin/soak holds``: each way of breaking the house once, over one house of its own."""

from collections.abc import Iterator

import pytest

from soak import expiring, kills
from soak.house import SoakHouse, open_house

pytestmark = [pytest.mark.xdist_group("runner"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def soak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoakHouse]:
    with open_house(tmp_path_factory.mktemp("soak") / "var", quick=True) as house:
        yield house


def test_nothing_is_lost_and_nothing_leaves_twice(soak):
    tally = kills.run(soak, rounds=10, seed=1)

    assert tally.failed == []
    assert tally.passed == 12


def test_holds_that_end_while_the_worker_is_killed_are_freed_once(soak):
    tally = expiring.run(soak, holds=24, kills=2, seed=1)

    assert tally.failed == []
    assert tally.passed == 32
