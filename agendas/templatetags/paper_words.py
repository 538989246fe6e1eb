"""The papers' own words, in the language of the paper that is being drawn."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agendas.access import Asker
from agendas.models import Document
from agendas.services.attending import say_code
from agendas.snapshot import in_language

register = template.Library()
register.filter("say_code", say_code)


@register.filter
def paper_name(document: Document, asker: Asker) -> str:
    """What a link to a paper is called: no two of one issue alike, and nobody named to whom the gate does not name them."""
    name = str(document.get_kind_display())
    if document.kind == Document.Kind.RUN_SHEET and asker.is_desk:
        name = f"{name} for {document.recipient.name if document.recipient else 'the desk'}"
    elif document.kind == Document.Kind.JOINING and document.tier >= Document.Recipient.T3:
        name = f"{name} with the venue"
    return f"{name} (Cymraeg)" if document.language == Document.Language.WELSH else name


@register.simple_tag(takes_context=True)
def w(context: Context, words: str) -> str:
    """These words in the language of ``paper``; in English where the paper is another one's and names none."""
    return in_language(words, getattr(context.get("paper"), "language", "en"))


@register.simple_tag(takes_context=True)
def lang(context: Context, words: str) -> SafeString:
    """The attribute that marks these words where they are not in the language of ``paper``."""
    language = context["paper"].lang_of(words)
    return format_html(' lang="{}"', language) if language else SafeString()
