"""The desk's pages about many bookings: home, search, diaries, lists and history."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from accounts.rights import is_auditor, is_coordinator
from bookings import release
from bookings.models import Booking, Enquiry
from outbox import health
from speakers.models import Speaker
from trainingportal import sightings
from trainingportal.desk import came_in, cards, diaries, fortnight, history, lists, queue, running, search
from trainingportal.desk.access import (
    actor_of,
    for_anyone_at_the_desk,
    for_auditors,
    for_coordinators,
    for_readers,
)
from trainingportal.desk.pages import page, query

# ---- home


@for_anyone_at_the_desk
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What needs somebody today, the queue, and whether everything runs."""
    if not is_coordinator(request.user) and is_auditor(request.user):
        return redirect("desk:history")
    today = timezone.localdate()
    board = queue.board(today, with_words=is_coordinator(request.user))
    state = health.look()
    since, _, do = state.words.partition(". ")
    counts = lists.counts(today)
    return page(
        request,
        "home",
        "Desk",
        may_act=is_coordinator(request.user),
        today=today,
        board=board,
        needs=cards.cards(board.need_bookings, board.need_enquiries, today),
        columns=["Booking", "Next step", "Due", "Waiting", "Owner", "Next day"],
        fortnight=fortnight.fortnight(today, with_diary=is_coordinator(request.user)),
        health=state,
        running=running.parts(state),
        alarm_title=since,
        alarm_words=do,
        lists=lists.worth_a_look(counts),
        hosts=lists.hosts_who_wait() if is_coordinator(request.user) else [],
        private_messages=counts["private_messages"] if is_coordinator(request.user) else 0,
        speakers_wrote=came_in.from_speakers() if is_coordinator(request.user) else [],
        sightings=sightings.told(state) if is_coordinator(request.user) else [],
    )


@for_readers
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Go straight to a reference; anything else is looked for in the list of bookings, else in that of questions."""
    term = " ".join(request.GET.get("q", "").split())
    booking = Booking.objects.filter(reference=term.upper()).first()
    if booking is not None:
        return redirect(queue.booking_address(booking))
    enquiry = Enquiry.objects.filter(reference=term.upper()).first()
    if enquiry is not None and is_coordinator(request.user):
        return redirect(queue.enquiry_address(enquiry))
    name = "desk:bookings_booking_changelist"
    if (
        term
        and is_coordinator(request.user)
        and not search.found(term, with_people=True)
        and Enquiry.objects.filter(search.questions_like(term, with_people=True)).exists()
    ):
        name = "desk:bookings_enquiry_changelist"
    return redirect(f"{reverse(name)}?{query(q=term)}")


# ---- diaries


@for_coordinators
@require_safe
def diary(request: HttpRequest) -> HttpResponse:
    """A month or a week of every speaker's diary: held, agreed, away. Reading it is logged on each booking in it."""
    speakers = list(Speaker.objects.who_may_be_asked().order_by("organisation__rank", "rank", "name"))
    shown = diaries.shown(request.GET.get("month", ""), request.GET.get("week", ""), speakers)
    release.log_reads(list(shown.bookings), actor_of(request), page="desk diary")
    return page(request, "diary", "Diary", calendar=shown)


# ---- lists and history


@for_coordinators
@require_safe
def lists_page(request: HttpRequest) -> HttpResponse:
    """Everything that can be kept right: the menu of Django's own pages, in our order."""
    return page(request, "lists", "Lists", groups=lists.menu())


@for_auditors
@require_safe
def history_page(request: HttpRequest) -> HttpResponse:
    """Who did what to which reference, newest first."""
    reference = " ".join(request.GET.get("reference", "").split()).upper()[:12]
    before = _moment(request.GET.get("before", ""))
    deeds = history.lately(before, reference, with_names=is_coordinator(request.user))
    return page(
        request,
        "history",
        "History",
        deeds=deeds,
        reference=reference,
        older=query(before=deeds[-1].at.isoformat()) if len(deeds) > 10 and not reference else "",
        may_open=is_coordinator(request.user),
    )


def _moment(typed: str) -> dt.datetime | None:
    try:
        moment = parse_datetime(typed)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


@for_auditors
@require_safe
def to_history(request: HttpRequest, object_id: str) -> HttpResponse:
    """Django's own history address of a booking leads to ours."""
    if not object_id.isdecimal():
        raise Http404
    booking = get_object_or_404(Booking, pk=object_id)
    return redirect(f"{reverse('desk:history')}?{query(reference=booking.reference)}")
