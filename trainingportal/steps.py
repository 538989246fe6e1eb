"""Steps one after another: where something stands, or what somebody still has to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from formkit.escaping import words


@dataclass(frozen=True)
class Step:
    """One line. ``state`` is "done", "now", "next" or nothing; with an ``address`` its title leads there."""

    title: str
    note: str = ""
    state: str = ""
    address: str = ""


def draw(steps: Iterable[Step]) -> SafeString:
    """The steps as a list. In Python, because an agency's page has a dozen and they were two fifths of its template."""
    return SafeString(f'<ol class="wt-steps">{"".join(_draw_one(step) for step in steps)}\n</ol>')


def _draw_one(step: Step) -> str:
    state = f' class="is-{words(step.state)}"' if step.state else ""
    here = ' aria-current="step"' if step.state == "now" else ""
    title = words(step.title)
    if step.address:
        title = f'<a href="{words(step.address)}">{title}</a>'
    note = f'<span class="wt-q">{words(step.note)}</span>' if step.note else ""
    return f"\n<li{state}{here}><strong>{title}</strong>{note}</li>"
