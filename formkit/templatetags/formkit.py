"""What the templates of the pack `templates/portal/` ask of a field or a form."""

from dataclasses import dataclass

from django import template
from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.template import Context
from django.utils.safestring import SafeString

from formkit import drawing

register = template.Library()

NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]


@dataclass(frozen=True)
class Trouble:
    """What the error summary says: a title, and each sentence with the place where it is put right."""

    title: str
    entries: list[tuple[str, str]]


@register.simple_tag(takes_context=True)
def draw_field(context: Context) -> SafeString:
    """Draw the field of the context with all that belongs to it."""
    return drawing.draw(context["field"])


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


def _place(field: BoundField) -> str:
    """Give the id of the control where an error is put right; none for a hidden field."""
    kind = drawing.control(field)
    if kind == "hidden":
        return ""
    if kind == "choices":
        return f"{field.auto_id}_0"
    if kind == "day":
        return f"{field.auto_id}_day"
    return str(field.id_for_label)
