"""A little of ``bin/soak hostile``."""

import pytest

from soak import hostile


@pytest.mark.django_db
def test_no_form_of_the_portal_breaks_or_executes_what_it_is_given(settings, invented_by_default):
    settings.DEMO = True
    hostile.fill_database()

    tally = hostile.run(inputs=150)

    assert tally.failed == []
    assert tally.passed >= 150
