"""The papers' own words, in the language of the paper that is being drawn."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agendas.services.attending import say_code
from agendas.snapshot import in_language

register = template.Library()
register.filter("say_code", say_code)


@register.simple_tag(takes_context=True)
def w(context: Context, words: str) -> str:
    """These words in the language of ``paper``; in English where the paper is another one's and names none."""
    return in_language(words, getattr(context.get("paper"), "language", "en"))


@register.simple_tag(takes_context=True)
def lang(context: Context, words: str) -> SafeString:
    """The attribute that marks these words where they are not in the language of ``paper``."""
    language = context["paper"].lang_of(words)
    return format_html(' lang="{}"', language) if language else SafeString()
