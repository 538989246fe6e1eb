"""The picture of a day, as numbers and as words."""

import datetime as dt
from itertools import pairwise

from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from agendas.strip import WIDE_CHARACTER, Block, Mark, draw

NINE = dt.time(9)
DAY = [
    Block("fill", 15, "Welcome"),
    Block("core", 60, "Alice’s story"),
    Block("pause", 15, "Time to pause"),
    Block("topic", 60, "Victim impact"),
    Block("pause", 30, "Lunch"),
    Block("topic", 60, "Red flags"),
]


def number(percent: str) -> float:
    return float(percent.removesuffix("%"))


def test_blocks_stand_side_by_side_in_order_and_fill_the_strip():
    strip = draw(DAY, starts_at=NINE)

    assert [rect.kind for rect in strip.rects] == ["fill", "core", "pause", "topic", "pause", "topic"]
    assert [rect.x for rect in strip.rects] == ["0.00%", "6.25%", "31.25%", "37.50%", "62.50%", "75.00%"]
    last = strip.rects[-1]
    assert number(last.x) + number(last.width) == 99.65


def test_the_first_and_last_time_and_the_pauses_are_written():
    labels = draw(DAY, starts_at=NINE).labels

    assert [(label.words, label.anchor, label.optional) for label in labels] == [
        ("9am", "start", False),
        ("10.15am", "middle", True),
        ("11.30am", "middle", False),
        ("1pm", "end", False),
    ]


def test_the_picture_is_said_in_words():
    assert draw(DAY, starts_at=NINE).words == (
        "Picture of the day from 9am to 1pm: 1 hour 15 minutes, time to pause, 1 hour, lunch, 1 hour"
    )


def test_time_that_is_left_shows_as_free():
    strip = draw(DAY, starts_at=NINE, holds=300)

    assert strip.rects[-1].kind == "free"
    assert strip.end is None
    assert strip.words.endswith("1 hour, 1 hour still free")
    assert ("free", "still free", "F") in strip.key


def test_too_much_shows_where_the_day_ends():
    strip = draw([Block("core", 60), Block("topic", 140)], holds=150, end_words="a half day ends here")

    assert strip.end_at == "75.00%"
    assert strip.end.words == "a half day ends here"
    assert strip.words == (
        "Picture of the time: 1 hour always given, 2 hours 20 minutes topic. 50 minutes too many"
    )


def test_a_check_is_drawn_over_its_stretch_and_said():
    strip = draw(DAY, starts_at=NINE, marks=[Mark(90, 150, "1: too long")])

    assert (strip.overs[0].x, strip.overs[0].width, strip.overs[0].label.words) == (
        "37.50%",
        "24.65%",
        "1: too long",
    )
    assert strip.words.endswith(". 1: too long")


def test_the_words_of_two_checks_do_not_run_into_each_other():
    long = "1: 110 minutes without a break"
    strip = draw(DAY, starts_at=NINE, marks=[Mark(0, 60, long), Mark(10, 70, long)])

    assert [over.label is not None for over in strip.overs] == [True, False]


def test_on_a_phone_words_that_would_meet_others_are_left_out():
    first, last = (
        Mark(0, 60, "1: 60 minutes without a break"),
        Mark(180, 240, "4: 60 minutes without a break"),
    )
    strip = draw(DAY, starts_at=NINE, marks=[first, last])

    assert [over.label.optional for over in strip.overs] == [False, True]
    assert 'class="over-words opt"' in render_to_string("components/day_strip.html", {"strip": strip})


def test_an_empty_day_is_drawn_as_free_time():
    assert [rect.kind for rect in draw([], starts_at=NINE, holds=150).rects] == ["free"]
    assert draw([], starts_at=NINE).rects == []


blocks = st.lists(
    st.builds(Block, st.sampled_from(["core", "topic", "pause", "fill"]), st.integers(1, 120), st.just("x")),
    min_size=1,
    max_size=20,
)


@settings(deadline=None)  # a busy machine is not a wrong picture
@given(blocks, st.times())
def test_no_label_ever_stands_on_another_or_leaves_the_strip(day, start):
    spans = []
    for label in draw(day, starts_at=start).labels:
        x, width = number(label.x), len(label.words) * WIDE_CHARACTER
        low = {"start": x, "middle": x - width / 2, "end": x - width}[label.anchor]
        spans.append((low, low + width))
    spans.sort()

    assert spans[0][0] >= 0
    assert spans[-1][1] <= 100
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@settings(deadline=None)
@given(blocks)
def test_widths_never_run_past_the_strip(day):
    strip = draw(day, holds=sum(block.minutes for block in day) + 5)

    assert all(number(rect.x) + number(rect.width) <= 100.01 for rect in strip.rects)
