"""The picture of a day and the lines of a paper, as their templates draw them."""

import datetime as dt
import re

from django.template.loader import render_to_string

from agendas.models import AgendaItem
from agendas.snapshot import PaperLine
from agendas.strip import KEY, Block, Mark, draw


def _flat(markup):
    return "".join(line.strip() for line in markup.splitlines())


def paper_lines(lines):
    return _flat(render_to_string("components/paper_lines.html", {"lines": lines}))


def picture(strip, *, key=True):
    return _flat(render_to_string("components/day_strip.html", {"strip": strip, "no_key": not key}))


EVIL = "<b>&\"'"
ESCAPED = "&lt;b&gt;&amp;&quot;&#x27;"


def line(**changed):
    plain = {
        "kind": AgendaItem.Kind.TOPIC,
        "starts_at": dt.time(9, 15),
        "ends_at": dt.time(10),
        "minutes": 45,
        "title": "What stalking is",
        "summary": "",
        "points": (),
        "how": "",
        "is_core": True,
        "has_notice": False,
    }
    return PaperLine(**plain | changed)


def test_a_line_holds_its_time_its_words_and_its_length():
    assert paper_lines([line()]) == (
        '<ol class="wt-agenda"><li><time datetime="09:15">9.15am</time>'
        '<div><strong>What stalking is</strong></div><span class="m">45 minutes</span></li></ol>'
    )


def test_a_pause_is_drawn_as_one_and_without_who_gives_it():
    drawn = paper_lines([line(kind=AgendaItem.Kind.LUNCH, title="Lunch", who="Somebody", minutes=60)])

    assert drawn == (
        '<ol class="wt-agenda"><li class="is-pause"><time datetime="09:15">9.15am</time>'
        '<span>Lunch</span><span class="m">1 hour</span></li></ol>'
    )


def test_words_of_people_are_escaped_wherever_they_stand():
    drawn = paper_lines([line(title=EVIL, summary=EVIL, points=(EVIL, EVIL), how=EVIL, who=EVIL)])

    assert (drawn.count(ESCAPED), EVIL in drawn) == (6, False)


def test_the_picture_escapes_its_words_and_leaves_its_key_away_when_told():
    strip = draw(
        [Block("core", 60, EVIL)], starts_at=dt.time(9), holds=30, end_words=EVIL, marks=[Mark(0, 30, EVIL)]
    )
    drawn = picture(strip)

    assert EVIL not in drawn
    assert drawn.count(ESCAPED) >= 2
    assert ('class="wt-key"' in drawn, 'class="wt-key"' in picture(strip, key=False)) == (True, False)


def test_every_kind_has_a_letter_of_its_own_where_a_palette_leaves_no_fills():
    day = [Block(kind, 60) for kind in KEY]
    drawn = picture(draw(day, starts_at=dt.time(9)))

    letters = re.findall(r'<text class="letter"[^>]*>(\w)</text>', drawn)
    in_key = re.findall(r'<b class="wt-letter" aria-hidden="true">(\w)</b>', drawn)
    assert letters == in_key
    assert len(set(letters)) == len(KEY)
