"""The one writer of states: lock, check the table, write, and work out whose turn it is."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
from django.db import connection
from django.utils import timezone

from accounts.models import User
from bookings import next_step, states
from bookings.models import Booking, Engagement, Enquiry, Offer, Release
from bookings.states import BookingStatus, EngagementState, InvalidMove, OfferState
from speakers.models import DiaryEntry

# the same words sent again so soon are a button pressed twice, or a page sent again after trouble
SAME_WITHIN = dt.timedelta(minutes=10)


def one_at_a_time(*words: str) -> None:
    """Let nobody else pass here with the same words until this transaction ends; for what has no row to lock yet."""
    digest = hashlib.sha256("\x1f".join(words).encode("utf-8", "replace")).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)])


@contextmanager
def doing(verb: str, actor: User | None) -> Iterator[None]:
    """Say in the audit trail who does what, for all that the block writes. ``None`` is the portal itself."""
    with pghistory.context(verb=verb, actor=actor.pk if actor else None):
        yield


def locked(booking_id: int) -> Booking:
    """The booking, locked until the transaction ends. Everything that changes a booking takes this lock first.

    Nothing is joined: who waits for a lock is given the new row with the old row's joins.
    """
    return Booking.objects.select_for_update().get(pk=booking_id)


def lock_booking(booking_id: int) -> None:
    """Take the booking's lock before any other, where a floor above changes what hangs on it."""
    locked(booking_id)


def move(booking: Booking, status: BookingStatus, *fields: str) -> None:
    """Change the status of a locked booking, together with other changed ``fields``. Raises ``InvalidMove``."""
    if status not in states.BOOKING_MOVES[BookingStatus(booking.status)]:
        raise InvalidMove(
            f"{booking.reference} is “{booking.get_status_display().lower()}”; it cannot become “{status.label.lower()}”."
        )
    booking.status = status
    booking.save(update_fields=["status", *fields])


def move_offer(offer: Offer, state: OfferState, *fields: str) -> None:
    """Change the state of an offer whose booking is locked. Raises ``InvalidMove``."""
    if state not in states.OFFER_MOVES[OfferState(offer.state)]:
        raise InvalidMove(f"This offer is {offer.get_state_display().lower()} already.")
    offer.state = state
    offer.save(update_fields=["state", *fields])


def free(engagement: Engagement, state: EngagementState, *fields: str) -> None:
    """End a place in a session and give the speaker's time back at once."""
    if state not in states.ENGAGEMENT_MOVES[EngagementState(engagement.state)]:
        raise InvalidMove(f"This invitation is {engagement.get_state_display().lower()} already.")
    entry_id, engagement.diary_entry = engagement.diary_entry_id, None
    engagement.state = state
    engagement.save(update_fields=["state", "diary_entry", *fields])
    if entry_id is not None:
        DiaryEntry.objects.filter(pk=entry_id).delete()


def settle(booking: Booking) -> None:
    """Work out whose turn it is now, and keep it on the row; the clock starts anew only when the step changed."""
    now = timezone.now()
    step = next_step.work_out(booking, now=now)
    if (step.waiting_for, step.key) != (booking.waiting_for, booking.next_step):
        booking.waiting_since = now
    booking.waiting_for, booking.next_step, booking.due_at = step.waiting_for, step.key, step.due_at
    booking.save(update_fields=["waiting_for", "next_step", "due_at", "waiting_since"])


def move_enquiry(enquiry: Enquiry, state: states.EnquiryState, *fields: str) -> None:
    """Change the state of a locked enquiry. Raises ``InvalidMove``."""
    if state not in states.ENQUIRY_MOVES[states.EnquiryState(enquiry.state)]:
        raise InvalidMove(f"{enquiry.reference} is “{enquiry.get_state_display().lower()}” already.")
    enquiry.state = state
    enquiry.save(update_fields=["state", *fields])


def move_release(release: Release, state: states.ReleaseState, *fields: str) -> None:
    """Change the state of a release whose booking is locked. Raises ``InvalidMove``."""
    if state not in states.RELEASE_MOVES[states.ReleaseState(release.state)]:
        raise InvalidMove(f"This release is “{release.get_state_display().lower()}” already.")
    release.state = state
    release.save(update_fields=["state", *fields])
