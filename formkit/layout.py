"""Layout objects for crispy, beside its own Layout, Fieldset, Div and HTML.

Layout("name", Choices("cover", hints={"suggest": "We choose for you."}, reveals={"choose": ["must"]}), Press("Continue"))
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django.forms import BaseForm
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from formkit.drawing import Look, draw


class Choices:
    """Radios or checkboxes with a hint under a choice, a pill beside it, and what a choice reveals.

    `hints`, `pills` and `reveals` are keyed by the choice's value. What is revealed is a list of field names or layout
    objects; it shows when its choice is ticked, by CSS alone, and is sent in any case.
    """

    def __init__(
        self,
        field: str,
        *,
        hints: Mapping[str, str] | None = None,
        pills: Mapping[str, str] | None = None,
        reveals: Mapping[str, Sequence[Any]] | None = None,
        inline: bool = False,
        small: bool = False,
        columns: bool = False,
        legend_class: str = "",
    ) -> None:
        self.field = field
        self.reveals = {str(value): shown for value, shown in (reveals or {}).items()}
        self.look = Look(
            hints={str(value): words for value, words in (hints or {}).items()},
            pills={str(value): words for value, words in (pills or {}).items()},
            inline=inline,
            small=small,
            columns=columns,
            legend_class=legend_class,
        )

    def render(
        self, form: BaseForm, context: Context, template_pack: str = TEMPLATE_PACK, **_: Any
    ) -> SafeString:
        form.rendered_fields.add(self.field)  # type: ignore[attr-defined]  # crispy's list of what is drawn
        revealed = {
            value: format_html_join(
                "", "{}", ([render_field(part, form, context, template_pack=template_pack)] for part in parts)
            )
            for value, parts in self.reveals.items()
        }
        return draw(form[self.field], replace(self.look, reveals=revealed) if revealed else self.look)


class Disclosure(LayoutObject):
    """Fields behind a line that opens. Open from the start when one of them has an error or an answer."""

    template = "%s/layout/disclosure.html"

    def __init__(self, summary: str, *fields: Any, css_id: str = "", css_class: str = "") -> None:
        self.summary = summary
        self.fields = list(fields)
        self.css_id = css_id
        self.css_class = css_class

    def render(
        self, form: BaseForm, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> SafeString:
        names = [pointer.name for pointer in self.get_field_names()]
        names += [part.field for part in self.fields if isinstance(part, Choices)]
        is_open = any(name in form.errors or form[name].value() for name in names)
        parts = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return render_to_string(
            self.get_template_name(template_pack),
            {
                "summary": self.summary,
                "fields": parts,
                "is_open": is_open,
                "css_id": self.css_id,
                "css_class": self.css_class,
            },
        )


class Press:
    """A button that names its effect. `look` is "", "secondary" or "warning"; `name` and `value` tell presses apart."""

    def __init__(
        self, words: str, *, name: str = "", value: str = "", look: str = "", small: bool = False
    ) -> None:
        self.words = words
        self.name = name
        self.value = value
        self.look = look
        self.small = small

    def render(
        self, form: BaseForm | str, context: Context, template_pack: str = TEMPLATE_PACK, **_: Any
    ) -> SafeString:
        return self.markup

    @property
    def markup(self) -> SafeString:
        """The button itself."""
        look = f" govuk-button--{self.look}" if self.look else ""
        named = format_html(' name="{}" value="{}"', self.name, self.value) if self.name else ""
        return format_html(
            '<button class="govuk-button{}{}" type="submit"{}>{}</button>',
            look,
            " wt-small" if self.small else "",
            named,
            self.words,
        )
