"""Asks back about an answer that can be read and is hardly what somebody means: a session at 1.30am, a day in 2127.

A field that knows doubts has `doubt(value, typed)` and `say(value)`. Under its error stands a tick for "yes, this is
right", whose value is the answer it confirms: another answer is asked about again.
"""

from typing import Any, Protocol, runtime_checkable

from django.forms import BaseForm, BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString


@runtime_checkable
class Doubtful(Protocol):
    """A field that knows which of its answers are odd."""

    def doubt(self, value: Any, typed: Any) -> str: ...

    def say(self, value: Any) -> str: ...


def ask(form: BaseForm) -> None:
    """Add an error to each field whose answer is odd and not confirmed."""
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if value is None or not isinstance(field, Doubtful) or name in form.errors:
            continue
        bound = form[name]
        doubt = field.doubt(value, bound.data)
        if doubt and value.isoformat() not in _confirmed(bound):
            said = field.say(value)
            form.add_error(name, f"{said} {doubt}. Change it, or tick the box below if it is right.")
            bound.asked_back = (value.isoformat(), said)  # type: ignore[attr-defined]  # for `tick`


def tick(field: BoundField) -> SafeString | str:
    """The tick that confirms an odd answer: shown where it is asked for, and kept ticked once it was given."""
    asked = getattr(field, "asked_back", None)
    if asked is None:
        if not isinstance(field.field, Doubtful) or not field.form.is_bound:
            return ""
        value = getattr(field.form, "cleaned_data", {}).get(field.name)
        if value is None or value.isoformat() not in _confirmed(field):
            return ""
        asked = (value.isoformat(), field.field.say(value))
    own_id, is_ticked = f"{field.auto_id}_sure", asked[0] in _confirmed(field)
    return format_html(
        '<div class="govuk-checkboxes govuk-checkboxes--small"><div class="govuk-checkboxes__item">'
        '<input class="govuk-checkboxes__input" type="checkbox" id="{}" name="{}-sure" value="{}"{}>'
        '<label class="govuk-label govuk-checkboxes__label" for="{}">Yes, {} is right</label></div></div>',
        own_id, field.html_name, asked[0], SafeString(" checked" if is_ticked else ""), own_id, asked[1],
    )  # fmt: skip


def _confirmed(field: BoundField) -> list[str]:
    data, name = field.form.data, f"{field.html_name}-sure"
    if hasattr(data, "getlist"):
        return list(data.getlist(name))
    return [data[name]] if name in data else []
