"""The session pack: all that a speaker needs on the day, until after delivery. Place and people need a second factor."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rights import may_see_details, second_factor_url, sign_in_required
from agendas.services import paper_of_today, run_sheet_of
from bookings.models import DeskSettings
from bookings.release import Tier, seen_by_speaker
from bookings.states import AGREED_BOOKINGS, BookingStatus, EngagementState
from places.clock import LONDON, local
from trainingportal.speaking.answering import own_place
from trainingportal.speaking.views import speaker_of

SHOWN_WHILE = (*AGREED_BOOKINGS, BookingStatus.DELIVERED, BookingStatus.CLOSED)


@sign_in_required
@require_safe
def session(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The pack of one session the speaker gives. Without a second factor it says how place and people open."""
    speaker = speaker_of(request)
    engagement = own_place(speaker, reference, number)
    booking = engagement.offer.booking
    if engagement.state != EngagementState.ACCEPTED or booking.status not in SHOWN_WHILE:
        raise Http404
    seen = seen_by_speaker(engagement, second_factor=may_see_details(request), page="session pack")
    opens = seen.tier >= Tier.T3
    return render(
        request,
        "speaking/session.html",
        {
            "engagement": engagement,
            "seen": seen,
            "needs_factor": not opens and not may_see_details(request),
            "second_factor_url": second_factor_url(request),
            "is_lead": booking.lead_id == speaker.pk,
            "can_give_up": booking.is_agreed and engagement.offer.starts_at > timezone.now(),
            "paper": paper_of_today(booking) if opens else None,
            "run_sheet": run_sheet_of(booking, speaker.pk) if opens else None,
            "settings": DeskSettings.current(),
            "kept_until": _end_of_next_day(engagement.offer.ends_at),
        },
    )


def _end_of_next_day(moment: dt.datetime) -> dt.datetime:
    """Midnight after the day after, in London: then a kept copy is erased."""
    day = local(moment).date() + dt.timedelta(days=2)
    return dt.datetime.combine(day, dt.time(), tzinfo=LONDON)


@require_safe
def keeper(request: HttpRequest) -> HttpResponse:
    """The script that answers for a kept pack while there is no network. It stands here so that it reaches these pages only."""
    return render(request, "speaking/keep.js", content_type="text/javascript")
