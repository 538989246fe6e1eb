"""The quick renderer writes what Django's own templates write."""

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting

from formkit.renderer import QuickRenderer

WIDGETS = [
    forms.TextInput(attrs={"class": "wide", "autocomplete": "off"}),
    forms.TextInput(attrs={"required": True, "disabled": False, "data-most": 12}),
    forms.EmailInput(),
    forms.NumberInput(),
    forms.URLInput(),
    forms.HiddenInput(),
    forms.Textarea(attrs={"rows": 3}),
    forms.CheckboxInput(),
    forms.Select(choices=[("a", "A")]),
]


@pytest.mark.parametrize("value", [None, "", "plain", 'x"><script>&', 0, 12, "two\nlines"])
@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_a_widget_is_drawn_as_its_template_draws_it(widget, value):
    def drawn(renderer):
        return " ".join(widget.render("field", value, {"id": "id_field"}, renderer).split())

    assert drawn(QuickRenderer()) == drawn(TemplatesSetting())
