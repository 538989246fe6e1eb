"""What one act does, as facts; the sentences are in ``saying``."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from bookings.effects import saying
from bookings.effects.reading import Snapshot, is_same


class Role(StrEnum):
    """What somebody who is written to has to do with the booking."""

    CONTACT = "contact"
    SPEAKER = "speaker"
    DESK = "desk"
    COORDINATOR = "coordinator"
    OTHER = "other"


class Audience(StrEnum):
    """Who reads the sentences. The desk reads names; an agency is told nothing of who is asked or held."""

    DESK = "desk"
    AGENCY = "agency"
    SPEAKER = "speaker"


@dataclass(frozen=True)
class Mail:
    """One mail that an act sends: to whom, as what, of which kind, and whether it takes a calendar entry back."""

    to: str
    name: str
    role: Role
    kind: str
    reference: str
    takes_entry_back: bool = False


@dataclass(frozen=True)
class OnDay:
    """A speaker, and the day of the session that their time is about."""

    name: str
    day: dt.datetime


@dataclass(frozen=True)
class Effects:
    """What an act does to the bookings it was looked at for, and every mail it sends. Names stand once each."""

    mails: tuple[Mail, ...]
    before: tuple[Snapshot, ...]
    after: tuple[Snapshot, ...]
    freed: tuple[OnDay, ...] = ()
    held: tuple[OnDay, ...] = ()
    asked_again: tuple[OnDay, ...] = ()
    said_yes: tuple[str, ...] = ()
    open_conditions: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    open_places: tuple[str, ...] = ()
    closed_places: tuple[str, ...] = ()
    opened_names: tuple[str, ...] = ()
    closed_names: tuple[str, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether nobody is written to and no row is different: the act does nothing at all."""
        pairs = zip(self.before, self.after, strict=True)
        return not self.mails and all(is_same(before, after) for before, after in pairs)

    @property
    def sentences(self) -> list[str]:
        """For the desk, before the act."""
        return self.sentences_for(Audience.DESK)

    @property
    def done(self) -> list[str]:
        """For the desk, after it."""
        return self.sentences_for(Audience.DESK, done=True)

    @property
    def words(self) -> str:
        """The sentences for the desk before the act, as one paragraph."""
        return " ".join(self.sentences)

    @property
    def done_words(self) -> str:
        """The sentences for the desk after the act, as one paragraph."""
        return " ".join(self.done)

    def sentences_for(self, audience: Audience, *, email: str = "", done: bool = False) -> list[str]:
        """The sentences that this audience may read; ``email`` is the reader's own address, so that it says "you"."""
        if audience == Audience.DESK:
            return saying.for_the_desk(self, done=done)
        return saying.for_outsiders(self, audience, email=email.strip().lower(), done=done)
