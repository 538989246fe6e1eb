"""What floors above ask to be told of a booking that changes. They run in the transaction that changes it."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from bookings.models import Booking


@dataclass(frozen=True)
class TeamChange:
    """Who no longer gives an agreed session, and who gives it in their place: nobody, or a recording, when ``joined`` is None."""

    booking: Booking
    left: frozenset[int]
    joined: int | None
    is_recorded: bool
    actor: User


Postponed = Callable[[Booking], None]
TeamChanged = Callable[[TeamChange], None]
LanguageAsked = Callable[[Booking, User], None]
_postponed: list[Postponed] = []
_team_changed: list[TeamChanged] = []
_language_asked: list[LanguageAsked] = []


def after_postponing(callback: Postponed) -> None:
    """Ask to be told when an agreed day is put off. Call it in AppConfig.ready()."""
    if callback not in _postponed:
        _postponed.append(callback)


def after_team_change(callback: TeamChanged) -> None:
    """Ask to be told when a gap in an agreed session is closed. Call it in AppConfig.ready()."""
    if callback not in _team_changed:
        _team_changed.append(callback)


def after_language_wish(callback: LanguageAsked) -> None:
    """Ask to be told when the agency asks for papers in Welsh, or no longer does. Call it in AppConfig.ready()."""
    if callback not in _language_asked:
        _language_asked.append(callback)


def tell_postponed(booking: Booking) -> None:
    """Run what the floors above asked for."""
    for callback in _postponed:
        callback(booking)


def tell_team_changed(change: TeamChange) -> None:
    """Run what the floors above asked for."""
    for callback in _team_changed:
        callback(change)


def tell_language_wish(booking: Booking, *, actor: User) -> None:
    """Run what the floors above asked for."""
    for callback in _language_asked:
        callback(booking, actor)
