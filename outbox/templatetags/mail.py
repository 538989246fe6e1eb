"""The tags of mail templates. Each writes the same words twice: as HTML, and as plain text.

    {% p %}…{% endp %}                                                    a paragraph
    {% h %}…{% endh %}                                                    a small heading
    {% facts %}{% fact "Label" %}value{% endfact %}{% endfacts %}         two to six short facts
    {% action url %}See the offer{% endaction %}                          a button, and its address in full
    {% list %}{% item %}…{% enditem %}{% endlist %}                       a list
    {% quote %}…{% endquote %}                                            somebody's own words, lines kept
    {% note %}…{% endnote %}                                              one thing to notice
    {% code %}…{% endcode %}                                              a sign-in code

Text inside a tag may hold variables and conditions, not HTML.
"""

import re
import textwrap
from typing import Any

from django import template
from django.template import Context, Node, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

WIDTH = 72
INK, BRAND, MID, TINT, LINE, MUTED = "#1b1330", "#3d2372", "#6a4bb3", "#f6f3fb", "#d9d2e8", "#4d4762"
BARE = 'role="presentation" cellpadding="0" cellspacing="0"'
P = f"margin:0 0 16px;font-size:16px;line-height:24px;color:{INK}"


def squeeze(text: str) -> str:
    """One line: every run of white space becomes one space."""
    return re.sub(r"\s+", " ", text).strip()


def wrap(text: str, *, first: str = "", then: str = "") -> str:
    """Lines of at most 72 characters; a link is never broken."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )


class Piece(Node):
    """One tag with a body, shown as HTML or as text according to ``as_html`` in the context."""

    def __init__(self, name: str, nodelist: NodeList, argument: FilterExpression | None) -> None:
        self.name = name
        self.nodelist = nodelist
        self.argument = argument

    def render(self, context: Context) -> SafeString:
        inside = self.nodelist.render(context)
        argument = str(self.argument.resolve(context)) if self.argument else ""
        if context["as_html"]:
            argument = template.base.render_value_in_context(argument, context)
            # every variable inside was escaped when it was rendered; the tags add only their own constants
            return mark_safe(AS_HTML[self.name](inside, argument))  # noqa: S308
        return mark_safe(AS_TEXT[self.name](inside, argument))  # noqa: S308  plain text, never shown as HTML


def _html_p(inside: str, argument: str) -> str:
    return f'<p style="{P}">{squeeze(inside)}</p>\n'


def _html_h(inside: str, argument: str) -> str:
    style = f"margin:24px 0 8px;font-size:18px;line-height:24px;font-weight:700;color:{BRAND}"
    return f'<h2 style="{style}">{squeeze(inside)}</h2>\n'


def _html_facts(inside: str, argument: str) -> str:
    style = "width:100%;border-collapse:collapse;margin:0 0 20px"
    return f'<table {BARE} style="{style}">\n{inside.strip()}\n</table>\n'


def _html_fact(inside: str, argument: str) -> str:
    cell = f"padding:8px 12px;border-left:3px solid {MID};border-bottom:8px solid #ffffff;background:{TINT}"
    label = f"display:block;font-size:14px;line-height:20px;font-weight:700;color:{MUTED}"
    value = f"display:block;font-size:16px;line-height:24px;font-weight:700;color:{INK}"
    return (
        f'<tr><td style="{cell}"><span style="{label}">{argument}</span> '
        f'<span style="{value}">{squeeze(inside)}</span></td></tr>\n'
    )


def _html_action(inside: str, argument: str) -> str:
    cell = f"background:{BRAND};border-radius:4px"
    link = (
        "display:inline-block;padding:12px 20px;font-size:16px;line-height:24px;font-weight:700;color:#ffffff"
    )
    below = f"margin:0 0 20px;font-size:14px;line-height:20px;color:{MUTED};word-break:break-all"
    return (
        f'<table {BARE} style="margin:4px 0 8px"><tr><td style="{cell}">'
        f'<a href="{argument}" style="{link};text-decoration:none">{squeeze(inside)}</a></td></tr></table>\n'
        f'<p style="{below}">{argument}</p>\n'
    )


def _html_list(inside: str, argument: str) -> str:
    return f'<ul style="margin:0 0 16px;padding:0 0 0 20px">\n{inside.strip()}\n</ul>\n'


def _html_item(inside: str, argument: str) -> str:
    return f'<li style="margin:0 0 8px;font-size:16px;line-height:24px;color:{INK}">{squeeze(inside)}</li>\n'


def _html_quote(inside: str, argument: str) -> str:
    style = (
        f"margin:0 0 16px;padding:8px 0 8px 16px;border-left:3px solid {LINE};font-size:16px;line-height:24px"
    )
    lines = "<br>\n".join(line.strip() for line in inside.strip().splitlines())
    return f'<blockquote style="{style};color:{INK}">{lines}</blockquote>\n'


def _html_note(inside: str, argument: str) -> str:
    style = f"margin:0 0 16px;padding:12px 16px;border-left:4px solid {MID};background:{TINT};font-size:16px"
    return f'<p style="{style};line-height:24px;color:{INK}">{squeeze(inside)}</p>\n'


def _html_code(inside: str, argument: str) -> str:
    style = "margin:0 0 16px;padding:16px;font-size:28px;line-height:36px;font-weight:700;letter-spacing:3px"
    return f'<p style="{style};background:{TINT};color:{BRAND}">{squeeze(inside)}</p>\n'


def _text_p(inside: str, argument: str) -> str:
    return wrap(squeeze(inside)) + "\n\n"


def _text_h(inside: str, argument: str) -> str:
    words = squeeze(inside)
    return f"{words}\n{'-' * min(len(words), WIDTH)}\n\n"


def _text_lines(inside: str, argument: str) -> str:
    return "\n".join(line for line in inside.splitlines() if line.strip()) + "\n\n"


def _text_fact(inside: str, argument: str) -> str:
    return wrap(f"{argument}: {squeeze(inside)}", then="    ") + "\n"


def _text_action(inside: str, argument: str) -> str:
    return f"{wrap(squeeze(inside) + ':')}\n{argument}\n\n"


def _text_item(inside: str, argument: str) -> str:
    return wrap(squeeze(inside), first="- ", then="  ") + "\n"


def _text_quote(inside: str, argument: str) -> str:
    return (
        "\n".join(wrap(line.strip(), first="> ", then="> ") or ">" for line in inside.strip().splitlines())
        + "\n\n"
    )


def _text_code(inside: str, argument: str) -> str:
    return f"    {squeeze(inside)}\n\n"


AS_HTML: dict[str, Any] = {
    "p": _html_p,
    "h": _html_h,
    "facts": _html_facts,
    "fact": _html_fact,
    "action": _html_action,
    "list": _html_list,
    "item": _html_item,
    "quote": _html_quote,
    "note": _html_note,
    "code": _html_code,
}
AS_TEXT: dict[str, Any] = {
    "p": _text_p,
    "h": _text_h,
    "facts": _text_lines,
    "fact": _text_fact,
    "action": _text_action,
    "list": _text_lines,
    "item": _text_item,
    "quote": _text_quote,
    "note": _text_p,
    "code": _text_code,
}
TAKES_ARGUMENT = {"fact", "action"}


def _piece(parser: Parser, token: Token) -> Piece:
    name, *arguments = token.split_contents()
    if len(arguments) != (1 if name in TAKES_ARGUMENT else 0):
        raise template.TemplateSyntaxError(f"{{% {name} %}} was given {len(arguments)} arguments.")
    nodelist = parser.parse((f"end{name}",))
    parser.delete_first_token()
    return Piece(name, nodelist, parser.compile_filter(arguments[0]) if arguments else None)


for _name in AS_HTML:
    register.tag(_name, _piece)
