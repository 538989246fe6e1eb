"""What ``manage.py check`` says about places."""

import datetime as dt
from typing import Any

from django.core.checks import CheckMessage, Warning, register
from django.utils import timezone

from places.working_days import known_until

NOTICE = dt.timedelta(days=180)


@register
def bank_holidays_reach_far_enough(**kwargs: Any) -> list[CheckMessage]:
    """Warn half a year before the list of bank holidays ends: after it every weekday would pass for a working day."""
    last = known_until()
    if timezone.localdate() + NOTICE <= last:
        return []
    return [
        Warning(
            f"The bank holidays we know end on {last}.",
            hint="Install a newer govuk-bank-holidays.",
            id="places.W001",
        )
    ]
