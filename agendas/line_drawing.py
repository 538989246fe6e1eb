"""Draws a line of the studio as markup. In Python, as `drawing.py` does: a save draws one, and a template took a tenth of it."""

from django.template.defaultfilters import truncatechars
from django.utils.safestring import SafeString

from agendas.lines import StudioRow
from formkit.escaping import words
from formkit.icons import icon, pill


def line(row: StudioRow, controls: str) -> SafeString:
    """What stands behind the time of a line; ``controls`` is what may be chosen for it, as markup."""
    key, title = row.key, words(row.title)
    return SafeString(
        f"<div>{_name(row, title)}"
        f'<input type="hidden" name="row" value="{key}">'
        f'<input type="hidden" name="what-{key}" value="{words(row.what)}"></div>\n'
        f'<details class="wt-fold" id="fold-{key}"{" open" if row.mistake else ""}>'
        f"<summary>{'Note' if row.is_note else f'{row.minutes} min'}{_hidden(f': change {title}')}</summary>\n"
        f'<span class="wt-tools">{"" if row.is_note else _minutes(row, title)}'
        f"{_button('up', row, f'Move {title} up', is_off=row.first)}"
        f"{_button('down', row, f'Move {title} down', is_off=row.last)}"
        f"{_remove(row, title)}</span>\n"
        f"{_mistake(row)}"
        f"{'' if row.is_pause else _rest(row, title, controls)}</details>\n"
    )


def _hidden(markup: str) -> str:
    """Words for those who do not see the page."""
    return f'<span class="govuk-visually-hidden">{markup}</span>'


def _name(row: StudioRow, title: str) -> str:
    if row.is_pause:
        return title
    pills = "".join(f" {pill(*each)}" for each in row.pills)
    why = f'<span class="d">{words(row.why)}</span>' if row.why else ""
    return f"<strong>{title}</strong>{pills}{why}"


def _minutes(row: StudioRow, title: str) -> str:
    name = f"minutes-{row.key}"
    wrong = f' aria-invalid="true" aria-describedby="{name}-error"' if row.mistake else ""
    return (
        f'<span class="wt-min{" is-wrong" if wrong else ""}">'
        f'<label class="govuk-visually-hidden" for="{name}">Minutes for {title}</label>'
        f'<input class="govuk-input wt-field{" govuk-input--error" if wrong else ""}" id="{name}" name="{name}" '
        f'value="{words(row.typed_minutes)}" inputmode="numeric" autocomplete="off"{wrong}>min</span>'
    )


def _button(verb: str, row: StudioRow, says: str, *, is_off: bool = False) -> str:
    return (
        f'<button class="wt-act" type="submit" name="do" value="{verb}:{row.key}" id="{verb}-{row.key}"'
        f"{' disabled' if is_off else ''}>{icon(verb)}{_hidden(says)}</button>"
    )


def _remove(row: StudioRow, title: str) -> str:
    if not row.stays:
        return _button("remove", row, f"Remove {title}")
    why = _hidden(f"{title} is always given and cannot be removed")
    return f'<button class="wt-act" type="submit" name="do" value="" disabled>{icon("remove")}{why}</button>'


def _mistake(row: StudioRow) -> str:
    if not row.mistake:
        return ""
    return f'<p class="govuk-error-message" id="minutes-{row.key}-error">{_hidden("Error:")} {words(row.mistake)}</p>'


def _rest(row: StudioRow, title: str, controls: str) -> str:
    """The line's own title where it has one, what may be chosen, and its note."""
    return (
        f'<div class="wt-pts">{_own_title(row) if row.names_itself else ""}{controls}'
        f"{_note(row, title) if row.has_note and not row.is_note else ''}</div>"
    )


def _own_title(row: StudioRow) -> str:
    name = f"title-{row.key}"
    asks = (
        "Note for the team, on the run sheet only"
        if row.is_note
        else "What the host gives, as it stands on the agenda"
    )
    return (
        f'<span class="wt-named"><label class="wt-q" for="{name}">{asks}</label>'
        f'<input class="govuk-input wt-field" id="{name}" name="{name}" value="{words(row.own_title)}" '
        'maxlength="200" autocomplete="off"></span>'
    )


def _note(row: StudioRow, title: str) -> str:
    name = f"note-{row.key}"
    begins = f"Note: {words(truncatechars(row.note, 40))}" if row.note else "Note"
    return (
        f'<details id="note-of-{row.key}"><summary class="wt-sum">{begins}{_hidden(f" for {title}")}</summary>'
        f'<label class="wt-q" for="{name}">For the run sheet only</label>'
        f'<input class="govuk-input wt-field" id="{name}" name="{name}" value="{words(row.note)}" '
        'maxlength="300" autocomplete="off"></details>'
    )
