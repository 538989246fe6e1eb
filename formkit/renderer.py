"""Draws Django's plain boxes in Python, and everything else by its template: a box takes two templates otherwise."""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

Widget = Mapping[str, Any]


class QuickRenderer(TemplatesSetting):
    """Django's own renderer, quicker for what most forms are made of."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        """Draw one widget. One with a template of its own is drawn by that."""
        if (draw := DRAWN.get(template_name)) is not None:
            return SafeString(draw(context["widget"]))
        return SafeString(super().render(template_name, context, request))


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{conditional_escape(str(widget["value"]))}"'
    name = conditional_escape(widget["name"])
    return f'<input type="{widget["type"]}" name="{name}"{value}{_attrs(widget["attrs"])}>'


def _textarea(widget: Widget) -> str:
    name, value = conditional_escape(widget["name"]), conditional_escape(str(widget["value"] or ""))
    return f'<textarea name="{name}"{_attrs(widget["attrs"])}>\n{value}</textarea>'


def _attrs(attrs: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"'
        for name, value in attrs.items()
        if value is not False
    )


DRAWN: dict[str, Callable[[Widget], str]] = {
    **dict.fromkeys(
        (f"django/forms/widgets/{name}.html" for name in ("text", "email", "number", "hidden", "url")), _input
    ),
    "django/forms/widgets/textarea.html": _textarea,
}
