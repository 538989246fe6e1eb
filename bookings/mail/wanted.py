"""The kinds of mail that bookings send, and whether each is still wanted when it leaves."""

from collections.abc import Callable, Sequence

from django.utils import timezone

from bookings.host import unanswered
from bookings.mail import joined
from bookings.models import Booking, Contact, Engagement, Offer, Release
from bookings.release import host_told
from bookings.states import AGREED_BOOKINGS, EngagementState, OfferState, ReleaseState
from outbox import kinds
from outbox.models import Message

Wanted = Callable[[Message], str | None]
REMINDER = "reminder"
HOST_REMINDER = "host-reminder"


def _contact(message: Message) -> Contact | None:
    return Contact.objects.select_related("booking").filter(pk=_key(message)).first()


def _offer(message: Message) -> Offer | None:
    return Offer.objects.select_related("booking").filter(pk=_key(message)).first()


def _engagement(message: Message) -> Engagement | None:
    return Engagement.objects.select_related("speaker", "offer__booking").filter(pk=_key(message)).first()


def _key(message: Message) -> int:
    return int(message.about.rpartition(":")[2])


def _always(message: Message) -> str | None:
    return None


def _contact_still_there(message: Message) -> str | None:
    contact = _contact(message)
    if contact is None:
        return "The contact is gone."
    if contact.revoked_at is not None:
        return "The contact was taken off this booking."
    return None


def occasion_of(offers: Sequence[Offer]) -> str:
    """The offers that a mail is about, by number: "offer-2", "offer-2-3"."""
    return "-".join(["offer", *(str(offer.number) for offer in offers)])


def _offer_still_open(message: Message) -> str | None:
    offer = _offer(message)
    numbers = message.occasion.split("-")[1:]
    if offer is None or not any(
        each.state == OfferState.OPEN and not each.has_run_out()
        for each in Offer.objects.filter(booking=offer.booking_id, number__in=numbers)
    ):
        return "The offer is no longer open."
    if not _verified(offer.booking, message.to):
        return "The contact is no longer verified for this booking."
    return None


def _acceptance_stands(message: Message) -> str | None:
    offer = _offer(message)
    if offer is None or offer.state != OfferState.ACCEPTED:
        return "The date is no longer accepted."
    if not _verified(offer.booking, message.to):
        return "The contact is no longer verified for this booking."
    return None


def _host_still_to_answer(message: Message) -> str | None:
    contact = _contact(message)
    if contact is None or contact.verified_at is None or contact.revoked_at is not None:
        return "The contact is no longer verified for this booking."
    booking = contact.booking
    if booking.status not in AGREED_BOOKINGS or booking.starts_at is None:
        return "The session is no longer agreed."
    if booking.starts_at <= timezone.now():
        return "The day has come."
    if not unanswered(booking, host_told(booking)):
        return "The host has told us everything."
    return None


def _engagement_still_asked(message: Message) -> str | None:
    engagement = _engagement(message)
    if engagement is None or engagement.state != EngagementState.ASKED:
        return "The speaker has answered, or is no longer asked."
    return None


def _invitation_still_open(message: Message) -> str | None:
    engagement = Engagement.objects.select_related("offer").filter(pk=_key(message)).first()
    if engagement is None or not Engagement.objects.filter(
        speaker=engagement.speaker_id,
        offer__booking=engagement.offer.booking_id,
        offer__number__in=message.occasion.split("-")[1:],
        state=EngagementState.ASKED,
    ):
        return "The speaker has answered, or is no longer asked."
    return None


def _may_still_be_chased(message: Message) -> str | None:
    engagement = _engagement(message)
    if engagement is None or engagement.speaker.is_paused() or engagement.speaker.left_on is not None:
        return "The speaker takes no invitations now."
    return _engagement_still_asked(message)


def _engagement_still_on(message: Message) -> str | None:
    engagement = _engagement(message)
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
    contact = _contact(message)
    if contact is None or contact.verified_at is None or contact.revoked_at is not None:
        return "The contact is no longer verified for this booking."
    return None


def _contact_still_released(message: Message) -> str | None:
    contact = _contact(message)
    if contact is None or contact.released_at is None or contact.revoked_at is not None:
        return "The contact is not released."
    return None


def _release_still_asked(message: Message) -> str | None:
    release = Release.objects.filter(pk=_key(message)).first()
    return None if release is not None and release.state == ReleaseState.ASKED else "The release was decided."


def _verified(booking: Booking, email: str) -> bool:
    contacts = booking.contacts.filter(
        email__iexact=email, verified_at__isnull=False, revoked_at__isnull=True
    )
    return contacts.exists()


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
        ("reopened", "Request reopened", _contact_still_there),
        ("offer", "Date offered", _offer_still_open),
        ("invitation", "Invitation to a speaker", _invitation_still_open),
        (REMINDER, "Reminder to a speaker", _may_still_be_chased),
        ("asked-again", "A speaker is asked again: a longer journey", _engagement_still_asked),
        ("postponed-speaker", "Session put off, to a speaker", _engagement_still_asked),
        ("postponed", "Session put off", _contact_still_verified),
        ("given-up", "A speaker no longer gives a session, to them", _always),
        ("condition-met", "A speaker’s condition is met", _always),
        ("team-changed", "Somebody else comes", _contact_still_released),
        ("offer-closed", "An offer ended", _contact_still_there),
        ("stood-down", "A speaker is free again", _always),
        ("accepted", "Date accepted, to the agency", _acceptance_stands),
        (HOST_REMINDER, "Reminder to the host", _host_still_to_answer),
        ("confirmed", "Session confirmed", _booking_still_agreed),
        ("confirmed-speaker", "Session confirmed, to a speaker", _engagement_still_on),
        ("released", "Names and place are open", _contact_still_released),
        ("release-asked", "A release needs a second look", _release_still_asked),
        ("release-applied", "A release took effect", _always),
        ("cancelled", "Session cancelled", _contact_still_there),
        ("cancelled-speaker", "Session cancelled, to a speaker", _always),
        ("colleague-invited", "Invited to follow a booking", _contact_still_there),
        ("colleague-removed", "Removed from a booking by their agency", _always),
        ("change-answered", "Our answer to a change", _contact_still_there),
        (joined.KIND, "Something came in, to the desk", joined.still_wanted),
    ]
    for name, label, still_wanted in table:
        kinds.register(name, label=label, still_wanted=still_wanted)
