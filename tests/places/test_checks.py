import datetime as dt

import pytest
import time_machine
from django.core.checks import registry

from places.checks import bank_holidays_reach_far_enough
from places.working_days import known_until


@pytest.mark.parametrize(
    ("days_before", "warnings"), [(180, []), (179, ["places.W001"]), (-1, ["places.W001"])]
)
def test_the_end_of_the_bank_holidays_is_announced_half_a_year_before(days_before: int, warnings: list[str]):
    noon = dt.datetime.combine(known_until() - dt.timedelta(days=days_before), dt.time(12), tzinfo=dt.UTC)

    with time_machine.travel(noon, tick=False):
        assert [warning.id for warning in bank_holidays_reach_far_enough()] == warnings


def test_the_check_is_run_with_the_others():
    assert bank_holidays_reach_far_enough in registry.registry.get_checks()
