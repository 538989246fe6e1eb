"""Every mail about an enquiry or a booking: what it is called, who gets it, and whether it is still wanted when it leaves.

Bodies hold nothing above the recipient's tier: what they know of the session comes from ``bookings/release.py``.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from accounts.models import User
from bookings.calendar_files import calendar_attachment, holds_event, taken_back
from bookings.models import (
    Booking,
    Contact,
    DeskSettings,
    Engagement,
    Enquiry,
    Note,
    Offer,
    Release,
)
from bookings.release import SessionSeen, Tier, others_asked, seen_by_speaker, seen_for_papers
from bookings.states import AGREED_BOOKINGS, EngagementState, OfferState, ReleaseState
from outbox import kinds
from outbox.models import Message
from outbox.queue import FileToSend, link, queue_message
from places.clock import say_date, say_minutes, say_moment, say_times

Wanted = Callable[[Message], str | None]
REMINDER = "reminder"


# ---- still wanted? Each gives None, or the reason to keep the mail back


def _key(message: Message) -> int:
    return int(message.about.rpartition(":")[2])


def _always(message: Message) -> str | None:
    return None


def _contact_still_there(message: Message) -> str | None:
    revoked = list(Contact.objects.filter(pk=_key(message)).values_list("revoked_at", flat=True).order_by())
    if not revoked:
        return "The contact is gone."
    if revoked[0] is not None:
        return "The contact was taken off this booking."
    return None


def _offer_still_open(message: Message) -> str | None:
    offer = Offer.objects.select_related("booking").filter(pk=_key(message)).first()
    if offer is None or offer.state != OfferState.OPEN or offer.has_run_out():
        return "The offer is no longer open."
    if not _verified(offer.booking, message.to):
        return "The contact is no longer verified for this booking."
    return None


def _engagement_still_asked(message: Message) -> str | None:
    engagement = Engagement.objects.filter(pk=_key(message)).first()
    if engagement is None or engagement.state != EngagementState.ASKED:
        return "The speaker has answered, or is no longer asked."
    return None


def _may_still_be_chased(message: Message) -> str | None:
    engagement = Engagement.objects.select_related("speaker").filter(pk=_key(message)).first()
    if engagement is None or engagement.speaker.is_paused() or engagement.speaker.left_on is not None:
        return "The speaker takes no invitations now."
    return _engagement_still_asked(message)


def _engagement_still_on(message: Message) -> str | None:
    engagement = Engagement.objects.select_related("offer__booking").filter(pk=_key(message)).first()
    if engagement is None or engagement.state != EngagementState.ACCEPTED:
        return "The speaker no longer gives this session."
    if engagement.offer.booking.status not in AGREED_BOOKINGS:
        return "The session is no longer agreed."
    return None


def _booking_still_agreed(message: Message) -> str | None:
    booking = Booking.objects.filter(pk=_key(message)).first()
    if booking is None or booking.status not in AGREED_BOOKINGS:
        return "The session is no longer agreed."
    if not _verified(booking, message.to):
        return "The contact is no longer verified for this booking."
    return None


def _contact_still_verified(message: Message) -> str | None:
    contact = Contact.objects.filter(pk=_key(message)).first()
    if contact is None or contact.verified_at is None or contact.revoked_at is not None:
        return "The contact is no longer verified for this booking."
    return None


def _contact_still_released(message: Message) -> str | None:
    contact = Contact.objects.select_related("booking").filter(pk=_key(message)).first()
    if contact is None or contact.released_at is None or contact.revoked_at is not None:
        return "The contact is not released."
    return None


def _release_still_asked(message: Message) -> str | None:
    release = Release.objects.filter(pk=_key(message)).first()
    return None if release is not None and release.state == ReleaseState.ASKED else "The release was decided."


def _verified(booking: Booking, email: str) -> bool:
    return booking.contacts.filter(
        email__iexact=email, verified_at__isnull=False, revoked_at__isnull=True
    ).exists()


def register_kinds() -> None:
    """Tell the outbox of every kind of mail that bookings send; called once, when the app is ready."""
    table: list[tuple[str, str, Wanted]] = [
        ("request-received", "Request received", _contact_still_there),
        ("new-request", "New request, to the desk", _always),
        ("enquiry-received", "Question received", _always),
        ("new-enquiry", "New question, to the desk", _always),
        ("enquiry-answer", "Answer to a question", _always),
        ("note", "Message to the agency", _contact_still_there),
        ("waiting-list", "On the waiting list", _contact_still_there),
        ("declined", "We cannot give this training", _contact_still_there),
        ("offer", "Date offered", _offer_still_open),
        ("invitation", "Invitation to a speaker", _engagement_still_asked),
        (REMINDER, "Reminder to a speaker", _may_still_be_chased),
        ("asked-again", "A speaker is asked again: a longer journey", _engagement_still_asked),
        ("postponed-speaker", "Session put off, to a speaker", _engagement_still_asked),
        ("postponed", "Session put off", _contact_still_verified),
        ("given-up", "A speaker no longer gives a session, to them", _always),
        ("condition-met", "A speaker’s condition is met", _always),
        ("speaker-missing", "A speaker is missing, to the desk", _always),
        ("team-changed", "Somebody else comes", _contact_still_released),
        ("agency-answer", "The agency answered, to the desk", _always),
        ("speaker-answer", "A speaker answered, to the desk", _always),
        ("offer-closed", "An offer ended", _contact_still_there),
        ("stood-down", "A speaker is free again", _always),
        ("confirmed", "Session confirmed", _booking_still_agreed),
        ("confirmed-speaker", "Session confirmed, to a speaker", _engagement_still_on),
        ("released", "Names and place are open", _contact_still_released),
        ("release-asked", "A release needs a second look", _release_still_asked),
        ("release-applied", "A release took effect", _always),
        ("cancelled", "Session cancelled", _contact_still_there),
        ("cancelled-speaker", "Session cancelled, to a speaker", _always),
    ]
    for name, label, still_wanted in table:
        kinds.register(name, label=label, still_wanted=still_wanted)


# ---- what leaves


def _when(session: SessionSeen | Offer) -> dict[str, str]:
    """The day and the times in words, London's."""
    assert session.starts_at is not None
    assert session.ends_at is not None
    return {"date": say_date(session.starts_at), "times": say_times(session.starts_at, session.ends_at)}


def _day(day: dt.date | None) -> str:
    return say_date(day) if day else ""


def _booking_link(booking: Booking) -> str:
    return link(f"/your/{booking.reference}/")


def _desk_link(booking: Booking) -> str:
    return link(f"/desk/bookings/booking/{booking.pk}/change/")


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
            "link": _booking_link(booking),
            **context,
        },
        attachments=attachments,
        is_first=is_first,
    )


def _to_desk(
    kind: str,
    about: Booking | Enquiry | Offer | Engagement | Release,
    *,
    occasion: str,
    desk_email: str = "",
    is_first: bool = False,
    **context: object,
) -> None:
    queue_message(
        kind,
        to=desk_email or DeskSettings.current().desk_email,
        about=about,
        occasion=occasion,
        reference=str(context["reference"]),
        context=context,
        is_first=is_first,
    )


def verified_contacts(booking: Booking) -> list[Contact]:
    """The contacts who may know the date (T2): rung back, mailbox confirmed, not taken off."""
    return list(
        booking.contacts.filter(
            verified_at__isnull=False, mailbox_confirmed_at__isnull=False, revoked_at__isnull=True
        )
    )


def request_received(contact: Contact) -> None:
    """Tell the requester that their request, written down in this transaction, stands, and by when we answer."""
    _to_contact(
        "request-received",
        contact,
        occasion="received",
        is_first=True,
        answer_by=_day(contact.booking.answer_due_on),
    )


def new_request(booking: Booking, *, desk_email: str) -> None:
    """Tell the desk that a request came in just now; nothing of the person or the place goes by mail."""
    _to_desk(
        "new-request",
        booking,
        occasion="received",
        desk_email=desk_email,
        is_first=True,
        reference=booking.reference,
        link=_desk_link(booking),
        answer_by=_day(booking.answer_due_on),
    )


def enquiry_received(enquiry: Enquiry) -> None:
    """Tell the person who asked by when we answer, and tell the desk; people without an e-mail are rung."""
    context: dict[str, Any] = {
        "reference": enquiry.reference,
        "answer_by": _day(enquiry.answer_due_on),
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
    _to_desk(
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


def declined(booking: Booking, *, words: str, occasion: str) -> None:
    last = booking.offers.last()
    for contact in booking.contacts.filter(revoked_at__isnull=True):
        files = taken_back(booking, mailbox=contact.email, when=last) if last is not None else []
        _to_contact("declined", contact, occasion=occasion, attachments=files, words=words)


def offer(offer: Offer) -> None:
    """Send an offer to every verified contact: dates and times, and a team of our trainers."""
    booking = offer.booking
    for contact in verified_contacts(booking):
        queue_message(
            "offer",
            to=contact.email,
            about=offer,
            occasion=f"offer-{offer.number}",
            reference=booking.reference,
            context={
                "name": contact.name,
                "reference": booking.reference,
                "link": _booking_link(booking),
                **_when(offer),
                "until": say_moment(offer.expires_at),
            },
        )


def invitation(engagement: Engagement) -> None:
    """Ask a speaker: date, region, format, topics asked of them, travel, and who else by role. Never the venue."""
    _to_asked("invitation", engagement, occasion=_asked_as(engagement))


def reminder(engagement: Engagement, *, occasion: str) -> None:
    """Ask a speaker who has not answered once more, with all they need to answer."""
    _to_asked(REMINDER, engagement, occasion=occasion)


def asked_again(engagement: Engagement) -> None:
    """Ask a speaker again, as the place has moved and their journey has grown. The place itself stays behind the sign-in."""
    _to_asked("asked-again", engagement, occasion=_asked_as(engagement))


def postponed_speaker(engagement: Engagement, *, old: Offer) -> None:
    """Ask a speaker for the new day of a session that is put off; the entry in their calendar moves to it."""
    mailbox = engagement.speaker.user.email if engagement.speaker.user else ""
    _to_asked(
        "postponed-speaker",
        engagement,
        occasion=_asked_as(engagement),
        attachments=_moved(engagement.offer.booking, mailbox, old=old, new=engagement.offer),
        old_date=say_date(old.starts_at),
    )


def _asked_as(engagement: Engagement) -> str:
    return f"offer-{engagement.offer.number}"


def _to_asked(
    kind: str,
    engagement: Engagement,
    *,
    occasion: str,
    attachments: Iterable[FileToSend] = (),
    **context: object,
) -> None:
    """What an asked speaker may know of a session, with the way to answer it. Nobody without a mailbox is written to."""
    speaker = engagement.speaker
    if speaker.user is None:
        return
    booking = engagement.offer.booking
    seen = seen_by_speaker(engagement, second_factor=False)
    queue_message(
        kind,
        to=speaker.user.email,
        about=engagement,
        occasion=occasion,
        reference=booking.reference,
        context={
            "name": speaker.name,
            "reference": booking.reference,
            "link": link(f"/speaking/{booking.reference}/{engagement.offer.number}/"),
            **_when(seen),
            "region": booking.region.name if booking.region else "",
            "place": booking.get_place_display(),
            "format": booking.format.name if booking.format else "",
            "topics": [topic.title for topic in engagement.topics.all()],
            "travel": say_minutes(engagement.travel_minutes) if engagement.travel_minutes else "",
            "others": others_asked(engagement),
            "until": say_moment(engagement.held_until or engagement.offer.expires_at),
            **context,
        },
        attachments=attachments,
    )


def agency_answered(offer: Offer, *, accepted: bool) -> None:
    _to_desk(
        "agency-answer",
        offer,
        occasion=f"answer-{offer.number}",
        reference=offer.booking.reference,
        link=_desk_link(offer.booking),
        accepted=accepted,
    )


def speaker_answered(engagement: Engagement) -> None:
    _to_desk(
        "speaker-answer",
        engagement,
        occasion=f"answer-{engagement.state}",
        reference=engagement.offer.booking.reference,
        link=_desk_link(engagement.offer.booking),
        accepted=engagement.state == EngagementState.ACCEPTED,
        has_condition=bool(engagement.condition),
    )


def speaker_missing(engagement: Engagement) -> None:
    """Tell the desk that somebody no longer comes and that a place is open; who it was stands on the booking's page."""
    booking = engagement.offer.booking
    _to_desk(
        "speaker-missing",
        engagement,
        occasion="missing",
        reference=booking.reference,
        link=_desk_link(booking),
        is_agreed=booking.is_agreed,
    )


def given_up(engagement: Engagement, *, why: str = "") -> None:
    """Tell a speaker that they no longer give a session and that nothing is asked of them; their entry is taken back.

    ``why`` is ``condition`` when theirs could not be met.
    """
    if engagement.speaker.user is None:
        return
    booking, mailbox = engagement.offer.booking, engagement.speaker.user.email
    queue_message(
        "given-up",
        to=mailbox,
        about=engagement,
        occasion="given-up",
        reference=booking.reference,
        context={
            "name": engagement.speaker.name,
            "reference": booking.reference,
            "why": why,
            **_when(engagement.offer),
        },
        attachments=taken_back(booking, mailbox=mailbox, when=engagement.offer),
    )


def condition_met(engagement: Engagement) -> None:
    """Tell a speaker that what their yes depended on is settled; the words stay on their page."""
    if engagement.speaker.user is None:
        return
    booking = engagement.offer.booking
    queue_message(
        "condition-met",
        to=engagement.speaker.user.email,
        about=engagement,
        occasion="settled",
        reference=booking.reference,
        context={
            "name": engagement.speaker.name,
            "reference": booking.reference,
            "link": link(f"/speaking/{booking.reference}/{engagement.offer.number}/"),
            **_when(engagement.offer),
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
        day = {**_when(new), "until": say_moment(new.expires_at), "must_answer": must_answer}
    for contact in verified_contacts(booking):
        contact.booking = booking
        _to_contact(
            "postponed",
            contact,
            occasion=f"offer-{old.number}",
            attachments=_moved(booking, contact.email, old=old, new=new),
            old_date=say_date(old.starts_at),
            **day,
        )


def _moved(booking: Booking, mailbox: str, *, old: Offer, new: Offer | None) -> list[FileToSend]:
    """The file that moves an entry to a day which is not agreed yet, or takes it back; nothing where there is none."""
    if new is None:
        return taken_back(booking, mailbox=mailbox, when=old)
    if not holds_event(booking, mailbox):
        return []
    return [calendar_attachment(booking, attendee=mailbox, when=new, standing="tentative")]


def offer_closed(offer: Offer, *, why: str) -> None:
    """Tell the agency that an offer ended: ``why`` is ``lapsed`` or ``withdrawn``. An entry that moved along is taken back."""
    for contact in verified_contacts(offer.booking):
        contact.booking = offer.booking
        _to_contact(
            "offer-closed",
            contact,
            occasion=f"offer-{offer.number}-{why}",
            attachments=_taken_back_with(offer, contact.email),
            why=why,
        )


def _taken_back_with(offer: Offer, mailbox: str) -> list[FileToSend]:
    """The end of an offer takes back the entry that moved to its day, and no other."""
    return taken_back(offer.booking, mailbox=mailbox, when=offer) if offer.moves_the_day else []


def stood_down(engagements: Iterable[Engagement]) -> None:
    """Tell speakers whose time is free again; nothing is asked of them any more, and no entry stays in their calendar."""
    for engagement in engagements:
        if engagement.speaker.user is None:
            continue
        booking, mailbox = engagement.offer.booking, engagement.speaker.user.email
        queue_message(
            "stood-down",
            to=mailbox,
            about=engagement,
            occasion="freed",
            reference=booking.reference,
            context={
                "name": engagement.speaker.name,
                "reference": booking.reference,
                **_when(engagement.offer),
            },
            attachments=taken_back(booking, mailbox=mailbox, when=engagement.offer),
        )


def confirmed(booking: Booking) -> None:
    """Tell the agency (T2, with a calendar file without a place) and the speakers that the day is agreed."""
    seen = seen_for_papers(booking, Tier.T2)
    occasion = f"date-{booking.calendar_sequence}"
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
                "link": _booking_link(booking),
                **_when(seen),
            },
            attachments=[calendar_attachment(booking, attendee=contact.email)],
        )
    for engagement in accepted_engagements(booking):
        confirmed_speaker(booking, engagement)


def confirmed_speaker(booking: Booking, engagement: Engagement) -> None:
    """Tell a speaker that a session which they give is agreed, with a calendar file without a place."""
    if engagement.speaker.user is None:
        return
    queue_message(
        "confirmed-speaker",
        to=engagement.speaker.user.email,
        about=engagement,
        occasion=f"date-{booking.calendar_sequence}",
        reference=booking.reference,
        context={
            "name": engagement.speaker.name,
            "reference": booking.reference,
            "link": link("/speaking/"),
            **_when(engagement.offer),
            "region": booking.region.name if booking.region else "",
            "topics": [topic.title for topic in engagement.topics.all()],
            "is_lead": engagement.speaker_id == booking.lead_id,
        },
        attachments=[calendar_attachment(booking, attendee=engagement.speaker.user.email)],
    )


def accepted_engagements(booking: Booking) -> list[Engagement]:
    """The places of the speakers who give the session, as agreed."""
    return list(
        Engagement.objects.filter(
            offer__booking=booking, offer__state=OfferState.ACCEPTED, state=EngagementState.ACCEPTED
        )
        .select_related("speaker__user", "offer__booking__region")
        .prefetch_related("topics")
    )


def released(contact: Contact, *, occasion: str) -> None:
    _to_contact("released", contact, occasion=occasion)


def release_asked(release: Release, *, deciders: Iterable[User]) -> None:
    for user in deciders:
        queue_message(
            "release-asked",
            to=user.email,
            about=release,
            occasion="asked",
            reference=release.contact.booking.reference,
            context={
                "name": user.name,
                "reference": release.contact.booking.reference,
                "link": _desk_link(release.contact.booking),
                "takes_effect": say_moment(release.takes_effect_at),
            },
        )


def release_applied(release: Release, *, everyone: Iterable[User]) -> None:
    """Tell everyone with the right that a lone release took effect."""
    for user in everyone:
        queue_message(
            "release-applied",
            to=user.email,
            about=release,
            occasion="applied",
            reference=release.contact.booking.reference,
            context={
                "name": user.name,
                "reference": release.contact.booking.reference,
                "link": _desk_link(release.contact.booking),
            },
        )


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
                **_when(engagement.offer),
            },
            attachments=taken_back(booking, mailbox=mailbox, when=engagement.offer),
        )
