"""The bases of every form a person meets outside the desk's lists."""

from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.forms.utils import pretty_name

from formkit import asking_back
from formkit.layout import Press
from formkit.lengths import BoundedForm


class PortalManners(BoundedForm):
    """What all our forms share: `{% crispy form %}` works as it is, and nothing typed is ever cut short.

    `submit_words` names the button and so its effect; empty means that the page brings its own. `layout()` is the place
    for an order of one's own. `mark_optional` writes "(optional)" behind what may stay empty.
    """

    submit_words = "Continue"
    mark_optional = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False  # the server says what is missing, in words
        for name, field in self.fields.items():
            _teach_manners(name, field)

    def full_clean(self) -> None:
        """Judge the form, and ask back about a date or a time that is hardly what somebody means."""
        super().full_clean()
        if self.is_bound and not (self.empty_permitted and not self.has_changed()):
            asking_back.ask(self)

    def layout(self) -> Layout:
        """Give the fields in the order in which they were written."""
        return Layout(*self.fields)

    @cached_property
    def helper(self) -> FormHelper:
        """What crispy asks for: our layout, hidden fields never forgotten, one button that names its effect."""
        helper = FormHelper()
        helper.layout = self.layout()
        helper.render_hidden_fields = True
        if self.submit_words:
            helper.add_input(Press(self.submit_words))
        return helper


class PortalForm(PortalManners, forms.Form):
    """A form of our own fields."""


class PortalModelForm(PortalManners, forms.ModelForm):
    """A form over one row."""


def _teach_manners(name: str, field: forms.Field) -> None:
    """Change a field so that typing is kind: number pads, no spin wheels, long text counted instead of cut.

    A form's fields are copies of its own, so this reaches no other form.
    """
    widget = field.widget
    if isinstance(widget, forms.Textarea):
        if widget.attrs.get("rows") == "10":  # Django's own default, never a choice of ours
            widget.attrs["rows"] = 4
        widget.attrs.pop("cols", None)
        if limit := getattr(field, "max_length", None):
            widget.attrs["data-limit"] = limit
    if isinstance(widget, forms.NumberInput):
        whole = not isinstance(field, forms.FloatField | forms.DecimalField)
        widget.input_type = "text"
        widget.attrs.setdefault("inputmode", "numeric" if whole else "decimal")
        widget.attrs.setdefault("class", "govuk-input--width-5")
    if isinstance(widget, forms.EmailInput):
        widget.attrs.setdefault("spellcheck", "false")
    for cut in ("maxlength", "minlength", "min", "max", "step"):
        widget.attrs.pop(cut, None)
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        field.error_messages["required"] = _what_is_missing(str(field.label or pretty_name(name)), widget)


def _what_is_missing(label: str, widget: forms.Widget) -> str:
    """Say which answer is missing, so that three empty fields give three different sentences."""
    label = label.rstrip("?:. ")
    if isinstance(widget, forms.CheckboxInput):
        return f"Tick “{label}” to go on."
    if isinstance(widget, forms.Select | forms.RadioSelect):
        return f"{label}: choose an answer."
    return f"{label}: write an answer."
