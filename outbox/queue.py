"""Puts a mail into the outbox, in the caller's transaction; rings the bell once that has committed.

How to add a mail of a new kind:

1. In your AppConfig.ready(): ``kinds.register("offer", label="Date offered", still_wanted=offer_is_open)``.
2. One template, ``templates/mail/offer.html``; its words are written once and become subject, text and HTML::

       {% extends layout %}
       {% block subject %}Your training: {{ reference }}{% endblock %}
       {% block preheader %}The next step is yours.{% endblock %}
       {% block heading %}We can offer you a date{% endblock %}
       {% block body %}
       {% p %}Dear {{ name }},{% endp %}
       {% facts %}{% fact "Reference" %}{{ reference }}{% endfact %}{% endfacts %}
       {% action url %}See the offer and answer{% endaction %}
       {% endblock %}

   More tags, all at hand without ``{% load %}``: see outbox/templatetags/mail.py. Subject and preheader show
   on lock screens: they carry the reference and nothing else of the case.
3. In a service: ``queue_message("offer", to=contact.email, about=booking, occasion=f"offer-{offer.version}",
   reference=booking.reference, context={"name": contact.name, "url": link("/your/…/")})``.
   ``reference``, ``site_url`` and ``demo`` are in the context anyway.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from email.utils import parseaddr
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from outbox import bell, kinds
from outbox.models import Attachment, Message, about_of
from outbox.rendering import render
from outbox.states import State
from places.email import tidy


class FileToSend(NamedTuple):
    """A file to send along; ``content_type`` may carry parameters ("text/calendar; method=REQUEST")."""

    filename: str
    content_type: str
    content: bytes


class Queued(NamedTuple):
    """A mail that was queued while somebody watched, with the kinds of file that go with it."""

    message: Message
    content_types: tuple[str, ...]


_watched: ContextVar[list[Queued] | None] = ContextVar("watched", default=None)


@contextmanager
def watching() -> Iterator[list[Queued]]:
    """Collect the mails that this thread queues inside the block, those that were there before aside.

    A watch inside another tells both.
    """
    outer, mine = _watched.get(), list[Queued]()
    token = _watched.set(mine)
    try:
        yield mine
    finally:
        _watched.reset(token)
        if outer is not None:
            outer.extend(mine)


def queue_message(
    kind: str,
    *,
    to: str,
    about: models.Model | str,
    occasion: str,
    context: Mapping[str, Any],
    reference: str = "",
    attachments: Iterable[FileToSend] = (),
    not_before: datetime | None = None,
    as_draft: bool = False,
    is_first: bool = False,
) -> Message:
    """Write one mail, rendered now, in the caller's transaction; a worker is woken after the commit.

    The same kind, object, recipient and occasion make the same mail: a second call changes nothing and
    returns the first. ``not_before`` holds it until then; ``as_draft`` holds it until a person sends it.
    ``is_first`` spares the look for an earlier one, where its object was made in this very transaction or its
    occasion is a random word.
    Raises ``UnknownKindError``, and ``ValueError`` when the template gives no subject. A broker that is away
    is no error: the sweep finds the row.
    """
    what = kinds.find(kind)
    to = tidy(to)
    key = f"{kind}|{about_of(about)}|{to}|{occasion}"
    found = None if is_first else Message.objects.filter(key=key).first()
    if found:
        return found

    attachments = list(attachments)
    now = timezone.now()
    due_at = max(now, not_before) if not_before else now
    words = render(kind, {"reference": reference, "to": to, **context})
    message = Message(
        kind=kind,
        key=key,
        to=to,
        subject=words.subject,
        text=words.text,
        html=words.html,
        state=State.DRAFT if as_draft else State.QUEUED,
        about=about_of(about),
        reference=reference,
        occasion=occasion,
        is_code=what.is_code,
        queued_at=now,
        not_before=not_before,
        due_at=due_at,
        expires_at=due_at + what.lasts if what.lasts else None,
        message_id=stable_message_id(key),
    )
    with transaction.atomic(savepoint=False):
        # Two at once: the second waits for the first, touches nothing and is given the first one's row.
        [message] = Message.objects.bulk_create(
            [message], update_conflicts=True, unique_fields=["key"], update_fields=["key"]
        )
        Attachment.objects.bulk_create(
            [Attachment(message=message, **file._asdict()) for file in attachments], ignore_conflicts=True
        )
        if due_at == now and not as_draft:
            bell.ring_after_commit()
    watched = _watched.get()
    if watched is not None:
        watched.append(Queued(message, tuple(file.content_type for file in attachments)))
    return message


def rewrite_waiting(message: Message, *, context: Mapping[str, Any], at_once: bool = False) -> bool:
    """Say more in a mail that has not left: its words are drawn anew. ``at_once`` lets it leave now.

    False when a worker has it in hand already: then the caller queues another.
    """
    words = render(message.kind, {"reference": message.reference, "to": message.to, **context})
    sooner = {"not_before": None, "due_at": timezone.now()} if at_once else {}
    waiting = Message.objects.filter(pk=message.pk, state=State.QUEUED, attempts=0)
    is_there = bool(waiting.update(subject=words.subject, text=words.text, html=words.html, **sooner))
    if is_there and at_once:
        bell.ring_after_commit()
    watched = _watched.get()
    if is_there and watched is not None:
        watched.append(Queued(message, ()))
    return is_there


def stable_message_id(key: str) -> str:
    """The Message-ID of a mail: the same at every try, so that mailboxes can drop a second copy."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, key)}@{domain}>"


def link(path: str) -> str:
    """A full address for a mail: the site's own address and this path."""
    return settings.SITE_URL.rstrip("/") + path
