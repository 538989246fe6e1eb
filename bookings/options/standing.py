"""How one person stands on one day: may they be held, what it touches, and how that is said."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from bookings.options.facts import Day, Neighbour, Person, Question, Taken
from bookings.options.search import Cost
from places.clock import local, say_minutes, say_short_date, say_time
from places.trips import Trip, plan_trip, say_trip
from speakers.limits import month_touched, rest_touched

CLOSE = dt.timedelta(days=7)
"""Another session so near counts against the rest between two; one nearby so near may share the trip."""

UNKNOWN_TRAVEL = 240
"""What a journey counts that nobody can estimate, in minutes: as far as a long day allows."""


@dataclass(frozen=True)
class Diary:
    """One person's diary, read once for all days: their sessions by London day."""

    person: Person
    sessions: tuple[dt.date, ...]
    accounts: tuple[dt.date, ...]

    @classmethod
    def of(cls, person: Person) -> "Diary":
        """Read the days out of what is taken. A session's day is that of its middle: travel may begin the day before."""
        days = [(_middle(each), each) for each in person.taken if each.is_session and each.counts]
        return cls(
            person,
            tuple(sorted(day for day, _ in days)),
            tuple(sorted(day for day, each in days if each.has_account)),
        )


@dataclass(frozen=True)
class Standing:
    """One person on one day. ``busy`` says why they cannot be held, and is empty where they can."""

    person: Person
    busy: str = ""
    limits: tuple[str, ...] = ()
    shares: Neighbour | None = None
    close: int = 0
    trip: Trip | None = None
    """When they leave home and are back; None where they are not asked at all, or nobody travels, or it is not known."""
    cost: Cost = field(default=(0, 0, 0, 0, 0, 0))

    @property
    def may_be_held(self) -> bool:
        return not self.busy


def stand(diary: Diary, day: Day, question: Question, accounts: frozenset[int]) -> Standing:
    """Work out how they stand. ``accounts`` are the personal accounts asked for, by key."""
    person = diary.person
    if person.refuses:
        return Standing(person, busy=person.refuses)
    trip = trip_of(person, day, question)
    for each in person.taken:
        if each.begins < trip.back_at and each.ends > trip.leaves_at:
            return Standing(person, busy=each.words or "is away")
    limits = (
        *person.limits,
        *_limits(diary, day.date, tells=person.is_family and bool(person.covers & accounts)),
    )
    shares = next((each for each in question.neighbours if _could_share(each, person, day.date)), None)
    close = sum(abs(other - day.date) <= CLOSE for other in diary.sessions)
    travel = UNKNOWN_TRAVEL if person.travel_minutes is None else person.travel_minutes
    cost = (len(limits), int(trip.is_hard), int(not person.diary_counts), close, int(shares is None), travel)
    return Standing(
        person, limits=limits, shares=shares, close=close, trip=trip if trip.minutes else None, cost=cost
    )


def trip_of(person: Person, day: Day, question: Question) -> Trip:
    """The time a session takes out of their diary, with travel, set-up, and a night away where the journey needs it."""
    return plan_trip(day.starts_at, day.ends_at, minutes=person.travel_minutes or 0, rules=question.trips)


def _limits(diary: Diary, day: dt.date, *, tells: bool) -> Iterable[str]:
    """What the person asked for themselves and this day would go past."""
    person = diary.person
    in_month = sum((each.year, each.month) == (day.year, day.month) for each in diary.sessions)
    touched = month_touched(person.most_sessions_a_month, in_month, day)
    if tells:
        apart = min((abs((each - day).days) for each in diary.accounts), default=None)
        touched += rest_touched(person.days_between_accounts, apart)
    return (each.words for each in touched)


def _could_share(neighbour: Neighbour, person: Person, day: dt.date) -> bool:
    return (
        neighbour.day is not None and person.key in neighbour.speakers and abs(neighbour.day - day) <= CLOSE
    )


# ---- in words


def say_journey(person: Person, day: Day, question: Question) -> str:
    """When they leave and are back, and how far it is: "Leaves home about 6.40am, back about 7pm; 2 hours each way"."""
    if person.travel_minutes is None:
        return "Travel not known"
    if person.travel_minutes == 0:
        return "No travel"
    trip = trip_of(person, day, question)
    distance = f" and about {person.kilometres} km" if person.kilometres else ""
    return f"{say_trip(trip, leave='Leaves')}; {say_minutes(person.travel_minutes)}{distance} each way"


def say_hard(standing: Standing) -> str:
    """What the journey asks beyond a day of theirs, to follow their name: a night away, or a way home into the night."""
    trip = standing.trip
    if trip is None or not trip.is_hard:
        return ""
    return "would need a night away" if trip.night_away else f"would be back about {say_time(trip.back_at)}"


def name_hard(standing: Standing) -> str:
    """The same in two words, beside a name."""
    if not say_hard(standing):
        return ""
    return "Night away" if standing.trip is not None and standing.trip.night_away else "Late home"


def say_rest(diary: Diary, day: dt.date) -> tuple[str, ...]:
    """How long before this day the last session and the last personal account are, and how soon the next session comes."""
    words = []
    last = max((each for each in diary.sessions if each <= day), default=None)
    words.append(f"Last session {_days((day - last).days)} before" if last else "No session before it")
    told = max((each for each in diary.accounts if each <= day), default=None)
    if told:
        words.append(f"last personal account {_days((day - told).days)} before")
    following = min((each for each in diary.sessions if each > day), default=None)
    if following:
        words.append(f"next session {_days((following - day).days)} after")
    return tuple(words)


def say_asked(person: Person) -> str:
    """Whether an empty day is a yes: only where they looked at their diary lately."""
    return f"Free; {say_looked(person)}" if person.diary_counts else f"Not asked: {say_looked(person)}"


def say_looked(person: Person) -> str:
    """When they last looked at their diary."""
    if person.looked_on is None:
        return "has not looked at their diary yet"
    seen = say_short_date(person.looked_on)
    return (
        f"looked at their diary on {seen}"
        if person.diary_counts
        else f"has not looked at their diary since {seen}"
    )


def say_shared(neighbour: Neighbour) -> str:
    """Why one journey might do for two sessions."""
    assert neighbour.day is not None
    where = f"about {neighbour.kilometres} km away on {say_short_date(neighbour.day)}"
    return f"Gives {neighbour.reference} {where}: could share a trip"


def _middle(taken: Taken) -> dt.date:
    return local(taken.begins + (taken.ends - taken.begins) / 2).date()


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
