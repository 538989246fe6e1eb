"""What comes from outside the desk becomes a next step and one email, until somebody answers it or has dealt with it.

Services that an outsider reaches call ``open_matter`` once the booking is locked, and ``settle`` after it.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings import mail
from bookings.models import Booking, ChangeRequest, DeskSettings, Matter, Note
from bookings.services.moves import doing, locked, settle
from bookings.states import ChangeState, InvalidMove
from places.clock import local
from places.nations import Nation
from places.working_days import add_working_days
from speakers.models import Speaker

Kind = Matter.Kind
ANSWERED_BY_WRITING = (Kind.MESSAGE,)
ANSWERED_BY_AN_END = tuple(kind for kind in Kind if kind not in (Kind.CHANGE, Kind.SPEAKER_MESSAGE))
"""All are told that it is over, so nothing else of what came in waits for an answer."""
ANSWERED_BY_RINGING = (Kind.ROOM, Kind.FAR_ROOM)


def is_contact(booking: Booking, actor: User | None) -> bool:
    """Whether this person is at the agency: what the desk writes for somebody else is no news to the desk."""
    return actor is not None and booking.contacts.filter(user=actor, revoked_at__isnull=True).exists()


def open_matter(
    booking: Booking | None,
    kind: Matter.Kind,
    *,
    by: User | None,
    speaker: Speaker | None = None,
    note: Note | None = None,
    change: ChangeRequest | None = None,
    text: str = "",
) -> Matter:
    """Put before the desk what somebody outside did, and tell its mailbox; ``booking`` is locked, the caller settles it.

    A booking that was left for a later day comes back today. Without a booking it is a speaker's word to the desk.
    """
    now = timezone.now()
    matter = Matter.objects.create(
        booking=booking,
        speaker=speaker,
        kind=kind,
        by=by,
        at=now,
        note=note,
        change=change,
        text=text,
        settled_at=now if kind in Matter.SPEAKS_FOR_ITSELF else None,
    )
    if booking is not None and booking.set_aside_until is not None:
        booking.set_aside_until = None
        booking.save(update_fields=["set_aside_until"])
    mail.heard(matter)
    return matter


@transaction.atomic
def hear(
    booking_id: int,
    kind: Matter.Kind,
    *,
    by: User,
    speaker: Speaker | None = None,
    text: str = "",
) -> Matter:
    """The same for a floor above, which has no booking in hand."""
    booking = locked(booking_id)
    matter = open_matter(booking, kind, by=by, speaker=speaker, text=text)
    settle(booking)
    return matter


@transaction.atomic
def write_to_desk(speaker: Speaker, *, text: str, reference: str = "", actor: User) -> Matter:
    """A speaker's own words to the desk, about one of their sessions where ``reference`` names it; answered by the desk.

    A reference that is none of theirs counts as none.
    """
    theirs = Booking.objects.filter(reference=reference, offers__engagements__speaker=speaker)
    found = theirs.order_by("pk").values_list("pk", flat=True).first()
    booking = locked(found) if found is not None else None
    matter = open_matter(booking, Kind.SPEAKER_MESSAGE, by=actor, speaker=speaker, text=text)
    if booking is not None:
        settle(booking)
    return matter


def settle_matters(
    booking: Booking, kinds: Iterable[Matter.Kind], *, actor: User | None, text: str = ""
) -> int:
    """Note that what the desk just did answers these kinds of matter on a locked booking. Gives how many.

    ``text``: only those that say just this, where several of a kind are about different people.
    """
    found = booking.matters.filter(kind__in=list(kinds), settled_at__isnull=True)
    if text:
        found = found.filter(text=text)
    return found.update(settled_at=timezone.now(), settled_by=actor)


@transaction.atomic
def answered(booking_id: int, kind: Matter.Kind, *, actor: User) -> None:
    """What the desk or the team just did on a floor above answers this kind of matter."""
    booking = locked(booking_id)
    if settle_matters(booking, [kind], actor=actor):
        settle(booking)


@transaction.atomic
def deal_with(matter_id: int, *, actor: User) -> Matter:
    """The desk has dealt with one matter; a second press changes nothing. Raises ``InvalidMove`` for a change to answer."""
    row = Matter.objects.get(pk=matter_id)
    booking = locked(row.booking_id) if row.booking_id is not None else None
    matter = Matter.objects.select_for_update().get(pk=matter_id)
    if matter.settled_at is not None:
        return matter
    if matter.kind == Kind.CHANGE:
        raise InvalidMove("They asked for a change. Agree to it or decline it, so that they hear from you.")
    with doing("deal with what came in", actor):
        matter.settled_at, matter.settled_by = timezone.now(), actor
        matter.save(update_fields=["settled_at", "settled_by"])
        if booking is not None:
            settle(booking)
    return matter


@transaction.atomic
def deal_with_all(booking_id: int, *, actor: User) -> int:
    """The same for everything that came in on a booking, changes to answer aside. Gives how many."""
    booking = locked(booking_id)
    with doing("deal with what came in", actor):
        kinds = [kind for kind in Kind if kind != Kind.CHANGE]
        count = settle_matters(booking, kinds, actor=actor)
        settle(booking)
    return count


def close_change(change: ChangeRequest, state: ChangeState, *, actor: User | None, answer: str = "") -> None:
    """Note what became of a change they asked for, on a locked booking; it waits for nobody any more."""
    now = timezone.now()
    change.state, change.answered_by, change.answered_at, change.answer = state, actor, now, answer
    change.save(update_fields=["state", "answered_by", "answered_at", "answer"])
    change.matters.filter(settled_at__isnull=True).update(settled_at=now, settled_by=actor)


def end_changes(booking: Booking, *, agreed: str = "", all_others: bool = False, actor: User) -> None:
    """The desk did what one kind of open request asks for; ``all_others`` have nothing left to change."""
    for change in booking.change_requests.filter(state=ChangeState.ASKED):
        if change.kind == agreed:
            close_change(change, ChangeState.AGREED, actor=actor)
        elif all_others:
            close_change(change, ChangeState.OVERTAKEN, actor=actor)


def answer_by(booking: Booking) -> dt.date:
    """By when we answer what an agency asks: as promised for requests, and before an agreed day."""
    today = timezone.localdate()
    promised = add_working_days(today, DeskSettings.current().answer_within_days, Nation(booking.nation))
    if booking.starts_at is None:
        return promised
    return max(today, min(promised, local(booking.starts_at).date() - dt.timedelta(days=1)))
