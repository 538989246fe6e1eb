"""The tags that every template has."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.template import engines

from formkit.icons import PATHS
from trainingportal.steps import Step

ROOT = Path(__file__).resolve().parents[2]


def draw(template, **context):
    return engines["django"].from_string(template).render(context)


@pytest.mark.parametrize("name", sorted(PATHS))
def test_an_icon_is_hidden_from_screen_readers(name):
    drawn = draw("{% icon name %}", name=name)

    assert 'aria-hidden="true"' in drawn
    assert f'd="{PATHS[name]}"' in drawn


def test_an_icon_that_is_not_drawn_is_an_error():
    with pytest.raises(KeyError):
        draw('{% icon "unicorn" %}')


def test_every_icon_named_in_a_template_exists():
    used = {
        name
        for file in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([a-z]+)" %}', file.read_text())
    }
    assert used - set(PATHS) == set()
    assert used != set()


def test_a_pill_escapes_its_words():
    assert (
        draw('{% pill words "warn" %}', words="<b>") == '<span class="wt-pill wt-pill--warn">&lt;b&gt;</span>'
    )


def test_times_are_said_in_london_words():
    moment = dt.datetime(2027, 7, 1, 16, 0, tzinfo=dt.UTC)

    assert draw("{{ at|say_moment }}", at=moment) == "Thursday 1 July, 5pm"
    assert draw("{{ at|say_time }}", at=dt.time(9, 15)) == "9.15am"
    assert draw("{{ n|say_minutes }}", n=110) == "1 hour 50 minutes"
    assert draw("{% say_times a b %}", a=dt.time(9, 15), b=dt.time(16, 15)) == "9.15am to 4.15pm"


def test_no_template_holds_a_style_or_a_script_of_its_own():
    for file in (ROOT / "templates").rglob("*.html"):
        if "mail" in file.parts:  # a mail reader loads no stylesheet
            continue
        text = file.read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*\ssrc=)", text), file


def test_steps_lead_on_and_words_of_people_are_escaped():
    steps = [
        Step("You & asked", "<b>", "done"),
        Step("Answer", state="now", address='/x/?a="1"'),
        Step("Wait"),
    ]

    drawn = draw('{% include "components/steps.html" %}', steps=steps)

    assert "".join(line for line in drawn.splitlines() if line) == (
        '<ol class="wt-steps"><li class="is-done"><strong>You &amp; asked</strong><span class="wt-q">&lt;b&gt;</span></li>'
        '<li class="is-now" aria-current="step"><strong><a href="/x/?a=&quot;1&quot;">Answer</a></strong></li>'
        "<li><strong>Wait</strong></li></ol>"
    )


def test_what_was_answered_is_said_back_line_by_line_and_escaped():
    drawn = draw(
        '{% include "components/said_back.html" %}',
        lines=[("Who & where", "one\n<two>"), ("Anything else", "")],
    )

    assert '<dt class="govuk-summary-list__key">Who &amp; where</dt>' in drawn
    assert ">one<br>&lt;two&gt;</dd>" in drawn
    assert '><span class="wt-q">Nothing given</span></dd>' in drawn
