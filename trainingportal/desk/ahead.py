"""Before a press: what it will do, told by running it and taking it back. After it: what it did, from the same reader.

Each page carries a word for what it has shown. A press whose typed values would do something else than was shown does not
act: the page comes again with what would happen now, and the next press does it. A form that came without a word was
not drawn by us, and is simply done.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from accounts.models import User
from bookings.effects import Busy, Effects, preview, recording
from bookings.models import Booking
from bookings.services import InvalidMove, SpeakerBusy
from trainingportal.desk.case import Case
from trainingportal.desk.verb import Verb

FIELD = "shown"
NOT_NOW = "This cannot be done as it stands: "
Result = TypeVar("Result")


@dataclass(frozen=True)
class Ahead:
    """What one press would do: for which choice, in sentences, and the word that stands for it."""

    sentences: Sequence[str]
    word: str = ""
    when: str = ""


def look(
    act: Callable[[], object],
    *bookings: Booking,
    when: str = "",
    names: Mapping[str, str] = MappingProxyType({}),
) -> Ahead:
    """What this act would do now, or why it cannot be done. ``names`` are those of people on no booking yet, by address."""
    try:
        effects = preview(act, *bookings).naming(names)
    except Busy as busy:
        return Ahead([str(busy)], when=when)
    except (InvalidMove, SpeakerBusy) as refusal:
        return Ahead([f"{NOT_NOW}{refusal}"], when=when)
    return Ahead(effects.sentences, effects.fingerprint, when)


def to_show_first(request: HttpRequest, act: Callable[[], object], *bookings: Booking) -> Ahead | None:
    """What has to be shown before this press may act; ``None`` when it was shown, or the act itself refuses."""
    if FIELD not in request.POST:
        return None
    try:
        effects = preview(act, *bookings)
    except Busy as busy:
        return Ahead([str(busy)])
    except (InvalidMove, SpeakerBusy):
        return None
    if effects.fingerprint in request.POST.getlist(FIELD):
        return None
    return Ahead(effects.sentences, effects.fingerprint)


def of_verb(verb: Verb, case: Case, part: Any, actor: User) -> list[Ahead]:
    """What a verb would do as its form is filled in, for each choice there is; nothing where it hangs on what is typed."""
    aheads = []
    for when, typed in verb.samples(case, part):
        blank = verb.form(None, case=case, on=part)
        form = verb.form({**as_posted(blank), **typed}, case=case, on=part)
        if form.is_valid():
            act = _acting(verb, case, part, form, actor)
            aheads.append(look(act, case.booking, when=when))
    return aheads


def _acting(verb: Verb, case: Case, part: Any, form: Any, actor: User) -> Callable[[], object]:
    return lambda: verb.run(case, part, form, actor)


def as_posted(form: forms.BaseForm) -> dict[str, Any]:
    """What a browser would send for this form as it is drawn."""
    posted: dict[str, Any] = {}
    for bound in form:
        widget, value = bound.field.widget, bound.value()
        if isinstance(bound.field, forms.BooleanField) and not value:
            continue
        drawn = widget.get_context(bound.html_name, value, {})["widget"]
        for each in drawn["subwidgets"] if isinstance(widget, forms.MultiWidget) else [drawn]:
            posted[each["name"]] = each["value"]
        if isinstance(widget, forms.widgets.ChoiceWidget) and not widget.allow_multiple_selected:
            posted[bound.html_name] = next(iter(posted[bound.html_name]), None)
    return {name: value for name, value in posted.items() if value not in (None, [])}


def did(head: str, effects: Effects, *, idle: str) -> tuple[str, int]:
    """The message after a press, and its level: the deed and what it did, or that it did nothing."""
    if effects.changes_nothing:
        return idle, messages.INFO
    return f"{head} {effects.done_words}".strip(), messages.SUCCESS


__all__ = ["FIELD", "Ahead", "as_posted", "did", "look", "of_verb", "recording", "to_show_first"]
