"""How long an answer may be: looked at before anything else is done with it, and said with how much is too much."""

import html
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms.utils import pretty_name

LONGEST_TEXT = 50_000
"""For a text that has no limit of its own, such as a page's words in the admin."""
LONGEST_WORD = 1_000
"""For a choice, a number, a date or a time."""
LONGEST_PASSKEY = 20_000
SLACK = 200
"""What tidying may take away: blanks, `mailto:`, a name before an address."""


class TooLong(MaxLengthValidator):
    """Says how long an answer may be, how long it is, and so how much has to go."""

    def __init__(self, limit: int, label: str) -> None:
        super().__init__(limit)
        self.label = label

    def __call__(self, value: Any) -> None:
        length = len(value) - value.count("\r\n")  # a browser sends two characters for one line break
        if length > self.limit_value:
            raise ValidationError(
                too_long(self.label, self.limit_value, length), code=self.code, params={"value": value}
            )


def too_long(label: str, limit: int, length: int) -> str:
    """Say by how much an answer is too long."""
    return f"{label} must be {limit:,} characters or fewer. It has {length:,}: take out {length - limit:,}."


class BoundedForm(forms.BaseForm):
    """A form that looks at the length of every answer before it reads any.

    A pattern, a folding of letters or a hint never meets more than about twice what a field may hold; a longer answer
    is an error of its field.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            _count_in_words(name, field)

    def _clean_fields(self) -> None:
        """Judge each field, as Django does, but for those whose answer is far too long."""
        for name, bound in self._bound_items():  # type: ignore[attr-defined]  # Django's own loop
            field = bound.field
            try:
                refuse_what_is_far_too_long(field, bound.data, said_as(name, field))
                value = field._clean_bound_field(bound)
                self.cleaned_data[name] = value.replace("\r\n", "\n") if isinstance(value, str) else value
                if hasattr(self, f"clean_{name}"):
                    self.cleaned_data[name] = getattr(self, f"clean_{name}")()
            except ValidationError as error:
                self.add_error(name, error)


def refuse_what_is_far_too_long(field: forms.Field, typed: Any, label: str) -> None:
    """Raise ``ValidationError`` for an answer so long that it is not worth reading. Counts and does nothing else."""
    limit = longest(field)
    parts = typed if isinstance(typed, list | tuple) else [typed]
    length = max((len(part) for part in parts if isinstance(part, str)), default=0)
    if length <= 2 * limit + SLACK:
        return
    if isinstance(field, forms.CharField) and not isinstance(field, forms.JSONField):
        raise ValidationError(too_long(label, limit, length), code="max_length")
    raise ValidationError(f"{label}: this answer is far too long.", code="max_length")


def longest(field: forms.Field) -> int:
    """How many characters an answer to this field may have."""
    limit = getattr(field, "max_length", None)
    if limit is not None:
        return int(limit)
    if isinstance(field, forms.JSONField):
        return LONGEST_PASSKEY
    return LONGEST_TEXT if isinstance(field.widget, forms.Textarea) else LONGEST_WORD


def said_as(name: str, field: forms.Field) -> str:
    """The field's label inside a sentence: without markup, its question mark and "(optional)"."""
    label = html.unescape(re.sub(r"<[^>]*>", "", str(field.label or pretty_name(name))))
    return label.replace("(optional)", "").rstrip("?:. ")


def _count_in_words(name: str, field: forms.Field) -> None:
    """Put our words for "too long" in the place of Django's. A form's fields are copies, so this reaches no other form."""
    if isinstance(field, forms.CharField):
        field.validators = [
            TooLong(each.limit_value, said_as(name, field)) if type(each) is MaxLengthValidator else each
            for each in field.validators
        ]
