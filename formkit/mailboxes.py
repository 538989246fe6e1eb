"""The one field that asks for an email address."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from places.email import LONGEST, MAILBOX, UNTIDY, tidy


class MailboxField(forms.EmailField):
    """An email address. Cleans to the one way in which we write it, or says what is missing."""

    default_error_messages = {
        "required": "Enter an email address.",
        "invalid": UNTIDY,
        "no_dot": "The part after the @ needs a dot, like police.uk. Check the email address.",
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST)
        super().__init__(**kwargs)
        self.validators = [each for each in self.validators if each is not validate_email]

    def to_python(self, value: Any) -> str:
        return tidy(str(value)) if value not in self.empty_values else ""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not value:
            return
        name, at, domain = value.rpartition("@")
        if name and at and domain and "." not in domain and " " not in value:
            raise ValidationError(self.error_messages["no_dot"], code="no_dot")
        try:
            validate_email(value)
        except ValidationError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if re.match(MAILBOX, value) is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
