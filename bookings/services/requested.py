"""What an agency asks for once a day is agreed, and how the desk answers; before that it may withdraw its request itself."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings import mail
from bookings.models import Booking, ChangeRequest, Contact, Matter, Note
from bookings.services.changes import postpone_session
from bookings.services.hearing import answer_by, close_change, open_matter
from bookings.services.moves import SAME_WITHIN, doing, locked, settle
from bookings.services.triage import cancel_booking, set_venue
from bookings.states import BookingStatus, ChangeState, InvalidMove
from places.clock import say_date

Kind = ChangeRequest.Kind
BEFORE_AGREED = (BookingStatus.REQUESTED, BookingStatus.WAITING_LIST, BookingStatus.OFFERED)
DETAILS = ("head_count", "venue_name", "venue_address", "venue_postcode", "details", "reason")


@transaction.atomic
def withdraw_request(booking_id: int, *, reason: str = "", actor: User) -> Booking:
    """The agency no longer wants the training, before a day is agreed: speakers are free, and everybody is told.

    Raises ``InvalidMove`` once a day is agreed, or when it is over.
    """
    booking = locked(booking_id)
    if booking.status not in BEFORE_AGREED:
        raise InvalidMove(_say_where_it_is(booking, "It cannot be withdrawn."))
    with doing("withdraw request", actor):
        cancel_booking(booking_id, words="Your agency withdrew this request.", actor=actor)
        booking = locked(booking_id)
        if reason:
            Note.objects.create(booking=booking, side=Note.Side.AGENCY, by=actor, text=reason)
        open_matter(booking, Matter.Kind.WITHDRAWN, by=actor, text=reason)
        settle(booking)
    return booking


def _say_where_it_is(booking: Booking, words: str) -> str:
    if booking.status == BookingStatus.CANCELLED:
        return f"{booking.reference} is cancelled already. You do not need to do anything."
    if booking.is_agreed:
        return f"A day is agreed for {booking.reference}. {words} Ask us to cancel it instead."
    return f"{booking.reference} is “{booking.get_status_display().lower()}”. {words}"


@transaction.atomic
def ask_for_change(booking_id: int, *, kind: str, actor: User, **said: Any) -> ChangeRequest:
    """The agency asks to change an agreed session. Nothing changes until the desk answers; it is the desk's next step at once.

    ``said`` are fields of ``DETAILS``. The same asked twice within ten minutes is one. Raises ``InvalidMove`` when no day is
    agreed, when it has begun, and when somebody asked for the same kind of change already.
    """
    booking = locked(booking_id)
    open_already = booking.change_requests.filter(kind=kind, state=ChangeState.ASKED).first()
    if open_already is not None:
        is_same = all(getattr(open_already, field) == said.get(field, _empty(field)) for field in DETAILS)
        pressed_twice = open_already.asked_at > timezone.now() - SAME_WITHIN
        if is_same and pressed_twice and open_already.asked_by_id == actor.pk:
            return open_already
        who = "You" if open_already.asked_by_id == actor.pk else str(open_already.asked_by)
        raise InvalidMove(
            f"{who} asked us for this on {say_date(open_already.asked_at)}. "
            f"We will answer by {say_date(open_already.answer_due_on)}. To add something, write to us."
        )
    if not booking.is_agreed or booking.starts_at is None:
        raise InvalidMove(_say_where_it_is(booking, "There is no agreed session to change."))
    if booking.starts_at <= timezone.now():
        raise InvalidMove("The session has begun. Please contact the training desk instead.")
    with doing("ask for a change", actor):
        change = ChangeRequest.objects.create(
            booking=booking,
            kind=kind,
            asked_by=actor,
            answer_due_on=answer_by(booking),
            **{field: said[field] for field in DETAILS if field in said},
        )
        open_matter(booking, Matter.Kind.CHANGE, by=actor, change=change)
        settle(booking)
    return change


def _empty(field: str) -> object:
    return None if field == "head_count" else ""


def _asked(change_id: int) -> tuple[Booking, ChangeRequest]:
    """A change with its booking locked. Raises ``InvalidMove`` when it was answered or taken back already."""
    booking = locked(ChangeRequest.objects.values_list("booking_id", flat=True).get(pk=change_id))
    change = ChangeRequest.objects.select_related("asked_by", "answered_by").get(pk=change_id)
    change.booking = booking
    if change.state != ChangeState.ASKED:
        by = f" by {change.answered_by}" if change.answered_by is not None else ""
        raise InvalidMove(f"“{change.get_kind_display()}” is answered already{by}: {_outcome(change)}.")
    return booking, change


def _outcome(change: ChangeRequest) -> str:
    label = change.get_state_display()
    return label[:1].lower() + label[1:]


@transaction.atomic
def take_change_back(change_id: int, *, actor: User) -> ChangeRequest:
    """The agency no longer asks for it. Raises ``InvalidMove`` when we have answered already, and for anybody but whoever
    asked and the requester.
    """
    booking, change = _asked(change_id)
    is_requester = booking.contacts.filter(user=actor, role=Contact.Role.REQUESTER).exists()
    if change.asked_by_id != actor.pk and not is_requester:
        raise InvalidMove(f"Only {change.asked_by}, who asked for this, can take it back.")
    with doing("take a change back", actor):
        close_change(change, ChangeState.WITHDRAWN, actor=actor)
        open_matter(booking, Matter.Kind.CHANGE_BACK, by=actor, change=change)
        settle(booking)
    return change


@transaction.atomic
def decline_change(change_id: int, *, words: str, actor: User) -> ChangeRequest:
    """Everything stays as it is; whoever asked is told in our words. Raises ``InvalidMove`` when it was answered already."""
    booking, change = _asked(change_id)
    with doing("decline a change", actor):
        close_change(change, ChangeState.REFUSED, actor=actor, answer=words)
        settle(booking)
        mail.change_answered(change)
    return change


@transaction.atomic
def agree_to_change(change_id: int, *, words: str = "", actor: User) -> ChangeRequest:
    """Do what the agency asked for, and tell them: cancel, postpone, another head-count or venue; else only say yes.

    Raises ``InvalidMove`` when it was answered already, or the session no longer allows it.
    """
    booking, change = _asked(change_id)
    if booking.ends_at is not None and booking.ends_at <= timezone.now():
        raise InvalidMove("The day has passed. Decline it in a sentence, so that they hear from you.")
    with doing("agree to a change", actor):
        close_change(change, ChangeState.AGREED, actor=actor, answer=words)
        match change.kind:
            case Kind.CANCEL:
                cancel_booking(booking.pk, words=words or "You asked us to cancel it.", actor=actor)
            case Kind.ANOTHER_DAY:
                postpone_session(booking.pk, to=None, actor=actor)
            case Kind.ANOTHER_PLACE:
                _move_to(change)
            case Kind.HEAD_COUNT:
                booking.head_count = change.head_count
                booking.save(update_fields=["head_count"])
        settle(locked(booking.pk))
        if change.kind != Kind.CANCEL:
            mail.change_answered(change)
    return change


def _move_to(change: ChangeRequest) -> None:
    """The venue they named, as if they had given it on their own page: somebody rings before it counts."""
    set_venue(
        change.booking_id,
        name=change.venue_name,
        address=change.venue_address,
        postcode=change.venue_postcode,
        by_agency=True,
        actor=change.asked_by,
    )
