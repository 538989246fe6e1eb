"""Days and times as people type them."""

import datetime as dt

import pytest
from django import forms

from formkit.fields import DayField, HeadCountField, NameField, TimeOfDayField


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        (["19", "1", "2027"], dt.date(2027, 1, 19)),
        ([" 19 ", "January", "2027"], dt.date(2027, 1, 19)),
        (["29", "feb", "2028"], dt.date(2028, 2, 29)),
        (["3rd", "Sept", "27"], dt.date(2027, 9, 3)),
        (["3rd March 2027", "", ""], dt.date(2027, 3, 3)),
        (["Weds 3/3/27", "", ""], dt.date(2027, 3, 3)),
        (["2027-03-09", "", ""], dt.date(2027, 3, 9)),
    ],
)
def test_a_day_is_read_as_typed(typed, day):
    assert DayField().clean(typed) == day


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["31", "2", "2027"], "Enter a real date, like 19 1 2027."),
        (["x", "1", "2027"], "Enter a real date, like 19 1 2027."),
        (["19", "1", "9" * 22], "Enter a real date, like 19 1 2027."),
        (["19", "9" * 22, "2027"], "Enter a real date, like 19 1 2027."),
        (["19", "", "2027"], "Enter a day, a month and a year."),
        (["", "", ""], "Enter a date."),
    ],
)
def test_a_day_that_is_none_is_refused_in_words(typed, words):
    with pytest.raises(forms.ValidationError) as refusal:
        DayField().clean(typed)
    assert refusal.value.messages == [words]


def test_a_day_may_stay_empty_where_it_may():
    assert DayField(required=False).clean(["", "", ""]) is None


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("9.15am", dt.time(9, 15)),
        ("9:15", dt.time(9, 15)),
        ("4.15 PM", dt.time(16, 15)),
        ("14.30", dt.time(14, 30)),
        ("12 noon", dt.time(12)),
        ("12pm", dt.time(12)),
        ("12am", dt.time(0)),
        ("1430", dt.time(14, 30)),
        ("930", dt.time(9, 30)),
        ("14:00hrs", dt.time(14)),
        ("1400 hours", dt.time(14)),
        ("0900h", dt.time(9)),
        ("2.30 p.m.", dt.time(14, 30)),
        ("2.30p.m", dt.time(14, 30)),
        ("9 a.m.", dt.time(9)),
        ("9 o’clock", dt.time(9)),
        ("midday", dt.time(12)),
        ("12 midnight", dt.time(0)),
        ("Midnight", dt.time(0)),
        ("12.00 noon", dt.time(12)),
        ("24:00", dt.time(0)),
        ("14:30:00", dt.time(14, 30)),
        ("\u200b9\u00a0am", dt.time(9)),
    ],
)
def test_a_time_is_read_as_said(typed, at):
    assert TimeOfDayField().clean(typed) == at


@pytest.mark.parametrize(
    "typed", ["25", "9.75", "13pm", "0am", "soon", "9.1", "9.15 to 4.15", "2560", "99999"]
)
def test_a_time_that_is_none_is_refused_in_words(typed):
    with pytest.raises(forms.ValidationError) as refusal:
        TimeOfDayField().clean(typed)
    assert refusal.value.messages == ["Enter a time, like 9.15am or 14:30."]


def test_a_time_may_stay_empty_where_it_may():
    assert TimeOfDayField(required=False).clean("") is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Dana   Whitlock ", "Dana Whitlock"),
        ("J.R. O’Neill-Świątek", "J.R. O’Neill-Świątek"),
        ("St. John Ambulance (No. 3)", "St. John Ambulance (No. 3)"),
        ("Dana\r\nBcc: everybody", "Dana Bcc: everybody"),
        ("Da\u202ena\x07\u200b", "Dana"),
        ("Νίκη", "Νίκη"),
        ("Women@TheWell", "Women@TheWell"),
    ],
)
def test_a_name_is_one_line_as_it_is_said(typed, name):
    assert NameField().clean(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "Win at https://spam.example/now",
        "www.spam",
        "see SPAM.example today",
        "write to x@spam.example",
        "сайт.рф",
        "s\u200bpam.exa\u200bmple",
    ],
)
def test_a_name_holds_no_address(typed):
    with pytest.raises(forms.ValidationError, match="Write the name alone"):
        NameField().clean(typed)


def test_a_name_is_short_and_may_stay_empty_where_it_may():
    assert NameField().clean("x" * 80) == "x" * 80
    with pytest.raises(forms.ValidationError, match="at most 80 characters"):
        NameField().clean("x" * 81)
    with pytest.raises(forms.ValidationError, match="required"):
        NameField().clean("\u200b")
    assert NameField(required=False).clean("") == ""


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("40", 40), ("30-40", 40), ("30 – 40", 40), ("30 to 40", 40), ("between 30 and 40 people", 40), ("1,200", 1200),
        ("1 200", 1200), ("about 40", 40), ("40+", 40), ("40 officers", 40), ("40.0", 40),
    ],
)  # fmt: skip
def test_a_head_count_is_read_as_it_is_said(typed, number):
    assert HeadCountField(min_value=1).clean(typed) == number


@pytest.mark.parametrize("typed", ["forty", "30 40", "3 x 40", "40.5", "1-2-3", "40@example", "1e3"])
def test_a_head_count_that_is_none_is_refused_in_words(typed):
    with pytest.raises(forms.ValidationError) as refusal:
        HeadCountField().clean(typed)
    assert refusal.value.messages == ["Enter the number of people in figures, like 40."]


def test_fewer_than_nobody_is_no_head_count():
    with pytest.raises(forms.ValidationError):
        HeadCountField(min_value=1).clean("-5")
