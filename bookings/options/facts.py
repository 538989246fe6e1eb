"""What the options rest on: plain frozen rows that know no database. Moments have a zone; keys are the rows' own."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from places.trips import TripRules

MOST_TOGETHER = 4
"""A team is never larger."""


class Need(StrEnum):
    """How much an asked topic binds."""

    NEEDED = "needed"  # always given, asked for by the agency, or pinned: no team without it
    ACCOUNT = "account"  # a personal account: where nobody can give it, the recorded account steps in
    SUGGESTED = "suggested"  # first choice for these audiences


@dataclass(frozen=True)
class Asked:
    """A topic that the session should hold."""

    key: int
    title: str
    need: Need


@dataclass(frozen=True)
class Taken:
    """A stretch of somebody's diary, half-open, with travel and set-up around a session."""

    begins: dt.datetime
    ends: dt.datetime
    is_session: bool
    words: str = ""
    """Why the time is taken, for the desk: "gives WT-4KX2". Never the reason of an absence."""
    has_account: bool = False
    counts: bool = True
    """Whether it counts for limits and rest: other dates of the same booking do not, as only one will be given."""


@dataclass(frozen=True)
class Person:
    """A speaker as the options see them.

    Free, busy and not asked are three things: ``taken`` is busy; the rest is free where ``diary_counts``, because they
    looked at their diary lately (on ``looked_on``), and otherwise only not asked.
    """

    key: int
    name: str
    covers: frozenset[int]
    """Topics they give, by key."""
    unconfirmed: frozenset[int] = frozenset()
    """Those of ``covers`` that they have not confirmed themselves."""
    is_family: bool = False
    partner: str = ""
    """Whom they speak for, as the desk calls it."""
    only_with_colleague: bool = False
    travel_minutes: int | None = 0
    """One way; 0 online, None where it is not known."""
    kilometres: int = 0
    """By road, rounded; 0 online or not known."""
    looked_on: dt.date | None = None
    diary_counts: bool = False
    taken: tuple[Taken, ...] = ()
    refuses: str = ""
    """Why they are not asked at all, whatever the day: "has asked for no invitations until 3 May". Empty: they may be."""
    most_sessions_a_month: int | None = None
    days_between_accounts: int | None = None
    limits: tuple[str, ...] = ()
    """Limits of theirs that this booking touches whatever the day: "goes 40 km beyond their reach"."""


@dataclass(frozen=True)
class Neighbour:
    """Another booking near this one's place."""

    reference: str
    kilometres: int
    day: dt.date | None = None
    """The day agreed or held; None while it has no date."""
    speakers: frozenset[int] = frozenset()
    """Who gives it."""
    would_share: bool = False
    months: frozenset[tuple[int, int]] = frozenset()
    """(year, month) that suit them; none means any."""
    weekdays: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Day:
    """A date asked for, with the session as it would stand on it. ``no``: why it cannot be, whoever is free."""

    date: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    no: str = ""


@dataclass(frozen=True)
class Question:
    """All that is known, and what a coordinator has pinned."""

    days: tuple[Day, ...]
    asked: tuple[Asked, ...]
    people: tuple[Person, ...]
    """In the order in which equals are chosen."""
    neighbours: tuple[Neighbour, ...] = ()
    """Only those near enough to share a trip or a session."""
    trips: TripRules = field(default_factory=TripRules)
    """How journeys are planned."""
    would_share: bool = False
    pinned_people: frozenset[int] = frozenset()
    each_day: int = 1
    """How many teams to give for one date."""
    most: int = 12
    """How many options to give in all."""
