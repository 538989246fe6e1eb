"""The field for a code that we sent."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from places import codes

MALFORMED = "malformed"
"""Of an error: what was typed has not the length of any code, so it was no guess and costs no try."""


class CodeField(forms.CharField):
    """A code by its letters and figures: dashes, blanks, capitals and "Code:" before it do not matter."""

    def __init__(self, *, lengths: Sequence[int], shape: str, **kwargs: Any) -> None:
        self.lengths = lengths
        self.shape = shape
        super().__init__(max_length=codes.LONGEST, **kwargs)

    def to_python(self, value: Any) -> str:
        return codes.read(str(value), *self.lengths) if value not in self.empty_values else ""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not is_whole(value, self.lengths):
            raise ValidationError(f"Enter the whole code: {self.shape}.", code=MALFORMED)


def is_whole(code: str, lengths: Sequence[int]) -> bool:
    """Whether this can be a code at all."""
    return len(code) in lengths and code.isascii()


def was_no_guess(form: forms.BaseForm) -> bool:
    """Whether all that is wrong with the form's code is that it cannot be one, or that it is missing."""
    errors = form.errors.as_data()
    return set(errors) == {"code"} and all(
        each.code in (MALFORMED, "required", "max_length") for each in errors["code"]
    )
