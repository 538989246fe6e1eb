"""The demo's own pages: enter as somebody, see the bookings by stage, read every mail that left. 404 outside the demo."""

import email
import email.policy
from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.demo import enter_as
from accounts.models import User
from agendas.models import AttendeeCode
from bookings.models import Booking, Contact, Enquiry
from bookings.states import BookingStatus
from outbox.models import Message
from trainingportal.demo import cases, people

ROLES = {
    "coordinator": (
        "Coordinator",
        "Priya Raman runs the desk: calls back, offers dates, keeps everybody informed.",
    ),
    "colleague": (
        "Second coordinator",
        "Owen Tull gives the second approval before names and venue are shared.",
    ),
    "lead": ("Lead trainer", "Morwenna Slate shapes the agenda for the audience and issues it."),
    "agency": (
        "Agency",
        "Dana Whitcombe has asked for training for her NHS trust, and has two dates to choose from.",
    ),
    "speaker": ("Speaker", "Gil Averton tells a family's story, and has an invitation to answer."),
    "reader": ("Manager", "Imogen Vale reads the bookings, without contact details, and changes nothing."),
}
MAILS_A_PAGE = 40
STAGES = (
    ("Requested", (BookingStatus.REQUESTED, BookingStatus.WAITING_LIST)),
    ("Dates offered", (BookingStatus.OFFERED,)),
    ("Confirmed", (BookingStatus.CONFIRMED,)),
    ("Agenda issued", (BookingStatus.READY,)),
    ("Delivered", (BookingStatus.DELIVERED, BookingStatus.CLOSED)),
)
View = Callable[..., HttpResponseBase]


def demo_only(view: View) -> View:
    """The page exists in the demo and nowhere else."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@demo_only
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Who you may enter as, the invented bookings by stage, and where the mail is."""
    bookings = list(Booking.objects.filter(invented=True).select_related("agency").order_by("pk")[:60])
    stages = [(name, [b for b in bookings if b.status in statuses]) for name, statuses in STAGES]
    enquiries = list(Enquiry.objects.filter(invented=True).order_by("pk")[:20])
    return render(
        request,
        "demo/home.html",
        {
            "roles": ROLES.items(),
            "stages": [(name, rows) for name, rows in stages if rows],
            "enquiries": enquiries,
            # bin/run opens the pages first and makes the cases then
            "still_to_come": max(0, len(cases.CASES) - len(bookings) - len(enquiries)),
            "mails": Message.objects.order_by("-pk")[:5],
            "mail_address": settings.DEMO_MAIL_URL,
            "attendee_code": AttendeeCode.objects.filter(booking__agency__name=cases.KESTON.name).first(),
        },
    )


@demo_only
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the invented people; the home page of their role follows."""
    role = request.POST.get("as", "")
    user, address = _who(role)
    if user is None and role in ROLES:
        return redirect("demo")  # not made yet, as the page says
    if user is None:
        raise Http404
    enter_as(request, user)
    return redirect(address)


def _who(role: str) -> tuple[User | None, str]:
    """The invented person behind a button, and the page to begin on."""
    if role == "coordinator":
        return User.objects.filter(email=people.mailbox(people.COORDINATOR_NAMES[0])).first(), "/desk/"
    if role == "colleague":
        return User.objects.filter(email=people.mailbox(people.COORDINATOR_NAMES[1])).first(), "/desk/"
    if role == "reader":
        return User.objects.filter(email=people.mailbox(people.READER_NAME)).first(), "/desk/"
    if role == "lead":
        return User.objects.filter(speaker__slug="demo-morwenna-slate").first(), "/speaking/"
    if role == "speaker":
        return User.objects.filter(speaker__slug="demo-gil-averton").first(), "/speaking/"
    if role == "agency":
        contact = (
            Contact.objects.filter(booking__agency__name=cases.MILLRACE.name, booking__invented=True)
            .select_related("user", "booking")
            .first()
        )
        return (contact.user, f"/your/{contact.booking.reference}/") if contact else (None, "")
    return None, ""


@demo_only
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail that left, newest first, a page at a time."""
    messages = Message.objects.order_by("-pk").only(
        "pk", "kind", "to", "subject", "state", "queued_at", "sent_at"
    )
    page = Paginator(messages, MAILS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "demo/mailbox.html", {"page": page, "mail_address": settings.DEMO_MAIL_URL})


@demo_only
@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail as text, with its attachments by name. A code is read from the demo's mail catcher, which kept it."""
    message = get_object_or_404(Message.objects.prefetch_related("attachments"), pk=pk)
    text = message.text or kept_text(message.message_id)
    return render(
        request, "demo/mail.html", {"message": message, "text": text, "mail_address": settings.DEMO_MAIL_URL}
    )


@demo_only
@require_safe
def mail_as_sent(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The HTML of one mail as a reader's programme shows it: sandboxed, nothing loaded from anywhere."""
    message = get_object_or_404(Message, pk=pk)
    if not message.html:
        raise Http404

    @csp_replace({"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "sandbox": []})
    def shown(request: HttpRequest) -> HttpResponse:
        return HttpResponse(message.html)

    return shown(request)


def kept_text(message_id: str) -> str:
    """The text of a mail that the catcher of ``bin/run`` kept as a file, or nothing."""
    folder = settings.DEMO_MAIL_DIR
    for path in sorted(folder.glob("*.eml"), reverse=True)[:500]:
        kept = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if kept["Message-ID"] == message_id:
            body = kept.get_body(("plain",))
            return body.get_content() if body is not None else ""
    return ""
