"""Mail to the agency: to everybody on a booking without its date, to verified contacts (T2) with it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from accounts.models import User
from bookings.calendar_files import calendar_attachment, taken_back
from bookings.host import say_needed_by, unanswered
from bookings.mail.parts import (
    accepted_engagements,
    booking_link,
    moved_entry,
    say_day,
    say_when,
    verified_contacts,
)
from bookings.mail.to_desk import to_desk
from bookings.mail.to_speakers import confirmed_speaker
from bookings.mail.wanted import HOST_REMINDER, occasion_of
from bookings.models import Booking, ChangeRequest, Contact, DeskSettings, Engagement, Enquiry, Note, Offer
from bookings.release import Tier, host_told, seen_for_papers
from bookings.states import ChangeState, OfferState
from bookings.terms import terms
from outbox.queue import FileToSend, link, queue_message
from places.clock import say_date, say_moment


def _to_contact(
    kind: str,
    contact: Contact,
    *,
    occasion: str,
    is_first: bool = False,
    attachments: Iterable[FileToSend] = (),
    **context: object,
) -> None:
    booking = contact.booking
    queue_message(
        kind,
        to=contact.email,
        about=contact,
        occasion=occasion,
        reference=booking.reference,
        context={
            "name": contact.name,
            "reference": booking.reference,
            "link": booking_link(booking),
            **context,
        },
        attachments=attachments,
        is_first=is_first,
    )


def request_received(contact: Contact) -> None:
    """Tell the requester that their request, written down in this transaction, stands, and by when we answer."""
    _to_contact(
        "request-received",
        contact,
        occasion="received",
        is_first=True,
        answer_by=say_day(contact.booking.answer_due_on),
    )


def request_reaches_new_mailbox(contact: Contact, *, occasion: str) -> None:
    """The receipt once more, to the mailbox that a contact has from now on: they confirm it by the same page."""
    day = say_day(contact.booking.answer_due_on)
    _to_contact("request-received", contact, occasion=occasion, answer_by=day)


def colleague_invited(contact: Contact, *, by: User | None) -> None:
    """Tell a colleague who added them to which request, and what comes next; ``None`` is the desk. Nothing of any date."""
    booking = contact.booking
    inviter = booking.contacts.filter(user=by).first() if by is not None else None
    _to_contact(
        "colleague-invited",
        contact,
        occasion=f"invited-{timezone.now():%Y%m%d%H%M%S}",
        inviter=inviter.name if inviter is not None else "",
        agency=booking.agency.name,
    )


def colleague_removed(contact: Contact) -> None:
    """Tell somebody that their agency took them off its booking."""
    _to_contact("colleague-removed", contact, occasion=f"removed-{timezone.now():%Y%m%d%H%M%S}")


def change_answered(change: ChangeRequest) -> None:
    """Tell whoever asked for a change what we say to it, in the desk's own words."""
    contact = change.booking.contacts.filter(user=change.asked_by_id, revoked_at__isnull=True).first()
    if contact is None:
        return
    contact.booking = change.booking
    _to_contact(
        "change-answered",
        contact,
        occasion=f"change-{change.pk}",
        asked=change.asked_words,
        agreed=change.state == ChangeState.AGREED,
        words=change.answer,
    )


def enquiry_received(enquiry: Enquiry) -> None:
    """Tell the person who asked by when we answer, and tell the desk; people without an e-mail are rung."""
    context: dict[str, Any] = {
        "reference": enquiry.reference,
        "answer_by": say_day(enquiry.answer_due_on),
        "name": enquiry.name,
        "ring_me": enquiry.ring_me,
    }
    if enquiry.email:
        queue_message(
            "enquiry-received",
            to=enquiry.email,
            about=enquiry,
            occasion="received",
            reference=enquiry.reference,
            context=context,
        )
    to_desk(
        "new-enquiry",
        enquiry,
        occasion="received",
        link=link(f"/desk/bookings/enquiry/{enquiry.pk}/change/"),
        **context,
    )


def enquiry_answer(enquiry: Enquiry) -> None:
    """Send our answer to a question."""
    queue_message(
        "enquiry-answer",
        to=enquiry.email,
        about=enquiry,
        occasion="answered",
        reference=enquiry.reference,
        context={"reference": enquiry.reference, "name": enquiry.name, "answer": enquiry.answer},
    )


def note_to_agency(note: Note) -> None:
    """Say that we have written; the words themselves wait behind the sign-in."""
    for contact in note.booking.contacts.filter(revoked_at__isnull=True):
        _to_contact("note", contact, occasion=f"note-{note.pk}")


def waiting_list(booking: Booking, *, occasion: str) -> None:
    for contact in booking.contacts.filter(revoked_at__isnull=True):
        _to_contact("waiting-list", contact, occasion=occasion)


def reopened(booking: Booking, *, occasion: str) -> None:
    """Tell the agency that a request we declined is open again."""
    for contact in booking.contacts.filter(revoked_at__isnull=True):
        _to_contact("reopened", contact, occasion=occasion)


def declined(booking: Booking, *, words: str, occasion: str) -> None:
    last = booking.offers.last()
    for contact in booking.contacts.filter(revoked_at__isnull=True):
        files = taken_back(booking, mailbox=contact.email, when=last) if last is not None else []
        _to_contact("declined", contact, occasion=occasion, attachments=files, words=words)


def offers(made: Sequence[Offer]) -> None:
    """Send every verified contact one mail with the dates just offered to them: times, and a team of our trainers."""
    booking, in_order = made[0].booking, sorted(made, key=lambda offer: offer.starts_at)
    for contact in verified_contacts(booking):
        queue_message(
            "offer",
            to=contact.email,
            about=made[0],
            occasion=occasion_of(made),
            reference=booking.reference,
            context={
                "name": contact.name,
                "reference": booking.reference,
                "link": booking_link(booking),
                "days": [say_when(offer) for offer in in_order],
                "until": say_moment(min(offer.expires_at for offer in made)),
            },
        )


def accepted(booking: Booking, offer: Offer) -> None:
    """Give every verified contact (T2) a receipt for the date their agency said yes to: terms, and what comes next."""
    by = booking.contacts.filter(user=offer.answered_by).first()
    for contact in verified_contacts(booking):
        queue_message(
            "accepted",
            to=contact.email,
            about=offer,
            occasion="accepted",
            reference=booking.reference,
            context={
                "name": contact.name,
                "reference": booking.reference,
                "link": booking_link(booking),
                "by": by.name if by is not None else "",
                "by_you": by is not None and by.pk == contact.pk,
                "terms": terms(DeskSettings.current()),
                **say_when(offer),
            },
        )


def team_changed(booking: Booking) -> None:
    """Tell the contacts to whom names are open that somebody else comes; who stands on their page."""
    for contact in booking.contacts.filter(released_at__isnull=False, revoked_at__isnull=True):
        contact.booking = booking
        _to_contact("team-changed", contact, occasion=f"team-{booking.calendar_sequence}")


def postponed(booking: Booking, *, old: Offer, new: Offer | None) -> None:
    """Tell the agency (T2) that an agreed day is put off, and to which; the entry in their calendar moves, or goes."""
    day: dict[str, Any] = {}
    if new is not None:
        must_answer = new.state == OfferState.OPEN
        day = {**say_when(new), "until": say_moment(new.expires_at), "must_answer": must_answer}
    for contact in verified_contacts(booking):
        contact.booking = booking
        _to_contact(
            "postponed",
            contact,
            occasion=f"offer-{old.number}",
            attachments=moved_entry(booking, contact.email, old=old, new=new),
            old_date=say_date(old.starts_at),
            **day,
        )


def offers_closed(ended: Sequence[Offer], *, why: str) -> None:
    """Tell the agency, in one mail, that offers ended: ``why`` is ``lapsed`` or ``withdrawn``.

    An entry that moved along with one of them is taken back.
    """
    booking = ended[0].booking
    for contact in verified_contacts(booking):
        contact.booking = booking
        _to_contact(
            "offer-closed",
            contact,
            occasion=f"{occasion_of(ended)}-{why}",
            attachments=[file for offer in ended for file in _taken_back_with(offer, contact.email)],
            why=why,
            count=len(ended),
            others_stand=booking.offers.filter(state=OfferState.OPEN).exists(),
        )


def _taken_back_with(offer: Offer, mailbox: str) -> list[FileToSend]:
    """The end of an offer takes back the entry that moved to its day, and no other."""
    return taken_back(offer.booking, mailbox=mailbox, when=offer) if offer.moves_the_day else []


def confirmed(booking: Booking) -> None:
    """Tell the agency (T2, with a calendar file without a place) and the speakers that the day is agreed."""
    assert booking.starts_at is not None
    seen = seen_for_papers(booking, Tier.T2)
    occasion = f"date-{booking.calendar_sequence}"
    missing = [question.words for question in unanswered(booking, host_told(booking))]
    for contact in verified_contacts(booking):
        queue_message(
            "confirmed",
            to=contact.email,
            about=booking,
            occasion=occasion,
            reference=booking.reference,
            context={
                "name": contact.name,
                "reference": booking.reference,
                "link": booking_link(booking),
                "missing": missing,
                "needed_by": say_needed_by(booking.starts_at, now=timezone.now()),
                "terms": [term for term in terms(DeskSettings.current()) if term.key != "binding"],
                **say_when(seen),
            },
            attachments=[calendar_attachment(booking, attendee=contact.email)],
        )
    for engagement in accepted_engagements(booking):
        confirmed_speaker(booking, engagement)


def host_reminder(contact: Contact, *, missing: list[str], occasion: str) -> None:
    """Ask a verified contact (T2) for what the host has not told us yet, with the day by which we need it."""
    booking = contact.booking
    assert booking.starts_at is not None
    _to_contact(
        HOST_REMINDER,
        contact,
        occasion=occasion,
        missing=missing,
        date=say_date(booking.starts_at),
        needed_by=say_needed_by(booking.starts_at, now=timezone.now()),
    )


def released(contact: Contact, *, occasion: str) -> None:
    _to_contact("released", contact, occasion=occasion)


def cancelled(booking: Booking, *, engagements: Iterable[Engagement], words: str) -> None:
    """Tell the agency and the speakers; where a calendar file went out, take its event back."""
    last = booking if booking.starts_at else booking.offers.last()
    for contact in booking.contacts.filter(revoked_at__isnull=True):
        contact.booking = booking
        files = taken_back(booking, mailbox=contact.email, when=last) if last is not None else []
        _to_contact("cancelled", contact, occasion="cancelled", attachments=files, words=words)
    for engagement in engagements:
        if engagement.speaker.user is None:
            continue
        mailbox = engagement.speaker.user.email
        queue_message(
            "cancelled-speaker",
            to=mailbox,
            about=engagement,
            occasion="cancelled",
            reference=booking.reference,
            context={
                "name": engagement.speaker.name,
                "reference": booking.reference,
                **say_when(engagement.offer),
            },
            attachments=taken_back(booking, mailbox=mailbox, when=engagement.offer),
        )
