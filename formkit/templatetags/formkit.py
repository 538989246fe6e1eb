"""What the templates of the pack `templates/portal/` ask of a field or a form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms, template
from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget
from django.utils.html import format_html
from django.utils.safestring import SafeString

from formkit.fields import PARTS, DayWidget

register = template.Library()

NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]


@dataclass(frozen=True)
class Option:
    """One radio, checkbox or option, ready to write down."""

    id: str
    name: str
    value: str
    label: Any
    chosen: bool
    attrs: SafeString
    group: str


@dataclass(frozen=True)
class Part:
    """One of the three boxes of a date."""

    id: str
    name: str
    label: str
    value: str
    width: int


@dataclass(frozen=True)
class Trouble:
    """What the error summary says: a title, and each sentence with the place where it is put right."""

    title: str
    entries: list[tuple[str, str]]


@register.filter
def control(field: BoundField) -> str:
    """Name the template that draws this field: hidden, checkbox, choices, select, day or input."""
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


@register.filter
def is_optional(field: BoundField) -> bool:
    """Say whether the label carries "(optional)": what may stay empty, ticks aside."""
    return (
        getattr(field.form, "mark_optional", True)
        and not field.field.required
        and not isinstance(field.field.widget, forms.CheckboxInput)
        and "(optional)" not in str(field.label)
    )


@register.filter
def limit(field: BoundField) -> int | None:
    """Give the number of characters that a long answer may hold, where it has a limit."""
    return field.field.widget.attrs.get("data-limit")


@register.filter
def described(field: BoundField) -> str:
    """Give the ids of everything that explains this field: hint, error, limit."""
    ids = [
        f"{field.auto_id}_helptext" if field.help_text else "",
        f"{field.auto_id}_error" if field.errors else "",
        f"{field.auto_id}_limit" if limit(field) else "",
        field.field.widget.attrs.get("aria-describedby", ""),
    ]
    return " ".join(part for part in ids if part)


@register.filter
def dressed(field: BoundField) -> SafeString:
    """Draw a text input, textarea or file input in our clothes, tied to its hint and error."""
    return field.as_widget(attrs=_attrs(field, "textarea" if _is_textarea(field) else "input"))


@register.filter
def select_attrs(field: BoundField) -> SafeString:
    """Give the attributes of the select itself."""
    widget = field.field.widget
    attrs = {**widget.attrs, **field.build_widget_attrs(_attrs(field, "select")), "name": field.html_name}
    attrs.setdefault("id", field.auto_id)
    if getattr(widget, "allow_multiple_selected", False):
        attrs["multiple"] = True
    return flatatt(attrs)


@register.filter
def options(field: BoundField) -> Iterator[Option]:
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
            own_id = str(attrs.pop("id", ""))
            attrs.pop("checked", None)
            attrs.pop("selected", None)
            yield Option(
                id=own_id,
                name=data["name"],
                value=str(data["value"]) if data["value"] is not None else "",
                label=data["label"],
                chosen=bool(data["selected"]),
                attrs=flatatt(attrs),
                group=str(group or ""),
            )


@register.simple_tag
def choice_items(
    field: BoundField,
    hints: Mapping[str, str] | None = None,
    pills: Mapping[str, str] | None = None,
    reveals: Mapping[str, str] | None = None,
) -> SafeString:
    """Write the radios or checkboxes of a field, each with its hint, its pill and what it reveals.

    In Python, because a page may hold a hundred of them and a template takes ten times as long.
    """
    hints, pills, reveals = hints or {}, pills or {}, reveals or {}
    kind = str(getattr(field.field.widget, "input_type", "radio"))
    many = "radios" if kind == "radio" else "checkboxes"
    items: list[SafeString] = []
    group = ""
    for option in options(field):
        if option.group and option.group != group:
            items.append(format_html('<p class="wt-eyebrow wt-group">{}</p>', option.group))
        group = option.group
        hint, pill = hints.get(option.value, ""), pills.get(option.value, "")
        items.append(
            format_html(
                ITEM,
                many=many,
                kind=kind,
                id=option.id,
                name=option.name,
                value=option.value,
                attrs=option.attrs,
                checked=" checked" if option.chosen else "",
                described=format_html(' aria-describedby="{}_hint"', option.id) if hint else "",
                label=option.label,
                pill=format_html(' <span class="wt-pill">{}</span>', pill) if pill else "",
                hint=format_html(HINT, many, option.id, hint) if hint else "",
            )
        )
        if revealed := reveals.get(option.value, ""):
            items.append(format_html('<div class="govuk-{}__conditional">{}</div>\n', many, revealed))
    return SafeString("".join(items))


ITEM = (
    '<div class="govuk-{many}__item"><input class="govuk-{many}__input" type="{kind}" id="{id}" name="{name}" '
    'value="{value}"{attrs}{checked}{described}><label class="govuk-label govuk-{many}__label" for="{id}">'
    "{label}{pill}</label>{hint}</div>\n"
)
HINT = '<div class="govuk-hint govuk-{}__hint" id="{}_hint">{}</div>'


@register.filter
def option_tags(field: BoundField) -> SafeString:
    """Write the options of a select, in their groups."""
    tags: list[SafeString] = []
    for group, members in groupby(options(field), key=lambda option: option.group):
        if group:
            tags.append(format_html('<optgroup label="{}">', group))
        tags += [
            format_html(
                '<option value="{}"{}{}>{}</option>',
                option.value,
                option.attrs,
                " selected" if option.chosen else "",
                option.label,
            )
            for option in members
        ]
        if group:
            tags.append(SafeString("</optgroup>"))
    return SafeString("".join(tags))


@register.filter
def parts(field: BoundField) -> list[Part]:
    """Give the three boxes of a date with what was typed in them."""
    widget = field.field.widget
    assert isinstance(widget, DayWidget)
    value = field.value()
    typed = value if isinstance(value, list) else widget.decompress(value)
    return [
        Part(
            f"{field.auto_id}_{name}",
            f"{field.html_name}_{name}",
            label,
            "" if text is None else str(text),
            width,
        )
        for (name, label, width), text in zip(PARTS, typed, strict=True)
    ]


@register.filter
def of(values: Any, key: Any) -> Any:
    """Look a key up in a mapping, or give nothing."""
    return values.get(str(key), "") if values else ""


@register.filter
def trouble(form: BaseForm | BaseFormSet) -> Trouble | None:
    """Gather what is wrong, once for each form: the summary stands on a page one time, wherever it is asked for first.

    `{{ form|as_crispy_errors }}` above the heading takes it; otherwise `{% crispy form %}` shows it on its top.
    """
    if not form.is_bound or getattr(form, "trouble_is_told", False):
        return None
    form.trouble_is_told = True  # type: ignore[union-attr]  # a note to the other template that draws this form
    entries: list[tuple[str, str]] = []
    if isinstance(form, BaseFormSet):
        entries += [(str(words), "") for words in form.non_form_errors()]
        members = list(form.forms)
    else:
        members = [form]
    for member in members:
        entries += [(str(words), "") for words in member.non_field_errors()]
        for field in member:
            entries += [(str(words), _place(field)) for words in field.errors]
    if not entries:
        return None
    many = len(entries)
    number = NUMBERS[many] if many < len(NUMBERS) else str(many)
    return Trouble(f"{number} {'thing' if many == 1 else 'things'} to change", entries)


def _attrs(field: BoundField, part: str) -> dict[str, Any]:
    """Put our classes and the ids of hint and error on a control."""
    classes = [
        f"govuk-{part}",
        f"govuk-{part}--error" if field.errors else "",
        field.field.widget.attrs.get("class", ""),
    ]
    attrs: dict[str, Any] = {"class": " ".join(name for name in classes if name)}
    if ids := described(field):
        attrs["aria-describedby"] = ids
    return attrs


def _is_textarea(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.Textarea)


def _place(field: BoundField) -> str:
    """Give the id of the control where an error is put right; none for a hidden field."""
    kind = control(field)
    if kind == "hidden":
        return ""
    if kind == "choices":
        return f"{field.auto_id}_0"
    if kind == "day":
        return f"{field.auto_id}_day"
    return str(field.id_for_label)
