"""Tags and filters that every template has without loading them: icons, pills, the frame's links, and words for times."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from formkit.icons import icon, pill
from places import clock, trips

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


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, words: str, *args: Any) -> SafeString:
    """Link to a named address, marked as the current page when it is the one being read.

    Raises NoReverseMatch for a name that nobody has given.
    """
    address = reverse(name, args=args)
    request = context.get("request")
    here = request is not None and request.path == address
    if here:
        return format_html('<a href="{}" aria-current="page">{}</a>', address, words)
    return format_html('<a href="{}">{}</a>', address, words)
