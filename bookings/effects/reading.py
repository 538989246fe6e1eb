"""How a booking stands in the database at one moment, as rows that can be compared."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bookings.models import Booking, CallBack, Contact, Engagement, Matter, Note, Offer, Release, Venue

Row = Mapping[str, Any]
Rows = Mapping[int, Row]


@dataclass(frozen=True)
class Snapshot:
    """A booking and what hangs on it, each part by its key."""

    booking: Row
    contacts: Rows
    offers: Rows
    places: Rows
    releases: Rows
    venue: Row
    counted: Row
    beyond: Row


Reader = Callable[[Booking], Row]
Sayer = Callable[[Row, Row, bool], list[str]]
"""Sentences on what a floor above read before and after; the last says whether it is done already."""

_beyond: dict[Reader, Sayer] = {}

FOLLOWS = ("waiting_since", "waiting_for", "next_step", "due_at", "calendar_sequence")
"""Fields of a booking that are worked out from the rest: no change by themselves."""


def also_read(reader: Reader, say: Sayer) -> None:
    """Let a floor above add what it knows of a booking. Call it in AppConfig.ready()."""
    _beyond[reader] = say


def say_beyond(before: Row, after: Row, *, done: bool) -> list[str]:
    """What the floors above say of the difference."""
    return [words for say in _beyond.values() for words in say(before, after, done)]


def read(booking_id: int) -> Snapshot:
    """The booking as it stands now, for this transaction."""
    booking = Booking.objects.select_related("owner").get(pk=booking_id)
    contacts = Contact.objects.filter(booking=booking_id)
    return Snapshot(
        booking={
            **{name: getattr(booking, name) for name in _columns(Booking)},
            "owner": booking.owner.name if booking.owner else "",
            "audiences": tuple(booking.audience_shares.order_by("audience").values_list("audience", "share")),
            "musts": tuple(booking.musts.order_by("pk").values_list("pk", flat=True)),
            "leave_outs": tuple(booking.leave_outs.order_by("pk").values_list("pk", flat=True)),
        },
        contacts=_rows(contacts.order_by("pk").values(*_columns(Contact))),
        offers=_rows(Offer.objects.filter(booking=booking_id).order_by("pk").values(*_columns(Offer))),
        places=_rows(
            Engagement.objects.filter(offer__booking=booking_id)
            .order_by("pk")
            .values(*_columns(Engagement), "speaker__name", "diary_entry__busy", "diary_entry__held_until")
        ),
        releases=_rows(
            Release.objects.filter(contact__booking=booking_id).order_by("pk").values(*_columns(Release))
        ),
        venue=Venue.objects.filter(booking=booking_id).values(*_columns(Venue)).first() or {},
        counted={
            "notes": Note.objects.filter(booking=booking_id).count(),
            "open matters": Matter.objects.filter(booking=booking_id, settled_at__isnull=True).count(),
            "calls": CallBack.objects.filter(contact__booking=booking_id).count(),
        },
        beyond={key: value for reader in _beyond for key, value in reader(booking).items()},
    )


def is_same(before: Snapshot, after: Snapshot) -> bool:
    """Whether nothing was changed between the two; what follows from other fields does not count."""
    return _bare(before) == _bare(after)


def _bare(snapshot: Snapshot) -> tuple[object, ...]:
    booking = {name: value for name, value in snapshot.booking.items() if name not in FOLLOWS}
    rest = (snapshot.contacts, snapshot.offers, snapshot.places, snapshot.releases)
    return (booking, *rest, snapshot.venue, snapshot.counted, snapshot.beyond)


def _rows(rows: Iterable[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in rows}


def _columns(model: type[Any]) -> list[str]:
    return [each.attname for each in model._meta.concrete_fields if each.name != "updated_at"]
