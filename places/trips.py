"""When somebody leaves home for a session and is back: the whole of the time it takes from them, with a night away if need be."""

import datetime as dt
from dataclasses import dataclass

from places.clock import LONDON, local, say_minutes, say_time

LATE = dt.time(22)
"""Back home later than this is worth a word to whoever plans the day."""


@dataclass(frozen=True)
class TripRules:
    """What the desk has set. A journey that is longer each way, or would begin earlier, is made the day before."""

    setup_minutes: int = 30
    pack_up_minutes: int = 15
    night_beyond_minutes: int = 180
    earliest_leave: dt.time = dt.time(5, 30)
    there_by: dt.time = dt.time(18)
    """With a night away: in time for an evening meal on the day before."""


@dataclass(frozen=True)
class Trip:
    """One speaker's way to one session and home. ``minutes`` is one way; none online, or where it is not known."""

    leaves_at: dt.datetime
    back_at: dt.datetime
    minutes: int
    night_away: bool

    @property
    def is_late_home(self) -> bool:
        """Whether they are back in the night after the session, or late that evening."""
        back = local(self.back_at)
        return bool(self.minutes) and (back.time() > LATE or back.time() < dt.time(5))

    @property
    def is_hard(self) -> bool:
        """Whether it asks more of somebody than a day: a night away, or a journey home into the night."""
        return self.night_away or self.is_late_home


def plan_trip(
    starts_at: dt.datetime, ends_at: dt.datetime, *, minutes: int, rules: TripRules = TripRules()
) -> Trip:
    """Work out when they leave and are back, in UTC, where an hour is always an hour. ``minutes``: the journey one way."""
    journey = dt.timedelta(minutes=minutes)
    leaves_at = starts_at.astimezone(dt.UTC) - dt.timedelta(minutes=rules.setup_minutes) - journey
    back_at = ends_at.astimezone(dt.UTC) + dt.timedelta(minutes=rules.pack_up_minutes) + journey
    day = local(starts_at).date()
    earliest = dt.datetime.combine(day, rules.earliest_leave, tzinfo=LONDON)
    night_away = minutes > rules.night_beyond_minutes or (minutes > 0 and leaves_at < earliest)
    if night_away:
        eve = dt.datetime.combine(day - dt.timedelta(days=1), rules.there_by, tzinfo=LONDON)
        leaves_at = eve.astimezone(dt.UTC) - journey
    return Trip(leaves_at, back_at, minutes, night_away)


def say_trip(trip: Trip, *, leave: str = "Leave") -> str:
    """The trip in words: "Leave home about 2.30pm on Monday, back about 8pm on Tuesday". Empty where nobody travels.

    ``leave`` is "Leaves" where it is said of somebody else.
    """
    if not trip.minutes:
        return ""
    leaves, back = local(trip.leaves_at), local(trip.back_at)
    on, again = (f" on {leaves:%A}", f" on {back:%A}") if leaves.date() != back.date() else ("", "")
    return f"{leave} home about {say_time(leaves)}{on}, back about {say_time(back)}{again}"


def say_whole_trip(trip: Trip | None) -> str:
    """The same with how much of somebody's time it is: "…: about 12 hours 35 minutes in all", or the night away."""
    if trip is None or not trip.minutes:
        return ""
    if trip.night_away:
        return f"{say_trip(trip)}, with a night away"
    length = int((trip.back_at - trip.leaves_at).total_seconds() // 60)
    return f"{say_trip(trip)}: about {say_minutes(length)} in all"
