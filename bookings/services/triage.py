"""The coordinator's verbs before and beside an offer: call-back, notes, waiting list, decline, cancel, venue, owner."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings import mail
from bookings.models import (
    Booking,
    CallBack,
    ChangeRequest,
    Contact,
    Engagement,
    Enquiry,
    Matter,
    Note,
    Venue,
)
from bookings.release import HOST_TELLS
from bookings.services.changes import follow_the_place
from bookings.services.hearing import (
    ANSWERED_BY_AN_END,
    ANSWERED_BY_RINGING,
    ANSWERED_BY_WRITING,
    end_changes,
    is_contact,
    open_matter,
    settle_matters,
)
from bookings.services.moves import SAME_WITHIN, doing, free, locked, move, move_offer, settle
from bookings.services.places import how_far
from bookings.services.releases import close_detail, end_releases
from bookings.states import (
    AGREED_BOOKINGS,
    LIVE_ENGAGEMENTS,
    LIVE_OFFERS,
    OPEN_BOOKINGS,
    OPEN_ENQUIRIES,
    BookingStatus,
    EngagementState,
    InvalidMove,
    OfferState,
)

WHERE_AND_WHO = ["name", "address", "postcode", "room"]
HOW_TO_GET_THERE = [
    "parking",
    "arrival",
    "access",
    "vetting",
    "contact_name",
    "contact_telephone",
    "online_link",
]
OF_THE_BUILDING = ("room", "parking", "arrival", "access", "vetting", "quiet_room")


@transaction.atomic
def record_call_back(
    contact_id: int,
    *,
    number: str,
    found_where: str,
    outcome: str,
    spoke_to: str = "",
    note: str = "",
    actor: User,
) -> CallBack:
    """Write down a call to a number found independently. Only the outcome “is who they say” opens T2.

    Speaking to them confirms the mailbox's owner too, so an unconfirmed request can go on by telephone. A place that the
    agency named itself counts from now on: speakers whose journey grows are asked again.
    """
    booking = locked(Contact.objects.values_list("booking_id", flat=True).get(pk=contact_id))
    contact = Contact.objects.get(pk=contact_id)
    with doing("record call-back", actor):
        call_back = CallBack.objects.create(
            contact=contact,
            by=actor,
            number=number,
            found_where=found_where,
            spoke_to=spoke_to,
            outcome=outcome,
            note=note,
            email_then=contact.email,
        )
        now = timezone.now()
        if outcome == CallBack.Outcome.IS_WHO_THEY_SAY:
            contact.verified_at = contact.verified_at or now
            contact.mailbox_confirmed_at = contact.mailbox_confirmed_at or now
            contact.save(update_fields=["verified_at", "mailbox_confirmed_at"])
            follow_the_place(booking, actor=actor)
            settle_matters(booking, ANSWERED_BY_RINGING, actor=actor)
            settle_matters(booking, [Matter.Kind.COLLEAGUE], actor=actor, text=contact.name)
        elif outcome == CallBack.Outcome.NOT_THEM:
            close_to(contact)
        booking.owner = booking.owner or actor
        booking.save(update_fields=["owner"])
        settle(booking)
    return call_back


def close_to(contact: Contact) -> None:
    """Take from a contact everything above T1, at once."""
    end_releases(contact)
    contact.released_at = None
    contact.verified_at = None
    contact.save(update_fields=["verified_at", "released_at"])


@transaction.atomic
def revoke_contact(contact_id: int, *, actor: User) -> Contact:
    """Take a contact off the booking: from now on they see nothing of it."""
    booking = locked(Contact.objects.values_list("booking_id", flat=True).get(pk=contact_id))
    contact = Contact.objects.get(pk=contact_id)
    with doing("revoke contact", actor):
        close_to(contact)
        contact.revoked_at = timezone.now()
        contact.save(update_fields=["revoked_at"])
        settle(booking)
    return contact


@transaction.atomic
def move_mailboxes_of(user: User, actor: User) -> None:
    """This person has another address now: on each booking they confirm it anew, and are rung back and released anew."""
    stale = Contact.objects.filter(user=user, revoked_at__isnull=True).exclude(email=user.email)
    for booking_id, contact_id in list(stale.order_by("booking_id").values_list("booking_id", "pk")):
        booking = locked(booking_id)
        contact = Contact.objects.get(pk=contact_id)
        with doing("move mailbox", actor):
            close_to(contact)
            contact.email, contact.mailbox_confirmed_at = user.email, None
            contact.save(update_fields=["email", "mailbox_confirmed_at"])
            settle(booking)


@transaction.atomic
def write_note(booking_id: int, *, side: str, text: str, actor: User) -> Note:
    """Add a note. One from the desk to the agency is announced by mail; its words stay behind the sign-in.

    The same words by the same person within ten minutes are the same note: a button was pressed twice.
    """
    booking = locked(booking_id)
    lately = booking.notes.filter(side=side, by=actor, at__gt=timezone.now() - SAME_WITHIN)
    same = lately.filter(text=text).first()
    if same is not None:
        return same
    with doing("write note", actor):
        note = Note.objects.create(booking=booking, side=side, by=actor, text=text)
        if side == Note.Side.DESK:
            mail.note_to_agency(note)
            settle_matters(booking, ANSWERED_BY_WRITING, actor=actor)
        if side == Note.Side.AGENCY and is_contact(booking, actor):
            open_matter(booking, Matter.Kind.MESSAGE, by=actor, note=note)
        settle(booking)
    return note


@transaction.atomic
def put_on_waiting_list(booking_id: int, *, actor: User) -> Booking:
    """Keep the request for later, and tell the agency. Raises ``InvalidMove``."""
    booking = locked(booking_id)
    with doing("put on waiting list", actor):
        move(booking, BookingStatus.WAITING_LIST)
        settle(booking)
        mail.waiting_list(booking, occasion=f"listed-{timezone.now():%Y%m%d%H%M%S}")
    return booking


@transaction.atomic
def take_off_waiting_list(booking_id: int, *, actor: User) -> Booking:
    """Take the request up again. Nobody is told. Raises ``InvalidMove``."""
    booking = locked(booking_id)
    with doing("take off waiting list", actor):
        move(booking, BookingStatus.REQUESTED)
        settle(booking)
    return booking


def stop_offers(booking: Booking, state: OfferState) -> list[Engagement]:
    """End every live offer of a locked booking and free its speakers; gives back the places that were live."""
    freed: list[Engagement] = []
    for offer in booking.offers.filter(state__in=LIVE_OFFERS):
        offer.booking = booking
        for engagement in offer.engagements.filter(state__in=LIVE_ENGAGEMENTS).select_related(
            "speaker__user"
        ):
            engagement.offer = offer
            free(engagement, EngagementState.FREED)
            freed.append(engagement)
        move_offer(offer, state)
    return freed


@transaction.atomic
def decline_request(booking_id: int, *, words: str, actor: User) -> Booking:
    """Say that we cannot give this training, with ``words`` for the agency; held speakers are free. Raises ``InvalidMove``."""
    booking = locked(booking_id)
    with doing("decline request", actor):
        end_changes(booking, all_others=True, actor=actor)
        settle_matters(booking, ANSWERED_BY_AN_END, actor=actor)
        freed = stop_offers(booking, OfferState.WITHDRAWN)
        booking.calendar_sequence += 1
        move(booking, BookingStatus.DECLINED, "calendar_sequence")
        settle(booking)
        mail.stood_down(freed)
        mail.declined(booking, words=words, occasion=f"declined-{timezone.now():%Y%m%d%H%M%S}")
    return booking


@transaction.atomic
def reopen_request(booking_id: int, *, actor: User) -> Booking:
    """Take a declined request up again, and tell the agency. Raises ``InvalidMove``."""
    booking = locked(booking_id)
    with doing("reopen request", actor):
        move(booking, BookingStatus.REQUESTED)
        settle(booking)
        mail.reopened(booking, occasion=f"reopened-{timezone.now():%Y%m%d%H%M%S}")
    return booking


@transaction.atomic
def cancel_booking(booking_id: int, *, words: str, actor: User) -> Booking:
    """End the booking, free the speakers, and tell everyone concerned once. Raises ``InvalidMove``."""
    booking = locked(booking_id)
    with doing("cancel booking", actor):
        end_changes(booking, agreed=ChangeRequest.Kind.CANCEL, all_others=True, actor=actor)
        settle_matters(booking, ANSWERED_BY_AN_END, actor=actor)
        freed = stop_offers(booking, OfferState.WITHDRAWN)
        booking.calendar_sequence += 1
        move(booking, BookingStatus.CANCELLED, "calendar_sequence")
        settle(booking)
        mail.cancelled(booking, engagements=freed, words=words)
    return booking


@transaction.atomic
def mark_ready(booking_id: int, *, actor: User) -> Booking:
    """Note that the agenda is issued; issuing it again changes nothing. Raises ``InvalidMove`` before the day is agreed."""
    booking = locked(booking_id)
    with doing("issue agenda", actor):
        if booking.status != BookingStatus.READY:
            move(booking, BookingStatus.READY)
        settle(booking)
    return booking


@transaction.atomic
def agenda_withdrawn(booking_id: int, *, actor: User) -> Booking:
    """Note that no agenda holds any more, so that issuing one is the next step."""
    booking = locked(booking_id)
    with doing("withdraw agenda", actor):
        if booking.status == BookingStatus.READY:
            move(booking, BookingStatus.CONFIRMED)
        settle(booking)
    return booking


@transaction.atomic
def record_delivery(booking_id: int, *, head_count: int | None, actor: User) -> Booking:
    """Note that the day took place, with the head-count; names may follow later. Raises ``InvalidMove`` before its end."""
    booking = locked(booking_id)
    if booking.ends_at is None or booking.ends_at > timezone.now():
        raise InvalidMove(f"{booking.reference} has not taken place yet.")
    with doing("record delivery", actor):
        end_changes(booking, all_others=True, actor=actor)
        booking.head_count_on_the_day = head_count
        move(booking, BookingStatus.DELIVERED, "head_count_on_the_day")
        settle(booking)
    return booking


@transaction.atomic
def _note_day_passed(booking_id: int) -> bool:
    booking = locked(booking_id)
    before = booking.next_step
    with doing("the day has passed", None):
        settle(booking)
    return booking.next_step != before


def note_days_passed() -> int:
    """Put the sessions that are over before the desk, to record how the day went. Gives back how many moved."""
    over = Booking.objects.filter(status__in=AGREED_BOOKINGS, ends_at__lte=timezone.now())
    waiting = over.exclude(next_step__in=["record_delivery", "replace_speaker"])
    return sum(_note_day_passed(booking_id) for booking_id in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def close_booking(booking_id: int, *, actor: User) -> Booking:
    """Close a delivered booking. Raises ``InvalidMove``."""
    booking = locked(booking_id)
    with doing("close booking", actor):
        move(booking, BookingStatus.CLOSED)
        settle(booking)
    return booking


@transaction.atomic
def set_owner(booking_id: int, *, owner: User | None, actor: User) -> Booking:
    """Say whose booking it is at the desk."""
    booking = locked(booking_id)
    with doing("set owner", actor):
        booking.owner = owner
        booking.save(update_fields=["owner"])
    return booking


@transaction.atomic
def hand_back_bookings_of(user: User, actor: User) -> None:
    """Whoever runs the desk no more has no booking and no question any more: they are nobody's, with a note that says why."""
    owned = Booking.objects.filter(owner=user, status__in=OPEN_BOOKINGS).order_by("pk")
    for booking_id in list(owned.values_list("pk", flat=True)):
        booking = locked(booking_id)
        with doing("hand back", actor):
            booking.owner = None
            booking.save(update_fields=["owner"])
            Note.objects.create(
                booking=booking,
                side=Note.Side.INTERNAL,
                by=actor,
                text=f"{user} no longer works at the desk. Nobody has this booking yet.",
            )
    with doing("hand back", actor):
        Enquiry.objects.filter(owner=user, state__in=OPEN_ENQUIRIES).update(owner=None)


@transaction.atomic
def not_today(booking_id: int, *, until: dt.date, actor: User) -> Booking:
    """Leave the booking out of “need you today” until a day; it stays in the queue."""
    booking = locked(booking_id)
    with doing("not today", actor):
        booking.set_aside_until = until
        booking.save(update_fields=["set_aside_until"])
    return booking


@transaction.atomic
def flag_disclosure(booking_id: int, *, flagged: bool, actor: User) -> Booking:
    """Mark a request as a possible disclosure, or take the mark off."""
    booking = locked(booking_id)
    with doing("flag disclosure", actor):
        booking.may_be_disclosure = flagged
        booking.save(update_fields=["may_be_disclosure"])
    return booking


@transaction.atomic
def set_venue(
    booking_id: int, *, by_agency: bool = False, keeps_unseen: bool = False, actor: User, **told: str
) -> Venue:
    """Write down where exactly. A change, or a place named by the agency itself, asks for a new call-back before release.

    ``told`` holds any of ``HOST_TELLS``; what is left out is empty. With ``keeps_unseen`` it comes from somebody who could
    not read what is stored: what they left empty stays. A change also closes T3 for the agency's contacts until they are
    released again. By the agency any change counts: whoever writes who meets our speakers, and at which door, leads them
    as surely as an address does. Speakers whose journey grows are asked again; for a place that the agency named, only
    once somebody has rung about it.
    """
    booking = locked(booking_id)
    if unknown := told.keys() - set(HOST_TELLS):
        raise TypeError(f"A venue has no {', '.join(sorted(unknown))}.")
    values = {name: told.get(name, "") for name in HOST_TELLS}
    with doing("set venue", actor):
        venue = Venue.objects.filter(booking=booking).first()
        is_new = venue is None
        venue = venue or Venue(booking=booking)
        if keeps_unseen:
            _keep_unseen(venue, values)
        watched = [*WHERE_AND_WHO, *HOW_TO_GET_THERE] if by_agency else WHERE_AND_WHO
        changed = any(getattr(venue, field) != value for field, value in values.items())
        moved = any(getattr(venue, field) != values[field] for field in watched)
        for field, value in values.items():
            setattr(venue, field, value)
        if changed:
            venue.told_by = actor if by_agency and not keeps_unseen else None
        if moved and (by_agency or not is_new):
            venue.needs_call_since = timezone.now()
        venue.save()
        if changed:  # calendars that show the place, or who meets us, take it for the newer word
            booking.calendar_sequence += 1
            booking.save(update_fields=["calendar_sequence"])
        if moved and not is_new:
            close_detail(booking)
        if not by_agency:
            follow_the_place(booking, actor=actor)
        elif changed:
            far = how_far(booking, values["postcode"])
            kind = Matter.Kind.FAR_ROOM if far else Matter.Kind.ROOM
            open_matter(booking, kind, by=actor, text=far)
        settle(locked(booking_id))
    return venue


def _keep_unseen(venue: Venue, values: dict[str, str]) -> None:
    """Fill what was left empty from what stands; of another building (another postcode) nothing of the old one stays."""
    moves = values["postcode"] and _compact(values["postcode"]) != _compact(venue.postcode)
    for field in HOST_TELLS:
        if not values[field] and not (moves and field in OF_THE_BUILDING):
            values[field] = getattr(venue, field)


def _compact(postcode: str) -> str:
    return "".join(postcode.split()).upper()
