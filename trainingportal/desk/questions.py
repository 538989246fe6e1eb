"""Requests by telephone, and questions: answered, closed, marked, or turned into a booking."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from bookings import services
from bookings.models import Booking, Enquiry
from bookings.services import Asked, InvalidMove
from places.mailboxes import looks_like_work
from trainingportal.desk import ahead, once, queue
from trainingportal.desk.access import actor_of, for_coordinators
from trainingportal.desk.forms import AnswerForm, SpokenAnswerToQuestionForm
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
        booking, effects = ahead.recording(
            lambda: services.make_request(
                form.asked(source=Booking.Source.TELEPHONE), actor=actor_of(request)
            )
        )
        return back_to_booking(request, booking, f"Request {booking.reference} saved. {effects.done_words}")
    return page(
        request,
        "phone",
        "Enter a request by phone",
        status=422 if form.is_bound and form.errors else 200,
        form=form,
        once=once.word(request),
        back=reverse("desk:index"),
        aheads=[_of_request(request)],
        submit_words="Save request",
    )


def _of_request(request: HttpRequest) -> ahead.Ahead:
    """What writing any request down does, told from one that is not kept."""
    asked = Asked(name="the person who asks", email="asks@example.org", agency_kind="other", agency_name="…")

    def act() -> object:
        return services.make_request(asked, actor=actor_of(request))

    return ahead.look(act, names={"asks@example.org": "the person who asks"})


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
    ("answered-by-phone", "Record an answer by phone", "secondary"),
    ("convert", "Turn it into a booking", "secondary"),
    ("disclosure", "Mark as a possible disclosure", "secondary"),
    ("close", "Close without an answer", "warning"),
]
ENQUIRY_FITS = {
    "answer": ("new",),
    "answered-by-phone": ("new",),
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
    form, words, template = _enquiry_form(request, enquiry, key)
    if request.method == "POST" and (form is None or form.is_valid()):
        return _do_with_enquiry(request, enquiry, key, form)
    return _enquiry_page(
        request, enquiry, key, form, words, template, _look_at_enquiry(request, enquiry, key)
    )


def _enquiry_page(
    request: HttpRequest,
    enquiry: Enquiry,
    key: str,
    form: Any,
    words: str,
    template: str,
    first: ahead.Ahead,
) -> HttpResponse:
    return page(
        request,
        template,
        words,
        status=422 if form is not None and form.is_bound and form.errors else 200,
        enquiry=enquiry,
        form=form,
        once=once.word(request),
        aheads=[first],
        back=queue.enquiry_address(enquiry),
        submit_words=words,
        is_warning=key == "close",
    )


def _enquiry_form(request: HttpRequest, enquiry: Enquiry, key: str) -> tuple[Any, str, str]:
    """The form of a verb on a question, the words of its button, and its template."""
    data = request.POST if request.method == "POST" else None
    if key == "answer":
        return AnswerForm(data), "Send answer" if enquiry.email else "Save answer", "enquiry_verb"
    if key == "answered-by-phone":
        return SpokenAnswerToQuestionForm(data), "Save what you said", "enquiry_verb"
    if key == "convert":
        return RequestForm(data, initial=from_enquiry(enquiry)), "Make it a booking", "phone"
    if key == "close":
        return None, "Close question", "enquiry_verb"
    mark = "Remove the disclosure mark" if enquiry.may_be_disclosure else "Mark as a possible disclosure"
    return None, mark, "enquiry_verb"


def _act_on(enquiry: Enquiry, key: str, typed: Any, actor: User) -> Callable[[], object]:
    """What a verb does with a question; ``typed`` is its answer, or the request it becomes."""
    match key:
        case "answer":
            return lambda: services.answer_enquiry(enquiry.pk, answer=typed, actor=actor)
        case "answered-by-phone":
            return lambda: services.answer_enquiry(enquiry.pk, answer=typed, by_phone=True, actor=actor)
        case "convert":
            return lambda: services.convert_enquiry(enquiry.pk, typed, actor=actor)
        case "close":
            return lambda: services.close_enquiry(enquiry.pk, actor=actor)
    flagged = not enquiry.may_be_disclosure
    return lambda: services.flag_enquiry(enquiry.pk, flagged=flagged, actor=actor)


def _look_at_enquiry(request: HttpRequest, enquiry: Enquiry, key: str) -> ahead.Ahead:
    """What the verb will do; the answer or the request, which is still to be typed, has a stand-in."""
    email = enquiry.email or "asks@example.org"
    asked = Asked(name=enquiry.name, email=email, agency_kind="other", agency_name="…")
    typed = asked if key == "convert" else "…"
    name = enquiry.name if enquiry.email else "the person who asks"
    return ahead.look(_act_on(enquiry, key, typed, actor_of(request)), names={email: name})


DEEDS = {
    "answer": "Answer saved.",
    "answered-by-phone": "Your answer by phone is saved.",
    "close": "The question is closed.",
}


def _do_with_enquiry(request: HttpRequest, enquiry: Enquiry, key: str, form: Any) -> HttpResponse:
    if not once.use_up(request):
        return _back_to_enquiry(request, enquiry, DONE_ALREADY, messages.INFO)
    typed: Any = None
    if key == "convert":
        typed = form.asked(source=Booking.Source.ENQUIRY)
    elif form is not None:
        typed = form.cleaned_data["answer"]
    try:
        result, effects = ahead.recording(_act_on(enquiry, key, typed, actor_of(request)))
    except InvalidMove as refusal:
        return _back_to_enquiry(request, enquiry, f"{refusal} Here is how it stands now.", messages.WARNING)
    if isinstance(result, Booking):
        words = f"{enquiry.reference} is now {result.reference}. {effects.done_words}"
        return back_to_booking(request, result, words)
    mark = "The mark is removed." if enquiry.may_be_disclosure else "Marked as a possible disclosure."
    return _back_to_enquiry(request, enquiry, f"{DEEDS.get(key, mark)} {effects.done_words}")
