"""Who did what to which reference, read from the audit trail that the database writes by itself."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import pghistory.models
from django.apps import apps
from django.db.models import CharField, F, IntegerField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from accounts.models import User
from bookings.models import Booking, Contact, Engagement, Offer, Release

MOST = 60
LABELS = {"insert": "new", "update": "changed", "delete": "removed"}
NOUNS = {
    "BookingEvent": "booking",
    "ContactEvent": "contact",
    "CallBackEvent": "call-back",
    "ReleaseEvent": "release",
    "OfferEvent": "offer",
    "EngagementEvent": "speaker’s place",
    "VenueEvent": "venue",
    "EnquiryEvent": "question",
}


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


def _events(name: str) -> "QuerySet[Model]":
    return apps.get_model("bookings", name)._default_manager.all()


def _booking_of(name: str) -> dict[str, object]:
    """How each kind of event names its booking."""
    through_contact = Contact.objects.filter(pk=OuterRef("contact_id")).values("booking_id")[:1]
    through_offer = Offer.objects.filter(pk=OuterRef("offer_id")).values("booking_id")[:1]
    return {
        "BookingEvent": F("pgh_obj_id"),
        "ContactEvent": F("booking_id"),
        "OfferEvent": F("booking_id"),
        "VenueEvent": F("booking_id"),
        "CallBackEvent": Subquery(through_contact),
        "ReleaseEvent": Subquery(through_contact),
        "EngagementEvent": Subquery(through_offer),
        "EnquiryEvent": F("booking_id"),
    }[name]  # type: ignore[return-value]


def _slim(name: str, rows: "QuerySet[Model]", most: int) -> "QuerySet[Model]":
    """The newest events of one kind as (at, context, label, kind, booking, reference)."""
    own = Cast(F("reference"), CharField()) if name == "EnquiryEvent" else Value("", output_field=CharField())
    return (
        rows.annotate(
            kind=Value(name, output_field=CharField()),
            of_booking=Cast(_booking_of(name), IntegerField()),  # type: ignore[arg-type]
            own_reference=own,
        )
        .order_by("-pgh_id")
        .values_list("pgh_created_at", "pgh_context_id", "pgh_label", "kind", "of_booking", "own_reference")[
            :most
        ]
    )


def of_booking(booking: Booking) -> list[Deed]:
    """The newest deeds on one booking. Three queries."""
    pk = booking.pk
    contacts = Contact.objects.filter(booking=pk).values("pk")
    offers = Offer.objects.filter(booking=pk).values("pk")
    parts = {
        "BookingEvent": {"pgh_obj": pk},
        "ContactEvent": {"pgh_obj__in": contacts},
        "OfferEvent": {"pgh_obj__in": offers},
        "VenueEvent": {"booking": pk},
        "CallBackEvent": {"contact__in": contacts},
        "ReleaseEvent": {"pgh_obj__in": Release.objects.filter(contact__in=contacts).values("pk")},
        "EngagementEvent": {"pgh_obj__in": Engagement.objects.filter(offer__in=offers).values("pk")},
    }
    kinds = [_slim(name, _events(name).filter(**where), MOST) for name, where in parts.items()]
    return _deeds(
        kinds[0].union(*kinds[1:], all=True).order_by("-pgh_created_at")[:MOST], {pk: booking.reference}
    )


def lately(before: dt.datetime | None, reference: str = "") -> list[Deed]:
    """The newest deeds at the whole desk, or before a moment; of one booking when its reference is given."""
    if reference:
        booking = Booking.objects.filter(reference=reference.strip().upper()).first()
        return of_booking(booking) if booking else []
    kinds = []
    for name in NOUNS:
        rows = _events(name)
        if before is not None:
            rows = rows.filter(pgh_created_at__lt=before)
        kinds.append(_slim(name, rows, MOST))
    return _deeds(kinds[0].union(*kinds[1:], all=True).order_by("-pgh_created_at")[:MOST], {})


def _deeds(
    rows: Iterable[tuple[dt.datetime, object, str, str, int | None, str]], references: dict[int, str]
) -> list[Deed]:
    """Bring the events of one act together and put a name and a verb to it."""
    events = list(rows)
    contexts = {
        context.pk: context.metadata
        for context in pghistory.models.Context.objects.filter(pk__in={row[1] for row in events if row[1]})
    }
    people = {
        user.pk: str(user)
        for user in User.objects.filter(
            pk__in={data.get("actor") for data in contexts.values() if data.get("actor")}
        )
    }
    unknown = {row[4] for row in events if row[4] and row[4] not in references}
    if unknown:
        references |= dict(Booking.objects.filter(pk__in=unknown).values_list("pk", "reference"))
    deeds: dict[object, Deed] = {}
    for at, context, label, kind, booking, own_reference in events:
        key = (context, booking) if context else (at, kind, booking)
        data = contexts.get(context, {})
        if key not in deeds:
            deeds[key] = Deed(
                at=at,
                who=people.get(data.get("actor"), "The portal"),
                verb=str(data.get("verb", "change")),
                reference=references.get(booking or 0, "") or own_reference,
                touched=[],
            )
        deeds[key].touched.append(f"{LABELS.get(label, label)} {NOUNS[kind]}")
    return list(deeds.values())
