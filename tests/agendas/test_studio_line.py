"""A line of the studio is drawn as its fields say, and whatever comes from outside stands there as words."""

from dataclasses import replace

import pytest
from django.template.loader import render_to_string

from agendas.lines import Controls, StudioRow


def line(row):
    return "".join(
        part.strip() for part in render_to_string("agendas/studio/line.html", {"row": row}).splitlines()
    )


HOSTILE = "<script>alert('x')</script> & \"quoted\""
ESCAPED = "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; &quot;quoted&quot;"


@pytest.fixture
def row():
    return StudioRow(
        key="7", what="topic:law", title="Law", minutes=30, typed_minutes="30", is_pause=False, is_note=False,
        names_itself=False, own_title="", pills=(), flag=False, who_words="Nobody yet",
        controls=Controls("7", "Law", (), (), (), ()), why="", note="", first=False, last=False, stays=False,
        mistake="",
    )  # fmt: skip


@pytest.mark.parametrize("field", ["title", "why", "note", "mistake", "typed_minutes", "own_title", "what"])
def test_markup_in_any_field_is_words(row, field):
    drawn = line(replace(row, names_itself=True, **{field: HOSTILE}))

    assert "<script" not in drawn
    assert ESCAPED.partition(" ")[0] in drawn


def test_a_pill_is_words_too(row):
    assert f'<span class="wt-pill">{ESCAPED}</span>' in line(replace(row, pills=((HOSTILE, ""),)))


def test_a_topic_that_is_always_given_has_no_button_to_remove_it(row):
    assert 'value="remove:7"' in line(row)
    assert 'value="remove:7"' not in line(replace(row, stays=True))


def test_the_first_line_does_not_move_up_and_the_last_not_down(row):
    only = line(replace(row, first=True, last=True))

    assert 'id="up-7" disabled' in only
    assert 'id="down-7" disabled' in only
    assert " disabled" not in line(row)


def test_a_mistake_is_tied_to_its_field_and_opens_the_line(row):
    wrong = line(replace(row, typed_minutes="soon", mistake="Write a number."))

    assert '<details class="wt-fold" id="fold-7" open>' in wrong
    assert 'value="soon"' in wrong
    assert 'aria-invalid="true" aria-describedby="minutes-7-error"' in wrong
    assert (
        'id="minutes-7-error"><span class="govuk-visually-hidden">Error:</span> Write a number.</p>' in wrong
    )


def test_a_pause_and_a_note_have_what_they_need_and_no_more(row):
    pause = line(replace(row, is_pause=True, what="break", title="Break"))
    note = line(replace(row, is_note=True, names_itself=True, what="note", own_title="Bring keys"))

    assert 'name="minutes-7"' in pause
    assert "<select>" not in pause
    assert 'name="note-7"' not in pause
    assert 'name="minutes-7"' not in note
    assert 'name="title-7" value="Bring keys"' in note


def test_a_long_note_is_cut_in_its_summary_and_whole_in_its_field(row):
    drawn = line(replace(row, note="word " * 20))

    assert f'value="{"word " * 20}"' in drawn
    assert "…" in drawn.partition("</summary>")[2]
