"""A little of ``bin/soak kills``: each way of breaking the house once, over a house of its own."""

import pytest

from soak import kills
from soak.house import open_house

pytestmark = [pytest.mark.xdist_group("runner"), pytest.mark.timeout(300)]


def test_nothing_is_lost_and_nothing_leaves_twice(tmp_path):
    with open_house(tmp_path / "var", quick=True) as soak:
        tally = kills.run(soak, rounds=10, seed=1)

    assert tally.failed == []
    assert tally.passed == 12
