"""Tags and filters that every template has without loading them: icons, pills, the frame's links, and words for times."""

import functools
from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agendas import drawing
from formkit.escaping import words
from formkit.icons import icon, pill
from places import clock, trips
from trainingportal import steps

register = template.Library()

register.filter("say_time", clock.say_time)
register.filter("say_date", clock.say_date)
register.filter("say_short_date", clock.say_short_date)
register.filter("say_moment", clock.say_moment)
register.filter("say_minutes", clock.say_minutes)
register.filter("say_whole_trip", trips.say_whole_trip)
register.simple_tag(icon)
register.simple_tag(pill)
register.simple_tag(clock.say_times, name="say_times")
register.simple_tag(steps.draw, name="drawn_steps")
register.simple_tag(drawing.picture, name="day_picture")
register.simple_tag(drawing.paper_lines, name="paper_lines")


@register.simple_tag
def said_back(lines: Iterable[tuple[str, str]]) -> SafeString:
    """Write what was answered, each under its question. In Python, because a page has some thirty of them."""
    nothing = '<span class="wt-q">Nothing given</span>'
    rows = (
        '\n<div class="govuk-summary-list__row govuk-summary-list__row--no-actions">'
        f'<dt class="govuk-summary-list__key">{words(label)}</dt>'
        f'<dd class="govuk-summary-list__value">{linebreaksbr(answer) if answer else nothing}</dd></div>'
        for label, answer in lines
    )
    return SafeString(f'<dl class="govuk-summary-list">{"".join(rows)}\n</dl>')


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, words: str, *args: Any) -> SafeString:
    """Link to a named address, marked as the current page when it is the one being read.

    Raises NoReverseMatch for a name that nobody has given.
    """
    address = reverse(name, args=args) if args else _address(name, settings.ROOT_URLCONF)
    request = context.get("request")
    here = request is not None and request.path == address
    return format_html(
        '<a href="{}"{}>{}</a>', address, SafeString(' aria-current="page"') if here else "", words
    )


@functools.lru_cache(maxsize=100)
def _address(name: str, urlconf: str) -> str:
    """An address that never changes: every page has eight of them in its frame."""
    return reverse(name, urlconf)
