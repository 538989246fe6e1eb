"""What is different between two snapshots, and who is written to."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from accounts.models import User
from bookings.effects.effect import Effects, Mail, OnDay, Role
from bookings.effects.reading import Row, Rows, Snapshot
from bookings.models import DeskSettings
from bookings.states import LIVE_ENGAGEMENTS, EngagementState
from outbox.queue import Queued
from speakers.models import Speaker

T = TypeVar("T")
Pairs = Sequence[tuple[Snapshot, Snapshot]]
DESK = "the training desk"


def compare(before: Sequence[Snapshot], after: Sequence[Snapshot], queued: Sequence[Queued]) -> Effects:
    """What an act did, from the rows before and after it and the mails it queued."""
    pairs = list(zip(before, after, strict=True))
    return Effects(
        mails=tuple(_mails(before, after, queued)),
        before=tuple(before),
        after=tuple(after),
        freed=_each(_freed, pairs),
        held=_each(_held, pairs),
        asked_again=_each(_asked_again, pairs),
        said_yes=_each(_said_yes, pairs),
        open_conditions=_each(_open_conditions, pairs),
        settled=_each(_settled, pairs),
        open_places=_each(_open_places, pairs),
        closed_places=_each(_closed_places, pairs),
        opened_names=_each(_opened_names, pairs),
        closed_names=_each(_closed_names, pairs),
    )


def _each(find: Callable[[Snapshot, Snapshot], Iterable[T]], pairs: Pairs) -> tuple[T, ...]:
    return tuple(dict.fromkeys(found for pair in pairs for found in find(*pair)))


# ---- who is written to


def _mails(before: Sequence[Snapshot], after: Sequence[Snapshot], queued: Sequence[Queued]) -> Iterator[Mail]:
    addresses = {one.message.to for one in queued}
    contacts = {
        str(contact["email"]).lower(): str(contact["name"])
        for snapshot in (*before, *after)
        for contact in snapshot.contacts.values()
    }
    speakers = _by_email(Speaker.objects.filter(user__email__in=addresses).values_list("user__email", "name"))
    staff = _by_email(User.objects.filter(email__in=addresses, is_staff=True).values_list("email", "name"))
    desk = DeskSettings.current().desk_email.lower() if addresses else ""
    for message, content_types in queued:
        role, name = Role.OTHER, message.to
        if message.about.startswith("bookings.engagement:") and message.to in speakers:
            role, name = Role.SPEAKER, speakers[message.to]
        elif message.to == desk:
            role, name = Role.DESK, DESK
        elif message.to in contacts:
            role, name = Role.CONTACT, contacts[message.to]
        elif message.to in speakers:
            role, name = Role.SPEAKER, speakers[message.to]
        elif message.to in staff:
            role, name = Role.COORDINATOR, staff[message.to]
        yield Mail(
            to=message.to,
            name=name,
            role=role,
            kind=message.kind,
            reference=message.reference,
            takes_entry_back=any("method=CANCEL" in each for each in content_types),
        )


def _by_email(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {email.lower(): name for email, name in rows}


# ---- speakers


def _live(places: Rows) -> dict[int, Row]:
    return {key: place for key, place in places.items() if place["state"] in LIVE_ENGAGEMENTS}


def _on_day(place: Row, snapshot: Snapshot) -> OnDay:
    day: dt.datetime = snapshot.offers[place["offer_id"]]["starts_at"]
    return OnDay(str(place["speaker__name"]), day)


def _freed(before: Snapshot, after: Snapshot) -> Iterator[OnDay]:
    """Places that held time and no longer do; not those of speakers who are held anew for the same day."""
    still = {(place["speaker_id"], place["offer_id"]) for place in _live(after.places).values()}
    for key, place in _live(before.places).items():
        ended = key not in _live(after.places)
        if ended and (place["speaker_id"], place["offer_id"]) not in still:
            yield _on_day(place, before)


def _new(before: Snapshot, after: Snapshot) -> Iterator[tuple[Row, bool]]:
    """New places that hold time, and whether the speaker had one before that this one follows."""
    ended = {
        place["speaker_id"] for key, place in _live(before.places).items() if key not in _live(after.places)
    }
    for key, place in _live(after.places).items():
        if key not in before.places:
            yield place, place["speaker_id"] in ended


def _held(before: Snapshot, after: Snapshot) -> Iterator[OnDay]:
    return (_on_day(place, after) for place, had_one in _new(before, after) if not had_one)


def _asked_again(before: Snapshot, after: Snapshot) -> Iterator[OnDay]:
    return (_on_day(place, after) for place, had_one in _new(before, after) if had_one)


def _changed_places(before: Snapshot, after: Snapshot) -> Iterator[tuple[Row, Row]]:
    return ((before.places[key], place) for key, place in after.places.items() if key in before.places)


def _answered(before: Snapshot, after: Snapshot) -> Iterator[Row]:
    for was, place in _changed_places(before, after):
        if was["state"] == EngagementState.ASKED and place["state"] == EngagementState.ACCEPTED:
            yield place


def _said_yes(before: Snapshot, after: Snapshot) -> Iterator[str]:
    return (str(place["speaker__name"]) for place in _answered(before, after) if not place["condition"])


def _open_conditions(before: Snapshot, after: Snapshot) -> Iterator[str]:
    return (str(place["speaker__name"]) for place in _answered(before, after) if place["condition"])


def _settled(before: Snapshot, after: Snapshot) -> Iterator[str]:
    for was, place in _changed_places(before, after):
        if was["condition_settled_at"] is None and place["condition_settled_at"] is not None:
            yield str(place["speaker__name"])


def _open_places(before: Snapshot, after: Snapshot) -> Iterator[str]:
    for was, place in _changed_places(before, after):
        if place["leaves_a_gap"] and not was["leaves_a_gap"]:
            yield str(place["speaker__name"])


def _closed_places(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Places that were open and that nobody is asked to fill now; not those of an offer that ended."""
    filled = {place["instead_of_id"] for place in after.places.values()}
    for was, place in _changed_places(before, after):
        offer = place["offer_id"]
        goes_on = before.offers[offer]["state"] == after.offers[offer]["state"] and place["id"] not in filled
        if was["leaves_a_gap"] and not place["leaves_a_gap"] and goes_on:
            yield str(place["speaker__name"])


# ---- people at the agency


def _opened_names(before: Snapshot, after: Snapshot) -> Iterator[str]:
    return _since(before, after, "released_at", begins=True)


def _closed_names(before: Snapshot, after: Snapshot) -> Iterator[str]:
    return _since(before, after, "released_at", begins=False)


def _since(before: Snapshot, after: Snapshot, column: str, *, begins: bool) -> Iterator[str]:
    """Contacts for whom a moment was written, or taken away."""
    for key, contact in after.contacts.items():
        was, now = before.contacts.get(key, {}).get(column), contact[column]
        if (was is None) is begins and (now is None) is not begins:
            yield str(contact["name"])
