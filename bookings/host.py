"""What we ask of the host before the day: which questions are still open, and by when we need an answer."""

import datetime as dt
from dataclasses import dataclass

from bookings.models import Booking, Place
from bookings.release import HostTold
from places.clock import local, say_date

NEEDED_BEFORE = dt.timedelta(days=14)


@dataclass(frozen=True)
class Question:
    """One thing that we ask of every host. ``field`` is the venue's; ``words`` name it in a list."""

    field: str
    words: str
    on_site: bool
    online: bool


QUESTIONS = (
    Question("name", "The venue, and how to get in", on_site=True, online=False),
    Question("online_link", "The link to join online", on_site=False, online=True),
    Question("quiet_room", "A quiet room near the training room", on_site=True, online=False),
    Question("support_name", "A support contact for people who attend", on_site=True, online=True),
    Question("parking", "Parking for our trainers", on_site=True, online=False),
)


def unanswered(booking: Booking, told: HostTold | None) -> list[Question]:
    """What the host has not told us yet. Nobody is asked about a building online, or for a link on site."""
    online = booking.place == Place.ONLINE
    given = told.given if told is not None else frozenset()
    return [
        question
        for question in QUESTIONS
        if question.field not in given and (question.online if online else question.on_site)
    ]


def needed_by(starts_at: dt.datetime) -> dt.date:
    """The day by which the host's answers are needed: two weeks before the training."""
    return local(starts_at - NEEDED_BEFORE).date()


def say_needed_by(starts_at: dt.datetime, *, now: dt.datetime) -> str:
    """The same in words, and what to say once it has passed."""
    due = needed_by(starts_at)
    return f"by {say_date(due)}" if due >= local(now).date() else "as soon as you can"
