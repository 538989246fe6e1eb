"""Where no day fits, the composer says by how much and what would help, and each way that it names has been tried."""

from dataclasses import replace

import pytest

from agendas.composing import passes
from agendas.composing.brief import Brief, CannotCompose, Composed, Pin
from agendas.composing.passes import compose
from tests.agendas.composing.cases import FACTS, FULL, HALF, STORY, broken_rules, topic

LAW = topic("law", wanted=4, rank=20)
HALF_DAY, FULL_DAY = replace(HALF, name="half day"), replace(FULL, name="full day")


def held(*minutes: int, longer=(FULL_DAY,), **also) -> Brief:
    """A half-day with so many topics held fast, each of these minutes and no fewer."""
    there = tuple(topic(f"t{n}", least, least, 90) for n, least in enumerate(minutes))
    return Brief(
        HALF_DAY, (FACTS, STORY, *there), pins=tuple(Pin(one.slug) for one in there), longer=longer, **also
    )


def words_of(brief: Brief) -> str:
    none = compose(brief)
    assert isinstance(none, CannotCompose), none
    return none.words


def test_what_does_not_fit_says_by_how_much_and_which_way_out_there_is():
    assert words_of(held(35, 35, 35)) == (
        "The 2 topics that are always given and the 3 that you hold (T0, T1 and T2) need 3 hours 25 minutes "
        "with their breaks; this half day has 3 hours. "
        "Let go of any one of them, or take the full day, which has 7 hours."
    )


def test_only_what_alone_is_enough_is_named():
    assert words_of(held(20, 30, 60)) == (
        "The 2 topics that are always given and the 3 that you hold (T0, T1 and T2) need 3 hours 30 minutes "
        "with their breaks; this half day has 3 hours. "
        "Let go of any one of them, or take the full day, which has 7 hours."
    )
    assert "Let go of T1 or T2, or take the full day" in words_of(held(10, 50, 50))
    assert "Let go of more than one of them, or take the full day" in words_of(held(45, 45, 45))


def test_one_topic_alone_and_no_longer_day_on_offer():
    assert words_of(held(90, longer=())).endswith("Let go of it, or make the day longer.")


def test_a_longer_day_is_named_only_where_it_holds_everything():
    assert words_of(held(*[60] * 9)).endswith("Let go of more than one of them, or make the day longer.")


def test_nothing_is_let_go_of_where_that_would_not_help():
    story = replace(STORY, least=85, usual=85, most=85)
    facts = replace(FACTS, least=70, usual=70, most=70)
    brief = Brief(HALF_DAY, (facts, story, LAW), pins=(Pin("law"),), longer=(FULL_DAY,))
    assert words_of(brief).endswith("this half day has 3 hours. Take the full day, which has 7 hours.")


@pytest.mark.parametrize("minutes", [(35, 35, 35), (10, 50, 50), (20, 30, 60)])
def test_each_way_out_that_is_named_leads_to_a_day(minutes):
    brief = held(*minutes)
    words = words_of(brief)
    named = words.partition("Let go of ")[2].partition(", or take")[0]
    enough = (
        brief.pins if named == "any one of them" else [p for p in brief.pins if p.slug.capitalize() in named]
    )

    assert enough
    for pin in brief.pins:
        fewer = replace(brief, pins=tuple(one for one in brief.pins if one is not pin))
        assert isinstance(compose(fewer), Composed) == (pin in enough)
    assert isinstance(compose(replace(brief, day=FULL_DAY)), Composed)


def test_what_is_far_too_long_is_counted_as_well():
    long = tuple(topic(f"t{n}", 45, 50, 60) for n in range(3))
    pins = tuple(Pin(one.slug, minutes=150) for one in long)
    assert words_of(Brief(HALF_DAY, (FACTS, STORY, *long), pins=pins)) == (
        "The 2 topics that are always given and the 3 that you hold (T0, T1 and T2) need 8 hours 25 minutes, "
        "and breaks beside them; this half day has 3 hours. Let go of more than one of them, or make the day longer."
    )


def test_what_is_held_and_builds_on_what_stays_out_says_so():
    brief = Brief(
        HALF_DAY,
        (FACTS, STORY, replace(LAW, is_left_out=True), topic("after", needs=frozenset({"law"}))),
        pins=(Pin("after"),),
    )
    assert words_of(brief) == (
        "After builds on Law, which stays out of this day. Let go of After, or hold Law in it as well."
    )
    assert isinstance(compose(replace(brief, pins=(Pin("after"), Pin("law")))), Composed)


def test_no_room_for_the_workshop_says_so():
    play = topic("play", 60, 60, 60, is_workshop=True)
    brief = Brief(
        replace(HALF_DAY, needs_workshop=True),
        (replace(FACTS, least=10), replace(STORY, least=45), topic("law", 30, 30, 30), play),
        pins=(Pin("law", minutes=60),),
    )
    assert words_of(brief).startswith(
        "What you hold leaves no room for the workshop that this half day must have."
    )
    assert isinstance(compose(replace(brief, without=frozenset({"workshop"}))), Composed)


def test_pins_that_clash_are_named():
    first, second = topic("first"), topic("second", needs=frozenset({"first"}))
    none = compose(
        Brief(
            FULL,
            (FACTS, STORY, first, second, LAW),
            pins=(Pin("first", sitting=2), Pin("second", sitting=0), Pin("law")),
        )
    )
    assert isinstance(none, CannotCompose)
    assert set(none.clashing) == {"first", "second"}
    assert "cannot stand together" in none.words


# ---- where the search is cut short


def test_a_day_that_is_not_proven_keeps_every_rule_and_says_so(monkeypatch):
    """Twenty topics alike are the hardest to prove; the search is given a hundredth of its effort."""
    brief = Brief(FULL_DAY, (FACTS, STORY, *(topic(f"t{n}", wanted=n % 7, rank=n) for n in range(20))))
    monkeypatch.setattr(passes, "EFFORT", passes.EFFORT / 100)

    day = compose(brief)

    assert isinstance(day, Composed)
    assert not day.is_proven
    assert broken_rules(brief, day) == []


def test_nothing_is_claimed_where_the_search_ends_before_it_knows(monkeypatch):
    monkeypatch.setattr(passes, "EFFORT", 0.0)
    assert words_of(held(35, 35, 35)).startswith(
        "No day was found in the time that the search is given, and it is not proven that there is none."
    )
