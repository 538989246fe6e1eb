"""When people's time with us is over: what they told us goes, the booking's numbers stay."""

import pgtrigger
from django.db import transaction
from django.db.models import Model

from bookings.models import (
    ChangeRequest,
    Contact,
    Engagement,
    Enquiry,
    Matter,
    Note,
    Offer,
    Release,
    RequestEdit,
    Venue,
)
from bookings.services.moves import doing, locked, move, settle
from bookings.services.requests import ACCESS_NEEDS
from bookings.states import BookingStatus
from outbox.services import forget_mail

VERB = "forget people"
STILL_OPEN = (BookingStatus.REQUESTED, BookingStatus.WAITING_LIST)
TYPED = (
    "prompted_by",
    "prior_training",
    "anything_else",
    "dates_to_avoid",
    "windows",
    "access_needs",
    "purchase_order",
)
"""What the agency wrote in its own words. Head-count, format, topics, audiences, region, outcode and date are numbers."""


@transaction.atomic
def forget_people(booking_id: int) -> None:
    """Delete who asked, what they wrote, the place, call-backs, notes and mail of a booking; keep its numbers.

    A request that still waits is closed first, without a word to anybody: it has been silent for its whole time.
    """
    with doing(VERB, None):
        booking = locked(booking_id)
        if booking.status in STILL_OPEN:
            move(booking, BookingStatus.CANCELLED)
            settle(booking)
        for field in TYPED:
            setattr(booking, field, "")
        booking.save(update_fields=TYPED)
        releases = list(Release.objects.filter(contact__booking=booking).values_list("pk", flat=True))
        Enquiry.objects.filter(booking=booking).delete()
        Contact.objects.filter(booking=booking).delete()
        Venue.objects.filter(booking=booking).delete()
        Matter.objects.filter(booking=booking).delete()
        ChangeRequest.objects.filter(booking=booking).delete()
        Note.objects.filter(booking=booking).delete()
        RequestEdit.objects.filter(booking=booking).delete()
        Offer.objects.filter(booking=booking).update(answer_note="", answered_by=None)
        Engagement.objects.filter(offer__booking=booking).update(condition="")
        forget_mail(reference=booking.reference)
        settle(booking)
    forget_history(Release, releases)


@transaction.atomic
def forget_enquiry(enquiry_id: int) -> None:
    """Delete a question that led to no training, with the mail about it."""
    with doing(VERB, None):
        enquiry = Enquiry.objects.select_for_update().filter(pk=enquiry_id).first()
        if enquiry is not None:
            forget_mail(reference=enquiry.reference)
            enquiry.delete()


@transaction.atomic
def forget_access_needs(booking_id: int) -> None:
    """Empty what people need to take part."""
    with doing("forget access needs", None):
        booking = locked(booking_id)
        booking.access_needs = ""
        booking.save(update_fields=["access_needs"])
        RequestEdit.objects.filter(booking=booking, what=ACCESS_NEEDS).delete()


def forget_history(model: type[Model], keys: list[int]) -> None:
    """Delete the rows of the audit trail that hold what these rows once said. Only the purge may: it is append-only."""
    for events in {*model.pgh_event_models.values()}:  # type: ignore[attr-defined]  # written there by pghistory
        with pgtrigger.ignore(f"{events._meta.label}:append_only"):
            events.objects.filter(pgh_obj_id__in=keys).delete()
