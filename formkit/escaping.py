"""Words as markup: what every drawn page does some hundred times."""

import html
from typing import Any

from django.utils.html import conditional_escape


def words(value: Any) -> str:
    """Escape what is not markup already, as templates do; for plain words without the detour over lazy ones."""
    return html.escape(value) if type(value) is str else conditional_escape(value)
