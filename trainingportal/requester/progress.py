"""The steps of a booking from the request to the day: what is done, what is now, and what comes."""

import datetime as dt

from bookings.models import Contact
from bookings.release import SessionSeen
from bookings.states import BookingStatus
from places.clock import local, say_date, say_short_date
from trainingportal.requester.stages import (
    ENDED,
    PAST,
    Facts,
    Stage,
    accepted_offer,
    open_offers,
)
from trainingportal.steps import Step

DONE, NOW, NEXT = "done", "now", "next"
DATE, TRAINERS, AGENDA, DAY = 3, 4, 5, 6
# which step is under way at each stage
AT = {
    Stage.PHONE_CHECK: 2,
    Stage.LOOKING: DATE,
    Stage.LOOKING_AGAIN: DATE,
    Stage.POSTPONED: DATE,
    Stage.WAITING_LIST: DATE,
    Stage.OFFERED_HIDDEN: DATE,
    Stage.ANSWER: DATE,
    Stage.EXPIRED: DATE,
    Stage.ACCEPTED: TRAINERS,
    Stage.AGREED_HIDDEN: AGENDA,
    Stage.CONFIRMED: AGENDA,
    Stage.READY: DAY,
    Stage.TODAY: DAY,
    Stage.OVER: DAY + 1,
    Stage.OVER_HIDDEN: DAY + 1,
}


def progress(contact: Contact, seen: SessionSeen, facts: Facts, stage: Stage) -> list[Step]:
    """The steps of a booking for one contact."""
    booking = contact.booking
    asked = Step("Request sent", _done(booking.created_at), DONE)
    if stage in ENDED:
        return [asked, Step(booking.get_status_display(), "", NOW)]
    at = AT[stage]
    has_agenda = facts.issue_number is not None
    if stage == Stage.AGREED_HIDDEN and booking.status == BookingStatus.READY:
        at, has_agenda = DAY, True
    found = [
        asked,
        Step("Email address confirmed", _done(contact.mailbox_confirmed_at), DONE),
        _phone_check(contact, stage),
        Step("Date chosen", _date_note(seen, stage, at), _state(DATE, at)),
        Step("Trainers confirmed", _trainers_note(at), _state(TRAINERS, at)),
        Step("Agenda ready", _agenda_note(facts, at), _state(AGENDA, at)),
        Step("Training day", _day_note(seen, stage), _state(DAY, at)),
    ]
    if not has_agenda and at >= DAY:  # it went ahead, or goes, without an agenda of ours
        del found[AGENDA]
    return found


def _state(step: int, at: int) -> str:
    return DONE if step < at else NOW if step == at else NEXT


def _phone_check(contact: Contact, stage: Stage) -> Step:
    if contact.verified_at is not None:
        return Step("Phone check", _done(contact.verified_at), DONE)
    if stage in PAST:
        return Step("Phone check", "Not done", "")
    if stage == Stage.PHONE_CHECK:
        return Step("Phone check", "Now", NOW)
    return Step("Phone check", "Not yet. You will see dates after it", NEXT)


def _date_note(seen: SessionSeen, stage: Stage, at: int) -> str:
    if at > DATE:
        chosen = accepted_offer(seen)
        return f"Done, {say_short_date(chosen.starts_at)}" if chosen is not None else "Done"
    if stage == Stage.PHONE_CHECK:
        return "After the phone check"
    if stage == Stage.ANSWER:
        until = min(offer.expires_at for offer in open_offers(seen))
        return f"Now. Please answer by {say_short_date(until)}"
    if stage == Stage.OFFERED_HIDDEN:
        return "Now. Your agency has dates to choose from"
    if stage == Stage.WAITING_LIST:
        return "Now. You are on the waiting list"
    return "Now. We are looking for dates and trainers"


def _trainers_note(at: int) -> str:
    if at > TRAINERS:
        return "Done"
    return "Now. We are waiting for their answers" if at == TRAINERS else "After you have accepted a date"


def _agenda_note(facts: Facts, at: int) -> str:
    if at > AGENDA:
        return "Done"
    if at < AGENDA:
        return "After your booking is confirmed"
    return "Now. A trainer is preparing " + ("a new one" if facts.issue_withdrawn else "it")


def _day_note(seen: SessionSeen, stage: Stage) -> str:
    day = say_date(seen.starts_at) if seen.starts_at is not None else ""
    if stage == Stage.TODAY:
        return "Today"
    if stage in PAST:
        return day or "Done"
    return day


def _done(moment: dt.datetime | None) -> str:
    if moment is None:
        return "Done"
    return f"Done, {local(moment):%A} {say_short_date(moment)}"
