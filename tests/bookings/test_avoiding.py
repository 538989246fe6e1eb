"""Dates to avoid are read from what people write; what is not plainly a date rules no day out."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.options.avoiding import read

FIRST = dt.date(2026, 1, 1)
DAYS = [FIRST + dt.timedelta(days=count) for count in range(3 * 365)]


def ruled_out(text: str) -> set[dt.date]:
    wish = read(text)
    return {day for day in DAYS if wish.why_not(day)}


def days(*spans: tuple[int, int, int] | tuple[int, int, int, int], years=(2026, 2027, 2028)) -> set[dt.date]:
    """(month, first day, last day) in each of the years that the three cover."""
    return {
        day
        for day in DAYS
        for month, first, last in spans
        if day.month == month and first <= day.day <= last and day.year in years
    }


def weekday(number: int) -> set[dt.date]:
    return {day for day in DAYS if day.weekday() == number}


NEW_YEAR = days((12, 20, 31), (1, 1, 4))
PHRASES = {
    "12 March": days((3, 12, 12)),
    "not 12 March": days((3, 12, 12)),
    "Please avoid the 12th of March": days((3, 12, 12)),
    "March 12th": days((3, 12, 12)),
    "12 Mar. 2027": days((3, 12, 12), years=[2027]),
    "12 March, 2027": days((3, 12, 12), years=[2027]),
    "2027-03-12": days((3, 12, 12), years=[2027]),
    "12/3": days((3, 12, 12)),
    "12/03/27": days((3, 12, 12), years=[2027]),
    "12.3.2027": days((3, 12, 12), years=[2027]),
    "Friday 12 March": days((3, 12, 12), years=[2027]),
    "Fri 12 March 2027": days((3, 12, 12), years=[2027]),
    "12-16 March": days((3, 12, 16)),
    "from 12th to 16th March inclusive": days((3, 12, 16)),
    "12 – 16 March 2027": days((3, 12, 16), years=[2027]),
    "30 March to 2 April": days((3, 30, 31), (4, 1, 2)),
    "30/3 - 2/4": days((3, 30, 31), (4, 1, 2)),
    "20 December to 4 January": NEW_YEAR,
    "20 December 2026 to 4 January 2027": {
        day for day in NEW_YEAR if dt.date(2026, 12, 20) <= day <= dt.date(2027, 1, 4)
    },
    "20 December to 4 January 2027": {
        day for day in NEW_YEAR if dt.date(2026, 12, 20) <= day <= dt.date(2027, 1, 4)
    },
    "12, 13 and 16 March": days((3, 12, 13), (3, 16, 16)),
    "3, 9-11 March": days((3, 3, 3), (3, 9, 11)),
    "12 and 16 March": days((3, 12, 12), (3, 16, 16)),
    "12 March and 3 May": days((3, 12, 12), (5, 3, 3)),
    "week of 10 March 2027": days((3, 8, 14), years=[2027]),
    "w/c 8 March 2027": days((3, 8, 14), years=[2027]),
    "week commencing 28 December 2026": {dt.date(2026, 12, 28) + dt.timedelta(days=n) for n in range(7)},
    "Mondays": weekday(0),
    "any Monday": weekday(0),
    "No Mondays or Fridays": weekday(0) | weekday(4),
    "Mondays in June": {day for day in weekday(0) if day.month == 6},
    "all of March": days((3, 1, 31)),
    "March and May 2027": days((3, 1, 31)) | days((5, 1, 31), years=[2027]),
    "weekends": weekday(5) | weekday(6),
    "29 February": days((2, 29, 29)),
}
WORDS = [
    "school holidays",
    "half term",
    "12 March would be best",
    "Only 12 March suits us",
    "any day except Mondays",
    "not before 12 March",
    "after 3 May",
    "between 12 and 16 March",
    "from 9.30 to 4.15",
    "31 February",
    "16-12 March",
    "16 March 2027 to 12 March 2027",
    "Thursday 12 March 2027",
    "Mondays and Fridays in June",
    "Monday",
    "early March",
    "12",
    "13th and 14th",
    "32 March",
    "12/13",
    "we may move in summer",
    "the 3rd week of term",
    "12 March and the day after",
    "Ramadan",
    "0 March",
]


@pytest.mark.parametrize(("text", "expected"), PHRASES.items(), ids=PHRASES)
def test_a_date_is_read_as_people_write_it(text, expected):
    assert ruled_out(text) == expected
    assert read(text).not_read == ()


@pytest.mark.parametrize("text", WORDS)
def test_what_is_not_plainly_a_date_stays_their_words(text):
    assert ruled_out(text) == set()
    assert read(text).not_read == (text,)


def test_the_words_that_rule_a_day_out_are_theirs():
    wish = read("school holidays, not 12-16 March; Mondays.\nWe move house in May")

    assert wish.why_not(dt.date(2027, 3, 12)) == "not 12-16 March"
    assert wish.why_not(dt.date(2027, 3, 15)) == "not 12-16 March"
    assert wish.why_not(dt.date(2027, 3, 22)) == "Mondays"
    assert wish.why_not(dt.date(2027, 3, 23)) == ""
    assert wish.not_read == ("school holidays", "We move house in May")


def test_nothing_written_rules_nothing_out():
    assert read("  \n ") == read("")
    assert read("").avoided == read("").not_read == ()


parts = st.lists(st.sampled_from([*PHRASES, *WORDS]), min_size=1, max_size=5)


@given(parts=parts, between=st.sampled_from(["\n", "; ", ".\nAnd "[:2]]))
def test_no_day_is_ruled_out_that_no_part_names(parts, between):
    named = set().union(*(PHRASES.get(part, set()) for part in parts))

    assert ruled_out(between.join(parts)) == named


@given(parts=parts)
def test_also_between_commas_no_other_day_is_ruled_out(parts):
    named = set().union(*(PHRASES.get(part, set()) for part in parts))

    # a number that stood alone may belong to the month that follows: only then is more named than by the parts
    if not any(part in ("12", "13th and 14th") for part in parts):
        assert ruled_out(", ".join(parts)) == named


@given(
    text=st.text(alphabet="0123456789 ,.;-/&\nadehimnorstuvwy", max_size=40),
    word=st.sampled_from(["perhaps", "best", "except", "before", "after", "only", "Easter", "9.30"]),
    phrase=st.sampled_from(sorted(PHRASES)),
    before=st.booleans(),
)
def test_any_text_is_read_without_a_fault_and_one_strange_word_keeps_a_part_from_being_read(
    text, word, phrase, before
):
    read(text)
    if "," not in phrase:
        assert ruled_out(f"{word} {phrase}" if before else f"{phrase} {word}") == set()
