"""What a speaker may type: a condition to a yes, and days away."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from formkit.fields import DayField, TimeOfDayField
from formkit.forms import PortalForm
from places.clock import LONDON

LONGEST = dt.timedelta(days=366)


class ConditionForm(PortalForm):
    """A yes that holds only if something is so."""

    submit_words = "Yes, if this is possible"

    condition = forms.CharField(
        label="What has to be so?",
        help_text="For example a later start, or going with a colleague. The desk rings you about it.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what has to be so, or answer with a plain yes."},
    )


class AbsenceForm(PortalForm):
    """Days, or part of a day, on which the speaker is away."""

    submit_words = "Add days away"

    first_day = DayField(label="First day away")
    last_day = DayField(label="Last day away", required=False, help_text="Leave empty for one day.")
    from_time = TimeOfDayField(
        label="From", required=False, help_text="Leave both times empty for whole days."
    )
    to_time = TimeOfDayField(label="To", required=False)
    private = forms.BooleanField(
        label="Private: show only “away”, to nobody why",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Turn days and times into one stretch, ``starts_at`` and ``ends_at``, in London."""
        data = super().clean() or {}
        first = data.get("first_day")
        if first is None:
            return data
        last = data.get("last_day") or first
        if last < timezone.localdate():
            self.add_error("last_day" if data.get("last_day") else "first_day", "Choose days from today on.")
        if last < first:
            self.add_error("last_day", "The last day comes before the first.")
        if last - first > LONGEST:
            self.add_error("last_day", "Choose at most a year at a time.")
        start, end = data.get("from_time"), data.get("to_time")
        if bool(start) != bool(end):
            self.add_error("to_time" if start else "from_time", "Give both times, or neither.")
        if self.errors:
            return data
        if start and end:
            data["starts_at"] = dt.datetime.combine(first, start, tzinfo=LONDON)
            data["ends_at"] = dt.datetime.combine(last, end, tzinfo=LONDON)
        else:
            data["starts_at"] = dt.datetime.combine(first, dt.time(), tzinfo=LONDON)
            data["ends_at"] = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=LONDON)
        if data["ends_at"] <= data["starts_at"]:
            self.add_error("to_time", "The end has to come after the start.")
        return data
