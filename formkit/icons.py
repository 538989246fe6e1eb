"""Icons and pills as markup. Icons stand on a 24 grid, with a round stroke two wide, in the colour of the words beside them."""

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

PATHS = {
    "add": "M12 5v14M5 12h14",
    "clock": "M12 3a9 9 0 1 0 .01 0M12 7.5V12l3 2",
    "document": "M6 3h8l4 4v14H6zM14 3v4h4M9 13h6M9 17h6",
    "down": "M12 5v14M6 13l6 6 6-6",
    "exit": "M14 4h6v16h-6M10 8l-4 4 4 4M6 12h10",
    "fill": "M4 7h10M4 12h16M4 17h7M18 5v4M16 7h4",
    "phone": ("M6 3h4l1.5 5-2.5 2a12 12 0 0 0 5 5l2-2.5 5 1.5v4a2 2 0 0 1-2 2A16 16 0 0 1 4 5a2 2 0 0 1 2-2"),
    "remove": "M6 6l12 12M18 6L6 18",
    "tick": "M5 12.5l4.5 4.5L19 7.5",
    "undo": "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6",
    "up": "M12 19V5M6 11l6-6 6 6",
    "warning": "M12 4L2.5 20h19zM12 10v4.5M12 17.5v.1",
}


@cache
def icon(name: str) -> SafeString:
    """Draw an icon. It is hidden from screen readers: a word stands beside it. Raises ``KeyError`` for a name not drawn."""
    return format_html(
        '<svg class="wt-i" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        PATHS[name],
    )


def pill(says: str, kind: str = "") -> SafeString:
    """Write a word of status. `kind` is "", "part" (people take part), "warn" (a clock runs) or "stop" (late)."""
    return format_html('<span class="wt-pill{}">{}</span>', f" wt-pill--{kind}" if kind else "", says)
