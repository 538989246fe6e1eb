"""An agency changes its request, asks to change an agreed session, withdraws, and removes a colleague. GET shows, POST acts."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rights import sign_in_required
from bookings import services
from bookings.effects import Audience, Busy, preview
from bookings.models import Booking, RequestEdit
from bookings.release import Tier
from bookings.services.hearing import answer_by
from bookings.states import BookingStatus, InvalidMove
from places.clock import say_date
from trainingportal.guard import TOO_MANY
from trainingportal.requester import changes
from trainingportal.requester.change_forms import KINDS, PARTS, WithdrawForm
from trainingportal.requester.stages import open_offers
from trainingportal.requester.telling import doing, doing_for
from trainingportal.requester.views import (
    _contact_who_knows,
    _draw_form,
    _may,
    _too_late,
    _user,
)

BOTH = ["GET", "HEAD", "POST"]
WHAT_AN_OFFER_RESTS_ON = ("Length", "Where", "First half of the postcode")


@sign_in_required
@require_http_methods(BOTH)
def request_part(request: HttpRequest, reference: str, part: str) -> HttpResponse:
    """Change one part of the request, with the fields of the public form, filled in with what they told us."""
    contact, seen = _contact_who_knows(request, reference, least=Tier.T1)
    if part not in PARTS:
        raise Http404
    people = list(contact.booking.contacts.filter(revoked_at__isnull=True))
    is_own = part == "person"
    if not is_own and not changes.may_change(contact, seen, people):
        return _no_longer(request, contact)
    title, form_class = PARTS[part]
    form = form_class(request.POST or None, initial=form_class.initial_of(contact))
    if form.is_valid():
        try:
            made, told = doing(contact, lambda: _save(request, contact, form, is_own=is_own))
        except InvalidMove as refusal:
            return _too_late(request, contact, str(refusal))
        messages.success(request, " ".join([_said(contact.booking, made), *told]))
        return redirect("booking", reference)
    return _draw_form(
        request,
        "requester/change_request.html",
        contact,
        form,
        title=title,
        is_offered=contact.booking.status == BookingStatus.OFFERED and part in ("need", "when"),
    )


def _save(request: HttpRequest, contact: Any, form: Any, *, is_own: bool) -> list[RequestEdit]:
    if is_own:
        own = {"email": contact.email, **form.changes()}
        return services.change_contact(contact.pk, **own, actor=_user(request))
    return services.change_request_details(
        contact.booking.pk, **form.changes(), by_agency=True, actor=_user(request)
    )


def _said(booking: Booking, made: list[RequestEdit]) -> str:
    if not made:
        return "Nothing is different, so nothing was changed."
    if booking.status == BookingStatus.OFFERED and any(c.what in WHAT_AN_OFFER_RESTS_ON for c in made):
        return (
            "Saved, and the training desk will see it. The dates we offered were planned for what you asked before: "
            "we will check them and write to you."
        )
    return "Saved. The training desk will see what you changed."


def _no_longer(request: HttpRequest, contact: Any) -> HttpResponse:
    """Say why nothing can be changed here, and what can be done instead."""
    booking = contact.booking
    if changes.may_ask(booking):
        return redirect("booking-change", booking.reference)
    if booking.is_open and not booking.is_agreed and booking.status != BookingStatus.DELIVERED:
        return _too_late(request, contact, "You can change this once we have phoned you.")
    return _too_late(
        request,
        contact,
        f"{booking.reference} is “{booking.get_status_display().lower()}”. Nothing can be changed.",
    )


@sign_in_required
@require_http_methods(BOTH)
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Withdraw the request before a day is agreed: the page says first what happens, by running it and taking it back."""
    contact, seen = _contact_who_knows(request, reference, least=Tier.T1)
    people = list(contact.booking.contacts.filter(revoked_at__isnull=True))
    if not changes.may_change(contact, seen, people):
        return _no_longer(request, contact)
    form = WithdrawForm(request.POST or None)

    def act(reason: str) -> Booking:
        return services.withdraw_request(contact.booking.pk, reason=reason, actor=_user(request))

    if form.is_valid() and request.method == "POST":
        try:
            _, told = doing(contact, lambda: act(form.cleaned_data["reason"]))
        except InvalidMove as refusal:
            return _too_late(request, contact, str(refusal))
        messages.success(request, " ".join(["Your request is withdrawn.", *told]))
        return redirect("booking", reference)
    try:
        effects = preview(lambda: act(""), contact.booking)
        said = effects.sentences_for(Audience.AGENCY, email=contact.email)
    except (Busy, InvalidMove) as refusal:
        return _too_late(request, contact, str(refusal))
    return _draw_form(
        request, "requester/withdraw.html", contact, form, effects=said, offers=open_offers(seen)
    )


@sign_in_required
@require_safe
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """What can be asked for once a day is agreed."""
    contact, seen = _contact_who_knows(request, reference, least=Tier.T1)
    found = changes.of(contact, seen)
    if not found.may_ask:
        return redirect("booking", reference)
    return _draw_form(request, "requester/change.html", contact, WithdrawForm(), changes=found)


@sign_in_required
@require_http_methods(BOTH)
def ask_change(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """Ask for one kind of change. Nothing changes until the desk answers."""
    contact, _ = _contact_who_knows(request, reference, least=Tier.T1)
    if kind not in KINDS:
        raise Http404
    title, stays, form_class = KINDS[kind]
    initial_of = getattr(form_class, "initial_of", None)
    form = form_class(request.POST or None, initial=initial_of(contact.booking) if initial_of else None)
    if form.is_valid() and not _may(request, "change"):
        form.add_error(None, TOO_MANY)
    if form.is_valid():
        try:
            asked, told = doing(
                contact,
                lambda: services.ask_for_change(
                    contact.booking.pk, kind=kind, **form.cleaned_data, actor=_user(request)
                ),
            )
        except InvalidMove as refusal:
            return _too_late(request, contact, str(refusal))
        first = f"You asked us {asked.asked_words}. We will answer by {say_date(asked.answer_due_on)}."
        messages.success(request, " ".join([first, *told]))
        return redirect("booking", reference)
    return _draw_form(
        request,
        "requester/ask_change.html",
        contact,
        form,
        title=title,
        stays=stays,
        answer_by=answer_by(contact.booking),
    )


@sign_in_required
@require_POST
def take_back(request: HttpRequest, reference: str, change_id: int) -> HttpResponse:
    """No longer ask for a change."""
    contact, _ = _contact_who_knows(request, reference, least=Tier.T1)
    asked = get_object_or_404(contact.booking.change_requests, pk=change_id)
    try:
        _, told = doing(contact, lambda: services.take_change_back(asked.pk, actor=_user(request)))
    except InvalidMove as refusal:
        return _too_late(request, contact, str(refusal))
    first = f"You no longer ask us {asked.asked_words}. Everything stays as it is."
    messages.success(request, " ".join([first, *told]))
    return redirect("booking", reference)


@sign_in_required
@require_POST
def remove_colleague(request: HttpRequest, reference: str, contact_id: int) -> HttpResponse:
    """Remove a colleague from the booking; they are told."""
    contact, _ = _contact_who_knows(request, reference, least=Tier.T1)
    other = get_object_or_404(contact.booking.contacts, pk=contact_id)
    try:
        _, told = doing_for(
            contact, other.email, lambda: services.remove_colleague(other.pk, actor=_user(request))
        )
    except InvalidMove as refusal:
        return _too_late(request, contact, str(refusal))
    messages.success(request, " ".join([f"{other.name} no longer sees this booking.", *told]))
    return redirect(f"{reverse('booking', args=[reference])}#people")
