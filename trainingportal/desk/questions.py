"""Requests by telephone, and questions: answered, closed, marked, or turned into a booking."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings import services
from bookings.models import Booking, Enquiry
from bookings.services import InvalidMove
from places.mailboxes import looks_like_work
from trainingportal.desk import once, queue
from trainingportal.desk.access import actor_of, for_coordinators
from trainingportal.desk.forms import AnswerForm
from trainingportal.desk.pages import DONE_ALREADY, back_to_booking, mails_of, page
from trainingportal.desk.phone import RequestForm, from_enquiry

# ---- requests by telephone


@for_coordinators
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Take a request down while the person is on the telephone."""
    form = RequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not once.use_up(request):
            messages.info(request, DONE_ALREADY)
            return redirect("desk:index")
        booking = services.make_request(form.asked(source=Booking.Source.TELEPHONE), actor=actor_of(request))
        return back_to_booking(
            request,
            booking,
            f"{booking.reference} is written down. The receipt goes to {form.cleaned_data['email']}.",
        )
    return page(
        request,
        "phone",
        "Enter a request by phone",
        status=422 if form.is_bound and form.errors else 200,
        form=form,
        once=once.word(request),
        back=reverse("desk:index"),
        effect="They are mailed a receipt with the reference. Nothing is held, and no date is promised.",
        submit_words="Write the request down",
    )


# ---- questions


def _find_enquiry(reference: str) -> Enquiry:
    return get_object_or_404(Enquiry.objects.select_related("owner", "booking"), reference=reference)


@for_coordinators
@require_safe
def enquiry_page(request: HttpRequest, object_id: str) -> HttpResponse:
    """A question, what was answered, and what can be done with it."""
    if not object_id.isdecimal():
        raise Http404
    enquiry = get_object_or_404(Enquiry.objects.select_related("owner", "booking"), pk=object_id)
    waiting = queue.say_waiting(enquiry.created_at, enquiry.answer_due_on, "ew", timezone.localdate())
    return page(
        request,
        "enquiry",
        enquiry.reference,
        enquiry=enquiry,
        waiting=waiting if enquiry.state == "new" else None,
        verbs=[(key, label, look) for key, label, look in ENQUIRY_VERBS if _enquiry_fits(enquiry, key)],
        hint=looks_like_work(enquiry.email) if enquiry.email else None,
        mails=mails_of(enquiry.reference),
        booking_address=queue.booking_address(enquiry.booking) if enquiry.booking else "",
    )


ENQUIRY_VERBS = [
    ("answer", "Write the answer", ""),
    ("convert", "Turn it into a booking", "secondary"),
    ("disclosure", "Mark as a possible disclosure", "secondary"),
    ("close", "Close it without an answer", "warning"),
]
ENQUIRY_FITS = {
    "answer": ("new",),
    "convert": ("new", "answered"),
    "close": ("new", "answered"),
    "disclosure": ("new", "answered", "converted", "closed"),
}


def _enquiry_fits(enquiry: Enquiry, key: str) -> bool:
    return enquiry.state in ENQUIRY_FITS[key]


def _back_to_enquiry(
    request: HttpRequest, enquiry: Enquiry, words: str, level: int = messages.SUCCESS
) -> HttpResponse:
    messages.add_message(request, level, words)
    return redirect(queue.enquiry_address(enquiry))


@for_coordinators
@require_http_methods(["GET", "HEAD", "POST"])
def enquiry_verb(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """Answer, close, mark or convert a question: GET says what will happen, POST does it."""
    enquiry = _find_enquiry(reference)
    if key not in ENQUIRY_FITS:
        raise Http404
    if request.method != "POST" and not _enquiry_fits(enquiry, key):
        return _back_to_enquiry(
            request,
            enquiry,
            f"{enquiry.reference} is “{enquiry.get_state_display().lower()}” already.",
            messages.INFO,
        )
    form, words, effect, template = _enquiry_form(request, enquiry, key)
    if request.method == "POST" and (form is None or form.is_valid()):
        if not once.use_up(request):
            return _back_to_enquiry(request, enquiry, DONE_ALREADY, messages.INFO)
        try:
            return _act_on_enquiry(request, enquiry, key, form)
        except InvalidMove as refusal:
            return _back_to_enquiry(
                request, enquiry, f"{refusal} Here is how it stands now.", messages.WARNING
            )
    return page(
        request,
        template,
        words,
        status=422 if form is not None and form.is_bound and form.errors else 200,
        enquiry=enquiry,
        form=form,
        once=once.word(request),
        effect=effect,
        back=queue.enquiry_address(enquiry),
        submit_words=words,
        is_warning=key == "close",
    )


def _enquiry_form(request: HttpRequest, enquiry: Enquiry, key: str) -> tuple[Any, str, str, str]:
    """The form of a verb on a question, its words, what it does and its template."""
    data = request.POST if request.method == "POST" else None
    if key == "answer":
        told = (
            f"Mail goes to {enquiry.email}."
            if enquiry.email
            else "They left no e-mail address: ring them, then write down what you said."
        )
        return (
            AnswerForm(data),
            "Send the answer" if enquiry.email else "Keep the answer",
            told,
            "enquiry_verb",
        )
    if key == "convert":
        effect = "It becomes a booking, and they are mailed a receipt with its reference. Nothing is held."
        return RequestForm(data, initial=from_enquiry(enquiry)), "Make it a booking", effect, "phone"
    if key == "close":
        return (
            None,
            "Close the question",
            "Nobody is mailed. It leaves the queue and stays in the list.",
            "enquiry_verb",
        )
    if enquiry.may_be_disclosure:
        return None, "Take the disclosure mark off", "Nobody is mailed.", "enquiry_verb"
    return (
        None,
        "Mark as a possible disclosure",
        "The desk sees the mark in the queue. Nobody is mailed.",
        "enquiry_verb",
    )


def _act_on_enquiry(request: HttpRequest, enquiry: Enquiry, key: str, form: Any) -> HttpResponse:
    actor = actor_of(request)
    if key == "answer":
        services.answer_enquiry(enquiry.pk, answer=form.cleaned_data["answer"], actor=actor)
        return _back_to_enquiry(
            request, enquiry, "The answer is sent." if enquiry.email else "The answer is kept."
        )
    if key == "convert":
        asked = form.asked(source=Booking.Source.ENQUIRY)
        booking = services.convert_enquiry(enquiry.pk, asked, actor=actor)
        return back_to_booking(request, booking, f"{enquiry.reference} is now {booking.reference}.")
    if key == "close":
        services.close_enquiry(enquiry.pk, actor=actor)
        return _back_to_enquiry(request, enquiry, "The question is closed.")
    flagged = not enquiry.may_be_disclosure
    services.flag_enquiry(enquiry.pk, flagged=flagged, actor=actor)
    return _back_to_enquiry(
        request, enquiry, "Marked as a possible disclosure." if flagged else "The mark is taken off."
    )
