"""Draws the picture of a day and the lines of a paper as markup.

In Python, because a page holds some forty blocks, times and lines, and walking a template for them took a third of it.
Whatever comes from outside goes through ``words``, which escapes it.
"""

from collections.abc import Iterable

from django.utils.safestring import SafeString

from agendas.snapshot import PaperLine
from agendas.strip import LETTERS, Label, Over, Strip
from formkit.escaping import words
from places.clock import say_time


def picture(strip: Strip, *, key: bool = True) -> SafeString:
    """The picture of a day as SVG in percentages, so that it fits any width without a style, with its key below."""
    drawn = [
        f'<svg class="wt-day{" wt-day--over" if strip.overs else ""}" role="img" aria-label="{words(strip.words)}">',
        *(
            f'<rect class="{rect.kind}" x="{rect.x}" y="1" width="{rect.width}" height="26" rx="3"/>'
            for rect in strip.rects
        ),
        *(
            f'<text class="letter" x="{rect.letter_at}" y="18" text-anchor="middle">{LETTERS[rect.kind]}</text>'
            for rect in strip.rects
            if rect.letter_at
        ),
        *(_label(label, y="44", kind="opt" if label.optional else "") for label in strip.labels),
        *(_over(over) for over in strip.overs),
    ]
    if strip.end:
        drawn.append(f'<line class="end" x1="{strip.end_at}" x2="{strip.end_at}" y1="-3" y2="32"/>')
        drawn.append(_label(strip.end, y="46"))
    drawn.append("</svg>\n")
    return SafeString("".join([*drawn, _key(strip) if key else ""]))


def _label(label: Label, *, y: str, kind: str = "") -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text{of_kind} x="{label.x}" y="{y}" text-anchor="{label.anchor}">{words(label.words)}</text>'


def _over(over: Over) -> str:
    bar = f'<rect class="over" x="{over.x}" y="-8" width="{over.width}" height="4"/>'
    if over.label is None:
        return bar
    return bar + _label(over.label, y="-13", kind="over-words opt" if over.label.optional else "over-words")


def _key(strip: Strip) -> str:
    """What the fills mean."""
    items = (
        '<li><svg class="wt-day" viewBox="0 0 12 12" aria-hidden="true" focusable="false">'
        f'<rect class="{kind}" x="1" y="1" width="10" height="10" rx="2"/></svg>'
        f'<b class="wt-letter" aria-hidden="true">{LETTERS[kind]}</b>{words(said)}</li>'
        for kind, said in strip.key
    )
    return f'<ul class="wt-key" aria-label="Key to the picture of the day">{"".join(items)}</ul>\n'


def paper_lines(lines: Iterable[PaperLine]) -> SafeString:
    """The lines of a paper as a timed list, each with its points, and with who gives it where the paper holds that."""
    return SafeString(f'<ol class="wt-agenda">{"".join(_line(line) for line in lines)}\n</ol>')


def _line(line: PaperLine) -> str:
    time = f'<time datetime="{line.starts_at:%H:%M}">{say_time(line.starts_at)}</time>'
    length = f'<span class="m">{line.length}</span></li>'
    if line.is_pause:
        return f'\n<li class="is-pause">{time}<span>{words(line.title)}</span>{length}'
    pill = f' <span class="wt-pill{" wt-pill--part" if line.takes_part else ""}">{words(line.how)}</span>'
    points = "".join(f"<li>{words(point)}</li>" for point in line.points)
    return "".join(
        [
            f"\n<li>{time}<div><strong>{words(line.title)}</strong>",
            pill if line.how else "",
            f'<span class="d">{words(line.summary)}</span>' if line.summary else "",
            f'<ul class="wt-bul wt-s">{points}</ul>' if points else "",
            f'<span class="d">{words(line.who)}</span>' if line.who else "",
            f"</div>{length}",
        ]
    )
