"""Sentences of what an act does: before it ("We will email Dilys Orme.") and after it ("We emailed Dilys Orme.").

Each name stands once in a sentence. The sentences for the desk name everybody; those for others name nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bookings.effects.reading import Row, Snapshot, say_beyond
from bookings.next_step import WORDS
from bookings.states import BOOKING_MOVES, LIVE_OFFERS, BookingStatus, OfferState, ReleaseState
from bookings.words import say_names
from places.clock import say_date, say_moment, say_short_date

if TYPE_CHECKING:  # the effects say themselves through this module
    from bookings.effects.effect import Audience, Effects, Mail, OnDay

FIELDS = {
    "head_count": "how many people come",
    "prompted_by": "why they need it",
    "prior_training": "their training before",
    "format_id": "the length",
    "cover": "how topics are chosen",
    "musts": "topics to cover",
    "leave_outs": "topics to leave out",
    "anything_else": "what else they said",
    "months": "the months",
    "weekdays": "the weekdays",
    "dates_to_avoid": "dates to avoid",
    "windows": "times that suit",
    "place": "on site or online",
    "outcode": "the first half of the postcode",
    "access_needs": "access needs",
    "papers_in_welsh": "papers in Welsh",
    "would_share": "sharing a session",
    "purchase_order": "the purchase order number",
    "audiences": "who is in the room",
    "head_count_on_the_day": "how many people came",
    "agency_id": "the agency",
}
CONTACT_FIELDS = {"name": "name", "job_title": "role", "email": "email address", "telephone": "phone number"}
Said = Iterator[str]
LATER = "Once they are made we will email"
"""How a sentence begins that tells of emails which wait for papers; nobody then reads that no email is sent."""


def once(names: Iterable[str]) -> str:
    """The names as people say them, each of them once."""
    return say_names(list(dict.fromkeys(names)))


def for_the_desk(effects: Effects, *, done: bool) -> list[str]:
    """Everything, with names. A look ahead says "will"; afterwards the same things are said as done."""
    sentences: list[str] = []
    for before, after in zip(effects.before, effects.after, strict=True):
        sentences += _offers(before, after, done)
        sentences += _booking(before, after, done)
    sentences += _speakers(effects, done)
    for before, after in zip(effects.before, effects.after, strict=True):
        sentences += _contacts(before, after, done)
        sentences += _request(before, after, done)
    later = beyond(effects, done=done)
    sentences += later
    if effects.mails or not any(words.startswith(LATER) for words in later):
        sentences += _mailed(effects.mails, done)
    for before, after in zip(effects.before, effects.after, strict=True):
        if before.booking["next_step"] != after.booking["next_step"]:
            sentences.append(f"Next step: {WORDS[after.booking['next_step']]}.")
    if not done and effects.changes_nothing:
        return ["This changes nothing: it is so already."]
    return list(dict.fromkeys(words[:1].upper() + words[1:] for words in sentences))


def beyond(effects: Effects, *, done: bool) -> list[str]:
    """What the floors above say: the agenda and its papers."""
    return [
        words
        for before, after in zip(effects.before, effects.after, strict=True)
        for words in say_beyond(before.beyond, after.beyond, done=done)
    ]


def for_outsiders(effects: Effects, audience: Audience, *, email: str, done: bool) -> list[str]:
    """Mails by role ("you", "the training desk"), and for an agency whether we ring before anything is shared.

    Nothing of speakers, and nobody's name.
    """
    said = [*_mailed_by_role(effects.mails, str(audience), email, done)]
    if audience == "agency" and any(map(_asks_for_a_call, effects.before, effects.after)):
        said.append("We will phone you before we share names and venue with anyone.")
    return said


def _asks_for_a_call(before: Snapshot, after: Snapshot) -> bool:
    """Whether the act made a new call-back necessary, or an agency named a venue that nobody has rung about."""
    needed = after.venue.get("needs_call_since")
    return needed is not None and needed != before.venue.get("needs_call_since")


# ---- mails


def _mailed(mails: Sequence[Mail], done: bool) -> Said:
    order = ("contact", "speaker", "coordinator", "other", "desk")
    to = once(mail.name for mail in sorted(mails, key=lambda mail: order.index(mail.role)))
    if not to:
        yield "No email was sent." if done else "No email is sent."
        return
    yield f"We emailed {to}." if done else f"We will email {to}."
    taken = once(mail.name for mail in mails if mail.takes_entry_back)
    if taken:
        verb = "has been" if done else "will be"
        yield f"The session {verb} taken out of the calendar of {taken}."


def _mailed_by_role(mails: Sequence[Mail], audience: str, email: str, done: bool) -> Said:
    to = []
    if any(mail.to == email for mail in mails):
        to.append("you")
    others = {mail.to: mail.name for mail in mails if mail.role == "contact" and mail.to != email}
    if audience == "agency":
        to += (
            ["your colleagues on this booking"] if others else []
        )  # who follows it is for whoever asked to see
    if others and audience == "speaker":
        to.append("the agency")
    if any(mail.role == "desk" for mail in mails):
        to.append("the training desk")
    if to:
        yield f"We emailed {say_names(to)}." if done else f"We will email {say_names(to)}."


# ---- dates


def _offers(before: Snapshot, after: Snapshot, done: bool) -> Said:
    new = [offer for key, offer in after.offers.items() if key not in before.offers]
    if new:
        until = say_moment(min(offer["expires_at"] for offer in new))
        agreed = [offer for offer in new if offer["state"] == OfferState.ACCEPTED]
        days = _days(offer["starts_at"] for offer in new)
        if agreed:
            yield f"{days} {_will(done, 'is recorded', 'will be recorded')} as the date they said yes to."
        else:
            yield f"We {_will(done, 'offered', 'will offer')} {days}, held until {until}."
    pairs = [(before.offers[key], offer) for key, offer in after.offers.items() if key in before.offers]
    yes = [now for was, now in pairs if was["state"] != now["state"] == OfferState.ACCEPTED]
    if yes:
        days = _days(offer["starts_at"] for offer in yes)
        yield f"Their yes to {days} {_will(done, 'is recorded', 'will be recorded')}."
    ended = [now for was, now in pairs if was["state"] in LIVE_OFFERS and now["state"] not in LIVE_OFFERS]
    if ended:
        days = _days(offer["starts_at"] for offer in ended)
        yield f"{days} {_will(done, 'is', 'will be')} no longer offered."
    for was, now in pairs:
        if was["expires_at"] != now["expires_at"]:
            until = say_moment(now["expires_at"])
            yield f"{_days([now['starts_at']])} {_will(done, 'is', 'will be')} held until {until}."


def _days(days: Iterable[dt.datetime]) -> str:
    return once(say_short_date(day) for day in sorted(days))


def _will(done: bool, after: str, before: str) -> str:
    return after if done else before


# ---- the booking itself


def _booking(before: Snapshot, after: Snapshot, done: bool) -> Said:
    was, now = before.booking, after.booking
    if was["starts_at"] != now["starts_at"]:
        if now["starts_at"] is not None:
            yield f"{say_date(now['starts_at'])} {_will(done, 'is', 'will be')} the agreed day."
        elif was["starts_at"] is not None:
            yield f"{say_date(was['starts_at'])} {_will(done, 'is', 'will be')} no longer the agreed day."
    if was["status"] != now["status"]:
        status = BookingStatus(now["status"])
        words = "open again, as “Requested”" if status == BookingStatus.REQUESTED else f"“{status.label}”"
        yield f"The booking {_will(done, 'is', 'will be')} {words}."
        if not done and not BOOKING_MOVES[status] and status == BookingStatus.CANCELLED:
            yield "This cannot be undone."
    if was["owner_id"] != now["owner_id"]:
        yield f"{now['owner'] or 'Nobody'} {_will(done, 'has', 'will have')} this booking."
    if was["set_aside_until"] != now["set_aside_until"] and now["set_aside_until"] is not None:
        day = say_date(now["set_aside_until"])
        yield f"It {_will(done, 'is', 'will be')} left out of “need you today” until {day}, and stays in the queue."
    if was["may_be_disclosure"] != now["may_be_disclosure"]:
        mark = "marked" if now["may_be_disclosure"] else "no longer marked"
        yield f"The booking {_will(done, 'is', 'will be')} {mark} as a possible disclosure."


def _request(before: Snapshot, after: Snapshot, done: bool) -> Said:
    """What was asked for and the venue, where they are different now."""
    changed = [words for key, words in FIELDS.items() if before.booking[key] != after.booking[key]]
    if changed:
        yield f"{_will(done, 'Changed', 'Changes')}: {say_names(changed)}."
    was, now = before.venue, after.venue
    differs = [key for key in now if was.get(key) != now[key] and key not in ("id", "booking_id")]
    if now and was and differs and differs != ["needs_call_since"]:
        yield f"The venue {_will(done, 'has changed', 'will change')}."
    if "needs_call_since" in differs and now["needs_call_since"] is not None:
        yield "A new call-back is needed before names and venue can be shared."


# ---- speakers


def _by_day(people: Sequence[OnDay]) -> Iterator[tuple[str, bool, str]]:
    """(names, whether there are several, the day), a day at a time."""
    days: dict[dt.datetime, list[str]] = {}
    for one in people:
        days.setdefault(one.day, []).append(one.name)
    for day, names in sorted(days.items()):
        each = list(dict.fromkeys(names))
        yield say_names(each), len(each) > 1, say_short_date(day)


def _speakers(effects: Effects, done: bool) -> Said:
    for names, several, day in _by_day(effects.freed):
        yield f"{names} {_will(done, 'are' if several else 'is', 'will be')} free again on {day}."
    for names, _, day in _by_day(effects.held):
        yield f"We {_will(done, 'held', 'will hold')} {day} for {names} and {_will(done, 'asked', 'ask')} them."
    for names, _, day in _by_day(effects.asked_again):
        yield f"We {_will(done, 'asked', 'will ask')} {names} again, for {day}."
    if effects.said_yes:
        names = once(effects.said_yes)
        yield f"{names} {_will(done, 'has' if len(effects.said_yes) == 1 else 'have', 'will have')} said yes."
    if effects.open_conditions:
        names = once(effects.open_conditions)
        yield f"The yes of {names} {_will(done, 'waits', 'will wait')} until you settle their condition."
    if effects.settled:
        yield f"The condition of {once(effects.settled)} {_will(done, 'is', 'will be')} settled."
    if effects.open_places:
        yield f"The place of {once(effects.open_places)} {_will(done, 'is', 'will be')} open."
    if effects.closed_places:
        yield f"The session {_will(done, 'goes', 'will go')} on without {once(effects.closed_places)}."


# ---- people at the agency


def _contacts(before: Snapshot, after: Snapshot, done: bool) -> Said:
    for key, now in after.contacts.items():
        was = before.contacts.get(key)
        if was is None:
            yield f"{now['name']} {_will(done, 'is', 'will be')} on this booking."
        elif was["revoked_at"] is None and now["revoked_at"] is not None:
            yield f"{now['name']} {_will(done, 'sees', 'will see')} nothing of this booking any more."
        else:
            yield from _contact(was, now, done)
    yield from _releases(before, after, done)


def _contact(was: Row, now: Row, done: bool) -> Said:
    name = now["name"]
    changed = [words for key, words in CONTACT_FIELDS.items() if was[key] != now[key]]
    if changed:
        yield f"{_will(done, 'Changed', 'Changes')} for {name}: {say_names(changed)}."
    yield from _moments(was, now, name, done)


def _moments(was: Row, now: Row, name: Any, done: bool) -> Said:
    def begins(column: str) -> bool:
        return was[column] is None and now[column] is not None

    def ends(column: str) -> bool:
        return was[column] is not None and now[column] is None

    if begins("mailbox_confirmed_at"):
        yield f"The email address of {name} {_will(done, 'is', 'will be')} confirmed."
    if ends("mailbox_confirmed_at"):
        yield f"{name} {_will(done, 'has', 'will have')} to confirm their email address again."
    if begins("verified_at"):
        yield f"{name} {_will(done, 'can', 'will be able to')} see dates."
    if ends("verified_at"):
        yield f"{name} {_will(done, 'sees', 'will see')} no dates until you have rung them back."
    if begins("released_at"):
        yield f"{name} {_will(done, 'sees', 'will see')} names and venue."
    if ends("released_at"):
        yield f"{name} {_will(done, 'sees', 'will see')} names and venue no more."


def _releases(before: Snapshot, after: Snapshot, done: bool) -> Said:
    for key, now in after.releases.items():
        was = before.releases.get(key)
        name = after.contacts[now["contact_id"]]["name"]
        if was is None and now["state"] == ReleaseState.ASKED:
            hours = round((now["takes_effect_at"] - now["asked_at"]).total_seconds() / 3600)
            yield f"A colleague {_will(done, 'is', 'will be')} asked to approve."
            yield f"If nobody decides within {hours} hours, names and venue are shared with {name}."
        elif (
            was is not None
            and was["state"] == ReleaseState.ASKED
            and now["state"]
            in (
                ReleaseState.REFUSED,
                ReleaseState.ENDED,
            )
        ):
            yield f"The request to share names and venue with {name} {_will(done, 'is', 'will be')} closed."
