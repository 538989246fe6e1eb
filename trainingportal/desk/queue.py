"""The desk's home: what needs somebody today, the queue by whose turn it is, and the fourteen days ahead.

Every list is bounded and its queries are counted: the home page costs the same with ten bookings and with a hundred thousand.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import BooleanField, Count, ExpressionWrapper, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bookings.models import Booking, Enquiry, Offer, WaitingFor
from bookings.next_step import WORDS
from bookings.states import AGREED_BOOKINGS, LIVE_OFFERS, BookingStatus, EngagementState, EnquiryState
from places.clock import local, say_moment, say_short_date, say_time
from places.nations import Nation
from places.working_days import is_working_day, working_days_between
from trainingportal.desk.case import say_answers, say_length, say_soonest, say_wishes
from trainingportal.desk.verbs import NEXT

MOST_ROWS = 40
MOST_NEEDS = 100
CARDS = 3
GROUPS = (WaitingFor.US, WaitingFor.SPEAKERS, WaitingFor.AGENCY, WaitingFor.THE_DAY)
BEFORE_AN_OFFER = ("confirm_mailbox", "call_back", "make_offer")
AT_ONCE = ("replace_speaker", "second_look", "record_delivery")
FORTNIGHT = 14
LONG_AGO = 120


@dataclass(frozen=True)
class Waiting:
    """How long something has waited, in words, and how much that matters: "", "warn" or "stop"."""

    words: str
    kind: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    address: str
    reference: str
    agency: str
    next_step: str
    detail: str
    waiting: str
    waiting_kind: str
    owner: str
    soonest: str


@dataclass
class Group:
    """The lines that wait for the same side."""

    title: str
    key: str
    rows: list[Row] = field(default_factory=list)
    has_more: bool = False


@dataclass(frozen=True)
class Need:
    """A card: what needs a coordinator today, why, and the one act that answers it."""

    number: int
    address: str
    reference: str
    title: str
    why: str
    act_words: str
    act_address: str
    pill_words: str = ""
    pill_kind: str = ""
    else_words: str = ""
    else_address: str = ""


@dataclass(frozen=True)
class Day:
    """One of the fourteen."""

    title: str
    is_on: bool
    lines: list[str]
    nothing: str = "nothing planned"


# ---- how long


def say_waiting(since: dt.datetime, due: dt.date | None, nation: str, today: dt.date) -> Waiting:
    """Say how many working days something has waited, or how few are left."""
    begun = local(since).date()
    if (today - begun).days > LONG_AGO:
        words = f"since {begun:%B} {begun.year}"
    else:
        count = max(working_days_between(begun, today, nation), 0)
        words = f"{count} working day{'' if count == 1 else 's'}" if count else "since today"
    if due is None or (due - today).days > LONG_AGO:
        return Waiting(words)
    if due < today:
        return Waiting(f"{words}, late" if words != "since today" else "late", "stop")
    left = working_days_between(today, due, nation)
    if left == 0:
        return Waiting("due today", "warn")
    if left <= 2:
        return Waiting(f"{left} day{'' if left == 1 else 's'} left", "warn")
    return Waiting(words)


def due_on(booking: Booking) -> dt.date | None:
    """The day by which the next step is due: its own clock, or our promise to answer."""
    if booking.due_at is not None:
        return local(booking.due_at).date()
    return booking.answer_due_on if booking.next_step in BEFORE_AN_OFFER else None


# ---- the queue


def _with_what_rows_show(bookings: "QuerySet[Booking]") -> "QuerySet[Booking]":
    answers = {
        "said_yes": EngagementState.ACCEPTED,
        "silent": EngagementState.ASKED,
        "said_no": EngagementState.DECLINED,
    }
    offers = (
        Offer.objects.filter(state__in=LIVE_OFFERS)
        .annotate(
            **{
                name: Count("engagements", filter=Q(engagements__state=state))
                for name, state in answers.items()
            }
        )
        .order_by("starts_at")
    )
    return bookings.select_related("agency", "format", "owner", "region").prefetch_related(
        Prefetch("offers", queryset=offers, to_attr="live_offers")
    )


def _answers(offer: Offer) -> str:
    """What the speakers of an offer have said, from the counts that came with it."""
    counts = {name: getattr(offer, name) for name in ("said_yes", "silent", "said_no")}
    return say_answers(**counts)


def _detail(booking: Booking) -> str:
    parts = [say_length(booking)]
    if booking.head_count and not booking.starts_at:
        parts.append(f"{booking.head_count} people")
    if booking.starts_at:
        parts.append(say_short_date(booking.starts_at))
    offers: list[Offer] = booking.live_offers  # type: ignore[attr-defined]  # prefetched by the queue
    if booking.status == BookingStatus.OFFERED and offers:
        if booking.waiting_for == WaitingFor.SPEAKERS:
            parts.append(_answers(offers[0]))
        elif len(offers) > 1:
            parts.append(f"{len(offers)} dates held")
        parts.append(f"hold ends {say_moment(min(offer.expires_at for offer in offers))}")
    elif booking.place == "online":
        parts.append("online")
    if booking.may_be_disclosure:
        parts.append("possible disclosure")
    return ", ".join(parts)


def booking_address(booking: Booking) -> str:
    return reverse("desk:bookings_booking_change", args=[booking.pk])


def enquiry_address(enquiry: Enquiry) -> str:
    return reverse("desk:bookings_enquiry_change", args=[enquiry.pk])


def say_owner(owner: User | None) -> str:
    return owner.get_short_name() or str(owner) if owner else "Nobody yet"


def row_of_booking(booking: Booking, today: dt.date) -> Row:
    """A booking as a line; ``live_offers`` are prefetched."""
    waiting = say_waiting(booking.waiting_since, due_on(booking), booking.nation, today)
    return Row(
        address=booking_address(booking),
        reference=booking.reference,
        agency=booking.agency.name,
        next_step=WORDS[booking.next_step],
        detail=_detail(booking),
        waiting=waiting.words,
        waiting_kind=waiting.kind,
        owner=say_owner(booking.owner),
        soonest=say_soonest(booking, booking.live_offers),  # type: ignore[attr-defined]
    )


def row_of_enquiry(enquiry: Enquiry, today: dt.date) -> Row:
    """A question as a line of the same queue."""
    waiting = say_waiting(enquiry.created_at, enquiry.answer_due_on, Nation.ENGLAND_WALES, today)
    words = " ".join(enquiry.message.split())
    return Row(
        address=enquiry_address(enquiry),
        reference=enquiry.reference,
        agency=enquiry.organisation or "A question",
        next_step="Ring them: answer the question" if enquiry.ring_me else "Answer the question",
        detail=f"Enquiry: {words[:70]}{'…' if len(words) > 70 else ''}"
        + (", possible disclosure" if enquiry.may_be_disclosure else ""),
        waiting=waiting.words,
        waiting_kind=waiting.kind,
        owner=say_owner(enquiry.owner),
        soonest="—",
    )


@dataclass(frozen=True)
class Board:
    """The queue in groups, and what of it cannot wait until tomorrow."""

    groups: list[Group]
    need_bookings: list[Booking]
    need_enquiries: list[Enquiry]

    @property
    def count(self) -> int:
        return len(self.need_bookings) + len(self.need_enquiries)

    @property
    def count_words(self) -> str:
        return f"More than {MOST_NEEDS}" if self.count > MOST_NEEDS else str(self.count)


def needs_somebody(today: dt.date) -> Q:
    """What cannot wait until tomorrow: late or due, a hold that ends, a no, a second look, a day to record."""
    day_after_tomorrow = timezone.make_aware(dt.datetime.combine(today + dt.timedelta(days=2), dt.time.min))
    pressing = (
        Q(due_at__lt=day_after_tomorrow)
        | Q(next_step__in=AT_ONCE)
        | Q(next_step__in=BEFORE_AN_OFFER, answer_due_on__lte=today)
    )
    rests = Q(set_aside_until__isnull=False, set_aside_until__gt=today)
    return Q(waiting_for__in=[WaitingFor.US, WaitingFor.SPEAKERS, WaitingFor.AGENCY]) & pressing & ~rests


def board(today: dt.date) -> Board:
    """The whole queue: whose turn it is, then the longest wait first, at most ``MOST_ROWS`` a group. Three queries."""
    pressing = needs_somebody(today)
    wanted = [
        Booking.objects.filter(waiting_for=group)
        .order_by("waiting_since", "pk")
        .values("pk")[: MOST_ROWS + 1]
        for group in GROUPS
    ]
    wanted.append(Booking.objects.filter(pressing).order_by("due_at", "pk").values("pk")[: MOST_NEEDS + 1])
    bookings = list(
        _with_what_rows_show(Booking.objects.filter(pk__in=wanted[0].union(*wanted[1:])))
        .annotate(is_pressing=ExpressionWrapper(pressing, output_field=BooleanField()))
        .order_by("waiting_since", "pk")
    )
    enquiries = list(
        Enquiry.objects.filter(state=EnquiryState.NEW)
        .select_related("owner")
        .order_by("created_at", "pk")[: MOST_ROWS + 1]
    )
    dated: dict[str, list[tuple[dt.datetime, Row]]] = {group: [] for group in GROUPS}
    for booking in bookings:
        dated[booking.waiting_for].append((booking.waiting_since, row_of_booking(booking, today)))
    for enquiry in enquiries:
        dated[WaitingFor.US].append((enquiry.created_at, row_of_enquiry(enquiry, today)))
    return Board(
        groups=[_group(key, dated[key]) for key in GROUPS if dated[key]],
        need_bookings=[booking for booking in bookings if booking.is_pressing],  # type: ignore[attr-defined]
        need_enquiries=[
            enquiry for enquiry in enquiries if enquiry.answer_due_on and enquiry.answer_due_on <= today
        ],
    )


def _group(key: WaitingFor, dated: list[tuple[dt.datetime, Row]]) -> Group:
    rows = [row for _, row in sorted(dated, key=lambda pair: pair[0])]
    has_more = len(rows) > MOST_ROWS
    count = f"the oldest {MOST_ROWS}" if has_more else str(len(rows))
    return Group(title=f"{key.label} ({count})", key=key, rows=rows[:MOST_ROWS], has_more=has_more)


# ---- what needs somebody today

TITLES = {
    "confirm_mailbox": "Ring {agency}",
    "call_back": "Ring {agency} back",
    "make_offer": "Choose dates for {agency}",
    "replace_speaker": "A speaker has said no",
    "agency_answers": "{agency} has not answered",
    "speakers_answer": "Speakers have not all answered",
    "name_venue": "{agency} has not named a room",
    "release": "Release names and place",
    "second_look": "Second look at a release",
    "issue_agenda": "The agenda is due",
    "record_delivery": "Record how the day went",
}


def card_of_booking(booking: Booking, number: int, today: dt.date) -> Need:
    """The card of one booking; its button leads to the verb that does the next step."""
    key = NEXT.get(booking.next_step)
    waiting = say_waiting(booking.waiting_since, due_on(booking), booking.nation, today)
    offers: list[Offer] = booking.live_offers  # type: ignore[attr-defined]
    act_words, act_address = "Open the booking", booking_address(booking)
    else_words, else_address = "Not today", reverse("desk:verb", args=[booking.reference, "not-today"])
    pill = waiting if waiting.kind else Waiting("")
    if key:
        act_address = reverse("desk:verb", args=[booking.reference, key])
        act_words = ACTS[booking.next_step]
    if booking.status == BookingStatus.OFFERED and offers:
        first = min(offers, key=lambda offer: offer.expires_at)
        ends = local(first.expires_at).date()
        pill = Waiting(
            "hold has ended"
            if ends < today
            else "hold ends today"
            if ends == today
            else "hold ends tomorrow"
            if (ends - today).days == 1
            else f"hold ends {say_short_date(ends)}",
            "stop" if ends < today else "warn",
        )
        else_words = "Extend the hold"
        else_address = reverse("desk:verb", args=[booking.reference, "extend", first.pk])
    if booking.next_step == "second_look":
        else_words, else_address = "See the call-back", f"{booking_address(booking)}#contacts"
        pill = Waiting("asked for by the owner" if booking.owner is None else f"{booking.owner} asks", "warn")
    return Need(
        number=number,
        address=booking_address(booking),
        reference=booking.reference,
        title=TITLES.get(booking.next_step, WORDS[booking.next_step]).format(agency=booking.agency.name),
        why=_why(booking, offers),
        act_words=act_words,
        act_address=act_address,
        pill_words=pill.words,
        pill_kind=pill.kind,
        else_words=else_words,
        else_address=else_address,
    )


ACTS = {
    "confirm_mailbox": "Record the call-back",
    "call_back": "Record the call-back",
    "make_offer": "Make an offer",
    "replace_speaker": "Ask another speaker",
    "agency_answers": "Record a yes by phone",
    "speakers_answer": "Ask another speaker",
    "name_venue": "Write down the venue",
    "release": "Ask for release",
    "second_look": "Review the release",
    "record_delivery": "Record the day",
    "close": "Close the booking",
    "waiting_list": "Make an offer",
}


def _why(booking: Booking, offers: list[Offer]) -> str:
    agency, day = booking.agency.name, say_short_date(booking.starts_at) if booking.starts_at else ""
    match booking.next_step:
        case "confirm_mailbox":
            return "They have not confirmed their mailbox. Look a number up yourself and ring; the one on the form is not enough."
        case "call_back":
            return "Nothing can be offered before the call. Look the number up yourself; the one on the form is not enough."
        case "make_offer":
            wishes = say_wishes(booking)
            return f"They were rung back. {say_length(booking)}{f', {wishes}' if wishes else ''}."
        case "replace_speaker":
            words = f"{agency}, {_answers(offers[0])}." if offers else f"{agency}, {day}."
            return f"{words} Ask another, or go on without."
        case "agency_answers" | "speakers_answer" if offers:
            until = min(offer.expires_at for offer in offers)
            said = (
                f" {_answers(offers[0])[:1].upper()}{_answers(offers[0])[1:]}."
                if booking.next_step == "speakers_answer"
                else ""
            )
            return f"{agency}, {say_short_date(offers[0].starts_at)}.{said} After {say_moment(until)} everyone is free again."
        case "second_look":
            until = say_moment(booking.due_at) if booking.due_at else "the time set"
            return f"{agency} would see names and place. Without a second person it takes effect on {until}."
        case "record_delivery":
            return f"{agency}, {day}. Write down how many came; names may follow later."
        case "issue_agenda":
            return f"{agency}, {day}. The agenda leaves three weeks before the day."
        case "name_venue":
            return f"{agency}, {day}. We still do not know where exactly."
        case "release":
            return f"{agency}, {day}. They cannot see names or place yet."
    return agency


def card_of_enquiry(enquiry: Enquiry, number: int, today: dt.date) -> Need:
    """The card of a question whose time is up."""
    waiting = say_waiting(enquiry.created_at, enquiry.answer_due_on, Nation.ENGLAND_WALES, today)
    words = " ".join(enquiry.message.split())
    return Need(
        number=number,
        address=enquiry_address(enquiry),
        reference=enquiry.reference,
        title=f"Answer {enquiry.organisation or 'a question'}",
        why=f"“{words[:120]}{'…' if len(words) > 120 else ''}”",
        act_words="Ring them, or write" if enquiry.ring_me else "Write the answer",
        act_address=reverse("desk:enquiry-verb", args=[enquiry.reference, "answer"]),
        pill_words=waiting.words if waiting.kind else "",
        pill_kind=waiting.kind,
    )


def cards(bookings: Iterable[Booking], enquiries: Iterable[Enquiry], today: dt.date) -> list[Need]:
    """The first three cards: bookings and questions, whatever has waited longest."""
    waiting: list[Booking | Enquiry] = [*bookings, *enquiries]
    waiting.sort(key=_since)
    return [
        card_of_booking(each, number, today)
        if isinstance(each, Booking)
        else card_of_enquiry(each, number, today)
        for number, each in enumerate(waiting[:CARDS], 1)
    ]


def _since(each: Booking | Enquiry) -> tuple[bool, dt.datetime]:
    if isinstance(each, Enquiry):
        return (True, each.created_at)
    return (each.due_at is None, each.due_at or each.waiting_since)


# ---- fourteen days ahead


def fortnight(today: dt.date) -> list[Day]:
    """What stands in the next fourteen days: agreed sessions and offers that end. Two queries."""
    start = timezone.make_aware(dt.datetime.combine(today, dt.time.min))
    end = timezone.make_aware(dt.datetime.combine(today + dt.timedelta(days=FORTNIGHT), dt.time.min))
    sessions = (
        Booking.objects.filter(starts_at__gte=start, starts_at__lt=end, status__in=AGREED_BOOKINGS)
        .select_related("format", "region")
        .order_by("starts_at")[:MOST_ROWS]
    )
    endings = (
        Offer.objects.filter(
            expires_at__gte=start,
            expires_at__lt=end,
            state__in=LIVE_OFFERS,
            booking__status=BookingStatus.OFFERED,
        )
        .select_related("booking")
        .order_by("expires_at")[:MOST_ROWS]
    )
    on: dict[dt.date, list[Booking]] = {
        day: list(rows)
        for day, rows in groupby(sessions, key=lambda each: local(each.starts_at).date())  # type: ignore[arg-type]
    }
    ends: dict[dt.date, list[Offer]] = {
        day: list(rows) for day, rows in groupby(endings, key=lambda each: local(each.expires_at).date())
    }
    return [_day(today + dt.timedelta(days=ahead), today, on, ends) for ahead in range(FORTNIGHT)]


def _day(
    day: dt.date, today: dt.date, on: dict[dt.date, list[Booking]], ends: dict[dt.date, list[Offer]]
) -> Day:
    lines: list[str] = []
    for booking in on.get(day, []):
        where = "online" if booking.place == "online" else booking.region.name if booking.region else ""
        lines += [
            booking.reference,
            ", ".join(part for part in (say_length(booking), where) if part),
            booking.get_status_display().lower(),
        ]
    endings = [
        f"Offer to {offer.booking.reference} ends {say_time(offer.expires_at)}" for offer in ends.get(day, [])
    ]
    lines += dict.fromkeys(endings)
    title = f"{day:%a} {day.day}" + (f" {day:%b}" if day == today or day.day == 1 else "")
    weekend = day.weekday() > 4
    return Day(
        title=f"{title} · today" if day == today else title,
        is_on=day in on,
        lines=lines,
        nothing="weekend"
        if weekend
        else "nothing planned"
        if is_working_day(day, Nation.ENGLAND_WALES)
        else "bank holiday",
    )
