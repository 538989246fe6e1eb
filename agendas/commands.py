"""The language of the studio's buttons: ``up:12``, ``add:legal-issues``, ``minutes:12:30``. Each word is one service."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.http import QueryDict

from accounts.models import User
from agendas import services
from agendas.checks import Check, checks_of
from agendas.facts import facts_of
from agendas.models import Agenda, AgendaItem
from agendas.reading import items_of
from agendas.running import running_order
from agendas.services import NOT_SENT, CannotDo, Draft, Save, Sent, Typed
from formkit.keys import key_in

Kind = AgendaItem.Kind


@dataclass(frozen=True)
class Press:
    """One button pressed: on which draft, by whom, and what else stood on the page."""

    agenda: Agenda
    version: int
    actor: User
    typed: Typed
    post: QueryDict
    sent: Sent = NOT_SENT

    @property
    def common(self) -> Save:
        """What every service takes."""
        return {"version": self.version, "actor": self.actor, "typed": self.typed, "sent": self.sent}


@dataclass(frozen=True)
class Done:
    """What came of it: where on the page to go back to, and a sentence for the status line, if it needs one."""

    anchor: str
    words: str
    draft: Draft | None = None


def carry_out(do: str, press: Press) -> Done:
    """Do what the button says. Raises ``StaleAgenda`` and ``CannotDo``."""
    word, *arguments = do.split(":", 2) if do else [""]
    command = COMMANDS.get(word)
    if command is None:
        raise CannotDo("This button is not known. Your changes are still here.")
    return command(press, *arguments)


def _number(words: str) -> int:
    number = key_in(words)
    if number is None:
        raise CannotDo("That line is no longer in the agenda.")
    return number


def _done(draft: Draft, words: str) -> Done:
    """Back to the line that was changed, or to the day when it is gone."""
    item = draft.touched
    if item is None or item.pk is None or item not in draft.items:
        return Done("day", words, draft)
    return Done(f"line-{item.pk}", words.format(item=item.words, minutes=item.minutes), draft)


def _save(press: Press, *_: str) -> Done:
    return Done("day", "", services.save(press.agenda.pk, **press.common))


def _undo(press: Press, *_: str) -> Done:
    services.undo(press.agenda.pk, **press.common)
    return Done("day-heading", "Undone.")


def _redo(press: Press, *_: str) -> Done:
    services.redo(press.agenda.pk, **press.common)
    return Done("day-heading", "Done again.")


def _move(by: int) -> Callable[..., Done]:
    def move(press: Press, item_id: str = "") -> Done:
        draft = services.move_item(press.agenda.pk, item_id=_number(item_id), by=by, **press.common)
        return _done(draft, "{item} moved " + ("up." if by < 0 else "down."))

    return move


def _remove(press: Press, item_id: str = "") -> Done:
    draft = services.remove_item(press.agenda.pk, item_id=_number(item_id), **press.common)
    gone = draft.touched
    return Done("day", f"{gone.words if gone else 'The line'} taken out.", draft)


def _add(press: Press, slug: str = "") -> Done:
    ticked = {int(pk) for pk in press.post.getlist(f"new-{slug}") if pk.isdecimal() and len(pk) < 12}
    draft = services.add_topic(press.agenda.pk, slug=slug, point_ids=ticked, **press.common)
    return _done(draft, "{item} added, {minutes} minutes.")


def _unstaffed(press: Press, slug: str = "") -> Done:
    draft = services.add_unstaffed(press.agenda.pk, slug=slug, **press.common)
    return _done(draft, "{item} added, {minutes} minutes. Its speaker is to be found.")


def _let_in(press: Press, slug: str = "") -> Done:
    draft = services.let_in(press.agenda.pk, slug=slug, **press.common)
    return Done("left-out", "It may be chosen again.", draft)


def _pause(kind: str) -> Callable[..., Done]:
    def pause(press: Press, after_id: str = "") -> Done:
        after = _number(after_id) if after_id else None
        draft = services.add_pause(press.agenda.pk, kind=kind, after_id=after, **press.common)
        return _done(draft, "{item} added, {minutes} minutes.")

    return pause


def _filler(kind: str) -> Callable[..., Done]:
    def filler(press: Press, *_: str) -> Done:
        draft = services.add_filler(press.agenda.pk, kind=kind, **press.common)
        return _done(draft, "{item} added.")

    return filler


def _minutes(press: Press, item_id: str = "", minutes: str = "") -> Done:
    draft = services.set_minutes(
        press.agenda.pk,
        item_id=_number(item_id),
        minutes=_number(minutes),
        **press.common,
    )
    return _done(draft, "{item} has {minutes} minutes now.")


def _place(press: Press, item_id: str = "", after_id: str = "") -> Done:
    draft = services.place_item(
        press.agenda.pk,
        item_id=_number(item_id),
        after_id=_number(after_id),
        **press.common,
    )
    return _done(draft, "{item} moved.")


def _variant(press: Press, item_id: str = "", variant: str = "") -> Done:
    draft = services.set_variant(press.agenda.pk, item_id=_number(item_id), variant=variant, **press.common)
    return _done(draft, "{item} is given another way now.")


def _speaker(press: Press, item_id: str = "", who: str = "") -> Done:
    draft = services.set_speaker(press.agenda.pk, item_id=_number(item_id), who=who, **press.common)
    return _done(draft, "The speaker for {item} is changed.")


def _own_law(press: Press, item_id: str = "") -> Done:
    draft = services.keep_points_here(press.agenda.pk, item_id=_number(item_id), **press.common)
    return _done(draft, "{item} keeps the points of this nation.")


def _points_that_fit(press: Press, item_id: str = "") -> Done:
    draft = services.keep_points_here(
        press.agenda.pk,
        item_id=_number(item_id),
        that_fit=True,
        **press.common,
    )
    return _done(draft, "{item} keeps the points that fit.")


def _from_last(press: Press, *_: str) -> Done:
    draft = services.start_from_last(press.agenda.pk, **press.common)
    return Done("day-heading", "The day is the one they had last time.", draft)


def _from_template(press: Press, *_: str) -> Done:
    draft = services.start_from_template(
        press.agenda.pk, template_id=chosen_template(press.post), **press.common
    )
    return Done("day-heading", "The day is the template’s.", draft)


def _save_template(press: Press, *_: str) -> Done:
    audience = press.post.get("template-audience", "")
    template = services.save_template(
        press.agenda.pk,
        name=press.post.get("template-name", ""),
        audience_id=_number(audience) if audience else None,
        **press.common,
    )
    return Done("start", f"Saved as the template “{template.name}”.")


def _rename_template(press: Press, *_: str) -> Done:
    with transaction.atomic():
        services.rename_template(
            chosen_template(press.post), name=press.post.get("template-name", ""), actor=press.actor
        )
        services.save(press.agenda.pk, **press.common)
    return Done("start", "The template has its new name.")


def _delete_template(press: Press, *_: str) -> Done:
    with transaction.atomic():
        services.delete_template(chosen_template(press.post), actor=press.actor)
        services.save(press.agenda.pk, **press.common)
    return Done("start", "The template is deleted.")


def chosen_template(post: QueryDict) -> int:
    """The template chosen on the page. Raises ``CannotDo`` where none is."""
    template_id = key_in(post.get("template", ""))
    if template_id is None:
        raise CannotDo("Choose a template first.")
    return template_id


def _compose(press: Press, *_: str) -> Done:
    services.ask_to_compose(press.agenda.pk, **press.common)
    return Done("composed", "")


def _aside(press: Press, *key: str) -> Done:
    name = ":".join(key)
    found = next((check for check in _checks(press.agenda) if check.key == name), None)
    if found is None or found.refuses:
        raise CannotDo("That check no longer stands.")
    draft = services.set_aside(
        press.agenda.pk,
        key=name,
        words=f"{found.title} {found.words}",
        reason=press.post.get(f"why-{name}", ""),
        **press.common,
    )
    return Done("checks", "Set aside. Your sentence goes to the run sheet.", draft)


def _again(press: Press, *key: str) -> Done:
    draft = services.check_again(press.agenda.pk, key=":".join(key), **press.common)
    return Done("checks", "The check is back.", draft)


def _checks(agenda: Agenda) -> list[Check]:
    facts = facts_of(agenda.booking)
    items = items_of(agenda, facts.catalogue)
    return checks_of(agenda, items, running_order(agenda, items), facts)


COMMANDS: dict[str, Callable[..., Done]] = {
    "save": _save,
    "undo": _undo,
    "redo": _redo,
    "up": _move(-1),
    "down": _move(1),
    "remove": _remove,
    "add": _add,
    "unstaffed": _unstaffed,
    "let-in": _let_in,
    "break": _pause(Kind.BREAK),
    "lunch": _pause(Kind.LUNCH),
    "pause": _pause(Kind.PAUSE),
    "welcome": _filler(Kind.WELCOME),
    "questions": _filler(Kind.QUESTIONS),
    "host": _filler(Kind.HOST),
    "note": _filler(Kind.NOTE),
    "minutes": _minutes,
    "place": _place,
    "variant": _variant,
    "speaker": _speaker,
    "own-law": _own_law,
    "points-that-fit": _points_that_fit,
    "from-last": _from_last,
    "from-template": _from_template,
    "save-template": _save_template,
    "rename-template": _rename_template,
    "delete-template": _delete_template,
    "compose": _compose,
    "aside": _aside,
    "again": _again,
}
