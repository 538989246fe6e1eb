"""Every mail about an enquiry or a booking: what it is called, who gets it, and whether it is still wanted when it leaves.

Bodies hold nothing above the recipient's tier: what they know of the session comes from ``bookings/release.py``.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from accounts.models import User
from bookings.calendar_files import calendar_attachment
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
from bookings.release import SessionSeen, Tier, seen_by_speaker, seen_for_papers
from bookings.states import AGREED_BOOKINGS, EngagementState, OfferState, ReleaseState
from outbox import kinds
from outbox.models import Message
from outbox.queue import link, queue_message
from places.clock import say_date, say_minutes, say_moment, say_times

Wanted = Callable[[Message], str | None]


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
    kind: str, contact: Contact, *, occasion: str, is_first: bool = False, **context: object
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
    for contact in booking.contacts.filter(revoked_at__isnull=True):
        _to_contact("declined", contact, occasion=occasion, words=words)


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
    """Ask a speaker: date, region, format, topics asked of them, travel. Never the venue."""
    speaker = engagement.speaker
    if speaker.user is None:
        return
    booking = engagement.offer.booking
    seen = seen_by_speaker(engagement, second_factor=False)
    queue_message(
        "invitation",
        to=speaker.user.email,
        about=engagement,
        occasion=f"offer-{engagement.offer.number}",
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
            "until": say_moment(engagement.offer.expires_at),
        },
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


def offer_closed(offer: Offer, *, why: str) -> None:
    """Tell the agency that an offer ended: ``why`` is ``lapsed`` or ``withdrawn``."""
    for contact in verified_contacts(offer.booking):
        _to_contact("offer-closed", contact, occasion=f"offer-{offer.number}-{why}", why=why)


def stood_down(engagements: Iterable[Engagement]) -> None:
    """Tell speakers whose time is free again; nothing is asked of them any more."""
    for engagement in engagements:
        if engagement.speaker.user is None:
            continue
        queue_message(
            "stood-down",
            to=engagement.speaker.user.email,
            about=engagement,
            occasion="freed",
            reference=engagement.offer.booking.reference,
            context={
                "name": engagement.speaker.name,
                "reference": engagement.offer.booking.reference,
                **_when(engagement.offer),
            },
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
        if engagement.speaker.user is None:
            continue
        queue_message(
            "confirmed-speaker",
            to=engagement.speaker.user.email,
            about=engagement,
            occasion=occasion,
            reference=booking.reference,
            context={
                "name": engagement.speaker.name,
                "reference": booking.reference,
                "link": link("/speaking/"),
                **_when(seen),
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


def cancelled(booking: Booking, *, engagements: Iterable[Engagement], was_agreed: bool, words: str) -> None:
    """Tell the agency and the speakers; where a calendar file went out, take its event back."""
    for contact in booking.contacts.filter(revoked_at__isnull=True):
        knew_the_date = was_agreed and contact.verified_at is not None
        queue_message(
            "cancelled",
            to=contact.email,
            about=contact,
            occasion="cancelled",
            reference=booking.reference,
            context={
                "name": contact.name,
                "reference": booking.reference,
                "words": words,
                "link": _booking_link(booking),
            },
            attachments=[calendar_attachment(booking, attendee=contact.email, cancelled=True)]
            if knew_the_date
            else [],
        )
    for engagement in engagements:
        if engagement.speaker.user is None:
            continue
        queue_message(
            "cancelled-speaker",
            to=engagement.speaker.user.email,
            about=engagement,
            occasion="cancelled",
            reference=booking.reference,
            context={
                "name": engagement.speaker.name,
                "reference": booking.reference,
                **_when(engagement.offer),
            },
            attachments=[calendar_attachment(booking, attendee=engagement.speaker.user.email, cancelled=True)]
            if was_agreed
            else [],
        )
