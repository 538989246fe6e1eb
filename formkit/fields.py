"""Fields that people type in their own way: a day in three boxes, a time as it is said."""

import datetime as dt
import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.choices import BaseChoiceIterator

PARTS = (("day", "Day", 2), ("month", "Month", 2), ("year", "Year", 4))
NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
ADDRESS = re.compile(r"://|[^\s@]@[^\s@.]+\.|\bwww\.|[^\W\d_]{2}\.[^\W\d_]{2}", re.IGNORECASE)
"""What a name never holds and unwanted mail always does: an address of the web or of a mailbox.

Looks at each sign once: a repeated part at its edge would look at a long name again from each of its letters.
"""
UNSEEN = ("Cc", "Cf", "Co", "Cs")
TIME = re.compile(r"(?P<hour>\d{1,2})(?:[.:](?P<minute>\d{2}))?\s*(?P<half>am|pm)?", re.IGNORECASE)


class Pairs(list[tuple[Any, Any]], BaseChoiceIterator):
    """Choices as a list of values and words. A field takes them as they are, where it looks any other list through twice."""


class DayWidget(forms.MultiWidget):
    """Three short boxes: day, month, year."""

    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({name: forms.TextInput for name, _, _ in PARTS}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, dt.date):
            return [value.day, value.month, value.year]
        return [None, None, None]


class DayField(forms.MultiValueField):
    """A date typed as 19 1 2027 or 19 January 2027. Cleans to a date, or None where it may stay empty."""

    widget = DayWidget
    default_error_messages = {
        "invalid": "Write a real date, for example 19 1 2027.",
        "incomplete": "Write the day, the month and the year.",
        "required": "Write a date.",
    }

    def __init__(self, **kwargs: Any) -> None:
        boxes = [forms.CharField(required=False) for _ in PARTS]
        super().__init__(fields=boxes, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> dt.date | None:
        typed = [str(part or "").strip() for part in (value or [])]
        if any(typed) and not all(typed):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        day: dt.date | None = super().clean(value)
        return day

    def compress(self, data_list: list[Any]) -> dt.date | None:
        if not data_list or not any(data_list):
            return None
        day, month, year = (str(part).strip() for part in data_list)
        try:
            return dt.date(int(year), MONTHS.get(month[:3].lower()) or int(month), int(day))
        except (ValueError, OverflowError):  # no such day, or a number beyond all days
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class TimeOfDayField(forms.Field):
    """A time typed as 9.15am, 9:15, 14.30 or 12 noon. Cleans to a time, or None where it may stay empty."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": "Write a time, for example 9.15am or 14:30.",
        "required": "Write a time.",
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"class": "govuk-input--width-10"}

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, dt.time) else value

    def to_python(self, value: Any) -> dt.time | None:
        typed = str(value or "").strip().lower()
        if not typed:
            return None
        if typed in ("noon", "12 noon", "12noon"):
            return dt.time(12)
        said = TIME.fullmatch(typed)
        try:
            if said is None:
                raise ValueError(typed)
            hour, half = int(said["hour"]), said["half"]
            if half:
                if not 1 <= hour <= 12:
                    raise ValueError(typed)
                hour = hour % 12 + (12 if half == "pm" else 0)
            return dt.time(hour, int(said["minute"] or 0))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class NameField(forms.CharField):
    """A name of a person, a role or an organisation, on one line: it stands in mail to mailboxes nobody has proven yet.

    Short, without web or e-mail addresses, so that our mail carries nobody else's message.
    """

    MOST = 80
    default_error_messages = {
        "address": "Write the name alone, without a web or e-mail address. After a full stop, leave a space.",
    }

    def __init__(self, *, max_length: int = MOST, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        """Make one line of it: line breaks, tabs and marks that nobody sees become a space or nothing."""
        text: str = super().to_python(value) or ""
        seen = (" " if character.isspace() else character for character in text)
        return " ".join("".join(c for c in seen if unicodedata.category(c) not in UNSEEN).split())

    def validate(self, value: Any) -> None:
        super().validate(value)
        if ADDRESS.search(value or ""):
            raise ValidationError(self.error_messages["address"], code="address")
