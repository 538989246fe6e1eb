"""The second decision: that a verified contact may see names and venue."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.rights import coordinators
from bookings import mail
from bookings.models import Booking, Contact, DeskSettings, Release
from bookings.release import call_back_covers_release
from bookings.services.moves import doing, locked, move_release, settle
from bookings.states import AGREED_BOOKINGS, InvalidMove, ReleaseState


def _booking_id_of(release_id: int) -> int:
    return Release.objects.values_list("contact__booking_id", flat=True).get(pk=release_id)


@transaction.atomic
def ask_for_release(contact_id: int, *, note: str = "", actor: User) -> Release:
    """Ask that a contact may see names and venue; another coordinator decides, or it takes effect by itself later.

    Raises ``InvalidMove`` before the call-back, after a change that asks for a new one, or before the day is agreed.
    """
    booking = locked(Contact.objects.values_list("booking_id", flat=True).get(pk=contact_id))
    contact = Contact.objects.get(pk=contact_id)
    if booking.status not in AGREED_BOOKINGS:
        raise InvalidMove("Names and place are released once the day is agreed.")
    if contact.revoked_at is not None or not call_back_covers_release(contact):
        raise InvalidMove(
            "A release needs a call-back that is newer than the last change of mailbox or venue."
        )
    if contact.releases.filter(state__in=[ReleaseState.ASKED, ReleaseState.IN_EFFECT]).exists():
        raise InvalidMove("This contact is released, or waits for a decision, already.")
    hours = DeskSettings.current().lone_release_hours
    with doing("ask for release", actor):
        release = Release.objects.create(
            contact=contact,
            asked_by=actor,
            takes_effect_at=timezone.now() + dt.timedelta(hours=hours),
            note=note,
        )
        mail.release_asked(release, deciders=[user for user in coordinators() if user != actor])
        settle(booking)
    return release


def end_releases(contact: Contact) -> None:
    """End what lets a contact see names and place, or waits to; the booking is locked.

    Who decided stays as it was: whoever changed the venue, say, decided nothing about this. The trail tells who ended it.
    """
    for release in contact.releases.filter(state__in=[ReleaseState.ASKED, ReleaseState.IN_EFFECT]):
        move_release(release, ReleaseState.ENDED)


def close_detail(booking: Booking) -> None:
    """End the releases of a locked booking: what they were given for has changed."""
    for contact in booking.contacts.filter(revoked_at__isnull=True):
        end_releases(contact)
        contact.released_at = None
        contact.save(update_fields=["released_at"])


def _put_in_effect(release: Release, *, decided_by: User | None) -> None:
    contact = release.contact
    release.decided_by, release.decided_at = decided_by, timezone.now()
    move_release(release, ReleaseState.IN_EFFECT, "decided_by", "decided_at")
    contact.released_at = release.decided_at
    contact.save(update_fields=["released_at"])
    mail.released(contact, occasion=f"release-{release.pk}")


@transaction.atomic
def approve_release(release_id: int, *, actor: User) -> Release:
    """A second coordinator agrees: the contact sees names and venue from now on, and is told. Raises ``InvalidMove``."""
    booking = locked(_booking_id_of(release_id))
    release = Release.objects.select_related("contact__booking").get(pk=release_id)
    if release.asked_by_id == actor.pk:
        raise InvalidMove("Somebody else has to take the second look.")
    if booking.status not in AGREED_BOOKINGS or not call_back_covers_release(release.contact):
        raise InvalidMove("Something changed since it was asked: a new call-back is needed.")
    with doing("approve release", actor):
        _put_in_effect(release, decided_by=actor)
        settle(booking)
    return release


@transaction.atomic
def refuse_release(release_id: int, *, actor: User) -> Release:
    """Keep names and venue closed to the contact, or close them again. Nobody outside is told. Raises ``InvalidMove``."""
    booking = locked(_booking_id_of(release_id))
    release = Release.objects.select_related("contact__booking").get(pk=release_id)
    was_in_effect = release.state == ReleaseState.IN_EFFECT
    with doing("stop sharing names and venue" if was_in_effect else "decline sharing", actor):
        if was_in_effect:
            move_release(release, ReleaseState.ENDED)
        else:
            release.decided_by, release.decided_at = actor, timezone.now()
            move_release(release, ReleaseState.REFUSED, "decided_by", "decided_at")
        Contact.objects.filter(pk=release.contact_id).update(released_at=None)
        settle(booking)
    return release


@transaction.atomic
def _apply_lone_release(release_id: int) -> bool:
    booking = locked(_booking_id_of(release_id))
    release = Release.objects.select_related("contact__booking").get(pk=release_id)
    if release.state != ReleaseState.ASKED or release.takes_effect_at > timezone.now():
        return False
    with doing("lone release takes effect", None):
        if booking.status not in AGREED_BOOKINGS or not call_back_covers_release(release.contact):
            move_release(release, ReleaseState.ENDED)
            settle(booking)
            return False
        _put_in_effect(release, decided_by=None)
        mail.release_applied(release, everyone=coordinators())
        settle(booking)
    return True


def apply_due_releases() -> int:
    """Put into effect the releases that nobody decided in time, and tell everyone with the right. Gives back how many."""
    due = Release.objects.filter(state=ReleaseState.ASKED, takes_effect_at__lte=timezone.now())
    return sum(_apply_lone_release(release_id) for release_id in list(due.values_list("pk", flat=True)))
