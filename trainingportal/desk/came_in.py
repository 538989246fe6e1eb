"""What came in on a booking and waits for the desk: shown on its page, and dealt with in one press."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from bookings import services
from bookings.effects import recording
from bookings.models import Contact, Matter
from bookings.services import InvalidMove
from trainingportal.desk.access import actor_of, for_coordinators
from trainingportal.desk.case import Case
from trainingportal.desk.pages import back_to_booking, find_booking

MOST = 40


@dataclass(frozen=True)
class CameIn:
    """One matter as the booking's page shows it: what happened, who did it, and their words."""

    row: Matter
    who: str
    is_rung_back: bool
    words: str


def waiting(case: Case) -> list[CameIn]:
    """What came in and nobody has dealt with, the oldest first; changes to answer stand apart. One query."""
    rows = (
        case.booking.matters.filter(settled_at__isnull=True)
        .exclude(kind=Matter.Kind.CHANGE)
        .select_related("by", "note", "speaker")
    )
    people = {contact.user_id: contact for contact in case.contacts}
    return [_shown(row, people.get(row.by_id or 0)) for row in rows[:MOST]]


def from_speakers() -> list[CameIn]:
    """What speakers wrote that is about no booking, for the desk's home; the oldest first. One query."""
    rows = Matter.objects.filter(booking__isnull=True, settled_at__isnull=True).select_related(
        "by", "note", "speaker"
    )
    return [_shown(row, None) for row in rows[:MOST]]


def _shown(row: Matter, contact: Contact | None) -> CameIn:
    who = contact.name if contact else row.speaker.name if row.speaker else str(row.by or "")
    return CameIn(
        row=row,
        who=who,
        is_rung_back=contact is None or contact.verified_at is not None,
        words=row.note.text if row.note is not None else row.text,
    )


@for_coordinators
@require_POST
def dealt_with(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Mark one matter as dealt with."""
    matter = get_object_or_404(Matter.objects.select_related("booking"), pk=matter_id)
    bookings = [matter.booking] if matter.booking is not None else []
    try:
        _, effects = recording(lambda: services.deal_with(matter.pk, actor=actor_of(request)), *bookings)
    except InvalidMove as refusal:
        assert matter.booking is not None  # only a booking is asked to change
        return back_to_booking(request, matter.booking, str(refusal), level=messages.WARNING)
    words = f"Marked as dealt with. {effects.done_words}"
    if matter.booking is not None:
        return back_to_booking(request, matter.booking, words)
    messages.success(request, words)
    return redirect("desk:index")


@for_coordinators
@require_POST
def all_dealt_with(request: HttpRequest, reference: str) -> HttpResponse:
    """Mark everything that came in on a booking as dealt with; changes they asked for still need an answer."""
    booking = find_booking(reference)
    count, effects = recording(lambda: services.deal_with_all(booking.pk, actor=actor_of(request)), booking)
    words = (
        f"{count} marked as dealt with. {effects.done_words}" if count else "Nothing was waiting any more."
    )
    return back_to_booking(request, booking, words)
