"""What an agency asks to change about an agreed session: the desk agrees in one press, or declines in a sentence."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bookings import release, services
from bookings.effects import Busy, preview, recording
from bookings.models import Booking, ChangeRequest
from bookings.services import InvalidMove
from bookings.states import ChangeState
from formkit.forms import PortalForm
from trainingportal.desk import queue
from trainingportal.desk.access import actor_of, for_coordinators
from trainingportal.desk.case import Case
from trainingportal.desk.forms import area
from trainingportal.desk.pages import back_to_booking, page

MOST = 20
Kind = ChangeRequest.Kind
INSTEAD = {
    Kind.ANOTHER_DAY.value: ("postpone", "Postpone to a day you choose"),
    Kind.ANOTHER_PLACE.value: ("venue", "Change the venue yourself"),
    Kind.CANCEL.value: ("cancel", "Cancel in your own words"),
}
"""The action that does the same with more to choose, where there is one. Done there, the request is answered as well."""
AGREE = {
    Kind.ANOTHER_DAY.value: "Agree, and take the day back",
    Kind.ANOTHER_PLACE.value: "Agree to the new venue",
    Kind.HEAD_COUNT.value: "Agree to the number",
    Kind.CANCEL.value: "Agree, and cancel the booking",
    Kind.OTHER.value: "Agree",
}


class DeclineForm(PortalForm):
    """Why we cannot, in a sentence."""

    submit_words = ""
    mark_optional = False
    words = area(
        "Tell them why, in a sentence",
        hint="Emailed as you write it. No date, venue or speaker’s name, please.",
        rows=3,
    )
    words.error_messages["required"] = "Enter a sentence for the agency"


@dataclass(frozen=True)
class Asked:
    """One request for a change as the desk sees it, with what agreeing would do."""

    row: ChangeRequest
    who: str
    is_rung_back: bool
    agree_words: str
    instead_words: str = ""
    instead_address: str = ""
    effects: list[str] = field(default_factory=list)
    refusal: str = ""


def waiting(case: Case) -> list[ChangeRequest]:
    """What waits for our answer, the oldest first."""
    rows = case.booking.change_requests.filter(state=ChangeState.ASKED).select_related("asked_by")
    return list(rows.order_by("asked_at", "pk")[:MOST])


def shown(case: Case, row: ChangeRequest, request: HttpRequest) -> Asked:
    """With what agreeing to it would do: the service is run and taken back."""
    people = {contact.user_id: contact for contact in case.contacts}
    contact = people.get(row.asked_by_id)
    verb, words = INSTEAD.get(row.kind, ("", ""))
    effects, refusal = [], ""
    try:
        act = preview(lambda: services.agree_to_change(row.pk, actor=actor_of(request)), case.booking)
        effects = act.sentences
    except (Busy, InvalidMove) as cannot:
        refusal = str(cannot)
    return Asked(
        row=row,
        who=contact.name if contact else str(row.asked_by),
        is_rung_back=contact is not None and contact.verified_at is not None,
        agree_words=AGREE[row.kind],
        instead_words=words,
        instead_address=reverse("desk:verb", args=[case.booking.reference, verb]) if verb else "",
        effects=effects,
        refusal=refusal,
    )


def _found(change_id: int) -> tuple[ChangeRequest, Booking]:
    change = get_object_or_404(ChangeRequest.objects.select_related("asked_by"), pk=change_id)
    rows = Booking.objects.select_related("agency", "format", "region", "owner", "lead", "venue")
    return change, rows.get(pk=change.booking_id)


@for_coordinators
@require_safe
def change(request: HttpRequest, change_id: int) -> HttpResponse:
    """One request, what agreeing would do, and both answers. It may say where and who, so the read is logged."""
    row, booking = _found(change_id)
    if row.state != ChangeState.ASKED:
        return back_to_booking(request, booking, _answered(row), level=messages.INFO)
    return _draw(request, row, booking, DeclineForm())


def _answered(row: ChangeRequest) -> str:
    return f"“{row.get_kind_display()}” is answered already: {row.get_state_display().lower()}."


def _draw(
    request: HttpRequest, row: ChangeRequest, booking: Booking, form: DeclineForm, status: int = 200
) -> HttpResponse:
    release.log_read(booking, actor_of(request), page="desk change")
    return page(
        request,
        "change",
        f"{row.get_kind_display()}: answer the agency",
        status=status,
        booking=booking,
        asked=shown(Case(booking), row, request),
        form=form,
        back=queue.booking_address(booking),
    )


@for_coordinators
@require_POST
def agree(request: HttpRequest, change_id: int) -> HttpResponse:
    """Do what they asked for, in one press."""
    row, booking = _found(change_id)
    try:
        _, effects = recording(lambda: services.agree_to_change(row.pk, actor=actor_of(request)), booking)
    except InvalidMove as refusal:
        return back_to_booking(request, booking, str(refusal), level=messages.WARNING)
    return back_to_booking(request, booking, f"Agreed. {effects.done_words}")


@for_coordinators
@require_POST
def decline(request: HttpRequest, change_id: int) -> HttpResponse:
    """Everything stays; they are told in our words."""
    row, booking = _found(change_id)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _draw(request, row, booking, form, status=422)
    words = form.cleaned_data["words"]
    try:
        _, effects = recording(
            lambda: services.decline_change(row.pk, words=words, actor=actor_of(request)), booking
        )
    except InvalidMove as refusal:
        return back_to_booking(request, booking, str(refusal), level=messages.WARNING)
    return back_to_booking(request, booking, f"Declined. {effects.done_words}")
