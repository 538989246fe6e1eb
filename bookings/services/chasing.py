"""Reminders: to speakers who have not answered, and to hosts who have not told us what we asked of them."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings import mail
from bookings.host import unanswered
from bookings.models import Booking, Engagement
from bookings.release import host_told
from bookings.services.moves import doing, locked
from bookings.states import AGREED_BOOKINGS, LIVE_OFFERS, EngagementState, InvalidMove
from outbox.models import Message, about_of
from speakers.models import Speaker

DAYS_BEFORE = (3, 1)
LEAST_REST = dt.timedelta(hours=12)
"""Nobody is chased so soon after they were asked, nor twice in such a time."""


def send_due_reminders() -> int:
    """Remind every speaker whose moment has come, once for each; not who paused or left. Gives back how many."""
    now = timezone.now()
    waiting = list(
        Engagement.objects.filter(
            state=EngagementState.ASKED,
            speaker__in=Speaker.objects.who_may_be_chased(),
            offer__state__in=LIVE_OFFERS,
            diary_entry__held_until__gt=now,
            diary_entry__held_until__lte=now + dt.timedelta(days=DAYS_BEFORE[0]),
        )
        .select_related("offer__booking__format", "offer__booking__region", "speaker__user", "diary_entry")
        .prefetch_related("topics")
        .order_by("pk")
    )
    reminded = set(
        Message.objects.filter(
            kind=mail.REMINDER, about__in=[about_of(engagement) for engagement in waiting]
        ).values_list("about", "occasion")
    )
    due = [
        (engagement, occasion)
        for engagement in waiting
        if (occasion := _occasion(engagement, now)) and (about_of(engagement), occasion) not in reminded
    ]
    for engagement, occasion in due:
        mail.reminder(engagement, occasion=occasion)
    return len(due)


def _occasion(engagement: Engagement, now: dt.datetime) -> str:
    """Which reminder this moment asks for; "" for none. A hold that is made longer has new moments."""
    ends = engagement.held_until
    if ends is None:
        return ""
    days = next(days for days in reversed(DAYS_BEFORE) if ends - now <= dt.timedelta(days=days))
    moment = ends - dt.timedelta(days=days)
    if moment < engagement.asked_at + LEAST_REST:
        return ""
    return f"{days}-before-{ends:%Y%m%d%H%M}"


def may_be_chased(engagement: Engagement) -> bool:
    """Whether the speaker takes mail about invitations now: they have a mailbox, did not pause, and have not left."""
    speaker = engagement.speaker
    return speaker.user is not None and not speaker.is_paused() and speaker.left_on is None


HOST_DAYS_BEFORE = (21, 14, 7, 3)
"""How many days before the training a host is reminded of what is missing."""
HOST_REST = dt.timedelta(days=3)
"""Nobody is reminded so soon after the date was agreed: the mail that confirms it has just asked the same."""


def send_due_host_reminders() -> int:
    """Remind the verified contacts of each agreed session whose host has not answered all we ask. Gives back how many mails."""
    now = timezone.now()
    bookings = Booking.objects.filter(
        status__in=AGREED_BOOKINGS,
        starts_at__gt=now,
        starts_at__lte=now + dt.timedelta(days=HOST_DAYS_BEFORE[0]),
    )
    return sum(_remind_host(booking, now) for booking in bookings.order_by("pk"))


def _remind_host(booking: Booking, now: dt.datetime) -> int:
    assert booking.starts_at is not None
    left = booking.starts_at - now
    days = min(days for days in HOST_DAYS_BEFORE if left <= dt.timedelta(days=days))
    missing = [question.words for question in unanswered(booking, host_told(booking))]
    lately = Message.objects.filter(
        kind__in=["confirmed", mail.HOST_REMINDER],
        reference=booking.reference,
        queued_at__gt=now - HOST_REST,
    )
    if not missing or lately.exists():
        return 0
    occasion = f"host-{days}-before-{booking.starts_at:%Y%m%d}"
    contacts = mail.verified_contacts(booking)
    sent = Message.objects.filter(
        kind=mail.HOST_REMINDER, about__in=[about_of(contact) for contact in contacts], occasion=occasion
    )
    if sent.exists():
        return 0
    for contact in contacts:
        contact.booking = booking
        mail.host_reminder(contact, missing=missing, occasion=occasion)
    return len(contacts)


@transaction.atomic
def remind_speaker(engagement_id: int, *, actor: User) -> Engagement:
    """The desk asks a silent speaker once more. Raises ``InvalidMove`` when there is nothing to remind of, when they paused
    invitations, or were asked or reminded within the last twelve hours."""
    booking = locked(Engagement.objects.values_list("offer__booking_id", flat=True).get(pk=engagement_id))
    engagement = Engagement.objects.select_related("offer", "speaker__user", "diary_entry").get(
        pk=engagement_id
    )
    engagement.offer.booking = booking
    now = timezone.now()
    name = engagement.speaker.name
    is_held = engagement.held_until is not None and engagement.held_until > now
    if engagement.state != EngagementState.ASKED or not engagement.offer.is_live or not is_held:
        raise InvalidMove(f"{name} has answered, or the hold has ended.")
    if not may_be_chased(engagement):
        raise InvalidMove(f"{name} takes no invitations by mail now. Please do not chase them.")
    lately = Message.objects.about(engagement).filter(kind=mail.REMINDER, queued_at__gt=now - LEAST_REST)
    if engagement.asked_at > now - LEAST_REST or lately.exists():
        raise InvalidMove(f"{name} was written to less than twelve hours ago.")
    with doing("remind speaker", actor):
        mail.reminder(engagement, occasion=f"by-hand-{now:%Y%m%d%H%M%S}")
    return engagement
