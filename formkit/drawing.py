"""What the templates in ``templates/formkit/`` need to draw one field of a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from formkit import asking_back
from formkit.fields import PARTS, DayWidget


@dataclass(frozen=True)
class Look:
    """How radios or checkboxes look beyond their plain state; the mappings are keyed by the choice's value.

    What is revealed under a choice is markup.
    """

    hints: Mapping[str, str] = field(default_factory=dict)
    pills: Mapping[str, str] = field(default_factory=dict)
    reveals: Mapping[str, SafeString] = field(default_factory=dict)
    inline: bool = False
    small: bool = False
    columns: bool = False
    legend_class: str = ""


PLAIN = Look()


def draw(field: BoundField, look: Look = PLAIN) -> SafeString:
    """Draw a field with its label, hint, errors and control, each tied to the others."""
    kind = control(field)
    if kind == "hidden":
        return (
            field.as_hidden() if not isinstance(field.field.widget, forms.MultiWidget) else field.as_widget()
        )
    context: dict[str, Any] = {
        "field": field,
        "kind": kind,
        "look": look,
        "is_optional": _is_optional(field),
        "described_by": _described_by(field),
        "limit": _limit(field),
        "sure": asking_back.tick(field),
    }
    if kind == "choices":
        context |= _choices(field, look)
    elif kind == "day":
        context["boxes"] = _boxes(field)
    else:
        context["control"] = field.as_widget(attrs=_attrs(field, kind))
    return render_to_string("formkit/field.html", context)


def control(field: BoundField) -> str:
    """Name what a field is drawn as: hidden, checkbox, choices, select, day, textarea or input."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.RadioSelect):  # CheckboxSelectMultiple is one too
        return "choices"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, DayWidget):
        return "day"
    return "textarea" if isinstance(widget, forms.Textarea) else "input"


def _boxes(field: BoundField) -> list[dict[str, Any]]:
    """The three boxes of a date, with what was typed in them."""
    widget = field.field.widget
    assert isinstance(widget, DayWidget)
    value = field.value()
    typed = value if isinstance(value, list) else widget.decompress(value)
    return [
        {"name": name, "label": label, "width": width, "typed": text}
        for (name, label, width), text in zip(PARTS, typed, strict=True)
    ]


def _choices(field: BoundField, look: Look) -> dict[str, Any]:
    """The choices of radios or checkboxes, each with its hint, its pill and what it reveals."""
    widget = field.field.widget
    assert isinstance(widget, ChoiceWidget)
    many = "radios" if widget.input_type == "radio" else "checkboxes"
    classes = [
        f"govuk-{many}",
        "govuk-radios--inline" if look.inline and many == "radios" else "",
        f"govuk-{many}--small" if look.small else "",
        "wt-columns" if look.columns else "",
    ]
    base = {"id": field.auto_id, **({"disabled": "disabled"} if field.field.disabled else {})}
    options = []
    for group, members, _ in widget.optgroups(field.html_name, widget.format_value(field.value()), base):
        for number, data in enumerate(members):
            value = str(data["value"]) if data["value"] is not None else ""
            attrs = {k: v for k, v in data["attrs"].items() if k not in ("id", "checked", "selected")}
            options.append(
                {
                    "id": data["attrs"].get("id", ""),
                    "value": value,
                    "label": data["label"],
                    "chosen": data["selected"],
                    "attrs": flatatt(attrs),
                    "new_group": group if number == 0 else "",
                    "hint": look.hints.get(value),
                    "pill": look.pills.get(value),
                    "revealed": look.reveals.get(value),
                }
            )
    return {"many": many, "classes": " ".join(filter(None, classes)), "options": options}


def _is_optional(field: BoundField) -> bool:
    """Whether "(optional)" stands behind the label: what may stay empty, unless its form or its label says so."""
    return (
        getattr(field.form, "mark_optional", True)
        and not field.field.required
        and "(optional)" not in str(field.label)
    )


def _limit(field: BoundField) -> int | None:
    """The number of characters that a long answer may hold, where it has a limit."""
    return field.field.widget.attrs.get("data-limit")


def _described_by(field: BoundField) -> str:
    """The ids of everything that explains this field: hint, error, limit."""
    ids = [
        f"{field.auto_id}_helptext" if field.help_text else "",
        f"{field.auto_id}_error" if field.errors else "",
        f"{field.auto_id}_limit" if _limit(field) else "",
        field.field.widget.attrs.get("aria-describedby", ""),
    ]
    return " ".join(filter(None, ids))


def _attrs(field: BoundField, kind: str) -> dict[str, Any]:
    """Our classes and the ids of hint and error, for a control that its widget draws."""
    if kind == "checkbox":
        classes = ["govuk-checkboxes__input"]
    else:
        error = f"govuk-{kind}--error" if field.errors else ""
        classes = [f"govuk-{kind}", error, field.field.widget.attrs.get("class", "")]
    attrs: dict[str, Any] = {"class": " ".join(filter(None, classes))}
    if ids := _described_by(field):
        attrs["aria-describedby"] = ids
    return attrs
