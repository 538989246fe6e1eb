"""The verbs of a booking, each on its own page: GET says what will happen and who is told, POST does it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods

from bookings import release, services
from bookings.models import Booking
from bookings.options import avoiding
from bookings.options.gather import gather_session
from bookings.options.people import look_at_people
from bookings.services import BadTeam, InvalidMove, SpeakerBusy
from bookings.states import OfferState
from formkit.keys import key_in
from places.clock import say_date
from places.forces import force_of
from speakers.models import Speaker
from trainingportal.desk import ahead, offering, once, options, queue
from trainingportal.desk.access import actor_of, for_coordinators
from trainingportal.desk.case import Case
from trainingportal.desk.pages import DONE_ALREADY, asked_for, back_to_booking, find_booking, page
from trainingportal.desk.verb import Several, Verb
from trainingportal.desk.verbs import VERBS


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
    except Several as several:
        return _which_one(request, case, chosen, several.parts)
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
    if request.method != "POST" or not form.is_valid():
        return _verb_page(request, case, chosen, part, form, aheads=ahead.of_verb(chosen, case, part, actor))
    return _do(request, case, chosen, part, form)


def _do(request: HttpRequest, case: Case, chosen: Verb, part: Any, form: Any) -> HttpResponse:
    """A press with all that is needed: shown first where it would do something else than was shown, then done."""
    booking, actor = case.booking, actor_of(request)

    def act() -> object:
        return chosen.run(case, part, form, actor)

    first = ahead.to_show_first(request, act, booking)
    if first is not None:
        return _verb_page(request, case, chosen, part, form, aheads=[first])
    if not once.use_up(request):
        return back_to_booking(request, booking, DONE_ALREADY, level=messages.INFO)
    try:
        _, effects = ahead.recording(act, booking)
    except (SpeakerBusy, BadTeam) as refusal:
        form.add_error(None, f"{refusal} Nothing is changed.")
        once.give_back(request)
        return _verb_page(request, case, chosen, part, form)
    except InvalidMove as refusal:
        return back_to_booking(
            request, booking, f"{refusal} Here is how it stands now.", level=messages.WARNING
        )
    words, level = ahead.did(chosen.said(case, part, form), effects, idle=chosen.idle)
    return back_to_booking(request, booking, words, level=level)


def _which_one(request: HttpRequest, case: Case, chosen: Verb, parts: list[Any]) -> HttpResponse:
    """Ask which one is meant, where a verb fits several: nobody chooses for the one who presses."""
    release.log_read(case.booking, actor_of(request), page="desk verb")
    return page(
        request,
        "which_one",
        WHICH[chosen.on],
        booking=case.booking,
        back=queue.booking_address(case.booking),
        choices=[
            (
                reverse("desk:verb", args=[case.booking.reference, chosen.key, part.pk]),
                chosen.label(case, part),
                _about(part),
            )
            for part in parts
        ],
    )


WHICH = {
    "contact": "Which person?",
    "offer": "Which date?",
    "engagement": "Which speaker?",
    "release": "Which person?",
}


def _verb_page(
    request: HttpRequest,
    case: Case,
    chosen: Verb,
    part: Any,
    form: Any,
    template: str = "verb",
    is_refused: bool = False,
    aheads: Sequence[ahead.Ahead] = (),
    **context: Any,
) -> HttpResponse:
    """Draw a verb's own page. It may name speakers and the place, so the read is logged."""
    release.log_read(case.booking, actor_of(request), page="desk verb")
    return page(
        request,
        template,
        chosen.label(case, part),
        status=422 if is_refused or (form.is_bound and form.errors) else 200,
        booking=case.booking,
        verb=chosen,
        about=_about(part),
        hint=chosen.hint(case, part),
        press=(chosen.press or chosen.label(case, part)) if aheads else CHECK,
        aheads=aheads,
        form=form,
        once=once.word(request),
        back=queue.booking_address(case.booking),
        **context,
    )


CHECK = "Check what will happen"


def _about(part: Any) -> str:
    """Which part of the booking a verb is about, for its heading."""
    return str(
        getattr(part, "name", "")
        or getattr(getattr(part, "speaker", None), "name", "")
        or getattr(getattr(part, "contact", None), "name", "")
        or (say_date(part.starts_at) if hasattr(part, "starts_at") else "")
    )


def _not_now(request: HttpRequest, case: Case, chosen: Verb) -> HttpResponse:
    """Say kindly that a verb makes no sense any more, and show how it stands."""
    words = (
        f"This cannot be done now: {case.booking.reference} is “{case.booking.get_status_display().lower()}”."
    )
    return back_to_booking(request, case.booking, f"{words} Here is how it stands.", level=messages.INFO)


def _make_offer(request: HttpRequest, case: Case, chosen: Verb) -> HttpResponse:
    """The offer: look at options and days as often as needed, then hold the teams and tell everyone."""
    if request.method == "POST" and "several" in request.POST:
        return _offer_several(request, case, chosen)
    if request.method == "POST":
        return _offer_one(request, case, chosen)
    speakers = offering.speakers_for(case.booking)
    form = offering.OfferForm(
        case=case,
        speakers=speakers,
        day=parse_date(request.GET.get("day", "")[:10]) if _is_day(request) else None,
        initial=options.filled(request.GET, speakers),
    )
    pins = options.PinsForm(request.GET, speakers=speakers, topics=form.all_topics)
    return _offer_page(
        request,
        case,
        chosen,
        form,
        pins=pins,
        options=options.look(case.booking, speakers, pins.pins),
        aheads=_of_option(request, case, form),
    )


def _of_option(request: HttpRequest, case: Case, form: offering.OfferForm) -> list[ahead.Ahead]:
    """What sending the option does with which the form is filled in; nothing while there is none."""
    filled = offering.OfferForm(ahead.as_posted(form), case=case, speakers=form.speakers)
    if not request.GET.getlist("ask") or not filled.is_valid():
        return []
    booking, actor = case.booking, actor_of(request)
    return [
        ahead.look(
            lambda: services.make_offers(booking.pk, proposals=[filled.proposal], actor=actor), booking
        )
    ]


def _offer_several(request: HttpRequest, case: Case, chosen: Verb) -> HttpResponse:
    """Hold the teams of the options ticked, up to three dates, and send their offers; all or nothing."""
    booking, speakers = case.booking, offering.speakers_for(case.booking)
    form = offering.OfferForm(case=case, speakers=speakers)
    pins = options.PinsForm(request.GET, speakers=speakers, topics=form.all_topics)
    found = options.look(booking, speakers, pins.pins)
    already = sum(offer.state == OfferState.OPEN for offer in case.offers)
    several = options.SeveralForm(request.POST, page=found, already=already)
    if several.is_valid():

        def act() -> object:
            return services.make_offers(booking.pk, proposals=several.proposals, actor=actor_of(request))

        first = ahead.to_show_first(request, act, booking)
        if first is not None:
            return _offer_page(
                request, case, chosen, form, pins=pins, options=found, several=several, of_several=[first]
            )
        if not once.use_up(request):
            return back_to_booking(request, booking, DONE_ALREADY, level=messages.INFO)
        try:
            _, effects = ahead.recording(act, booking)
        except (SpeakerBusy, InvalidMove) as refusal:
            several.add_error("option", f"{refusal} Nothing is held.")
            once.give_back(request)
        else:
            return back_to_booking(request, booking, effects.done_words)
    return _offer_page(request, case, chosen, form, pins=pins, options=found, several=several)


def _offer_one(request: HttpRequest, case: Case, chosen: Verb) -> HttpResponse:
    """One date put together by hand, or filled in from an option: hold the team and tell everyone."""
    booking, speakers = case.booking, offering.speakers_for(case.booking)
    form = offering.OfferForm(request.POST, case=case, speakers=speakers)
    is_whole = form.is_valid()
    if "look" in request.POST:
        form.forget_the_team_errors()
    elif is_whole:

        def act() -> object:
            return services.make_offers(booking.pk, proposals=[form.proposal], actor=actor_of(request))

        first = ahead.to_show_first(request, act, booking)
        if first is not None:
            return _offer_page(request, case, chosen, form, aheads=[first])
        if not once.use_up(request):
            return back_to_booking(request, booking, DONE_ALREADY, level=messages.INFO)
        try:
            _, effects = ahead.recording(act, booking)
        except SpeakerBusy as clash:
            form.add_error(
                f"ask_{clash.speaker.pk}" if clash.speaker else None,
                f"{clash} Nothing is held; the rest of the page is as you left it.",
            )
        except InvalidMove as refusal:
            form.add_error(None, str(refusal))
        else:
            return back_to_booking(request, booking, effects.done_words)
        once.give_back(request)
    return _offer_page(request, case, chosen, form)


def _offer_page(
    request: HttpRequest, case: Case, chosen: Verb, form: offering.OfferForm, **context: Any
) -> HttpResponse:
    """Draw the page of options and the form. Without ``options`` it says how to see them again."""
    several = context.get("several")
    return _verb_page(
        request,
        case,
        chosen,
        None,
        form,
        template="offer",
        is_refused=several is not None and bool(several.errors),
        candidates=form.candidates(),
        wishes=_wishes(case.booking),
        is_known=form.span is not None,
        most_dates=services.MOST_DATES,
        is_filled=bool(request.GET.getlist("ask")) and not form.is_bound,
        options_address=f"?{request.GET.urlencode()}",
        ticked=several["option"].value() if several is not None else [],
        **context,
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
    pairs = [(label, words) for label, words in asked_for(booking) if label in wanted]
    wish = avoiding.read(booking.dates_to_avoid)
    if wish.avoided:
        pairs.append(("Left out of the options", "; ".join(each.words for each in wish.avoided)))
        pairs += [("Not read as dates: please mind", "; ".join(wish.not_read))] if wish.not_read else []
    force = force_of(booking.outcode, timezone.localdate()) if booking.outcode else None
    return [*pairs, ("Police force area", force.name)] if force else pairs


def _add_speaker(request: HttpRequest, case: Case, chosen: Verb, offer: Any) -> HttpResponse:
    """One more speaker for a live offer; from the booking's page one press asks them to step in for somebody."""
    booking = case.booking
    there = {
        engagement.speaker_id
        for engagement in offer.engagements.all()
        if engagement.state in ("asked", "accepted")
    }
    speakers = [speaker for speaker in offering.speakers_for(booking) if speaker.pk not in there]
    known = look_at_people(
        gather_session(booking, speakers, starts_at=offer.starts_at, ends_at=offer.ends_at),
        alone=set() if there else {speaker.pk for speaker in speakers},
    )
    form = chosen.form(
        request.POST if request.method == "POST" else None,
        initial={"topics": _named_topics(request)},
        case=case,
        on=offer,
        choices=[(speaker.pk, speaker.name) for speaker in speakers],
        hints={
            str(speaker.pk): ". ".join([known[speaker.pk].words, *known[speaker.pk].cautions]) + "."
            for speaker in speakers
        },
    )
    if request.method == "POST" and form.is_valid():
        return _ask_speaker(request, case, chosen, offer, form)
    return _verb_page(request, case, chosen, offer, form)


def _named_topics(request: HttpRequest) -> list[int]:
    """The topic that a link to this page named, where somebody is missing for it."""
    key = key_in(request.GET.get("topic", ""))
    return [key] if key is not None else []


def _ask_speaker(request: HttpRequest, case: Case, chosen: Verb, offer: Any, form: Any) -> HttpResponse:
    """Hold the speaker who was chosen, once it was shown what that does."""
    booking, actor = case.booking, actor_of(request)
    speaker = Speaker.objects.get(pk=form.cleaned_data["speaker"])

    def act() -> object:
        return services.add_speaker(
            offer.pk,
            speaker=speaker,
            topics=list(form.cleaned_data["topics"]),
            instead_of=form.cleaned_data["instead_of"],
            set_aside_because=form.cleaned_data["set_aside_because"],
            actor=actor,
        )

    first = ahead.to_show_first(request, act, booking)
    if first is not None:
        return _verb_page(request, case, chosen, offer, form, aheads=[first])
    if not once.use_up(request):
        return back_to_booking(request, booking, DONE_ALREADY, level=messages.INFO)
    try:
        _, effects = ahead.recording(act, booking)
    except SpeakerBusy as clash:
        form.add_error("speaker", f"{clash} Nothing is held.")
    except BadTeam as refusal:
        form.add_error("speaker", str(refusal))
    except InvalidMove as refusal:
        return back_to_booking(
            request, booking, f"{refusal} Here is how it stands now.", level=messages.WARNING
        )
    else:
        return back_to_booking(request, booking, effects.done_words)
    once.give_back(request)
    return _verb_page(request, case, chosen, offer, form)
