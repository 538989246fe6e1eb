"""Options are exact, explained and always the same; small cases are held against trying everything."""

import dataclasses
import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.options.facts import Asked, Day, Need, Neighbour, Person, Question, Taken
from bookings.options.ranking import find_options

LONDON = ZoneInfo("Europe/London")
MONDAY = dt.date(2027, 3, 22)  # the clocks go forward on the Sunday after
STORY, FACTS, RISK = (
    Asked(1, "Alice’s story", Need.ACCOUNT),
    Asked(2, "Scale of the problem", Need.NEEDED),
    Asked(3, "Risk", Need.SUGGESTED),
)


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


def in_days(number: int) -> dt.date:
    return MONDAY + dt.timedelta(days=number)


def a_day(number: int = 0, no: str = "") -> Day:
    date = in_days(number)
    return Day(date, at(date, 9, 15), at(date, 16, 15), no)


def session(number: int, *, has_account: bool = False, words: str = "gives WT-9KX2") -> Taken:
    date = in_days(number)
    return Taken(at(date, 8), at(date, 17), is_session=True, words=words, has_account=has_account)


def away(number: int) -> Taken:
    return Taken(at(in_days(number), 0), at(in_days(number + 1), 0), is_session=False)


def person(key: int, name: str, *covers: int, **more) -> Person:
    """Somebody who looked at their diary the day before, lives an hour away and is free."""
    known = {"travel_minutes": 60, "looked_on": MONDAY - dt.timedelta(days=1), "diary_counts": True}
    return Person(key, name, frozenset(covers), **known | more)


WREN = person(1, "Wren Alder", 2, 3)
IVO = person(2, "Ivo Marsh", 2, travel_minutes=30)
TESS = person(3, "Tess Hale", 1, is_family=True)


def ask(*people: Person, days=(0,), asked=(STORY, FACTS, RISK), **more) -> Question:
    return Question(
        days=tuple(each if isinstance(each, Day) else a_day(each) for each in days),
        asked=tuple(asked),
        people=people,
        **more,
    )


def teams(answer) -> list[tuple[int, tuple[str, ...]]]:
    """(days from Monday, first names) of each option, in order."""
    return [
        ((each.day.date - MONDAY).days, tuple(one.person.name.split()[0] for one in each.team))
        for each in answer.options
    ]


def whys(answer) -> dict[int, str]:
    return {(each.day.date - MONDAY).days: each.why for each in answer.others}


# ---- what comes first


def test_the_team_that_covers_most_with_nobody_to_spare_comes_first():
    answer = find_options(ask(WREN, IVO, TESS, each_day=9))

    assert teams(answer) == [(0, ("Wren", "Tess")), (0, ("Ivo", "Tess")), (0, ("Wren",)), (0, ("Ivo",))]


def test_one_team_stands_for_a_date_unless_more_are_asked_for():
    assert teams(find_options(ask(WREN, IVO, TESS, days=(0, 1)))) == [
        (0, ("Wren", "Tess")),
        (1, ("Wren", "Tess")),
    ]


def test_a_limit_is_gone_past_only_when_nothing_else_is_left():
    tired = dataclasses.replace(TESS, days_between_accounts=21, taken=(session(-5, has_account=True),))

    answer = find_options(ask(WREN, tired, each_day=9))

    assert teams(answer) == [(0, ("Wren",)), (0, ("Wren", "Tess"))]
    assert answer.options[0].cautions == ("Alice’s story: from the recorded account",)
    assert answer.options[1].cautions == (
        "Tess Hale asked for 21 days between tellings; here there would be 5",
    )
    assert [each.touches_limits for each in answer.options] == [False, True]


def test_who_has_given_enough_this_month_is_said():
    busy = dataclasses.replace(WREN, most_sessions_a_month=1, taken=(session(-7),))

    (option,) = find_options(ask(busy, asked=[FACTS])).options

    assert option.team[0].limits == ("gives at most 1 session a month and has 1 in March already",)


def test_free_comes_before_not_asked():
    silent = dataclasses.replace(IVO, diary_counts=False, looked_on=None)

    answer = find_options(ask(silent, WREN, asked=[FACTS], each_day=9))

    assert teams(answer) == [(0, ("Wren",)), (0, ("Ivo",))]
    assert answer.options[1].cautions == ("Not asked yet: Ivo Marsh",)
    assert answer.options[1].team[0].diary == "Not asked: has not looked at their diary yet"


def test_a_trip_that_can_be_shared_comes_before_a_shorter_journey():
    near = Neighbour("WT-7PQR", 20, day=in_days(2), speakers=frozenset({WREN.key}))

    answer = find_options(ask(WREN, IVO, asked=[FACTS], neighbours=(near,), each_day=9))

    assert teams(answer) == [(0, ("Wren",)), (0, ("Ivo",))]
    assert answer.options[0].reasons == (
        "Covers everything asked",
        "Wren Alder: gives WT-7PQR about 20 km away on 24 March: could share a trip",
    )


def test_a_neighbour_who_would_share_the_session_lifts_the_days_that_suit_them():
    tuesdays = Neighbour("WT-7PQR", 15, would_share=True, weekdays=frozenset({1}))
    question = ask(WREN, days=(0, 1), asked=[FACTS], neighbours=(tuesdays,), would_share=True)

    assert teams(find_options(question)) == [(1, ("Wren",)), (0, ("Wren",))]
    assert find_options(question).options[0].reasons[1] == (
        "WT-7PQR, about 15 km away, would share a session and this day suits them"
    )
    assert teams(find_options(dataclasses.replace(question, would_share=False)))[0] == (0, ("Wren",))


def test_every_topic_is_asked_of_one_member_and_the_lead_is_no_family_member():
    tess = dataclasses.replace(TESS, covers=frozenset({1, 2, 3}), unconfirmed=frozenset({3}))

    (option,) = find_options(ask(WREN, tess)).options

    assert {one.person.name: [each.title for each in one.topics] for one in option.team} == {
        "Wren Alder": ["Scale of the problem", "Risk"],
        "Tess Hale": ["Alice’s story"],
    }
    assert option.lead == WREN


# ---- the journey and the clock


def test_the_start_from_home_counts_travel_and_setting_up():
    far = dataclasses.replace(WREN, travel_minutes=125, kilometres=140)

    (member,) = find_options(ask(far, asked=[FACTS])).options[0].team

    assert member.journey == (
        "Leaves home about 6.40am, back about 6.35pm; 2 hours 5 minutes and about 140 km each way"
    )


@pytest.mark.parametrize(
    ("saturday", "words"),
    [
        (dt.date(2027, 3, 27), "7.15am"),  # an hour of the night after it is missing
        (dt.date(2027, 10, 30), "5.15am"),  # an hour of the night after it comes twice
    ],
)
def test_a_journey_through_the_night_the_clocks_change_keeps_its_length(saturday, words):
    day = Day(saturday, at(saturday, 17), at(saturday, 21))
    far = dataclasses.replace(WREN, travel_minutes=540)

    (member,) = find_options(ask(far, days=[day], asked=[FACTS])).options[0].team

    assert member.leaves_home_at == at(saturday - dt.timedelta(days=1), 9)
    assert (
        member.journey == f"Leaves home about 9am on Friday, back about {words} on Sunday; 9 hours each way"
    )


# ---- a night away


def test_beyond_three_hours_a_night_away_is_planned_and_ranked_after_a_day_without_one():
    far = dataclasses.replace(WREN, travel_minutes=210)
    near = dataclasses.replace(WREN, key=9, name="Near Alder", travel_minutes=180)
    busy_near = dataclasses.replace(near, taken=(away(0),))

    answer = find_options(ask(far, busy_near, days=[0, 1], asked=[FACTS]))

    assert teams(answer) == [(1, ("Near",)), (0, ("Wren",))]
    day_out, night_away = (option.team[0] for option in answer.options)
    assert day_out.journey == "Leaves home about 5.45am, back about 7.30pm; 3 hours each way"
    assert night_away.journey == (
        "Leaves home about 2.30pm on Sunday, back about 8pm on Monday; 3 hours 30 minutes each way"
    )
    assert (day_out.hard, night_away.hard) == ("", "would need a night away")
    assert answer.options[1].cautions == ("Wren Alder would need a night away",)


def test_whoever_would_leave_in_the_night_travels_the_day_before():
    early = Day(MONDAY, at(MONDAY, 8), at(MONDAY, 12))
    wren = dataclasses.replace(WREN, travel_minutes=150)

    (member,) = find_options(ask(wren, days=[early], asked=[FACTS])).options[0].team

    assert (
        member.journey
        == "Leaves home about 3.30pm on Sunday, back about 2.45pm on Monday; 2 hours 30 minutes each way"
    )


def test_the_afternoon_before_has_to_be_free_for_a_night_away():
    sunday = MONDAY - dt.timedelta(days=1)
    until_three = Taken(at(sunday, 9), at(sunday, 15), is_session=False)
    until_two = Taken(at(sunday, 9), at(sunday, 14), is_session=False)
    far = dataclasses.replace(WREN, travel_minutes=210)

    assert teams(find_options(ask(dataclasses.replace(far, taken=(until_three,)), asked=[FACTS]))) == []
    assert teams(find_options(ask(dataclasses.replace(far, taken=(until_two,)), asked=[FACTS]))) == [
        (0, ("Wren",))
    ]


def test_a_partner_that_nobody_would_speak_for_is_said():
    unit = dataclasses.replace(WREN, partner="IASU")
    trust = dataclasses.replace(TESS, partner="the Trust")
    other = dataclasses.replace(IVO, partner="the Trust")

    (only_trust,) = find_options(
        ask(dataclasses.replace(unit, taken=(away(0),)), other, asked=[FACTS])
    ).options
    (both,) = find_options(ask(unit, trust, asked=[STORY, FACTS])).options

    assert only_trust.cautions == ("Nobody from IASU",)
    assert both.cautions == ()


def test_a_way_home_into_the_night_is_said():
    late = Day(MONDAY, at(MONDAY, 17), at(MONDAY, 20))
    wren = dataclasses.replace(WREN, travel_minutes=150)

    (option,) = find_options(ask(wren, days=[late], asked=[FACTS])).options

    assert option.cautions == ("Wren Alder would be back about 10.45pm",)


def test_travel_home_from_another_session_keeps_a_person_from_this_one():
    late = Taken(at(MONDAY, 17), at(MONDAY, 22), is_session=True, words="gives WT-9KX2")

    assert teams(find_options(ask(dataclasses.replace(WREN, taken=(late,)), asked=[FACTS]))) == []
    online = dataclasses.replace(WREN, travel_minutes=0, taken=(late,))
    assert teams(find_options(ask(online, asked=[FACTS]))) == [(0, ("Wren",))]


def test_rest_before_and_after_is_said():
    rested = dataclasses.replace(
        TESS, taken=(session(-40, has_account=True), session(-1), session(3)), is_family=False
    )

    (option,) = find_options(ask(rested, asked=[STORY])).options

    assert option.team[0].rest == (
        "Last session 1 day before",
        "last personal account 40 days before",
        "next session 3 days after",
    )


# ---- why not


def test_a_date_that_cannot_be_says_the_first_reason():
    wren = dataclasses.replace(WREN, taken=(away(1), session(2)))
    ivo = dataclasses.replace(IVO, taken=(session(1, words="is held for WT-2ABC"), away(2), away(3)))
    answer = find_options(
        ask(wren, ivo, TESS, days=(a_day(0, no="Bank holiday: Easter Monday"), 1, 2), asked=[STORY, FACTS])
    )

    assert whys(answer) == {
        0: "Bank holiday: Easter Monday",
        1: "Nobody is free for Scale of the problem: Wren Alder is away; Ivo Marsh is held for WT-2ABC",
        2: "Nobody is free for Scale of the problem: Wren Alder gives WT-9KX2; Ivo Marsh is away",
    }
    assert not any(each.could_be for each in answer.others)


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (ask(dataclasses.replace(WREN, taken=(away(0),)), asked=[FACTS]), "Nobody is free for"),
        (
            ask(dataclasses.replace(WREN, covers=frozenset({1}), is_family=True), asked=[STORY]),
            "No colleague is free to be with a family member",
        ),
        (
            ask(dataclasses.replace(WREN, only_with_colleague=True), asked=[FACTS]),
            "No team of up to 4 covers everything needed",
        ),
        (
            ask(WREN, IVO, asked=[FACTS], pinned_people=frozenset({2})),
            "",
        ),
        (
            ask(
                WREN,
                dataclasses.replace(IVO, refuses="has asked for no invitations until 3 May"),
                asked=[FACTS],
                pinned_people=frozenset({2}),
            ),
            "Ivo Marsh has asked for no invitations until 3 May",
        ),
    ],
)
def test_each_thing_that_stands_in_the_way_has_its_words(question, why):
    answer = find_options(question)

    said = whys(answer).get(0, "")
    assert said.startswith(why)
    assert bool(answer.options) is (why == "")


def test_a_topic_that_nobody_gives_yet_stops_no_date():
    other = Asked(9, "Interventions", Need.NEEDED)

    answer = find_options(ask(WREN, asked=[FACTS, other]))

    assert teams(answer) == [(0, ("Wren",))]
    assert answer.nobody_gives == (other,)


def test_a_date_that_works_and_is_not_shown_says_what_comes_before_it():
    question = ask(WREN, dataclasses.replace(IVO, taken=(away(1),)), days=(0, 1, 2), asked=[FACTS], most=1)

    answer = find_options(question)

    assert teams(answer) == [(0, ("Ivo",))]
    assert whys(answer) == {1: "Would work, but the journeys are longer", 2: "Would work, but it is later"}
    assert all(each.could_be for each in answer.others)


# ---- against trying everything

TOPICS = (
    Asked(0, "Story", Need.ACCOUNT),
    Asked(1, "Facts", Need.NEEDED),
    Asked(2, "Law", Need.NEEDED),
    Asked(3, "Risk", Need.SUGGESTED),
)


@st.composite
def questions(draw):
    """Up to six people, five days, four topics; diaries, limits, neighbours and pins as they fall."""
    people = []
    for key in range(draw(st.integers(1, 6))):
        taken = [
            draw(st.sampled_from([session, away]))(draw(st.integers(-9, 6)))
            for _ in range(draw(st.integers(0, 3)))
        ]
        people.append(
            person(
                key,
                f"P{key}",
                *draw(st.sets(st.integers(0, 3), max_size=3)),
                is_family=draw(st.integers(0, 3)) == 0,
                only_with_colleague=draw(st.integers(0, 3)) == 0,
                travel_minutes=draw(st.sampled_from([0, 30, 300, None])),
                diary_counts=draw(st.booleans()),
                taken=tuple(dataclasses.replace(each, has_account=each.is_session) for each in taken),
                refuses=draw(st.sampled_from(["", "", "", "has left"])),
                most_sessions_a_month=draw(st.sampled_from([None, 1, 2])),
                days_between_accounts=draw(st.sampled_from([None, 4])),
            )
        )
    neighbour = Neighbour("WT-7PQR", 20, day=in_days(1), speakers=frozenset({0, 2}))
    sharer = Neighbour("WT-8PQR", 20, would_share=True, weekdays=frozenset({1, 3}))
    days = draw(st.sets(st.integers(0, 6), max_size=5))
    return Question(
        days=tuple(a_day(number) for number in sorted(days)),
        asked=TOPICS,
        people=tuple(people),
        neighbours=tuple(draw(st.sets(st.sampled_from([neighbour, sharer])))),
        would_share=draw(st.booleans()),
        pinned_people=frozenset(draw(st.sets(st.integers(0, 5), max_size=1))) & {each.key for each in people},
        each_day=draw(st.sampled_from([1, 3])),
        most=draw(st.integers(1, 8)),
    )


def everything(question):
    """(day, keys) of every option in order, by trying every team on every day; written apart from the engine."""
    given_by_somebody = {key for each in question.people for key in each.covers}
    asked = {each.key: each.need for each in question.asked if each.key in given_by_somebody}
    ranked = []
    for day in question.days:
        that_day = []
        for size in range(1, 5):
            for team in itertools.combinations(enumerate(question.people), size):
                if all(_is_free(one, day, question) for _, one in team):
                    place = _place(team, day, question, asked)
                    if place:
                        that_day.append((place, day.date, tuple(one.key for _, one in team)))
        ranked += sorted(that_day)[: question.each_day]
    return [(day, keys) for _, day, keys in sorted(ranked)][: question.most]


def _is_free(one, day, question):
    travel = dt.timedelta(minutes=one.travel_minutes or 0)
    begins = day.starts_at.astimezone(dt.UTC) - travel - dt.timedelta(minutes=30)
    if (one.travel_minutes or 0) > 180:
        begins = at(day.date - dt.timedelta(days=1), 18) - travel
    ends = day.ends_at.astimezone(dt.UTC) + travel + dt.timedelta(minutes=15)
    return not one.refuses and all(each.ends <= begins or each.begins >= ends for each in one.taken)


def _loss(team, asked):
    """(covered topics, whether everyone has the company they want)."""
    covered = {key for one in team for key in one.covers if key in asked}
    guides = [one for one in team if not one.is_family]
    return covered, bool(guides) and (len(guides) > 1 or not guides[0].only_with_colleague)


def _place(numbered, day, question, asked):
    team = [one for _, one in numbered]
    covered, in_company = _loss(team, asked)
    missing = set(asked) - covered
    pinned_there = question.pinned_people <= {one.key for one in team}
    if not in_company or not pinned_there or any(asked[key] == Need.NEEDED for key in missing):
        return None
    for one in team:
        rest = [other for other in team if other is not one]
        if one.key not in question.pinned_people and _loss(rest, asked) == (covered, True):
            return None
    limits = close = unshared = travel = 0
    for one in team:
        sessions = [each.begins.date() for each in one.taken if each.is_session]
        gaps = [abs((each - day.date).days) for each in sessions]
        this_month = [each for each in sessions if each.month == day.date.month]
        if one.most_sessions_a_month is not None:
            limits += len(this_month) >= one.most_sessions_a_month
        if one.is_family and one.days_between_accounts and one.covers & {0} and 0 in asked:
            limits += any(gap < one.days_between_accounts for gap in gaps)
        close += sum(gap <= 7 for gap in gaps)
        unshared += not any(
            each.day and one.key in each.speakers and abs((each.day - day.date).days) <= 7
            for each in question.neighbours
        )
        travel += 240 if one.travel_minutes is None else one.travel_minutes
    shares = question.would_share and any(
        each.would_share and day.date.weekday() in each.weekdays for each in question.neighbours
    )
    return (
        limits,
        sum(asked[key] == Need.ACCOUNT for key in missing),
        sum((one.travel_minutes or 0) > 180 for one in team),
        sum(asked[key] == Need.SUGGESTED for key in missing),
        sum(not one.diary_counts for one in team),
        len(team),
        close,
        unshared,
        not shares,
        travel,
        day.date,
        tuple(order for order, _ in numbered),
    )


@settings(max_examples=300, deadline=None)
@given(questions())
def test_the_options_are_what_trying_everything_finds(question):
    answer = find_options(question)

    found = [(each.day.date, tuple(one.person.key for one in each.team)) for each in answer.options]
    assert found == everything(question)
    dates = {each.day.date for each in answer.options}
    assert {each.day.date for each in answer.others} == {each.date for each in question.days} - dates
    assert all(each.reasons for each in answer.options)
    assert all(each.why for each in answer.others)


@settings(max_examples=50, deadline=None)
@given(questions(), st.randoms())
def test_the_order_in_which_days_are_given_changes_nothing(question, random):
    days = list(question.days)
    random.shuffle(days)

    assert find_options(dataclasses.replace(question, days=tuple(days))) == find_options(question)


def test_forty_speakers_and_a_hundred_and_twenty_days_are_all_looked_at():
    people = tuple(
        person(
            key,
            f"P{key}",
            *((key * step) % 13 for step in (1, 2, 5, 7)),
            is_family=key % 5 == 0,
            travel_minutes=30 + key * 7 % 200,
            diary_counts=key % 3 > 0,
            taken=tuple(session(number) for number in range(key % 4, 170, 4 + key % 5)),
        )
        for key in range(40)
    )
    asked = tuple(
        Asked(key, f"T{key}", Need.ACCOUNT if key == 0 else Need.NEEDED if key < 8 else Need.SUGGESTED)
        for key in range(13)
    )

    answer = find_options(ask(*people, days=range(120), asked=asked))  # bin/bench says how long that takes

    assert len(answer.options) + len(answer.others) == 120
    assert len(answer.options) == 12
