"""Mail to the desk, and to those who decide about a release: a reference and a link, nothing of the case."""

from collections.abc import Iterable

from accounts.models import User
from bookings.mail.parts import desk_link, say_day
from bookings.models import Booking, DeskSettings, Engagement, Enquiry, Offer, Release
from outbox.queue import queue_message
from places.clock import say_moment


def to_desk(
    kind: str,
    about: Booking | Enquiry | Offer | Engagement | Release,
    *,
    occasion: str,
    settings: DeskSettings | None = None,
    is_first: bool = False,
    **context: object,
) -> None:
    """Queue one email to the desk: to its address, or to every coordinator while it has none."""
    for mailbox in (settings or DeskSettings.current()).mailboxes():
        queue_message(
            kind,
            to=mailbox,
            about=about,
            occasion=occasion,
            reference=str(context["reference"]),
            context=context,
            is_first=is_first,
        )


def new_request(booking: Booking, *, settings: DeskSettings) -> None:
    """Tell the desk that a request came in just now; nothing of the person or the place goes by mail."""
    to_desk(
        "new-request",
        booking,
        occasion="received",
        settings=settings,
        is_first=True,
        reference=booking.reference,
        link=desk_link(booking),
        answer_by=say_day(booking.answer_due_on),
    )


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
                "link": desk_link(release.contact.booking),
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
                "link": desk_link(release.contact.booking),
            },
        )
