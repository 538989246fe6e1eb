"""Fields that people type in their own way: a day in three boxes, a time as it is said."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.choices import BaseChoiceIterator

from formkit import reading
from formkit.letters import check_printable
from places.clock import say_date, say_time
from places.email import is_unseen

PARTS = (("day", "Day", 2), ("month", "Month", 2), ("year", "Year", 4))
ADDRESS = re.compile(r"://|[^\s@]@[^\s@.]+\.|\bwww\.|[^\W\d_]{2}\.[^\W\d_]{2}", re.IGNORECASE)
"""What a name never holds and unwanted mail always does: an address of the web or of a mailbox.

Looks at each sign once: a repeated part at its edge would look at a long name again from each of its letters.
"""


COUNT = re.compile(r"\d{1,3}(?:[, ]\d{3})+(?!\d)|\d{1,9}")
COUNT_WORDS = frozenset(
    {
        "about",
        "around",
        "roughly",
        "approx",
        "approx.",
        "circa",
        "c.",
        "ca.",
        "to",
        "or",
        "and",
        "between",
        "up",
        "people",
        "staff",
        "officers",
        "~",
        "+",
    }
)
_JOINED = re.compile(r"\d ?(?:-|to|or|and) ?\d")


def _joins(text: str) -> bool:
    """Whether two numbers are said as one range."""
    return _JOINED.search(text) is not None


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
    """A date as people write it: 19 1 2027, 3rd March 27, or whole in the first box. Cleans to a date, or None.

    `weekend_is_odd` asks back on a Saturday or Sunday; a year that is not soon is asked about in any case.
    """

    widget = DayWidget
    default_error_messages = {
        "invalid": "Enter a real date, like 19 1 2027.",
        "incomplete": "Enter a day, a month and a year.",
        "required": "Enter a date.",
    }

    def __init__(self, *, weekend_is_odd: bool = False, **kwargs: Any) -> None:
        self.weekend_is_odd = weekend_is_odd
        boxes = [forms.CharField(required=False) for _ in PARTS]
        super().__init__(fields=boxes, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> dt.date | None:
        typed = reading.date_parts([str(part or "") for part in (value or [])])
        if any(typed) and not all(typed):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        day: dt.date | None = super().clean(typed)
        return day

    def compress(self, data_list: list[Any]) -> dt.date | None:
        if not data_list or not any(data_list):
            return None
        day = reading.date(*data_list)
        if day is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day

    def doubt(self, value: Any, typed: Any) -> str:
        """What is odd about this date, in words that may follow it; "" where nothing is."""
        today = timezone.localdate()
        if value < today - reading.LONG_AGO:
            return "is long past"
        if value > today + reading.FAR_AHEAD:
            return "is more than two years from now"
        return "is at a weekend" if self.weekend_is_odd and value.weekday() > 4 else ""

    def say(self, value: Any) -> str:
        return say_date(value)


class TimeOfDayField(forms.Field):
    """A time as people write it: 9.15am, 1430, 14:00hrs, midday. Cleans to a time, or None where it may stay empty.

    A time in the night is asked about: always, or where `any_hour` only when nothing says which half of the day is meant.
    """

    widget = forms.TextInput
    default_error_messages = {
        "invalid": "Enter a time, like 9.15am or 14:30.",
        "required": "Enter a time.",
    }

    def __init__(self, *, any_hour: bool = False, **kwargs: Any) -> None:
        self.any_hour = any_hour
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"class": "govuk-input--width-10"}

    def prepare_value(self, value: Any) -> Any:
        return say_time(value) if isinstance(value, dt.time) else value

    def to_python(self, value: Any) -> dt.time | None:
        typed = reading.plain(str(value or ""))
        if not typed:
            return None
        if (said := reading.time(typed)) is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return said

    def doubt(self, value: Any, typed: Any) -> str:
        """What is odd about this time, in words that may follow it; "" where nothing is."""
        if self.any_hour and reading.says_which_half(str(typed)):
            return ""
        return "is in the night" if value < reading.MORNING or value >= reading.NIGHT else ""

    def say(self, value: Any) -> str:
        return say_time(value)


class HeadCountField(forms.IntegerField):
    """A number of people as it is said: 40, 1,200, about 40. Of "30-40" the higher counts, so that there is room for all."""

    default_error_messages = {"invalid": "Enter the number of people in figures, like 40."}

    def to_python(self, value: Any) -> int | None:
        text = reading.plain(str(value)) if value not in self.empty_values else ""
        numbers = [int(each.replace(",", "").replace(" ", "")) for each in COUNT.findall(text)]
        words = COUNT.sub(" ", text).replace("-", " ").split()
        if (
            text.startswith("-")
            or not 1 <= len(numbers) <= 2
            or not COUNT_WORDS.issuperset(words)
            or (len(numbers) == 2 and not _joins(text))
        ):
            return super().to_python(value)
        return max(numbers)


class NameField(forms.CharField):
    """A name of a person, a role or an organisation, on one line: it stands in mail to mailboxes nobody has proven yet.

    Short, without web or e-mail addresses, so that our mail carries nobody else's message. Only letters that our papers can
    print, unless it stands on none (``is_printed``).
    """

    MOST = 80
    default_error_messages = {
        "address": "Write the name alone, without a web or e-mail address. After a full stop, leave a space.",
    }

    def __init__(self, *, max_length: int = MOST, is_printed: bool = True, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        if is_printed:
            self.validators.append(check_printable)

    def to_python(self, value: Any) -> str:
        """Make one line of it: line breaks, tabs and marks that nobody sees become a space or nothing."""
        text: str = super().to_python(value) or ""
        seen = (" " if character.isspace() else character for character in text)
        return " ".join("".join(c for c in seen if not is_unseen(c)).split())

    def validate(self, value: Any) -> None:
        super().validate(value)
        if ADDRESS.search(value or ""):
            raise ValidationError(self.error_messages["address"], code="address")
