"""Where a booking stands for one of the agency's contacts: everything their page says is derived here, once.

Everything about when, where and who comes from what the contact may see (``bookings.release.SessionSeen``).
"""

import dataclasses

from django.utils import timezone

from bookings.host import say_needed_by, unanswered
from bookings.models import Booking, Contact, Place
from bookings.release import SessionSeen, Tier
from bookings.states import BookingStatus
from places.clock import local, say_date, say_moment, say_short_date, say_times
from trainingportal.requester.progress import progress
from trainingportal.requester.stages import (
    AGREED,
    ENDED,
    PAST,
    Facts,
    Stage,
    accepted_offer,
    ended_offers,
    gave_way,
    open_offers,
    stage_of,
    was_postponed,
)
from trainingportal.steps import Step

ROOM_NEEDED = (BookingStatus.OFFERED, BookingStatus.CONFIRMED, BookingStatus.READY)
NUMBERS = {1: "One date", 2: "Two dates", 3: "Three dates", 4: "Four dates"}
PHONE = ("We will phone you", "On a number that we find ourselves. It keeps you and our trainers safe.")
DATES = (
    "You will see dates here",
    "We hold our trainers for each date that we offer, and email you. You accept one, or ask for others.",
)
SHAPE = ("We will prepare the day with you", "A trainer turns what you told us into an agenda.")
NEXT: dict[Stage, tuple[tuple[str, str], ...]] = {
    Stage.PHONE_CHECK: (PHONE, DATES, SHAPE),
    Stage.LOOKING: (DATES, SHAPE),
    Stage.LOOKING_AGAIN: (DATES, SHAPE),
    Stage.POSTPONED: (DATES,),
    Stage.WAITING_LIST: (DATES, SHAPE),
    Stage.EXPIRED: (DATES, SHAPE),
    Stage.OFFERED_HIDDEN: (
        PHONE,
        ("You will see the dates here", "Then you can answer for your agency too."),
    ),
    Stage.AGREED_HIDDEN: (PHONE, ("You will see the date here", "And the agenda, once it is ready.")),
}


@dataclasses.dataclass(frozen=True)
class Message:
    """The one message on top: what is said first and bold, the rest, and the kind of note it is."""

    strong: str
    words: str = ""
    kind: str = ""


@dataclasses.dataclass(frozen=True)
class Stands:
    """All that a requester's page says of where the booking stands.

    ``needs`` is what we need from the agency, ``extras`` what it may add, ``given`` what it told us and may change.
    """

    stage: Stage
    message: Message
    steps: list[Step]
    needs: list[Step]
    extras: list[Step]
    given: list[Step]
    next: tuple[tuple[str, str], ...]
    names_note: str
    ended: list[str]

    @property
    def is_past(self) -> bool:
        """Whether the training is behind us, so that nothing speaks of the future."""
        return self.stage in PAST

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is planned: declined or cancelled."""
        return self.stage in ENDED

    @property
    def is_going_on(self) -> bool:
        return not self.is_past and not self.has_ended


def derive(contact: Contact, seen: SessionSeen, facts: Facts, *, addresses: dict[str, str]) -> Stands:
    """Where the booking stands for this contact. ``addresses``: offers, room, details."""
    booking = contact.booking
    stage = stage_of(booking, seen, facts)
    over = stage in (*PAST, *ENDED)
    return Stands(
        stage=stage,
        message=_message(contact, seen, facts, stage),
        steps=progress(contact, seen, facts, stage),
        needs=[] if over else _needs(booking, seen, facts, stage, addresses),
        extras=[] if over else _extras(booking, seen, facts, stage, addresses),
        given=[] if over else _given(booking, seen, facts, addresses),
        next=_next(seen, stage),
        names_note=_names_note(booking, seen, facts, stage),
        ended=_ended(booking, seen) if stage in (Stage.LOOKING_AGAIN, Stage.POSTPONED, Stage.EXPIRED) else [],
    )


def title_of(booking: Booking) -> str:
    """What was asked for, and for whom."""
    if booking.format is None:
        return f"Training for {booking.agency.name}"
    return f"A {booking.format.name.lower()} for {booking.agency.name}"


def offers_title(count: int) -> str:
    return f"{NUMBERS.get(count, f'{count} dates')} for you"


def may_name_room(booking: Booking, seen: SessionSeen) -> bool:
    """Whether this contact may tell us where and how: phoned, and dates are offered or agreed and not behind us."""
    is_over = booking.ends_at is not None and booking.ends_at <= timezone.now()
    return not is_over and seen.tier >= Tier.T2 and booking.status in ROOM_NEEDED


# ---- the one message


def _message(contact: Contact, seen: SessionSeen, facts: Facts, stage: Stage) -> Message:
    booking = contact.booking
    match stage:
        case Stage.PHONE_CHECK:
            return Message("We will phone you next.", _due(contact, facts))
        case Stage.LOOKING:
            return Message("We are looking for dates and trainers.", _due(contact, facts))
        case Stage.LOOKING_AGAIN:
            return Message("We are looking for other dates.", "We will email you when we can offer some.")
        case Stage.POSTPONED:
            return Message(
                "Your training is postponed.",
                "We are looking for a new date. What you told us stays as it is. If you know a date that suits, "
                "write to us below.",
            )
        case Stage.WAITING_LIST:
            first = "We still need to phone you. " if seen.tier < Tier.T2 else ""
            return Message(
                "You are on our waiting list.",
                f"{first}We will email you as soon as we can offer a date.",
            )
        case Stage.OFFERED_HIDDEN:
            return Message(
                "We have offered dates to your agency.", "You will see them once we have phoned you."
            )
        case Stage.AGREED_HIDDEN:
            return Message("This training is confirmed.", "You will see the date once we have phoned you.")
        case Stage.ANSWER:
            return _answer_by(booking, seen)
        case Stage.EXPIRED:
            return Message(
                "The time to answer has passed.",
                "We no longer hold the dates we offered. We will look for others and email you.",
            )
        case Stage.ACCEPTED:
            chosen = accepted_offer(seen)
            assert chosen is not None
            return Message(
                f"Your agency has accepted {say_date(chosen.starts_at)}.",
                "Your booking is confirmed once all our trainers have accepted. We will email you then.",
            )
        case Stage.DECLINED:
            return Message(
                "We cannot give this training.",
                "We have emailed you about it. If something changes, write to us below.",
                "stop",
            )
        case Stage.CANCELLED:
            return Message("This booking is cancelled.", _not_taking_place(seen, facts), "stop")
        case _:
            return _with_a_date(booking, seen, facts, stage)


def _due(contact: Contact, facts: Facts) -> str:
    """By when we said they would hear from us; a colleague who was invited was promised nothing."""
    due = contact.booking.answer_due_on
    if due is None or contact.role != Contact.Role.REQUESTER:
        return ""
    if due < local(facts.now).date():
        return f"We said you would hear from us by {say_date(due)}. We are sorry that you are still waiting."
    return f"You will hear from us by {say_date(due)}."


def _answer_by(booking: Booking, seen: SessionSeen) -> Message:
    waiting = open_offers(seen)
    until = say_moment(min(offer.expires_at for offer in waiting))
    held = {1: "the date", 2: "both dates"}.get(len(waiting), "all these dates")
    them = "it" if len(waiting) == 1 else "them"
    postponed = "Your training is postponed. " if was_postponed(booking, seen) else ""
    return Message(
        f"{postponed}Please answer our offer by {until}.",
        f"We hold {held} for you until then. After that we stop holding {them} and look for others.",
    )


def _not_taking_place(seen: SessionSeen, facts: Facts) -> str:
    if seen.starts_at is None or seen.starts_at <= facts.now:
        return "Nothing more is planned under this reference."
    return f"The training on {say_date(seen.starts_at)} will not take place."


def _with_a_date(booking: Booking, seen: SessionSeen, facts: Facts, stage: Stage) -> Message:
    if seen.starts_at is None or seen.ends_at is None:  # T1: they do not learn the date afterwards either
        return Message("This training has taken place.")
    times = say_times(seen.starts_at, seen.ends_at)
    if stage == Stage.OVER:
        if booking.status in (BookingStatus.DELIVERED, BookingStatus.CLOSED):
            return Message(
                f"Your training took place on {say_date(seen.starts_at)}.", "Thank you for having us."
            )
        return Message(
            f"Your training was planned for {say_date(seen.starts_at)}.",
            "Thank you for having us. If it did not take place, write to us below.",
        )
    if facts.issue_number is not None:
        agenda = "Your agenda is ready."
    elif facts.issue_withdrawn:
        agenda = "We have withdrawn the agenda you had. A trainer is preparing a new one."
    else:
        agenda = "A trainer is preparing the agenda for your people."
    if stage == Stage.TODAY:
        return Message(f"Your training is today, {times}.", agenda if facts.issue_number is not None else "")
    return Message(f"Confirmed: {say_date(seen.starts_at)}, {times}.", agenda)


# ---- what we need, what may be added, what was told


def _needs(
    booking: Booking, seen: SessionSeen, facts: Facts, stage: Stage, addresses: dict[str, str]
) -> list[Step]:
    """What the agency has to do, with the day by which we need it."""
    if stage == Stage.ANSWER:
        by = say_moment(min(offer.expires_at for offer in open_offers(seen)))
        return [Step("Your answer to our offer", f"By {by}", "now", addresses["offers"])]
    if stage not in AGREED or seen.starts_at is None:
        return []
    by = say_needed_by(seen.starts_at, now=facts.now)
    by = by[0].upper() + by[1:]
    return [
        Step(question.words, by, "now", f"{addresses['room']}#id_{question.field}")
        for question in unanswered(booking, facts.told)
    ]


def _extras(
    booking: Booking, seen: SessionSeen, facts: Facts, stage: Stage, addresses: dict[str, str]
) -> list[Step]:
    """What the agency may tell us and need not."""
    found = []
    if facts.told is None and stage not in AGREED and may_name_room(booking, seen):
        words = "The link to join" if booking.place == Place.ONLINE else "The venue"
        found.append(Step(words, "If you know it already", "", addresses["room"]))
    details = f"{addresses['details']}#change"
    if not booking.access_needs:
        found.append(Step("Access needs", "For example a hearing loop or captions", "", details))
    if not booking.purchase_order:
        found.append(Step("Purchase order number", "If your finance team needs one", "", details))
    if booking.may_ask_for_welsh and not booking.papers_in_welsh:
        found.append(Step("Papers in Welsh", "If you would like them as well", "", details))
    return found


def _given(booking: Booking, seen: SessionSeen, facts: Facts, addresses: dict[str, str]) -> list[Step]:
    """What the agency told us since it asked, with the way to change it."""
    found = []
    if facts.told is not None and may_name_room(booking, seen):
        title = "Change the joining details" if booking.place == Place.ONLINE else "Change the venue"
        found.append(Step(title, f"Saved {say_short_date(facts.told.at)}", "", addresses["room"]))
    details = f"{addresses['details']}#change"
    if booking.access_needs:
        found.append(Step("Change what people need", "You told us what they need", "", details))
    if booking.purchase_order:
        found.append(Step("Change the purchase order number", booking.purchase_order, "", details))
    if booking.papers_in_welsh:
        found.append(Step("Change the papers’ language", "In Welsh as well", "", details))
    return found


# ---- what comes next, names, and dates that are over


def _next(seen: SessionSeen, stage: Stage) -> tuple[tuple[str, str], ...]:
    found = NEXT.get(stage, ())
    return (PHONE, *found) if stage == Stage.WAITING_LIST and seen.tier < Tier.T2 else found


def _names_note(booking: Booking, seen: SessionSeen, facts: Facts, stage: Stage) -> str:
    """What to say of names and venue; "" where there is nothing to say."""
    where = "link to join" if booking.place == Place.ONLINE else "venue"
    if seen.tier >= Tier.T3:
        closes = seen.detail_closed_at
        return f"We show names and venue until {say_date(closes)}." if closes and stage in PAST else ""
    if stage in AGREED:
        if facts.had_names:
            return f"We are not showing names and {where} at the moment. We will email you when we show them again."
        return (
            f"You will see our trainers’ names and the {where} here once we share them with you. "
            "We will email you then."
        )
    if stage == Stage.OVER and facts.had_names:
        return "We no longer show names and venue for past training."
    return ""


def _ended(booking: Booking, seen: SessionSeen) -> list[str]:
    """Each date that is no longer held, and why."""
    words = {"declined": "you told us that it does not suit", "withdrawn": "we had to take it back"}
    found = []
    for offer in ended_offers(seen):
        why = words.get(offer.state, "the time to answer passed")
        if gave_way(offer) and was_postponed(booking, seen):
            why = "postponed"
        found.append(f"{say_date(offer.starts_at)}: {why}")
    return found
