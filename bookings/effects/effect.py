"""What one act does, as facts; the sentences are in ``saying``."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
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
        pairs = list(zip(self.before, self.after, strict=True))
        return bool(pairs) and not self.mails and all(is_same(before, after) for before, after in pairs)

    def naming(self, names: Mapping[str, str]) -> "Effects":
        """The same with the names of people whom no booking knows yet, by their address."""
        return replace(
            self, mails=tuple(replace(mail, name=names.get(mail.to, mail.name)) for mail in self.mails)
        )

    def writes_to(self, email: str) -> bool:
        """Whether the act sends a mail to this address."""
        return any(mail.to == email.lower() for mail in self.mails)

    def apart_from(self, email: str) -> "Effects":
        """The same without the mails to one address, where a page names that person itself."""
        return replace(self, mails=tuple(mail for mail in self.mails if mail.to != email.lower()))

    @property
    def fingerprint(self) -> str:
        """The same for two acts that concern the same people in the same way, whatever was typed: dates, names of places."""
        known = {contact["email"] for before in self.before for contact in before.contacts.values()}
        told = sorted(
            {(mail.role, mail.kind, mail.takes_entry_back, _who(mail, known)) for mail in self.mails}
        )
        people = [sorted({one.name for one in some}) for some in (self.freed, self.held, self.asked_again)]
        people += [
            sorted(some)
            for some in (
                self.said_yes,
                self.open_conditions,
                self.settled,
                self.open_places,
                self.closed_places,
                self.opened_names,
                self.closed_names,
            )
        ]
        moves = [
            (before.booking["status"], after.booking["status"], after.booking["next_step"], _opened(after))
            for before, after in zip(self.before, self.after, strict=True)
        ]
        papers = saying.beyond(self, done=False)
        words = repr((told, people, moves, papers))
        return hashlib.sha256(words.encode()).hexdigest()[:24]

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


def _who(mail: Mail, contacts: Collection[str]) -> str:
    """Somebody who has to do with the booking already; anybody else is whoever was typed."""
    is_known = (
        mail.to in contacts if mail.role == Role.CONTACT else mail.role in (Role.SPEAKER, Role.COORDINATOR)
    )
    return mail.to if is_known else ""


def _opened(snapshot: Snapshot) -> tuple[object, ...]:
    """What each contact may see, and what of it waits for somebody."""
    contacts = [
        tuple(contact[column] is not None for column in COLUMNS) for contact in snapshot.contacts.values()
    ]
    return (*contacts, *(release["state"] for release in snapshot.releases.values()))


COLUMNS = ("mailbox_confirmed_at", "verified_at", "released_at", "revoked_at")
