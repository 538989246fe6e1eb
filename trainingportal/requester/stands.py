"""Where a booking stands, in words for the agency: the steps, the one thing to know now, and what we need from them.

Everything about when, where and who comes from what the contact may see (``bookings.release.SessionSeen``).
"""

import dataclasses
import datetime as dt

from bookings.models import Booking, Contact, Place
from bookings.release import OfferSeen, SessionSeen, Tier
from bookings.states import BookingStatus, OfferState
from places.clock import local, say_date, say_moment, say_short_date, say_times
from trainingportal.steps import Step

DONE, NOW, NEXT = "done", "now", "next"
ENDED = (BookingStatus.DECLINED, BookingStatus.CANCELLED)
# how many of the seven steps lie behind a booking
BEHIND = {
    BookingStatus.REQUESTED: 3,
    BookingStatus.WAITING_LIST: 3,
    BookingStatus.OFFERED: 3,
    BookingStatus.CONFIRMED: 5,
    BookingStatus.READY: 6,
    BookingStatus.DELIVERED: 7,
    BookingStatus.CLOSED: 7,
}
NUMBERS = {1: "One date", 2: "Two dates", 3: "Three dates", 4: "Four dates"}


@dataclasses.dataclass(frozen=True)
class Stand:
    """The one message on top: what is said first and bold, the rest, and the kind of note it is."""

    strong: str
    words: str
    kind: str = ""


def open_offers(seen: SessionSeen) -> tuple[OfferSeen, ...]:
    """The dates that wait for an answer and still hold."""
    return tuple(offer for offer in seen.offers if offer.state == OfferState.OPEN and not offer.has_run_out)


def accepted_offer(seen: SessionSeen) -> OfferSeen | None:
    """The date the agency said yes to."""
    return next((offer for offer in seen.offers if offer.state == OfferState.ACCEPTED), None)


def ended_offers(seen: SessionSeen) -> tuple[OfferSeen, ...]:
    """Dates that were offered and are offered no more."""
    return tuple(
        offer
        for offer in seen.offers
        if offer.state in (OfferState.DECLINED, OfferState.LAPSED, OfferState.WITHDRAWN)
        or (offer.state == OfferState.OPEN and offer.has_run_out)
    )


def title_of(booking: Booking) -> str:
    """What was asked for, and for whom."""
    if booking.format is None:
        return f"Training for {booking.agency.name}"
    return f"A {booking.format.name.lower()} for {booking.agency.name}"


def offers_title(offers: tuple[OfferSeen, ...]) -> str:
    return f"{NUMBERS.get(len(offers), f'{len(offers)} dates')} for you"


# ---- the one message


def stand(booking: Booking, seen: SessionSeen) -> Stand:
    """What to know now."""
    match booking.status:
        case BookingStatus.REQUESTED:
            return _while_requested(booking, seen)
        case BookingStatus.WAITING_LIST:
            return Stand("You are on our waiting list.", "We write to you as soon as we can offer a date.")
        case BookingStatus.OFFERED:
            return _while_offered(seen)
        case BookingStatus.CONFIRMED | BookingStatus.READY:
            return _once_agreed(booking, seen)
        case BookingStatus.DELIVERED | BookingStatus.CLOSED:
            return Stand(
                "The day is over.", "Thank you for having us. Feedback and certificates follow by e-mail."
            )
        case BookingStatus.DECLINED:
            return Stand(
                "We cannot give this training.",
                "We wrote to you about it. If something changes on your side, write to us below.",
                "stop",
            )
        case _:
            return Stand(
                "This booking is cancelled.", "Nothing more is planned under this reference.", "stop"
            )


def _while_requested(booking: Booking, seen: SessionSeen) -> Stand:
    due = f"You hear from us by {say_date(booking.answer_due_on)}." if booking.answer_due_on else ""
    if seen.tier < Tier.T2:
        return Stand("We ring you back next,", f"on a number that we look up ourselves. {due}".strip())
    if ended_offers(seen):
        return Stand("We look for other dates.", "We write to you when we can offer some.")
    return Stand("We look for dates and trainers.", due)


def _while_offered(seen: SessionSeen) -> Stand:
    if seen.tier < Tier.T2:
        return Stand("We have offered dates.", "They open to you once we have rung you back.")
    accepted, waiting = accepted_offer(seen), open_offers(seen)
    if accepted is not None:
        return Stand(
            f"You said yes to {say_date(accepted.starts_at)}.",
            "We wait for our trainers, and write to you as soon as everybody has said yes.",
        )
    if not waiting:
        return Stand(
            "The time to answer has passed.", "The dates are no longer held. We write to you with others."
        )
    until = say_moment(min(offer.expires_at for offer in waiting))
    held = {1: "the date", 2: "both dates"}.get(len(waiting), "all these dates")
    them = "it is" if len(waiting) == 1 else "they are"
    return Stand(
        f"Your turn: please answer our offer by {until}.",
        f"We hold {held} for you until then. After that {them} released, and we offer others.",
    )


def _once_agreed(booking: Booking, seen: SessionSeen) -> Stand:
    if seen.starts_at is None or seen.ends_at is None:
        return Stand("The training is confirmed.", "The date opens to you once we have rung you back.")
    when = f"{say_date(seen.starts_at)}, {say_times(seen.starts_at, seen.ends_at)}"
    if booking.status == BookingStatus.READY:
        return Stand(f"Confirmed: {when}.", "The agenda is issued. It stands below.")
    return Stand(f"Confirmed: {when}.", "A trainer now shapes the agenda for your people.")


# ---- where it stands


def steps(contact: Contact, seen: SessionSeen) -> list[Step]:
    """The seven steps of a booking: what is done, what is now, and what comes."""
    booking = contact.booking
    if booking.status in ENDED:
        return [
            Step("You asked", _done(booking.created_at), DONE),
            Step(booking.get_status_display(), "Now. Nothing more is planned.", NOW),
        ]
    behind = BEHIND[BookingStatus(booking.status)]
    if booking.status == BookingStatus.REQUESTED and contact.verified_at is None:
        behind = 2
    if booking.status == BookingStatus.OFFERED and accepted_offer(seen) is not None:
        behind = 4
    words = _words(contact, seen, behind)
    states = [DONE if n < behind else NOW if n == behind else NEXT for n in range(len(words))]
    found = [Step(title, note, state) for (title, note), state in zip(words, states, strict=True)]
    if contact.verified_at is None and behind > 2:  # others at the agency are further than this contact
        found[2] = Step("We ring you back", "Not yet. Dates open to you then.", NEXT)
    return found


def _words(contact: Contact, seen: SessionSeen, behind: int) -> list[tuple[str, str]]:
    booking = contact.booking
    rung = contact.verified_at
    return [
        (
            "You asked" if contact.role == Contact.Role.REQUESTER else "Your agency asked",
            _done(booking.created_at),
        ),
        ("Mailbox confirmed", _done(contact.mailbox_confirmed_at)),
        ("We rang you back", _done(rung))
        if rung
        else ("We ring you back", "Now. On a number that we look up"),
        _dates_step(booking, seen, behind),
        ("Confirmed", _confirmed_note(behind)),
        (
            "Agenda issued",
            "Done"
            if behind > 5
            else "Now. A trainer works on it"
            if behind == 5
            else "Three weeks before the day",
        ),
        ("The day", _day_note(seen, behind)),
    ]


def _dates_step(booking: Booking, seen: SessionSeen, behind: int) -> tuple[str, str]:
    if behind > 3:
        return "Dates offered", "Done"
    waiting = open_offers(seen)
    if waiting:
        return (
            "Dates offered",
            f"Now. Waiting for you, until {say_short_date(min(o.expires_at for o in waiting))}",
        )
    if booking.status == BookingStatus.WAITING_LIST:
        return "Dates offered", "Now. You are on the waiting list"
    if behind < 3:
        return "Dates offered", "When we have rung you back"
    return (
        "Dates offered",
        "Now. We look for dates and trainers" if booking.status == BookingStatus.REQUESTED else "Now",
    )


def _confirmed_note(behind: int) -> str:
    if behind > 4:
        return "Done"
    return "Now. Waiting for our trainers" if behind == 4 else "When you and our trainers have said yes"


def _agenda_note(behind: int) -> str:
    if behind > 5:
        return "Done"
    return "Now. A trainer works on it" if behind == 5 else "Three weeks before the day"


def _day_note(seen: SessionSeen, behind: int) -> str:
    if behind > 6:
        return "Done. Then feedback and certificates"
    if behind == 6:
        return f"Now. {say_date(seen.starts_at)}" if seen.starts_at else "Now"
    return "Then feedback and certificates"


def _done(moment: dt.datetime | None) -> str:
    if moment is None:
        return "Done"
    day = local(moment)
    return f"Done, {day:%A} {say_short_date(moment)}"


# ---- what we need


def needs(
    contact: Contact,
    seen: SessionSeen,
    *,
    room_named_at: dt.datetime | None,
    room_is_seen: bool,
    addresses: dict[str, str],
) -> list[Step]:
    """What the agency still has to do or may add, the most pressing first. ``addresses``: offers, room, details."""
    booking = contact.booking
    if booking.status in (*ENDED, BookingStatus.DELIVERED, BookingStatus.CLOSED):
        return []
    found = []
    waiting = open_offers(seen)
    if waiting:
        by = say_moment(min(offer.expires_at for offer in waiting))
        found.append(Step("An answer to the offer", f"by {by}", NOW, addresses["offers"]))
    if may_name_room(booking, seen):
        if room_is_seen:
            found.append(Step("Change the room", "You gave us the room", DONE, addresses["room"]))
        elif room_named_at is None:
            found.append(
                Step("The room and how to get in", "two weeks before the day", "", addresses["room"])
            )
        else:
            given = f"You gave us the room on {say_short_date(room_named_at)}"
            found.append(Step("Change the room", given, DONE, addresses["room"]))
    access = (
        ("Change access needs", "You told us what people need", DONE)
        if booking.access_needs
        else ("Access needs", "if somebody needs something to take part", "")
    )
    found.append(Step(*access, address=f"{addresses['details']}#change"))
    order = (
        ("Change the purchase order number", f"You gave us {booking.purchase_order}", DONE)
        if booking.purchase_order
        else ("Purchase order number", "before the day, if your finance team needs one", "")
    )
    found.append(Step(*order, address=f"{addresses['details']}#change"))
    if booking.may_ask_for_welsh:
        language = (
            ("Change the papers’ language", "You asked for them in Welsh as well", DONE)
            if booking.papers_in_welsh
            else ("Papers in Welsh", "if you would like them as well", "")
        )
        found.append(Step(*language, address=f"{addresses['details']}#change"))
    return found


def may_name_room(booking: Booking, seen: SessionSeen) -> bool:
    """Whether this contact may tell us the room: rung back, dates are offered or agreed, and not online only."""
    return (
        seen.tier >= Tier.T2
        and booking.place != Place.ONLINE
        and booking.status in (BookingStatus.OFFERED, BookingStatus.CONFIRMED, BookingStatus.READY)
    )
