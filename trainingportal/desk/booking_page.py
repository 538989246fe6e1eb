"""A booking's own page at the desk, whole for coordinators and at T2 for readers."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rights import is_coordinator
from agendas import services as agendas
from agendas.models import Issue
from bookings import release
from bookings.models import Booking, DeskSettings
from bookings.next_step import WORDS
from bookings.release import Tier
from bookings.services import journey_has_grown
from bookings.states import AGREED_BOOKINGS, LIVE_ENGAGEMENTS
from places.mailboxes import force_domains, imitates, looks_like_work
from places.travel import crossing_allowances
from trainingportal import sightings
from trainingportal.desk import asked_changes, came_in, history, once, queue, stepping_in
from trainingportal.desk.access import actor_of, for_readers
from trainingportal.desk.case import Case, last_call, steps, team_words
from trainingportal.desk.pages import MOST_MAILS, asked_for, mails_of, page
from trainingportal.desk.verbs import NEXT, VERBS, Button, buttons
from trainingportal.steps import Step

MOST_READS = 10


@for_readers
@require_safe
def booking_page(request: HttpRequest, object_id: str) -> HttpResponse:
    """A booking: where it stands, what can be done, who asked and what was agreed."""
    rows = Booking.objects.select_related("agency", "format", "region", "owner", "lead", "venue")
    if not object_id.isdecimal():
        raise Http404
    booking = get_object_or_404(rows, pk=object_id)
    if not is_coordinator(request.user):
        return _booking_for_readers(request, booking)
    actor = actor_of(request)
    case = Case(booking)
    seen = release.seen_by_desk(booking, actor, page="desk booking")
    domains = force_domains()
    settings, allowances = DeskSettings.current(), crossing_allowances()
    here = buttons(case, None, "", actor)
    next_button = _next_button(case, actor)
    return page(
        request,
        "booking",
        booking.reference,
        booking=booking,
        case=case,
        seen=seen,
        heading=_heading(booking),
        next_words=WORDS[booking.next_step],
        waiting=queue.clock_of(booking, timezone.localdate()),
        next_button=next_button,
        once=once.word(request),
        verbs=[button for button in here if button.verb.look != "warning" and button != next_button],
        last_verbs=[button for button in here if button.verb.look == "warning"],
        asked_changes=[asked_changes.shown(case, row, request) for row in asked_changes.waiting(case)]
        if booking.next_step == "answer_change"
        else [],
        came_in=came_in.waiting(case),
        contacts=[_contact(case, contact, actor, domains) for contact in case.contacts],
        nobody_gives=case.nobody_gives,
        gaps=[_gap(case, gap, actor) for gap in stepping_in.gaps_of(case)],
        offers=[_offer(case, offer, settings, allowances, actor) for offer in case.offers],
        steps=_steps(case),
        asked=asked_for(booking),
        changes=list(booking.request_edits.select_related("by", "contact")[:MOST_MAILS]),
        notes=list(booking.notes.select_related("by")[:MOST_MAILS]),
        mails=mails_of(booking.reference),
        deeds=history.of_booking(booking),
        reads=list(booking.detail_reads.select_related("user")[:MOST_READS]),
        refused=list(sightings.of_booking(booking.reference)),
        issues=(issues := _issues(booking)),
        out_of_date=_out_of_date(case, issues, seen),
    )


def _booking_for_readers(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The same booking at T2: stage, dates and topics, no person and no place."""
    return page(
        request,
        "booking_read",
        booking.reference,
        booking=booking,
        seen=release.seen_for_papers(booking, Tier.T2),
        heading=_heading(booking),
        next_words=WORDS[booking.next_step],
        asked=asked_for(booking, with_words=False),
    )


def _heading(booking: Booking) -> str:
    length = booking.format.name.lower() if booking.format else "session"
    return f"A {length} for {booking.agency.name}"


def _next_button(case: Case, actor: Any) -> Button | None:
    """The verb that does the next step, where the desk can do it now."""
    verb = VERBS.get(NEXT.get(case.booking.next_step, ""))
    if verb is None:
        return None
    fitting = [part for part in verb.parts(case) if verb.fits(case, part, actor)]
    if not fitting:
        return None
    part = fitting[0] if len(fitting) == 1 else None  # of several, its page asks which
    return Button(verb, verb.label(case, part), case.booking.reference, part.pk if part is not None else None)


def _contact(case: Case, contact: Any, actor: Any, domains: list[str]) -> dict[str, Any]:
    """A contact with how far they are let in."""
    releases = list(contact.releases.all())
    return {
        "row": contact,
        "hint": looks_like_work(contact.email),
        "imitates": imitates(contact.email, domains),
        "call": last_call(contact),
        "calls": contact.call_backs.all(),
        "release": releases[0] if releases else None,
        "verbs": buttons(case, contact, "contact", actor)
        + [button for each in releases for button in buttons(case, each, "release", actor)],
    }


def _gap(case: Case, gap: stepping_in.Gap, actor: Any) -> dict[str, Any]:
    """A gap with what else closes it."""
    closing = ("go-on", "recorded-account", "add-speaker")
    here = buttons(case, gap.place, "engagement", actor) + buttons(case, gap.place.offer, "offer", actor)
    return {"row": gap, "verbs": [button for button in here if button.verb.key in closing]}


def _lead_of(case: Case, offer: Any) -> int | None:
    """Who leads: as agreed, else as offered."""
    return case.booking.lead_id if case.booking.is_agreed and offer.is_live else offer.lead_id


def _offer(
    case: Case, offer: Any, settings: DeskSettings, allowances: dict[str, int], actor: Any
) -> dict[str, Any]:
    """An offer with its team and what each of them said."""
    return {
        "row": offer,
        "has_run_out": offer.is_live and case.booking.status == "offered" and offer.has_run_out(case.now),
        "team": team_words(offer),
        "places": [
            {
                "row": engagement,
                "is_lead": engagement.speaker_id == _lead_of(case, offer),
                "has_grown": engagement.state in LIVE_ENGAGEMENTS
                and offer.is_live
                and journey_has_grown(engagement, settings, allowances=allowances),
                "verbs": buttons(case, engagement, "engagement", actor),
            }
            for engagement in offer.engagements.all()
        ],
        "verbs": buttons(case, offer, "offer", actor),
    }


def _steps(case: Case) -> list[Step]:
    return [Step(title, note, state.removeprefix("is-")) for state, title, note in steps(case)]


def _out_of_date(case: Case, issues: list[Issue], seen: release.SessionSeen) -> list[str]:
    """What has changed since the papers of the issue that holds were made, in words; empty after the day."""
    if not issues or issues[0].withdrawn_at is not None or case.booking.status not in AGREED_BOOKINGS:
        return []
    return agendas.out_of_date(case.booking, issues[0], seen=seen, contacts=case.live_contacts)


def _issues(booking: Booking) -> list[Issue]:
    """The agendas issued for a booking, the newest first, without what stands in them."""
    issues = Issue.objects.filter(agenda__booking=booking).select_related("issued_by").defer("snapshot")
    return list(issues.order_by("-number"))
