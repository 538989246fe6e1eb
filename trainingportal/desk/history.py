"""Who did what to which reference, read from the audit trail that the database writes by itself."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import CharField, F, IntegerField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from accounts.models import User
from bookings.models import (
    Booking,
    CallBack,
    ChangeRequest,
    Contact,
    Engagement,
    Matter,
    Offer,
    Release,
    RequestEdit,
    Venue,
)

MOST = 60
ANSWERS = ("accept invitation", "decline invitation", "give session up")
LABELS = {"insert": "new", "update": "changed", "delete": "removed", "decided": "changed", "added": "new"}
NOUNS = {
    "BookingEvent": "booking",
    "ContactEvent": "contact",
    "CallBackEvent": "call-back",
    "ReleaseEvent": "release",
    "OfferEvent": "offer",
    "EngagementEvent": "speaker’s place",
    "VenueEvent": "venue",
    "RequestEditEvent": "request",
    "MatterEvent": "what came in",
    "ChangeRequestEvent": "request for a change",
    "EnquiryEvent": "question",
    "MessageEvent": "mail",
    "SecondFactorEvent": "second factor",
}
APPS = {"MessageEvent": "outbox", "SecondFactorEvent": "accounts"}


@dataclass
class Deed:
    """One thing that somebody did, with all the rows it touched."""

    at: dt.datetime
    who: str
    verb: str
    reference: str
    touched: list[str]

    @property
    def what(self) -> str:
        return ", ".join(dict.fromkeys(self.touched))


@dataclass(frozen=True)
class Event:
    """One event of the trail: when, in which act, by whom, what happened to which kind of row of which booking."""

    at: dt.datetime
    act: object
    said: dict[str, Any] | None
    label: str
    kind: str
    booking: int | None
    own_reference: str


def _events(name: str) -> "QuerySet[Model]":
    return apps.get_model(APPS.get(name, "bookings"), name)._default_manager.all()


def _booking_of(name: str) -> Any:
    """How each kind of event names its booking."""
    match name:
        case "BookingEvent":
            return F("pgh_obj_id")
        case "CallBackEvent" | "ReleaseEvent":
            return Subquery(Contact.objects.filter(pk=OuterRef("contact_id")).values("booking_id")[:1])
        case "EngagementEvent":
            return Subquery(Offer.objects.filter(pk=OuterRef("offer_id")).values("booking_id")[:1])
        case "MessageEvent" | "SecondFactorEvent":
            return Value(None)
    return F("booking_id")


def _slim(name: str, rows: "QuerySet[Model]") -> Any:
    """The newest events of one kind, as the fields of ``Event``."""
    has_own = name in ("EnquiryEvent", "MessageEvent")
    own = Cast(F("reference"), CharField()) if has_own else Value("", output_field=CharField())
    return (
        rows.annotate(
            event_kind=Value(name, output_field=CharField()),
            of_booking=Cast(_booking_of(name), IntegerField()),
            own_reference=own,
        )
        .order_by("-pgh_id")
        .values_list(
            "pgh_created_at",
            "pgh_context_id",
            "pgh_context__metadata",
            "pgh_label",
            "event_kind",
            "of_booking",
            "own_reference",
        )[:MOST]
    )


def _newest(kinds: list[Any]) -> list[Event]:
    rows = kinds[0].union(*kinds[1:], all=True).order_by("-pgh_created_at")[:MOST]
    return [Event(*row) for row in rows]


def of_booking(booking: Booking, *, with_names: bool = True) -> list[Deed]:
    """The newest deeds on one booking. Two queries. Without names, who is not staff stands there by their part."""
    contacts = Contact.objects.filter(booking=booking.pk)
    offers = Offer.objects.filter(booking=booking.pk)
    rows: dict[str, Any] = {
        "BookingEvent": [booking.pk],
        "ContactEvent": contacts.values("pk"),
        "OfferEvent": offers.values("pk"),
        "MatterEvent": Matter.objects.filter(booking=booking.pk).values("pk"),
        "ChangeRequestEvent": ChangeRequest.objects.filter(booking=booking.pk).values("pk"),
        "VenueEvent": Venue.objects.filter(booking=booking.pk).values("pk"),
        "RequestEditEvent": RequestEdit.objects.filter(booking=booking.pk).values("pk"),
        "CallBackEvent": CallBack.objects.filter(contact__in=contacts).values("pk"),
        "ReleaseEvent": Release.objects.filter(contact__in=contacts).values("pk"),
        "EngagementEvent": Engagement.objects.filter(offer__in=offers).values("pk"),
    }
    kinds = [_slim(name, _events(name).filter(pgh_obj__in=keys)) for name, keys in rows.items()]
    return _deeds(_newest(kinds), {booking.pk: booking.reference}, with_names=with_names)


def lately(before: dt.datetime | None, reference: str = "", *, with_names: bool = True) -> list[Deed]:
    """The newest deeds at the whole desk, or before a moment; of one booking when its reference is given.

    Auditors read without names: a speaker's name beside a reference says who comes, which is above their tier.
    """
    if reference:
        booking = Booking.objects.filter(reference=reference).first()
        return of_booking(booking, with_names=with_names) if booking else []
    kinds = []
    for name in NOUNS:
        rows = _events(name)
        if before is not None:
            rows = rows.filter(pgh_created_at__lt=before)
        kinds.append(_slim(name, rows))
    return _deeds(_newest(kinds), {}, with_names=with_names)


def _part_of(user: User, verb: str) -> str:
    """Staff by name; anybody else by their part and a number, so that two can be told apart.

    One of the staff who is a speaker too is not named for an answer: it may be for a session of their own.
    """
    if user.is_staff:
        is_own = verb in ANSWERS and hasattr(user, "speaker")
        return "A speaker, or the desk for one" if is_own else str(user)
    return f"{'A speaker' if hasattr(user, 'speaker') else 'Somebody at the agency'}, no. {user.pk}"


def _deeds(events: list[Event], references: dict[int, str], *, with_names: bool) -> list[Deed]:
    """Bring the events of one act together and put a name and a verb to it."""
    actors = {event.said["actor"] for event in events if event.said and event.said.get("actor")}
    users = User.objects.filter(pk__in=actors).select_related("speaker") if actors else []
    people = {user.pk: user for user in users}
    unknown = {event.booking for event in events if event.booking} - references.keys()
    if unknown:
        references = references | dict(Booking.objects.filter(pk__in=unknown).values_list("pk", "reference"))
    deeds: dict[object, Deed] = {}
    for event in events:
        said = event.said or {}
        reference = references.get(event.booking or 0, "") or event.own_reference
        key = (event.act, reference) if event.act else (event.at, event.kind, reference)
        if key not in deeds:
            verb, user = str(said.get("verb", "change")), people.get(said.get("actor", 0))
            who = (str(user) if with_names else _part_of(user, verb)) if user else "The portal"
            deeds[key] = Deed(event.at, who, verb, reference, touched=[])
        deeds[key].touched.append(f"{LABELS.get(event.label, event.label)} {NOUNS[event.kind]}")
    return list(deeds.values())
