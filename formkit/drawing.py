"""Draws one field in our clothes, for the pack `templates/portal/`.

In Python, because a page holds dozens of fields and a hundred choices, and nested templates took half of its time.
Whatever comes from outside goes through `words`, which escapes it unless it is markup already.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget
from django.utils.safestring import SafeString

from formkit import asking_back
from formkit.escaping import words
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


@dataclass(frozen=True)
class Option:
    """One radio, checkbox or option, ready to write down. Its id and attributes are markup."""

    id: str
    value: str
    label: Any
    chosen: bool
    attrs: str
    group: str


def draw(field: BoundField, look: Look = PLAIN) -> SafeString:
    """Draw a field with its label, hint, errors and control, each tied to the others."""
    kind = control(field)
    if kind == "hidden":
        return SafeString(f"{field}\n")
    errors = _errors(field)
    if kind == "choices":
        inner = _choices(field, errors, look)
    elif kind == "checkbox":
        inner = _checkbox(field, errors)
    elif kind == "day":
        inner = _day(field, errors)
    else:
        inner = _box(field, errors, kind)
    wrong = " govuk-form-group--error" if errors else ""
    inner += asking_back.tick(field)
    return SafeString(f'<div class="govuk-form-group{wrong}">\n{inner}\n</div>\n')


def control(field: BoundField) -> str:
    """Name what a field is drawn as: hidden, checkbox, choices, select, day or input."""
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
    return "input"


# ---- the controls


def _box(field: BoundField, errors: str, kind: str) -> str:
    """A label over a text box, a long text or a select."""
    label = (
        f'<label class="govuk-label govuk-label--s" for="{words(field.id_for_label)}">{_label(field)}</label>'
    )
    if kind == "select":
        inner = f"<select{_select_attrs(field)}>{_option_tags(field)}</select>"
    else:
        part = "textarea" if isinstance(field.field.widget, forms.Textarea) else "input"
        inner = field.as_widget(attrs=_attrs(field, part))
    most = _limit(field)
    limit = f'\n<div class="wt-q" id="{field.auto_id}_limit">Up to {most} characters</div>' if most else ""
    return f"{label}\n{_hint(field)}{errors}{inner}{limit}"


def _checkbox(field: BoundField, errors: str) -> str:
    """One tick with its sentence."""
    own_id = words(field.id_for_label)
    attrs = (
        f"{' checked' if field.value() else ''}{_invalid(errors)}{_described(field)}"
        f"{' disabled' if field.field.disabled else ''}"
    )
    return (
        f'{errors}<div class="govuk-checkboxes"><div class="govuk-checkboxes__item">'
        f'<input class="govuk-checkboxes__input" type="checkbox" id="{own_id}" name="{words(field.html_name)}"{attrs}>'
        f'<label class="govuk-label govuk-checkboxes__label" for="{own_id}">{words(field.label)}</label>'
        f"{_hint(field, 'govuk-checkboxes__hint')}</div></div>"
    )


def _day(field: BoundField, errors: str) -> str:
    """A date in three boxes, with what was typed in them."""
    widget = field.field.widget
    assert isinstance(widget, DayWidget)
    value = field.value()
    typed = value if isinstance(value, list) else widget.decompress(value)
    boxes = "".join(
        f'<div class="govuk-date-input__item"><div class="govuk-form-group">'
        f'<label class="govuk-label govuk-date-input__label" for="{field.auto_id}_{name}">{label}</label>'
        f'<input class="govuk-input govuk-date-input__input govuk-input--width-{width}'
        f'{" govuk-input--error" if errors else ""}" id="{field.auto_id}_{name}" name="{field.html_name}_{name}" '
        f'type="text" inputmode="numeric" value="{"" if text is None else words(str(text))}"{_invalid(errors)}>'
        f"</div></div>"
        for (name, label, width), text in zip(PARTS, typed, strict=True)
    )
    return _fieldset(
        field,
        f'{_hint(field)}{errors}<div class="govuk-date-input">{boxes}</div>',
        legend_class="govuk-fieldset__legend--s",
        role=' role="group"',
    )


def _choices(field: BoundField, errors: str, look: Look) -> str:
    """Radios or checkboxes in a fieldset."""
    many = "radios" if field.field.widget.input_type == "radio" else "checkboxes"
    classes = [
        f"govuk-{many}",
        "govuk-radios--inline" if look.inline and many == "radios" else "",
        f"govuk-{many}--small" if look.small else "",
        "wt-columns" if look.columns else "",
    ]
    return _fieldset(
        field,
        f'{_hint(field)}{errors}<div class="{" ".join(filter(None, classes))}">\n{_items(field, many, look)}</div>',
        legend_class=look.legend_class or "govuk-fieldset__legend--m",
    )


def _items(field: BoundField, many: str, look: Look) -> str:
    """Each choice with its hint, its pill and what it reveals."""
    kind, name = field.field.widget.input_type, words(field.html_name)
    items: list[str] = []
    group = ""
    for option in _options(field):
        if option.group and option.group != group:
            items.append(f'<p class="wt-eyebrow wt-group">{words(option.group)}</p>')
        group = option.group
        described = hint = pill = ""
        if said := look.hints.get(option.value):
            described = f' aria-describedby="{option.id}_hint"'
            hint = f'<div class="govuk-hint govuk-{many}__hint" id="{option.id}_hint">{words(said)}</div>'
        if said := look.pills.get(option.value):
            pill = f' <span class="wt-pill">{words(said)}</span>'
        items.append(
            f'<div class="govuk-{many}__item"><input class="govuk-{many}__input" type="{kind}" id="{option.id}" '
            f'name="{name}" value="{words(option.value)}"{option.attrs}{" checked" if option.chosen else ""}{described}>'
            f'<label class="govuk-label govuk-{many}__label" for="{option.id}">{words(option.label)}{pill}</label>'
            f"{hint}</div>\n"
        )
        if revealed := look.reveals.get(option.value):
            items.append(f'<div class="govuk-{many}__conditional">{revealed}</div>\n')
    return "".join(items)


def _option_tags(field: BoundField) -> str:
    """The options of a select, in their groups."""
    tags: list[str] = []
    for group, members in groupby(_options(field), key=lambda option: option.group):
        if group:
            tags.append(f'<optgroup label="{words(group)}">')
        tags += [
            f'<option value="{words(option.value)}"{option.attrs}{" selected" if option.chosen else ""}>'
            f"{words(option.label)}</option>"
            for option in members
        ]
        if group:
            tags.append("</optgroup>")
    return "".join(tags)


def _options(field: BoundField) -> Iterator[Option]:
    """Go through the choices of a select, of radios or of checkboxes."""
    widget = field.field.widget
    assert isinstance(widget, ChoiceWidget)
    chosen = widget.format_value(field.value())
    base = {"id": field.auto_id}
    if field.field.disabled:
        base["disabled"] = "disabled"
    for group, members, _ in widget.optgroups(field.html_name, chosen, base):
        for data in members:
            attrs = {**data["attrs"]}
            own_id = attrs.pop("id", "")
            attrs.pop("checked", None)
            attrs.pop("selected", None)
            yield Option(
                id=words(own_id),
                value=str(data["value"]) if data["value"] is not None else "",
                label=data["label"],
                chosen=bool(data["selected"]),
                attrs=flatatt(attrs) if attrs else "",
                group=str(group or ""),
            )


# ---- what stands around a control


def _fieldset(field: BoundField, inner: str, *, legend_class: str, role: str = "") -> str:
    return (
        f'<fieldset class="govuk-fieldset"{role}{_described(field)}>\n'
        f'<legend class="govuk-fieldset__legend {legend_class}">{_label(field)}</legend>\n{inner}\n</fieldset>'
    )


def _label(field: BoundField) -> str:
    """The label, with "(optional)" behind what may stay empty, ticks aside."""
    is_optional = (
        getattr(field.form, "mark_optional", True)
        and not field.field.required
        and "(optional)" not in str(field.label)
    )
    return words(field.label) + (' <span class="wt-optional">(optional)</span>' if is_optional else "")


def _hint(field: BoundField, extra_class: str = "") -> str:
    """The hint, with the id that its control names. Hints are ours, and may hold markup."""
    if not field.help_text:
        return ""
    classes = f"govuk-hint {extra_class}" if extra_class else "govuk-hint"
    return f'<div class="{classes}" id="{field.auto_id}_helptext">{field.help_text}</div>\n'


def _errors(field: BoundField) -> str:
    """What is wrong, with the id that the control names; nothing when nothing is."""
    if not field.errors:
        return ""
    lines = "<br>".join(
        f'<span class="govuk-visually-hidden">Error: </span>{words(str(line))}' for line in field.errors
    )
    return f'<p class="govuk-error-message" id="{field.auto_id}_error">{lines}</p>\n'


def _invalid(errors: str) -> str:
    return ' aria-invalid="true"' if errors else ""


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
    return " ".join(part for part in ids if part)


def _described(field: BoundField) -> str:
    ids = _described_by(field)
    return f' aria-describedby="{ids}"' if ids else ""


def _attrs(field: BoundField, part: str) -> dict[str, Any]:
    """Our classes and the ids of hint and error, for a control that its widget draws."""
    classes = [
        f"govuk-{part}",
        f"govuk-{part}--error" if field.errors else "",
        field.field.widget.attrs.get("class", ""),
    ]
    attrs: dict[str, Any] = {"class": " ".join(name for name in classes if name)}
    if ids := _described_by(field):
        attrs["aria-describedby"] = ids
    return attrs


def _select_attrs(field: BoundField) -> str:
    """The attributes of the select itself."""
    widget = field.field.widget
    attrs = {**widget.attrs, **field.build_widget_attrs(_attrs(field, "select")), "name": field.html_name}
    attrs.setdefault("id", field.auto_id)
    if getattr(widget, "allow_multiple_selected", False):
        attrs["multiple"] = True
    return flatatt(attrs)
