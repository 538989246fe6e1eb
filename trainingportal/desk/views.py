"""The desk's own pages: home, a booking with its verbs, questions, requests by telephone, diaries, history."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rights import is_auditor, is_coordinator
from bookings import release, services
from bookings.models import Booking, Enquiry
from bookings.next_step import WORDS
from bookings.release import Tier
from bookings.services import BadTeam, InvalidMove, SpeakerBusy
from outbox import health
from outbox.models import Message
from places.mailboxes import looks_like_work
from speakers.models import Speaker
from trainingportal.desk import history, lists, offering, once, queue
from trainingportal.desk.access import (
    actor_of,
    for_anyone_at_the_desk,
    for_auditors,
    for_coordinators,
    for_readers,
)
from trainingportal.desk.case import Case, last_call, say_length, say_names, say_wishes, steps, team_words
from trainingportal.desk.forms import AnswerForm
from trainingportal.desk.phone import RequestForm, from_enquiry
from trainingportal.desk.verbs import NEXT, VERBS, Button, Verb, buttons

MOST_MAILS = 40
MOST_READS = 10
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


# ---- home


@for_anyone_at_the_desk
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What needs somebody today, the queue, and whether everything runs."""
    if not is_coordinator(request.user) and is_auditor(request.user):
        return redirect("desk:history")
    today = timezone.localdate()
    board = queue.board(today)
    state = health.look()
    since, _, do = state.words.partition(". ")
    return page(
        request,
        "home",
        "Desk",
        may_act=is_coordinator(request.user),
        today=today,
        board=board,
        needs=queue.cards(board.need_bookings, board.need_enquiries, today),
        more=board.count - queue.CARDS,
        columns=["Booking", "Next step", "Waiting", "Owner", "Soonest"],
        fortnight=queue.fortnight(today),
        health=state,
        alarm_title=since,
        alarm_words=do,
        lists=lists.worth_a_look(today),
    )


@for_readers
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Go straight to a reference; anything else is looked for in the list of bookings."""
    term = " ".join(request.GET.get("q", "").split())
    booking = Booking.objects.filter(reference=term.upper()).first()
    if booking is not None:
        return redirect(queue.booking_address(booking))
    enquiry = Enquiry.objects.filter(reference=term.upper()).first()
    if enquiry is not None and is_coordinator(request.user):
        return redirect(queue.enquiry_address(enquiry))
    return redirect(f"{reverse('desk:bookings_booking_changelist')}?{_query(q=term)}")


def _query(**values: str) -> str:
    query = QueryDict(mutable=True)
    query.update(values)
    return query.urlencode()


# ---- a booking


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
        waiting=queue.say_waiting(
            booking.waiting_since, queue.due_on(booking), booking.nation, timezone.localdate()
        ),
        next_button=next_button,
        verbs=[button for button in here if button.verb.look != "warning" and button != next_button],
        last_verbs=[button for button in here if button.verb.look == "warning"],
        contacts=[_contact(case, contact, actor) for contact in case.contacts],
        offers=[_offer(case, offer, actor) for offer in case.offers],
        steps=_steps(case),
        asked=_asked(booking),
        notes=list(booking.notes.select_related("by")[:MOST_MAILS]),
        mails=_mails(booking.reference),
        deeds=history.of_booking(booking),
        reads=list(booking.detail_reads.select_related("user")[:MOST_READS]),
        studio=_address("studio", booking.reference),
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
        asked=_asked(booking, with_words=False),
    )


def _heading(booking: Booking) -> str:
    length = booking.format.name.lower() if booking.format else "session"
    return f"A {length} for {booking.agency.name}"


def _next_button(case: Case, actor: Any) -> Button | None:
    """The verb that does the next step, where the desk can do it now."""
    verb = VERBS.get(NEXT.get(case.booking.next_step, ""))
    if verb is None:
        return None
    for part in verb.parts(case):
        if verb.fits(case, part, actor):
            return next(each for each in buttons(case, part, verb.on, actor) if each.verb is verb)
    return None


def _contact(case: Case, contact: Any, actor: Any) -> dict[str, Any]:
    """A contact with how far they are let in."""
    releases = list(contact.releases.all())
    return {
        "row": contact,
        "hint": looks_like_work(contact.email),
        "call": last_call(contact),
        "calls": contact.call_backs.all(),
        "release": releases[0] if releases else None,
        "verbs": buttons(case, contact, "contact", actor)
        + [button for each in releases for button in buttons(case, each, "release", actor)],
    }


def _offer(case: Case, offer: Any, actor: Any) -> dict[str, Any]:
    """An offer with its team and what each of them said."""
    return {
        "row": offer,
        "has_run_out": offer.is_live and case.booking.status == "offered" and offer.has_run_out(case.now),
        "team": team_words(offer),
        "places": [
            {
                "row": engagement,
                "is_lead": engagement.speaker_id == offer.lead_id,
                "verbs": buttons(case, engagement, "engagement", actor),
            }
            for engagement in offer.engagements.all()
        ],
        "verbs": buttons(case, offer, "offer", actor),
    }


def _steps(case: Case) -> list[dict[str, str]]:
    return [
        {"state": state.removeprefix("is-"), "title": title, "note": note}
        for state, title, note in steps(case)
    ]


def _asked(booking: Booking, *, with_words: bool = True) -> list[tuple[str, str]]:
    """What they asked for, in pairs; ``with_words`` adds what they typed themselves."""
    shares = [
        f"{share.audience.name} ({share.get_share_display().lower()})"
        for share in booking.audience_shares.select_related("audience")
    ]
    pairs = [
        ("Length", say_length(booking)),
        ("How many", f"{booking.head_count} people" if booking.head_count else ""),
        ("Who is in the room", "; ".join(shares)),
        ("Topics", "Suggest for our audience" if booking.cover == Booking.Cover.SUGGEST else "They choose"),
        ("Must be covered", ", ".join(topic.title for topic in booking.musts.all())),
        ("Leave out", ", ".join(topic.title for topic in booking.leave_outs.all())),
        ("When", say_wishes(booking)),
        (
            "Where",
            ", ".join(
                part
                for part in (booking.get_place_display(), booking.region.name if booking.region else "")
                if part
            ),
        ),
        ("Would share a session", "Yes" if booking.would_share else ""),
    ]
    if with_words:
        pairs += [
            ("First half of the postcode", booking.outcode),
            ("What prompts this", booking.prompted_by),
            ("Training before", booking.prior_training),
            ("Dates to avoid", booking.dates_to_avoid),
            ("Times that suit", booking.windows),
            ("Access needs", booking.access_needs),
            ("Anything else", booking.anything_else),
            ("Purchase order", booking.purchase_order),
        ]
    return [(label, words) for label, words in pairs if words]


def _mails(reference: str) -> list[Message]:
    """The newest mails of one reference, without their texts."""
    rows = Message.objects.filter(reference=reference).defer("text", "html").order_by("-pk")
    return list(rows[:MOST_MAILS])


def _address(name: str, *args: Any) -> str:
    """An address of another part of the portal, or nothing where that part is not built in."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


# ---- the verbs


@for_coordinators
@require_http_methods(["GET", "HEAD", "POST"])
def verb(request: HttpRequest, reference: str, key: str, on: int | None = None) -> HttpResponse:
    """One verb on one booking: GET says what will happen, POST does it."""
    booking = find_booking(reference)
    case, actor = Case(booking), actor_of(request)
    if key not in VERBS:
        raise Http404
    chosen = VERBS[key]
    try:
        part = chosen.part(case, on, actor)
    except LookupError:
        if on is not None:
            raise Http404 from None
        return _not_now(request, case, chosen)
    if request.method != "POST" and not chosen.fits(case, part, actor):
        return _not_now(request, case, chosen)
    if key == "offer":
        return _make_offer(request, case, chosen)
    if key == "add-speaker":
        return _add_speaker(request, case, chosen, part)
    form = chosen.form(request.POST if request.method == "POST" else None, case=case, on=part)
    if request.method == "POST" and form.is_valid():
        if not once.use_up(request):
            return _back(request, booking, DONE_ALREADY, level=messages.INFO)
        try:
            said = chosen.act(case, part, form, actor)
        except InvalidMove as refusal:
            return _back(request, booking, f"{refusal} Here is how it stands now.", level=messages.WARNING)
        return _back(request, booking, said)
    return _verb_page(request, case, chosen, part, form)


def _verb_page(
    request: HttpRequest,
    case: Case,
    chosen: Verb,
    part: Any,
    form: Any,
    template: str = "verb",
    **context: Any,
) -> HttpResponse:
    return page(
        request,
        template,
        chosen.label(case, part),
        status=422 if form.is_bound and form.errors else 200,
        booking=case.booking,
        verb=chosen,
        about=_about(part),
        effect=chosen.effect(case, part),
        form=form,
        once=once.word(request),
        back=queue.booking_address(case.booking),
        **context,
    )


def _about(part: Any) -> str:
    """Which part of the booking a verb is about, for its heading."""
    return str(
        getattr(part, "name", "")
        or getattr(getattr(part, "speaker", None), "name", "")
        or getattr(getattr(part, "contact", None), "name", "")
        or (f"Offer {part.number}" if hasattr(part, "number") else "")
    )


def _back(request: HttpRequest, booking: Booking, words: str, level: int = messages.SUCCESS) -> HttpResponse:
    messages.add_message(request, level, words)
    return redirect(queue.booking_address(booking))


def _not_now(request: HttpRequest, case: Case, chosen: Verb) -> HttpResponse:
    """Say kindly that a verb makes no sense any more, and show how it stands."""
    words = (
        f"This cannot be done now: {case.booking.reference} is “{case.booking.get_status_display().lower()}”."
    )
    return _back(request, case.booking, f"{words} Here is how it stands.", level=messages.INFO)


def _make_offer(request: HttpRequest, case: Case, chosen: Verb) -> HttpResponse:
    """The offer: look at a day as often as needed, then hold the team and tell everyone."""
    booking, actor = case.booking, actor_of(request)
    speakers = offering.speakers_for(booking)
    data = request.POST if request.method == "POST" else None
    form = offering.OfferForm(
        data,
        case=case,
        speakers=speakers,
        day=parse_date(request.GET.get("day", "")[:10]) if _is_day(request) else None,
    )
    only_looks = request.method == "POST" and "look" in request.POST
    if request.method == "POST":
        is_whole = form.is_valid()
        if only_looks:
            form.forget_the_team_errors()
        elif is_whole:
            if not once.use_up(request):
                return _back(request, booking, DONE_ALREADY, level=messages.INFO)
            span = form.span
            assert span is not None
            try:
                offer = services.make_offer(
                    booking.pk,
                    starts_at=span.starts_at,
                    ends_at=span.ends_at,
                    team=form.team,
                    lead=form.lead_speaker,
                    expires_at=form.expires_at,
                    actor=actor,
                )
            except SpeakerBusy as clash:
                form.add_error(
                    f"ask_{clash.speaker.pk}" if clash.speaker else None,
                    f"{clash} Nothing is held; the rest of the page is as you left it.",
                )
            except InvalidMove as refusal:
                form.add_error(None, str(refusal))
            else:
                told = say_names([speaker.name for speaker in form.chosen])
                are = "is" if len(form.chosen) == 1 else "are"
                return _back(
                    request,
                    booking,
                    f"Offer {offer.number} is made. {told} {are} held, and everyone is told.",
                )
            once.give_back(request)
    return _verb_page(
        request,
        case,
        chosen,
        None,
        form,
        template="offer",
        candidates=form.candidates(),
        fits=offering.days_that_fit(booking, speakers),
        wishes=_wishes(booking),
        is_known=form.span is not None,
    )


def _is_day(request: HttpRequest) -> bool:
    try:
        return parse_date(request.GET.get("day", "")[:10]) is not None
    except ValueError:
        return False


def _wishes(booking: Booking) -> list[tuple[str, str]]:
    """What they said of dates and topics, beside the offer form."""
    wanted = (
        "Length",
        "How many",
        "Who is in the room",
        "Must be covered",
        "Leave out",
        "When",
        "Where",
        "Dates to avoid",
        "Times that suit",
        "Access needs",
    )
    return [(label, words) for label, words in _asked(booking) if label in wanted]


def _add_speaker(request: HttpRequest, case: Case, chosen: Verb, offer: Any) -> HttpResponse:
    """One more speaker for a live offer."""
    booking, actor = case.booking, actor_of(request)
    there = {
        engagement.speaker_id
        for engagement in offer.engagements.all()
        if engagement.state in ("asked", "accepted")
    }
    speakers = [speaker for speaker in offering.speakers_for(booking) if speaker.pk not in there]
    known = offering.standings(booking, speakers, offering.Span(offer.starts_at, offer.ends_at))
    form = chosen.form(
        request.POST if request.method == "POST" else None,
        case=case,
        on=offer,
        choices=[(speaker.pk, speaker.name) for speaker in speakers],
        hints={
            str(speaker.pk): ". ".join([known[speaker.pk].words, *known[speaker.pk].cautions]) + "."
            for speaker in speakers
        },
    )
    if request.method == "POST" and form.is_valid():
        if not once.use_up(request):
            return _back(request, booking, DONE_ALREADY, level=messages.INFO)
        speaker = Speaker.objects.get(pk=form.cleaned_data["speaker"])
        try:
            services.add_speaker(
                offer.pk, speaker=speaker, topics=list(form.cleaned_data["topics"]), actor=actor
            )
        except SpeakerBusy as clash:
            form.add_error("speaker", f"{clash} Nothing is held.")
            once.give_back(request)
        except BadTeam as refusal:
            form.add_error("speaker", str(refusal))
            once.give_back(request)
        except InvalidMove as refusal:
            return _back(request, booking, f"{refusal} Here is how it stands now.", level=messages.WARNING)
        else:
            return _back(request, booking, f"{speaker.name} is held and asked.")
    return _verb_page(request, case, chosen, offer, form)


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
        return _back(
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
        mails=_mails(enquiry.reference),
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
        asked = form.asked(source=Booking.Source.ENQUIRY, invented=enquiry.invented)
        booking = services.convert_enquiry(enquiry.pk, asked, actor=actor)
        return _back(request, booking, f"{enquiry.reference} is now {booking.reference}.")
    if key == "close":
        services.close_enquiry(enquiry.pk, actor=actor)
        return _back_to_enquiry(request, enquiry, "The question is closed.")
    flagged = not enquiry.may_be_disclosure
    services.flag_enquiry(enquiry.pk, flagged=flagged, actor=actor)
    return _back_to_enquiry(
        request, enquiry, "Marked as a possible disclosure." if flagged else "The mark is taken off."
    )


# ---- diaries


@for_coordinators
@require_safe
def diary(request: HttpRequest) -> HttpResponse:
    """A month of every speaker's diary: held, agreed, away. Reading it is logged on each booking in it."""
    month = _month(request.GET.get("month", ""))
    speakers = list(Speaker.objects.who_may_be_asked().order_by("organisation__rank", "rank", "name"))
    weeks, bookings = offering.month_of(month, speakers)
    release.log_reads(bookings, actor_of(request), page="desk diary")
    return page(
        request,
        "diary",
        "Diary",
        month=month,
        weeks=weeks,
        speakers=speakers,
        before=(month - dt.timedelta(days=1)).replace(day=1),
        after=(month + dt.timedelta(days=31)).replace(day=1),
        is_empty=not any(day and day.entries for week in weeks for day in week),
    )


def _month(typed: str) -> dt.date:
    """The first of a month written as 2027-01; this month when it is none, or out of all reason."""
    today = timezone.localdate()
    try:
        month = dt.datetime.strptime(typed, "%Y-%m").replace(tzinfo=dt.UTC).date()
    except ValueError:
        return today.replace(day=1)
    return month if abs(month.year - today.year) <= 10 else today.replace(day=1)


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
    deeds = history.lately(before, reference)
    return page(
        request,
        "history",
        "History",
        deeds=deeds,
        reference=reference,
        older=_query(before=deeds[-1].at.isoformat()) if len(deeds) > 10 and not reference else "",
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
    return redirect(f"{reverse('desk:history')}?{_query(reference=booking.reference)}")
