"""The cards on the desk's home: what cannot wait until tomorrow, why, and the one act that answers it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from bookings.models import Booking, Enquiry, Offer
from bookings.next_step import WORDS
from bookings.states import BookingStatus
from places.clock import local, say_moment, say_short_date
from places.nations import Nation
from trainingportal.desk.case import say_length, say_wishes
from trainingportal.desk.queue import (
    CARDS,
    Waiting,
    answers_to,
    booking_address,
    clock_of,
    enquiry_address,
    say_waiting,
)
from trainingportal.desk.verbs import NEXT


@dataclass(frozen=True)
class Need:
    """A card: what needs a coordinator today, why, and the one act that answers it."""

    number: int
    address: str
    reference: str
    title: str
    why: str
    act_words: str
    act_address: str
    pill_words: str = ""
    pill_kind: str = ""
    else_words: str = ""
    else_address: str = ""


TITLES = {
    "answer_change": "{agency} asks for a change",
    "answer_agency": "{agency} wrote to us",
    "answer_speaker": "A speaker wrote to us",
    "look_over": "{agency} changed something",
    "confirm_mailbox": "Ring {agency}",
    "call_back": "Ring {agency} back",
    "make_offer": "Choose dates for {agency}",
    "replace_speaker": "A speaker does not come",
    "settle_condition": "A speaker said yes, if",
    "agency_answers": "{agency} has not answered",
    "speakers_answer": "Speakers have not all answered",
    "name_venue": "{agency} has not named a room",
    "name_link": "{agency} has not sent the link to join",
    "ring_about_place": "Ring {agency} about the place",
    "release": "Share names and venue",
    "second_look": "Approve sharing names and venue",
    "issue_agenda": "The agenda is due",
    "record_delivery": "Record how the day went",
}


def card_of_booking(booking: Booking, number: int, today: dt.date) -> Need:
    """The card of one booking; its button leads to the verb that does the next step."""
    key = NEXT.get(booking.next_step)
    waiting = clock_of(booking, today)
    offers: list[Offer] = booking.live_offers  # type: ignore[attr-defined]
    act_words, act_address = "Open the booking", booking_address(booking)
    else_words, else_address = "Snooze", reverse("desk:verb", args=[booking.reference, "not-today"])
    if key:
        act_address = reverse("desk:verb", args=[booking.reference, key])
        act_words = ACTS[booking.next_step]
    if booking.status == BookingStatus.OFFERED and offers:
        first = min(offers, key=lambda offer: offer.expires_at)
        waiting = _say_hold(local(first.expires_at).date(), today)
        else_words = "Extend the hold"
        else_address = reverse("desk:verb", args=[booking.reference, "extend", first.pk])
    if booking.next_step in CAME_IN:
        part = "change" if booking.next_step == "answer_change" else "came-in"
        act_words, act_address = CAME_IN[booking.next_step], f"{booking_address(booking)}#{part}"
    if booking.next_step == "replace_speaker":
        act_address = f"{booking_address(booking)}#gap"
    if booking.next_step == "second_look":
        else_words, else_address = "See the call-back", f"{booking_address(booking)}#contacts"
        asked = "a colleague asks" if booking.owner is None else f"{booking.owner} asks"
        waiting = Waiting(waiting.words, asked, "warn")
    return Need(
        number=number,
        address=booking_address(booking),
        reference=booking.reference,
        title=TITLES.get(booking.next_step, WORDS[booking.next_step]).format(agency=booking.agency.name),
        why=_why(booking, offers),
        act_words=act_words,
        act_address=act_address,
        pill_words=waiting.late,
        pill_kind=waiting.kind,
        else_words=else_words,
        else_address=else_address,
    )


CAME_IN = {
    "answer_change": "Read and answer",
    "answer_agency": "Read and answer",
    "answer_speaker": "Read and answer",
    "look_over": "Look it over",
}
"""Steps for what came in: the booking's page shows it, with the buttons that answer it."""

ACTS = {
    "confirm_mailbox": "Record the call-back",
    "call_back": "Record the call-back",
    "make_offer": "Make an offer",
    "replace_speaker": "See who could step in",
    "settle_condition": "Settle the condition",
    "agency_answers": "Record a yes by phone",
    "speakers_answer": "Record a speaker’s answer",
    "name_venue": "Add venue",
    "name_link": "Add the link",
    "ring_about_place": "Record the call-back",
    "release": "Share names and venue",
    "second_look": "Decide",
    "record_delivery": "Record the day",
    "close": "Close the booking",
    "waiting_list": "Make an offer",
}


def _say_hold(ends: dt.date, today: dt.date) -> Waiting:
    """When a hold ends, or that it has."""
    ahead = (ends - today).days
    if ahead < 0:
        return Waiting("", "hold has ended", "stop")
    near = {0: "hold ends today", 1: "hold ends tomorrow"}
    return Waiting("", near.get(ahead, f"hold ends {say_short_date(ends)}"), "warn")


def _why(booking: Booking, offers: list[Offer]) -> str:
    agency, day = booking.agency.name, say_short_date(booking.starts_at) if booking.starts_at else ""
    match booking.next_step:
        case "answer_change":
            due = f" We promised an answer by {say_short_date(booking.due_at)}." if booking.due_at else ""
            return f"They would like something about {day or 'the booking'} to be different.{due}"
        case "answer_agency":
            return "Their message waits on the booking’s page."
        case "answer_speaker":
            return f"{agency}{f', {day}' if day else ''}. Their message waits on the booking’s page."
        case "look_over":
            return f"{day or 'What they asked for'}: see what is different, then mark it as dealt with."
        case "confirm_mailbox":
            return "They have not confirmed their mailbox. Look a number up yourself and ring; the one on the form is not enough."
        case "call_back":
            return "Nothing can be offered before the call. Look the number up yourself; the one on the form is not enough."
        case "make_offer":
            wishes = say_wishes(booking)
            return f"They were rung back. {say_length(booking)}{f', {wishes}' if wishes else ''}."
        case "replace_speaker":
            words = f"{agency}, {answers_to(offers[0])}." if offers else f"{agency}, {day}."
            return f"{words} Ask another, or go on without."
        case "settle_condition":
            return f"{f'{agency}, {day}' if day else agency}. It counts as no yes until you have settled it with them."
        case "speakers_answer" if day:
            ends = f" One hold ends {say_moment(booking.due_at)}." if booking.due_at else ""
            return f"{agency}, {day}. Somebody was asked and has not answered.{ends}"
        case "agency_answers" | "speakers_answer" if offers:
            said = answers_to(offers[0]) if booking.next_step == "speakers_answer" else ""
            said = f" {said[:1].upper()}{said[1:]}." if said else ""
            ends = say_moment(min(offer.expires_at for offer in offers))
            return (
                f"{agency}, {say_short_date(offers[0].starts_at)}.{said} After {ends} everyone is free again."
            )
        case "second_look":
            when = say_moment(booking.due_at) if booking.due_at else "the time set"
            return f"{agency} would see names and place. Without a second person it takes effect on {when}."
        case "record_delivery":
            return f"{agency}, {day}. Write down how many came; names may follow later."
        case "issue_agenda":
            return f"{agency}, {day}. The agenda leaves three weeks before the day."
        case "name_link":
            return f"{agency}, {day}. Nobody can join without it."
        case "name_venue":
            return f"{agency}, {day}. We still do not know where exactly."
        case "ring_about_place":
            words = "Ring a number you looked up yourself; until then names and place stay closed to them."
            return f"{agency}, {day}. The place is new or has changed. {words}"
        case "release":
            return f"{agency}, {day}. They cannot see names or place yet."
    return agency


def card_of_enquiry(enquiry: Enquiry, number: int, today: dt.date) -> Need:
    """The card of a question whose time is up."""
    waiting = say_waiting(enquiry.created_at, enquiry.answer_due_on, Nation.ENGLAND_WALES, today)
    words = " ".join(enquiry.message.split())
    return Need(
        number=number,
        address=enquiry_address(enquiry),
        reference=enquiry.reference,
        title=f"Answer {enquiry.organisation or 'a question'}",
        why=f"“{words[:120]}{'…' if len(words) > 120 else ''}”",
        act_words="Record an answer by phone" if enquiry.ring_me else "Write the answer",
        act_address=reverse(
            "desk:enquiry-verb",
            args=[enquiry.reference, "answered-by-phone" if enquiry.ring_me else "answer"],
        ),
        pill_words=waiting.late,
        pill_kind=waiting.kind,
    )


def cards(bookings: Iterable[Booking], enquiries: Iterable[Enquiry], today: dt.date) -> list[Need]:
    """The first three cards: bookings and questions, whatever has waited longest."""
    waiting: list[Booking | Enquiry] = [*bookings, *enquiries]
    waiting.sort(key=_since)
    return [
        card_of_booking(each, number, today)
        if isinstance(each, Booking)
        else card_of_enquiry(each, number, today)
        for number, each in enumerate(waiting[:CARDS], 1)
    ]


def _since(each: Booking | Enquiry) -> tuple[int, dt.datetime]:
    """What is most pressing first: an agency that asks to change an agreed session, then clocks, then the longest wait."""
    if isinstance(each, Enquiry):
        return (True, each.created_at)
    if each.next_step == "answer_change":
        return (-1, each.waiting_since)
    return (each.due_at is None, each.due_at or each.waiting_since)
