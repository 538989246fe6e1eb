"""What the desk's views share: drawing a page, finding a booking, and going back to it with a word."""

from typing import Any

from django.contrib import messages
from django.db.models import Value
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from bookings.models import Booking
from outbox.models import Message
from places import outcodes
from trainingportal.desk import queue
from trainingportal.desk.case import say_length, say_wishes

MOST_MAILS = 40
DONE_ALREADY = "That was done a moment ago. Here is how it stands now."


def page(request: HttpRequest, template: str, title: str, status: int = 200, **context: Any) -> HttpResponse:
    """Draw a page of the desk; what every one of them needs is put in here."""
    return render(
        request, f"desk/{template}.html", {"title": title, "has_permission": True, **context}, status=status
    )


def find_booking(reference: str) -> Booking:
    """The booking with this reference, or 404."""
    rows = Booking.objects.select_related("agency", "format", "region", "owner", "lead", "venue")
    return get_object_or_404(rows, reference=reference)


def back_to_booking(
    request: HttpRequest, booking: Booking, words: str, level: int = messages.SUCCESS
) -> HttpResponse:
    messages.add_message(request, level, words)
    return redirect(queue.booking_address(booking))


def query(**values: str) -> str:
    query = QueryDict(mutable=True)
    query.update(values)
    return query.urlencode()


def mails_of(reference: str) -> list[Message]:
    """The newest mails of one reference, without their texts."""
    rows = Message.objects.filter(reference=reference).defer("text", "html").order_by("-pk")
    return list(rows[:MOST_MAILS])


def asked_for(booking: Booking, *, with_words: bool = True) -> list[tuple[str, str]]:
    """What they asked for, in pairs; ``with_words`` adds what they typed themselves."""
    shares = [
        f"{share.audience.name} ({share.get_share_display().lower()})"
        for share in booking.audience_shares.select_related("audience")
    ]
    musts, leave_outs = _named_topics(booking)
    pairs = [
        ("Length", say_length(booking)),
        ("How many", f"{booking.head_count} people" if booking.head_count else ""),
        ("Who is in the room", "; ".join(shares)),
        ("Topics", "Suggest for our audience" if booking.cover == Booking.Cover.SUGGEST else "They choose"),
        ("Must be covered", ", ".join(musts)),
        ("Leave out", ", ".join(leave_outs)),
        ("When", say_wishes(booking)),
        (
            "Where",
            ", ".join(
                part
                for part in (booking.get_place_display(), booking.region.name if booking.region else "")
                if part
            ),
        ),
        ("Papers", "In Welsh as well" if booking.papers_in_welsh else ""),
        ("Would share a session", "Yes" if booking.would_share else ""),
    ]
    if with_words:
        pairs += [
            ("First half of the postcode", _district(booking.outcode)),
            ("What prompts this", booking.prompted_by),
            ("Training before", booking.prior_training),
            ("Dates to avoid", booking.dates_to_avoid),
            ("Times that suit", booking.windows),
            ("Access needs", booking.access_needs),
            ("Anything else", booking.anything_else),
            ("Purchase order", booking.purchase_order),
        ]
    return [(label, words) for label, words in pairs if words]


def _district(outcode: str) -> str:
    """The first half of the postcode, and that a person has to ask where we know no place for it."""
    if not outcode or outcodes.find(outcode):
        return outcode
    return f"{outcode}: we cannot work out journeys there. Ask where it is"


def _named_topics(booking: Booking) -> tuple[list[str], list[str]]:
    """The titles of the topics they must have and of those to leave out, in the catalogue's order. One query."""
    wanted = booking.musts.annotate(is_must=Value(True)).order_by()
    unwanted = booking.leave_outs.annotate(is_must=Value(False)).order_by()
    fields = ("rank", "title", "is_must")
    rows = sorted(wanted.values_list(*fields).union(unwanted.values_list(*fields)))
    return [title for _, title, must in rows if must], [title for _, title, must in rows if not must]
