"""The requester's pages. GET shows what their tier allows, POST acts; a late answer meets a kind page.

When, where and who come only from ``bookings.release.seen_by_contact``.
"""

from typing import Any

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.rights import is_coordinator, sign_in_required
from accounts.signin import begin_code
from agendas import snapshot
from agendas.models import Agenda, Document, Issue
from agendas.services import content_of
from bookings import services
from bookings.effects import Audience, Busy, preview
from bookings.feed import own_calendar_file
from bookings.host import unanswered
from bookings.models import (
    AudienceShare,
    Booking,
    CallBack,
    Contact,
    DeskSettings,
    DetailRead,
    Note,
    Offer,
    Place,
)
from bookings.release import (
    HOST_TELLS,
    HostTold,
    OfferSeen,
    SessionSeen,
    Tier,
    host_told,
    seen_by_contact,
    venue_as_told,
)
from bookings.states import InvalidMove, OfferState
from bookings.terms import terms
from bookings.words import say_names
from places.clock import say_date, say_moment, say_short_date
from speakers.models import Speaker
from trainingportal.guard import TOO_MANY, client_address, may_go_on
from trainingportal.requester import changes, stages, stands
from trainingportal.requester.forms import ColleagueForm, DeclineForm, DetailsForm, RoomForm, WriteForm
from trainingportal.requester.telling import doing, doing_for

MOST_NOTES = 100
MOST_BOOKINGS = 50
OWN_PAGE = "requester's page"


# ---- who is it


def _contact(request: HttpRequest, reference: str) -> Contact:
    """The signed-in person as contact of this booking, with the names of its audiences and musts.

    Raises ``Http404`` for anybody else, and for one taken off it.
    """
    contact = (
        Contact.objects.filter(
            user=_user(request), booking__reference=reference.upper(), revoked_at__isnull=True
        )
        .select_related("booking__agency", "booking__format", "booking__region")
        .annotate(
            audience_names=ArraySubquery(
                AudienceShare.objects.filter(booking=OuterRef("booking"))
                .order_by("audience__rank")
                .values("audience__name")
            ),
            must_titles=ArraySubquery(
                Booking.musts.through.objects.filter(booking=OuterRef("booking"))
                .order_by("topic__rank")
                .values("topic__title")
            ),
            draft_is_shared=Exists(
                Agenda.objects.filter(booking=OuterRef("booking"), shared_at__isnull=False)
            ),
            issue_withdrawn=Exists(
                Issue.objects.filter(agenda__booking=OuterRef("booking"), withdrawn_at__isnull=False)
            ),
            had_names=Exists(
                DetailRead.objects.filter(booking=OuterRef("booking"), user=OuterRef("user"), page=OWN_PAGE)
            ),
        )
        .order_by("pk")
        .first()
    )
    if contact is None:
        raise Http404
    contact.user = _user(request)
    return contact


def _contact_who_knows(request: HttpRequest, reference: str, *, least: Tier) -> tuple[Contact, SessionSeen]:
    """The same with what they may see. Raises ``Http404`` below the tier that the act needs."""
    contact = _contact(request, reference)
    seen = seen_by_contact(contact)
    if seen.tier < least:
        raise Http404
    return contact, seen


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@sign_in_required
@require_safe
def home_for_me(request: HttpRequest) -> HttpResponse:
    """Lead everybody to their own page; somebody without one reads where to begin."""
    user = _user(request)
    if user.is_staff:
        is_new = is_coordinator(user) and not DeskSettings.current().is_set_up
        return redirect("desk:set-up" if is_new else "desk:index")
    if Speaker.objects.filter(user=user, left_on__isnull=True).exists():
        return redirect("speaking")
    references = list(_open_to(user).values_list("booking__reference", flat=True)[:2])
    if len(references) == 1:
        return redirect("booking", references[0])
    return redirect("your-bookings") if references else render(request, "requester/nothing.html")


def _open_to(user: User) -> Any:
    return Contact.objects.filter(user=user, revoked_at__isnull=True).order_by("-booking__created_at", "-pk")


@sign_in_required
@require_safe
def bookings(request: HttpRequest) -> HttpResponse:
    """List the bookings that this person is a contact of, the newest first."""
    rows = _open_to(_user(request)).select_related("booking__agency", "booking__format")[:MOST_BOOKINGS]
    found = [(contact.booking, stands.title_of(contact.booking)) for contact in rows]
    return render(request, "requester/bookings.html" if found else "requester/nothing.html", {"rows": found})


# ---- the page


@sign_in_required
@require_safe
def booking(request: HttpRequest, reference: str) -> HttpResponse:
    """Show where the booking stands, what waits for the agency, the agenda and the messages."""
    contact = _contact(request, reference)
    seen = seen_by_contact(contact, page=OWN_PAGE)
    if seen.tier < Tier.T1:
        return render(request, "requester/confirm_mailbox.html", {"contact": contact})
    return _draw(request, contact, seen)


def _draw(
    request: HttpRequest,
    contact: Contact,
    seen: SessionSeen,
    *,
    write_form: WriteForm | None = None,
    decline_form: DeclineForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = contact.booking
    agenda = _agenda(contact, seen)
    where = stands.derive(
        contact,
        seen,
        _facts(contact, seen, agenda),
        addresses={
            "offers": "#offers",
            "room": reverse("booking-room", args=[found.reference]),
            "details": reverse("booking-details", args=[found.reference]),
        },
    )
    offers = stages.open_offers(seen)
    context = {
        "contact": contact,
        "booking": found,
        "seen": seen,
        "settings": SimpleLazyObject(DeskSettings.kept),
        "title": stands.title_of(found),
        "stands": where,
        "offers": offers,
        "offers_title": stands.offers_title(len(offers)),
        "accepted": stages.accepted_offer(seen) if where.stage == stages.Stage.ACCEPTED else None,
        "told": _told_in_short(contact),
        "agenda": agenda,
        "draft_is_shared": contact.draft_is_shared and seen.tier >= Tier.T2 and where.is_going_on,  # type: ignore[attr-defined]
        "notes": _notes(contact, seen),
        "changes": changes.of(contact, seen),
        "write_form": write_form or WriteForm(),
        "decline_form": decline_form or DeclineForm(),
        "form": write_form or decline_form,
    }
    return render(request, "requester/booking.html", context, status=status)


def _facts(contact: Any, seen: SessionSeen, agenda: dict[str, Any] | None) -> stages.Facts:
    """What the state of the page follows from, beside the booking and the session as it is seen."""
    return stages.Facts(
        now=timezone.now(),
        told=_told_by_host(contact.booking, seen),
        issue_number=agenda["number"] if agenda is not None else None,
        issue_withdrawn=contact.issue_withdrawn,
        had_names=contact.had_names,
    )


def _told_by_host(booking: Booking, seen: SessionSeen) -> HostTold | None:
    """Which of our questions the host has answered, for those who may answer them."""
    return host_told(booking) if stands.may_name_room(booking, seen) else None


def _told_in_short(contact: Any) -> list[str]:
    """What they told us, in a few words."""
    found = contact.booking
    names = ", ".join(name[0].lower() + name[1:] for name in contact.audience_names)
    people = f"{found.head_count} people" if found.head_count else "People"
    length = found.format.name if found.format else "Half day or full day: not sure yet"
    musts = ", ".join(contact.must_titles)
    return [
        f"{people}: {names}." if names else f"{people}.",
        f"{length}, {found.get_place_display().lower()}.",
        f"Must be covered: {musts}." if musts else "Topics: we suggest for your audience.",
    ]


def _agenda(contact: Any, seen: SessionSeen) -> dict[str, Any] | None:
    """The agenda that was issued, with topics and times only, and its PDF once that is made."""
    if seen.tier < Tier.T2:
        return None
    document = (
        Document.objects.filter(
            agenda__booking=contact.booking,
            kind=Document.Kind.AGENDA,
            tier__lte=Tier.T2,
            language=Document.Language.ENGLISH,
            issue__withdrawn_at__isnull=True,
        )
        .select_related("issue")
        .defer("content")
        .order_by("-issue__number", "-pk")
        .first()
    )
    if document is None or document.issue is None:
        return None
    paper = snapshot.read(content_of(document.issue))
    rows = [
        {
            "starts_at": line.starts_at,
            "title": line.title,
            "minutes": line.minutes,
            "kind": "pause" if line.is_pause else "",
            "pills": [
                *([("You asked for this", "")] if line.title in contact.must_titles else []),
                # “Recorded account” would say that no family member comes: that is T3
                *([(line.how, "part")] if line.takes_part else []),
            ],
        }
        for line in paper.lines
    ]
    return {
        "number": document.issue.number,
        "issued_at": document.issue.issued_at,
        "rows": rows,
        "strip": paper.strip,
        "document": document,
    }


def _notes(contact: Contact, seen: SessionSeen) -> list[tuple[Note, str]]:
    """The messages this contact may read, the newest first, each with who wrote it. Never those among ourselves.

    Our answers to a verified colleague may name a day, so somebody not rung back yet reads only what they wrote
    themselves, unless nobody at the agency was ever rung back.
    """
    booking = contact.booking_id
    if seen.tier < Tier.T2 and _ever_rung(booking):
        rows = list(_written(booking, by=contact.user, side=Note.Side.AGENCY))
    else:
        rows = list(_written(booking))
    return [(note, _writer(note, contact)) for note in rows]


def _written(booking: Any, **only: Any) -> Any:
    """What the agency and we wrote to each other, the newest first."""
    return (
        Note.objects.filter(booking=booking, side__in=[Note.Side.AGENCY, Note.Side.DESK])
        .filter(**only)
        .select_related("by")
        .only("side", "at", "text", "by__name", "by__email")
        .order_by("-at", "-pk")[:MOST_NOTES]
    )


def _ever_rung(booking: int) -> bool:
    return CallBack.objects.filter(contact__booking=booking, outcome="is_who_they_say").exists()


def _writer(note: Note, contact: Contact) -> str:
    if note.side == Note.Side.DESK:
        return "The training team"
    return "You" if note.by_id == contact.user_id else str(note.by)


def _too_late(request: HttpRequest, contact: Contact, words: str) -> HttpResponse:
    """A second or late answer: say what happened, and whom to ring."""
    context = {
        "contact": contact,
        "booking": contact.booking,
        "words": words,
        "settings": DeskSettings.current(),
    }
    return render(request, "requester/too_late.html", context, status=409)


# ---- what the agency may do


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Look a date over with the terms before saying yes to it; POST says yes."""
    contact, seen = _contact_who_knows(request, reference, least=Tier.T2)
    chosen = next((offer for offer in seen.offers if offer.number == number), None)
    if chosen is None:
        raise Http404
    if request.method != "POST":
        if chosen not in stages.open_offers(seen):
            return _answered_already(request, contact, chosen)
        return _look_over(request, contact, seen, chosen)
    offer = contact.booking.offers.get(number=number)
    try:
        now, told = doing(contact, lambda: services.accept_offer(offer.pk, actor=_user(request)))
    except InvalidMove as refusal:
        return _answered_already(request, contact, chosen, words=str(refusal))
    day = say_date(chosen.starts_at)
    first = f"Your booking for {day} is confirmed." if now.is_agreed else f"You have accepted {day}."
    messages.success(request, " ".join([first, *told]))
    return redirect("booking", reference)


def _look_over(request: HttpRequest, contact: Contact, seen: SessionSeen, chosen: OfferSeen) -> HttpResponse:
    """The date, what accepting it does, and the terms."""
    others = [offer for offer in stages.open_offers(seen) if offer.number != chosen.number]
    context = {
        "contact": contact,
        "booking": contact.booking,
        "offer": chosen,
        "told": _told_in_short(contact),
        "effects": _effects_of_accepting(contact, chosen, [say_date(offer.starts_at) for offer in others]),
        "terms": terms(DeskSettings.current()),
    }
    return render(request, "requester/accept.html", context)


def _effects_of_accepting(contact: Contact, offer: OfferSeen, others: list[str]) -> list[str]:
    """What accepting does, in words that name nobody of the team."""
    if services.everybody_has_agreed(contact.booking.offers.get(number=offer.number)):
        found = ["Your booking is confirmed straight away: all our trainers have accepted this date."]
    else:
        found = [
            "We ask each of our trainers to confirm, and email you as soon as all of them have accepted."
        ]
    if others:
        found.append(f"We stop holding {say_names(others)} for you.")
    return [*found, *_emails_of_accepting(contact, offer), "The receipt we email you includes these terms."]


def _emails_of_accepting(contact: Contact, offer: OfferSeen) -> list[str]:
    """Who is emailed, told by accepting and taking it back; nothing while somebody else changes the booking."""
    row = contact.booking.offers.get(number=offer.number)
    try:
        ahead = preview(lambda: services.accept_offer(row.pk, actor=contact.user), contact.booking)
    except (Busy, InvalidMove):
        return []
    return ahead.sentences_for(Audience.AGENCY, email=contact.email)


def _answered_already(
    request: HttpRequest, contact: Contact, chosen: OfferSeen, *, words: str = ""
) -> HttpResponse:
    """The button pressed twice leads to the page; a date that somebody else answered, or that ended, is explained."""
    offers = contact.booking.offers.select_related("answered_by")
    accepted = offers.filter(state=OfferState.ACCEPTED).first()
    if accepted is None:
        return _too_late(request, contact, words or "This date is no longer open.")
    if accepted.number == chosen.number and accepted.answered_by_id == contact.user_id:
        messages.success(request, f"You have accepted {say_date(chosen.starts_at)}.")
        return redirect("booking", contact.booking.reference)
    return _too_late(request, contact, _who_accepted(contact, accepted))


def _who_accepted(contact: Contact, accepted: Offer) -> str:
    """Who of the agency said yes to which date; what the desk wrote down after a call is the desk's."""
    day = say_date(accepted.starts_at)
    colleague = Contact.objects.filter(booking=contact.booking_id, user=accepted.answered_by).first()
    when = f" on {say_moment(accepted.answered_at)}" if accepted.answered_at else ""
    if colleague is None:
        return f"We recorded that your agency accepted {day}{when}."
    who = "You" if colleague.user_id == contact.user_id else colleague.name
    return f"{who} accepted {day}{when}."


@sign_in_required
@require_POST
def decline(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that no date suits, and what would be better."""
    contact, seen = _contact_who_knows(request, reference, least=Tier.T2)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _draw(request, contact, seen, decline_form=form, status=422)
    try:
        _, told = doing(
            contact,
            lambda: services.decline_offers(
                contact.booking.pk, note=form.cleaned_data["note"], actor=_user(request)
            ),
        )
    except InvalidMove as refusal:
        return _too_late(request, contact, str(refusal))
    messages.success(request, " ".join(["Thank you for telling us. We will look for other dates.", *told]))
    return redirect("booking", reference)


@sign_in_required
@require_POST
def write(request: HttpRequest, reference: str) -> HttpResponse:
    """Send a message to the training team."""
    contact, seen = _contact_who_knows(request, reference, least=Tier.T1)
    form = WriteForm(request.POST)
    if form.is_valid() and not _may(request, "write"):
        form.add_error(None, TOO_MANY)
    if not form.is_valid():
        return _draw(request, contact, seen, write_form=form, status=422)
    text = form.cleaned_data["text"]
    _, told = doing(
        contact,
        lambda: services.write_note(
            contact.booking.pk, side=Note.Side.AGENCY, text=text, actor=_user(request)
        ),
    )
    messages.success(request, " ".join(["Your message is with us.", *told]))
    return redirect(f"{reverse('booking', args=[reference])}#messages")


def _may(request: HttpRequest, what: str) -> bool:
    return may_go_on(f"booking-{what}", address=client_address(request), mailbox=_user(request).email)


@sign_in_required
@require_safe
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the agreed session as a file for the reader's own calendar: at T3 with names and venue, and the read is logged."""
    contact = _contact(request, reference)
    if not contact.booking.is_agreed:
        raise Http404
    seen = seen_by_contact(contact, page="calendar file")
    if seen.tier < Tier.T2:
        raise Http404
    response = HttpResponse(
        own_calendar_file(contact.booking, seen), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{contact.booking.reference}.ics"'
    return response


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest, reference: str) -> HttpResponse:
    """Tell us where and how. What stands is shown to whom names and venue are open, and to who wrote it.

    Anybody else finds the form empty, and what they leave empty stays as it was.
    """
    contact, seen = _contact_who_knows(request, reference, least=Tier.T2)
    found = contact.booking
    if not stands.may_name_room(found, seen):
        raise Http404
    told = host_told(found)
    known = _known_venue(request, contact, seen)
    is_hidden = told is not None and not known
    form = RoomForm(
        request.POST or None, initial=known, online=found.place == Place.ONLINE, is_hidden=is_hidden
    )
    if form.is_valid():
        venue = form.as_venue()
        _, said = doing(
            contact,
            lambda: services.set_venue(
                found.pk, **venue, by_agency=True, keeps_unseen=is_hidden, actor=_user(request)
            ),
        )
        messages.success(request, " ".join(["Saved.", *said]))
        return redirect("booking", reference)
    return _draw_form(
        request,
        "requester/room.html",
        contact,
        form,
        saved_on=say_short_date(told.at) if told is not None else "",
        is_hidden=is_hidden,
        missing=[question.words for question in unanswered(found, told)] if is_hidden else [],
    )


def _known_venue(request: HttpRequest, contact: Contact, seen: SessionSeen) -> dict[str, str]:
    """What of the venue this contact may read, to fill the form; a read is logged where it is shown."""
    if seen.venue is not None:
        if request.method != "POST":
            seen = seen_by_contact(contact, page="room")
        assert seen.venue is not None
        return {name: getattr(seen.venue, name) for name in HOST_TELLS}
    return venue_as_told(contact, page="room")


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything they told us; access needs, purchase order number and the papers' language may be changed here."""
    contact, seen = _contact_who_knows(request, reference, least=Tier.T1)
    found = contact.booking
    form = DetailsForm(
        request.POST or None,
        initial={
            "access_needs": found.access_needs,
            "purchase_order": found.purchase_order,
            "papers_in_welsh": found.papers_in_welsh,
        },
        may_ask_for_welsh=found.may_ask_for_welsh,
    )
    if form.is_valid():
        try:
            _, said = doing(
                contact,
                lambda: services.change_practical_details(
                    found.pk, **form.cleaned_data, actor=_user(request)
                ),
            )
        except InvalidMove as refusal:
            return _too_late(request, contact, str(refusal))
        messages.success(request, " ".join(["Saved.", *said]))
        return redirect("booking", reference)
    return _draw_form(
        request,
        "requester/details.html",
        contact,
        form,
        lines=_told(contact),
        changes=changes.of(contact, seen),
    )


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def colleague(request: HttpRequest, reference: str) -> HttpResponse:
    """Let a colleague follow this booking. They confirm their mailbox, and are rung back, on their own."""
    contact, _ = _contact_who_knows(request, reference, least=Tier.T1)
    form = ColleagueForm(request.POST or None)
    if form.is_valid():
        if _may(request, "colleague"):
            return _invite(request, contact, form)
        form.add_error(None, TOO_MANY)
    return _draw_form(request, "requester/colleague.html", contact, form)


def _invite(request: HttpRequest, contact: Contact, form: ColleagueForm) -> HttpResponse:
    email = form.cleaned_data["email"]
    is_there = contact.booking.contacts.filter(email__iexact=email, revoked_at__isnull=True).exists()
    try:
        _, told = doing_for(
            contact,
            email,
            lambda: services.add_colleague(contact.booking.pk, **form.cleaned_data, actor=_user(request)),
        )
    except InvalidMove as refusal:
        form.add_error("email", str(refusal))
        return _draw_form(request, "requester/colleague.html", contact, form)
    if is_there:
        messages.info(request, f"{email} follows this booking already.")
    else:
        messages.success(request, " ".join([*told, "They are on the list below."]))
    return redirect("booking", contact.booking.reference)


@sign_in_required
@require_POST
def confirm_mailbox(request: HttpRequest, reference: str) -> HttpResponse:
    """Mail a code that shows that the mailbox is theirs."""
    contact = _contact(request, reference)
    if not _may(request, "code"):
        return _too_late(request, contact, TOO_MANY)
    return redirect(begin_code(request, contact.user, next_url=reverse("booking", args=[reference])))


def _draw_form(
    request: HttpRequest, template: str, contact: Contact, form: Form, **more: Any
) -> HttpResponse:
    context = {"contact": contact, "booking": contact.booking, "form": form, **more}
    return render(request, template, context, status=422 if form.errors else 200)


def _told(contact: Contact) -> list[tuple[str, str]]:
    """What they told us, line by line."""
    found = contact.booking
    shares = AudienceShare.objects.filter(booking=found).select_related("audience")
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    musts = "\n".join(topic.title for topic in found.musts.all())
    lines = [
        ("How many people", f"About {found.head_count}" if found.head_count else ""),
        ("Who they are", "\n".join(str(share) for share in shares)),
        ("What prompts this", found.prompted_by),
        ("Trained in already", found.prior_training),
        ("How long", found.format.name if found.format else "Not sure yet"),
        ("Must be covered", musts or "We suggest for your audience"),
        ("To leave out", "\n".join(topic.title for topic in found.leave_outs.all())),
        ("Anything else", found.anything_else),
        ("Months", ", ".join(f"{month:%B %Y}" for month in found.months) or "Any month"),
        ("Days of the week", ", ".join(days[day] for day in found.weekdays if day < 7) or "Any day"),
        ("Dates to avoid", found.dates_to_avoid),
        ("What would suit best", found.windows),
        ("Where", found.get_place_display()),
        ("First half of the postcode", found.outcode),
        ("Shared with a neighbour", "Yes, you would" if found.would_share else "No"),
    ]
    return [(label, words) for label, words in lines if words]
