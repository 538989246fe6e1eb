"""Turns a kind and its context into subject, text and HTML, with a template engine apart from the pages'."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.template import Context, Engine
from django.template.backends.django import get_installed_libraries
from django.utils.functional import SimpleLazyObject

from outbox.templatetags.mail import squeeze


class Rendered(NamedTuple):
    """A mail in words, ready to be kept."""

    subject: str
    text: str
    html: str


_signature: list[Callable[[], object]] = []


def sign_with(signature: Callable[[], object]) -> None:
    """Let every mail end with what this gives when the mail is rendered: ``our_desk`` in the layouts. Call it in ``ready()``."""
    _signature[:] = [signature]


@cache
def engine() -> Engine:
    """The engine for mail: the same folders as the pages, the mail tags at hand, no request anywhere."""
    return Engine(
        dirs=cast(list[str], settings.TEMPLATES[0]["DIRS"]),
        app_dirs=True,
        libraries=get_installed_libraries(),
        builtins=["outbox.templatetags.mail"],
    )


def render(kind: str, context: Mapping[str, Any]) -> Rendered:
    """Render ``templates/mail/<kind>.html`` three times, under the layouts for subject, text and HTML.

    Raises ``ValueError`` when there is no subject.
    """
    template = engine().get_template(f"mail/{kind}.html")

    def under(layout: str, *, as_html: bool) -> str:
        words = {
            "site_url": settings.SITE_URL,
            "demo": settings.DEMO,
            "our_desk": SimpleLazyObject(_signature[0]) if _signature else None,
            **context,
            "layout": layout,
            "as_html": as_html,
        }
        return template.render(Context(words, autoescape=as_html))

    subject = squeeze(under("mail/base.subject.txt", as_html=False))
    if not subject:
        raise ValueError(f"Mail of the kind {kind!r} has no subject.")
    return Rendered(
        subject=subject,
        text=re.sub(r"\n{3,}", "\n\n", under("mail/base.txt", as_html=False)).strip() + "\n",
        html=under("mail/base.html", as_html=True).strip() + "\n",
    )
