"""Asks back about an answer that can be read and is hardly what somebody means: a session at 1.30am, a day in 2127.

A field that knows doubts has `doubt(value, typed)` and `say(value)`. Under its error stands a tick for "yes, this is
right", whose value is the answer it confirms: another answer is asked about again.
"""

from typing import Any, Protocol, runtime_checkable

from django.forms import BaseForm, BoundField


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


def tick(field: BoundField) -> dict[str, Any] | None:
    """What the tick that confirms an odd answer says: shown where it is asked for, and kept ticked once it was given."""
    asked = getattr(field, "asked_back", None)
    if asked is None:
        if not isinstance(field.field, Doubtful) or not field.form.is_bound:
            return None
        value = getattr(field.form, "cleaned_data", {}).get(field.name)
        if value is None or value.isoformat() not in _confirmed(field):
            return None
        asked = (value.isoformat(), field.field.say(value))
    return {"value": asked[0], "said": asked[1], "is_ticked": asked[0] in _confirmed(field)}


def _confirmed(field: BoundField) -> list[str]:
    data, name = field.form.data, f"{field.html_name}-sure"
    if hasattr(data, "getlist"):
        return list(data.getlist(name))
    return [data[name]] if name in data else []
