"""Dates and teams in order, each with its reasons, and for every other date the first reason a person would give."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bookings.options.facts import MOST_TOGETHER, Asked, Day, Need, Neighbour, Person, Question
from bookings.options.search import Candidate, Rank, Topics, best_teams
from bookings.options.standing import (
    Diary,
    Standing,
    name_hard,
    say_asked,
    say_hard,
    say_journey,
    say_rest,
    say_shared,
    stand,
)
from bookings.words import say_names

NAMED = 4
"""A reason names no more people than this."""


@dataclass(frozen=True)
class Member:
    """One of a team, with what is asked of them and what the desk should know."""

    person: Person
    topics: tuple[Asked, ...]
    """What they would be asked to give; every topic covered is asked of one member."""
    leaves_home_at: dt.datetime | None
    """When they set out; None where there is no journey or it is not known."""
    journey: str
    hard: str
    """What the journey asks beyond a day, to follow their name; empty where it fits into one."""
    hard_pill: str
    """The same in two words."""
    rest: tuple[str, ...]
    diary: str
    limits: tuple[str, ...]
    shared: str

    @property
    def to_confirm(self) -> tuple[str, ...]:
        """Topics asked of them that they have not confirmed."""
        return tuple(each.title for each in self.topics if each.key in self.person.unconfirmed)


@dataclass(frozen=True)
class Option:
    """One date with one team. ``reasons`` say why it stands where it does."""

    day: Day
    team: tuple[Member, ...]
    lead: Person
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]
    rank: Rank

    @property
    def touches_limits(self) -> bool:
        return self.rank[0] > 0


@dataclass(frozen=True)
class NotOffered:
    """A date asked for without an option here, and the first reason. ``could_be``: it works, others come before it."""

    day: Day
    why: str
    could_be: bool = False


@dataclass(frozen=True)
class Answer:
    """The options in order, the other dates in order of date, and topics that nobody gives yet."""

    options: tuple[Option, ...]
    others: tuple[NotOffered, ...]
    nobody_gives: tuple[Asked, ...]


@dataclass(frozen=True)
class _Found:
    """The best teams of one day, as the search knows them."""

    day: Day
    standings: tuple[Standing, ...]
    rank: Rank
    orders: tuple[int, ...]
    sharing: tuple[Neighbour, ...]

    @property
    def place(self) -> tuple[object, ...]:
        """What dates and teams together are put in order by: the team's rank, with the day before who they are."""
        *figures, orders = self.rank
        return (*figures[:-1], int(not self.sharing), figures[-1], self.day.date, orders)


def find_options(question: Question) -> Answer:
    """Rank every date asked for with its best teams. The same question always gives the same answer."""
    given = frozenset().union(*(person.covers for person in question.people))
    asked = tuple(each for each in question.asked if each.key in given)
    nobody_gives = tuple(each for each in question.asked if each.key not in given)
    found, impossible = _look_at_every_day(question, asked)
    found.sort(key=lambda each: each.place)
    shown, rest = found[: question.most], found[question.most :]
    diaries = {person.key: Diary.of(person) for person in question.people}
    shown_days = {each.day.date for each in shown}
    others = list(impossible)
    seen: set[dt.date] = set()
    for each in rest:
        if each.day.date not in shown_days | seen:
            seen.add(each.day.date)
            others.append(NotOffered(each.day, _say_after(each, shown[-1]), could_be=True))
    return Answer(
        options=tuple(_option(each, question, asked, diaries) for each in shown),
        others=tuple(sorted(others, key=lambda each: each.day.date)),
        nobody_gives=nobody_gives,
    )


def _look_at_every_day(question: Question, asked: tuple[Asked, ...]) -> tuple[list[_Found], list[NotOffered]]:
    """The best teams of each date, and the dates that have none with the reason."""
    topics, bits = _topics(asked)
    diaries = [Diary.of(person) for person in question.people]
    covers = [sum(bits[key] for key in person.covers if key in bits) for person in question.people]
    accounts = frozenset(each.key for each in asked if each.need == Need.ACCOUNT)
    pinned = frozenset(
        order for order, person in enumerate(question.people) if person.key in question.pinned_people
    )
    found: list[_Found] = []
    impossible: list[NotOffered] = []
    # days on which everybody stands the same have the same best teams
    known: dict[tuple[Candidate, ...], list[tuple[Rank, tuple[Candidate, ...]]]] = {}
    for day in question.days:
        if day.no:
            impossible.append(NotOffered(day, day.no))
            continue
        standings = tuple(stand(diary, day, question, accounts) for diary in diaries)
        candidates = tuple(
            Candidate(
                order=order,
                covers=covers[order],
                cost=each.cost,
                is_family=each.person.is_family,
                only_with_colleague=each.person.only_with_colleague,
            )
            for order, each in enumerate(standings)
            if each.may_be_held
        )
        if candidates not in known:
            known[candidates] = best_teams(candidates, topics, pinned=pinned, how_many=question.each_day)
        teams = known[candidates]
        if not teams:
            impossible.append(NotOffered(day, _say_why_not(standings, asked, question)))
        sharing = _who_would_share(question, day.date)
        found += [
            _Found(day, standings, rank, tuple(each.order for each in team), sharing) for rank, team in teams
        ]
    return found, impossible


def _topics(asked: Sequence[Asked]) -> tuple[Topics, dict[int, int]]:
    """The topics as bits, by need and by key."""
    bits = {each.key: 1 << place for place, each in enumerate(asked)}
    by_need = {need: sum(bits[each.key] for each in asked if each.need == need) for need in Need}
    return Topics(by_need[Need.NEEDED], by_need[Need.ACCOUNT], by_need[Need.SUGGESTED]), bits


def _who_would_share(question: Question, day: dt.date) -> tuple[Neighbour, ...]:
    """Neighbours without a date who would share a session, where this agency would too and the day suits them."""
    if not question.would_share:
        return ()
    return tuple(
        each
        for each in question.neighbours
        if each.would_share
        and each.day is None
        and (not each.months or (day.year, day.month) in each.months)
        and (not each.weekdays or day.weekday() in each.weekdays)
    )


# ---- why not


def _say_why_not(standings: Sequence[Standing], asked: Sequence[Asked], question: Question) -> str:
    """The first reason a person would give why nobody can give it that day."""
    free = [each.person for each in standings if each.may_be_held]
    for each in standings:
        if each.person.key in question.pinned_people and each.busy:
            return f"{each.person.name} {each.busy}"
    if len(question.pinned_people) > MOST_TOGETHER:
        return f"More than {MOST_TOGETHER} speakers are pinned"
    for topic in asked:
        if topic.need == Need.NEEDED and not any(topic.key in person.covers for person in free):
            return f"Nobody is free for {topic.title}: {_say_busy(standings, topic)}"
    if not free:
        return "Nobody is free"
    if all(person.is_family for person in free):
        return "No colleague is free to be with a family member"
    pinned = [each.person.name for each in standings if each.person.key in question.pinned_people]
    among = f" with {say_names(pinned)}" if pinned else ""
    return f"No team of up to {MOST_TOGETHER}{among} covers everything needed, with a colleague beside each who wants one"


def _say_busy(standings: Sequence[Standing], topic: Asked) -> str:
    those = [
        f"{each.person.name} {each.busy}"
        for each in standings
        if topic.key in each.person.covers and each.busy
    ]
    more = len(those) - NAMED
    return "; ".join(those[:NAMED]) + (f"; and {more} more" if more > 0 else "")


LESS = (
    "it would go past a limit that a speaker set",
    "the personal account would come from the recording",
    "somebody would need a night away",
    "fewer of the suggested topics are covered",
    "more speakers have not been asked",
    "it takes more speakers",
    "the speakers have less rest",
    "fewer could share a trip",
    "no neighbour would share it",
    "the journeys are longer",
)


def _say_after(one: _Found, last: _Found) -> str:
    """Why a date that works stands below the last one shown: the first figure in which it is worse."""
    pairs = zip(LESS, one.place, last.place, strict=False)
    why = next((words for words, own, theirs in pairs if own != theirs), "it is later")
    return f"Would work, but {why}"


# ---- in words


def _option(found: _Found, question: Question, asked: Sequence[Asked], diaries: dict[int, Diary]) -> Option:
    """The team of one day with all that the desk should know."""
    team = [found.standings[order] for order in sorted(found.orders)]
    parts = _share_out([each.person for each in team], asked)
    members = tuple(
        _member(each, parts[each.person.key], found.day, question, diaries[each.person.key]) for each in team
    )
    lead = max(
        (each for each in members if not each.person.is_family),
        key=lambda each: len(each.topics),
    ).person
    return Option(
        day=found.day,
        team=members,
        lead=lead,
        reasons=tuple(_say_reasons(found, members, asked)),
        cautions=(*_say_cautions(members, asked), *_say_partners(members, question.people)),
        rank=found.rank,
    )


def _member(
    standing: Standing, topics: tuple[Asked, ...], day: Day, question: Question, diary: Diary
) -> Member:
    person = standing.person
    return Member(
        person=person,
        topics=topics,
        leaves_home_at=standing.trip.leaves_at if standing.trip else None,
        journey=say_journey(person, day, question),
        hard=say_hard(standing),
        hard_pill=name_hard(standing),
        rest=say_rest(diary, day.date),
        diary=say_asked(person),
        limits=standing.limits,
        shared=say_shared(standing.shares) if standing.shares else "",
    )


def _share_out(team: Sequence[Person], asked: Sequence[Asked]) -> dict[int, tuple[Asked, ...]]:
    """Ask each topic of one member: of those who give it, who has confirmed it, then who has fewest so far.

    Topics that fewer members give go first, so that nobody is left without a part for want of care.
    """
    parts: dict[int, list[Asked]] = {person.key: [] for person in team}
    givers = {each.key: [person for person in team if each.key in person.covers] for each in asked}
    for topic in sorted(asked, key=lambda each: len(givers[each.key])):
        if givers[topic.key]:
            who = min(
                givers[topic.key],
                key=lambda person: (topic.key in person.unconfirmed, len(parts[person.key])),
            )
            parts[who.key].append(topic)
    return {key: tuple(each for each in asked if each in part) for key, part in parts.items()}


def _say_reasons(found: _Found, members: Sequence[Member], asked: Sequence[Asked]) -> list[str]:
    """What speaks for it."""
    left = [each for each in asked if not any(each in member.topics for member in members)]
    words = [f"Covers {len(asked) - len(left)} of {len(asked)} topics" if left else "Covers everything asked"]
    words += [f"{member.person.name}: {_lower(member.shared)}" for member in members if member.shared]
    for each in found.sharing:
        words.append(
            f"{each.reference}, about {each.kilometres} km away, would share a session and this day suits them"
        )
    return words


def _say_cautions(members: Sequence[Member], asked: Sequence[Asked]) -> list[str]:
    """What somebody has to decide, ask or put up with."""
    words = [f"{member.person.name} {limit}" for member in members for limit in member.limits]
    words += [f"{member.person.name} {member.hard}" for member in members if member.hard]
    for each in asked:
        if not any(each in member.topics for member in members):
            how = "from the recorded account" if each.need == Need.ACCOUNT else "nobody here gives it"
            words.append(f"{each.title}: {how}")
    unasked = [member.person.name for member in members if not member.person.diary_counts]
    if unasked:
        words.append(f"Not asked yet: {say_names(unasked)}")
    return words


def _say_partners(members: Sequence[Member], people: Sequence[Person]) -> list[str]:
    """Which partners nobody would speak for, where there are several: the agency expects both."""
    here = {member.person.partner for member in members}
    partners = dict.fromkeys(person.partner for person in people if person.partner)
    return [f"Nobody from {partner}" for partner in partners if partner not in here]


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
