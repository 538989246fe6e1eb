"""Taking an issue back: it no longer holds, the booking needs its agenda again, and whoever had it is told."""

import pghistory
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agendas import mail
from agendas.models import Issue
from agendas.services.draft import CannotDo
from bookings import services as bookings
from bookings.models import Booking
from bookings.states import AGREED_BOOKINGS


def withdraw_issue(issue_id: int, *, actor: User) -> Issue:
    """Say that an issue no longer holds and that the next step is to issue the agenda; tell everybody who had one.

    Mail about it that has not left stays here. Pressed twice, it is done once.
    Raises ``CannotDo`` once the day is over or the session is no longer agreed.
    """
    with transaction.atomic(), pghistory.context(verb="withdraw agenda", actor=actor.pk):
        booking_id = Issue.objects.values_list("agenda__booking", flat=True).get(pk=issue_id)
        bookings.lock_booking(booking_id)
        issue = (
            Issue.objects.select_for_update(of=["self"]).select_related("agenda__booking").get(pk=issue_id)
        )
        if issue.is_withdrawn:
            return issue
        booking = issue.agenda.booking
        if booking.status not in AGREED_BOOKINGS or _is_over(booking):
            raise CannotDo("The training is over or no longer agreed, so its agenda stays as it was issued.")
        issue.withdrawn_at = timezone.now()
        issue.save(update_fields=["withdrawn_at"])
        bookings.agenda_withdrawn(booking_id, actor=actor)
        mail.agenda_withdrawn(issue)
    return issue


def _is_over(booking: Booking) -> bool:
    return booking.ends_at is not None and booking.ends_at <= timezone.now()
