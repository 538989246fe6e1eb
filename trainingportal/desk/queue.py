"""The desk's home: what needs somebody today, the queue by whose turn it is, and the fourteen days ahead.

Every list is bounded and its queries are counted: the home page costs the same with ten bookings and with a hundred thousand.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial, reduce
from operator import or_

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bookings.models import Booking, Enquiry, Offer, WaitingFor
from bookings.next_step import WORDS
from bookings.states import (
    LIVE_OFFERS,
    STEPS_AT_ONCE,
    STEPS_BEFORE_AN_OFFER,
    BookingStatus,
    EngagementState,
    EnquiryState,
)
from places.clock import local, say_moment, say_short_date
from places.nations import Nation
from places.working_days import working_days_between
from trainingportal.desk.case import say_answers, say_length, say_next_day

MOST_ROWS = 40
MOST_NEEDS = 100
CARDS = 3
GROUPS = (WaitingFor.US, WaitingFor.SPEAKERS, WaitingFor.AGENCY, WaitingFor.THE_DAY)
LONG_AGO = 120


@dataclass(frozen=True)
class Waiting:
    """How long something has waited, and beside it how it stands against its clock: late, due, or nothing to say.

    ``kind`` says how much the clock matters: "", "warn" or "stop".
    """

    words: str
    late: str = ""
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
    late: str
    late_kind: str
    owner: str
    soonest: str


@dataclass
class Group:
    """The lines that wait for the same side."""

    title: str
    key: str
    rows: list[Row] = field(default_factory=list)
    has_more: bool = False


# ---- how long


def say_waiting(since: dt.datetime, due: dt.date | None, nation: str, today: dt.date) -> Waiting:
    """Say how many working days something has waited, and apart from it how late it is, or how little is left."""
    begun = local(since).date()
    if (today - begun).days > LONG_AGO:
        words = f"since {begun:%B} {begun.year}"
    else:
        count = max(working_days_between(begun, today, nation), 0)
        words = f"{count} working day{'' if count == 1 else 's'}" if count else "since today"
    if due is None or (due - today).days > LONG_AGO:
        return Waiting(words)
    if due < today:
        if (today - due).days > LONG_AGO:
            return Waiting(words, f"due {due:%B} {due.year}", "stop")
        days = max(working_days_between(due, today, nation), 1)
        return Waiting(words, f"{days} day{'' if days == 1 else 's'} late", "stop")
    left = working_days_between(today, due, nation)
    if left == 0:
        return Waiting(words, "due today", "warn")
    if left <= 2:
        return Waiting(words, f"{left} day{'' if left == 1 else 's'} left", "warn")
    return Waiting(words)


def clock_of(booking: Booking, today: dt.date) -> Waiting:
    """How long a booking has waited and how its next step stands against its clock; nothing once it is over."""
    if booking.waiting_for == WaitingFor.NOBODY:
        return Waiting("")
    return say_waiting(booking.waiting_since, due_on(booking), booking.nation, today)


def due_on(booking: Booking) -> dt.date | None:
    """The day by which the next step is due: its own clock, or our promise to answer."""
    if booking.due_at is not None:
        return local(booking.due_at).date()
    return booking.answer_due_on if booking.next_step in STEPS_BEFORE_AN_OFFER else None


# ---- the queue


ANSWERS = {
    "said_yes": EngagementState.ACCEPTED,
    "silent": EngagementState.ASKED,
    "said_no": EngagementState.DECLINED,
}


def first_offered() -> Subquery:
    """The first day that is on offer for a booking, in a list's own query."""
    live = Offer.objects.filter(booking=OuterRef("pk"), state__in=LIVE_OFFERS)
    return Subquery(live.order_by("starts_at").values("starts_at")[:1])


def _bring_offers(bookings: list[Booking]) -> None:
    """Give each booking its ``live_offers``, the earliest date first, with what their speakers said. One query."""
    by_booking: dict[int, list[Offer]] = {booking.pk: [] for booking in bookings}
    answers = {
        name: Count("engagements", filter=Q(engagements__state=state)) for name, state in ANSWERS.items()
    }
    offers = Offer.objects.filter(booking__in=by_booking, state__in=LIVE_OFFERS)
    for offer in offers.only("booking", "starts_at", "expires_at").annotate(**answers).order_by("starts_at"):
        by_booking[offer.booking_id].append(offer)
    for booking in bookings:
        booking.live_offers = by_booking[booking.pk]  # type: ignore[attr-defined]


def answers_to(offer: Offer) -> str:
    """What the speakers of an offer have said, from the counts that came with it."""
    counts = {name: getattr(offer, name) for name in ("said_yes", "silent", "said_no")}
    return say_answers(**counts)


def _detail(booking: Booking) -> str:
    parts = [say_length(booking)]
    if booking.head_count and not booking.starts_at:
        parts.append(f"{booking.head_count} people")
    if booking.starts_at:
        parts.append(say_short_date(booking.starts_at))
    offers: list[Offer] = booking.live_offers  # type: ignore[attr-defined]  # see _bring_offers
    if booking.status == BookingStatus.OFFERED and offers:
        if booking.waiting_for == WaitingFor.SPEAKERS:
            parts.append(answers_to(offers[0]))
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
    """A booking as a line; with its ``live_offers``."""
    waiting = clock_of(booking, today)
    return Row(
        address=booking_address(booking),
        reference=booking.reference,
        agency=booking.agency.name,
        next_step=WORDS[booking.next_step],
        detail=_detail(booking),
        waiting=waiting.words,
        late=waiting.late,
        late_kind=waiting.kind,
        owner=say_owner(booking.owner),
        soonest=say_next_day(
            booking,
            min((offer.starts_at for offer in booking.live_offers), default=None),  # type: ignore[attr-defined]
        ),
    )


def row_of_enquiry(enquiry: Enquiry, today: dt.date, *, with_words: bool) -> Row:
    """A question as a line of the same queue; ``with_words`` adds how it begins."""
    waiting = say_waiting(enquiry.created_at, enquiry.answer_due_on, Nation.ENGLAND_WALES, today)
    words = " ".join(enquiry.message.split())
    return Row(
        address=enquiry_address(enquiry),
        reference=enquiry.reference,
        agency=enquiry.organisation or "A question",
        next_step="Ring them: answer the question" if enquiry.ring_me else "Answer the question",
        detail=(f"Enquiry: {words[:70]}{'…' if len(words) > 70 else ''}" if with_words else "Enquiry")
        + (", possible disclosure" if enquiry.may_be_disclosure else ""),
        waiting=waiting.words,
        late=waiting.late,
        late_kind=waiting.kind,
        owner=say_owner(enquiry.owner),
        soonest="—",
    )


@dataclass(frozen=True)
class Board:
    """The queue in groups, and what of it cannot wait until tomorrow."""

    groups: list[Group]
    need_bookings: list[Booking]
    need_enquiries: list[Enquiry]
    count: int

    @property
    def count_words(self) -> str:
        return f"More than {MOST_NEEDS}" if self.count > MOST_NEEDS else str(self.count)

    @property
    def rest_words(self) -> str:
        """How many more there are than stand on cards; nothing where there are none."""
        rest = self.count - CARDS
        if self.count > MOST_NEEDS:
            return f"And more than {MOST_NEEDS - CARDS} more"
        return f"And {rest} more" if rest > 0 else ""


def needs_somebody(today: dt.date) -> dict[str, Q]:
    """What cannot wait until tomorrow: late or due, a hold that ends, a no, a second look, a day to record.

    One condition for each date that decides, so that each is found by its own index.
    """
    day_after_tomorrow = timezone.make_aware(dt.datetime.combine(today + dt.timedelta(days=2), dt.time.min))
    rests = Q(set_aside_until__isnull=False, set_aside_until__gt=today)
    ours = Q(waiting_for__in=[WaitingFor.US, WaitingFor.SPEAKERS, WaitingFor.AGENCY]) & ~rests
    return {
        "due_at": ours & Q(due_at__lt=day_after_tomorrow),
        "waiting_since": ours & Q(next_step__in=STEPS_AT_ONCE),
        "answer_due_on": ours & Q(next_step__in=STEPS_BEFORE_AN_OFFER, answer_due_on__lte=today),
    }


def _open_bookings(today: dt.date) -> "QuerySet[Booking]":
    """The oldest of each group and the first of what cannot wait, with what their lines say."""
    pressing = needs_somebody(today)
    wanted = [
        Booking.objects.filter(waiting_for=group)
        .order_by("waiting_since", "pk")
        .values("pk")[: MOST_ROWS + 1]
        for group in GROUPS
    ]
    first, *others = [
        Booking.objects.filter(condition).order_by(date, "pk").values("pk")
        for date, condition in pressing.items()
    ]
    wanted += [each[:CARDS] for each in (first, *others)]
    all_pressing = first[: MOST_NEEDS + 1].union(*(each[: MOST_NEEDS + 1] for each in others))
    count = Booking.objects.filter(pk__in=all_pressing).order_by().values(one=Value(1)).annotate(n=Count("*"))
    return (
        Booking.objects.filter(pk__in=wanted[0].union(*wanted[1:]))
        .select_related("agency", "format", "owner", "region")
        .annotate(
            is_pressing=ExpressionWrapper(reduce(or_, pressing.values()), output_field=BooleanField()),
            how_many_press=Subquery(count.values("n")),
        )
        .order_by("waiting_since", "pk")
    )


def board(today: dt.date, *, with_words: bool = True) -> Board:
    """The whole queue: whose turn it is, then the longest wait first, at most ``MOST_ROWS`` a group. Three queries.

    ``with_words`` shows how questions begin, for those who may read them.
    """
    bookings = list(_open_bookings(today))
    _bring_offers(bookings)
    enquiries = list(
        Enquiry.objects.filter(state=EnquiryState.NEW)
        .select_related("owner")
        .order_by("created_at", "pk")[: MOST_ROWS + 1]
    )
    dated: dict[str, list[tuple[dt.datetime, Callable[[], Row]]]] = {group: [] for group in GROUPS}
    for booking in bookings:
        dated[booking.waiting_for].append((booking.waiting_since, partial(row_of_booking, booking, today)))
    for enquiry in enquiries:
        row = partial(row_of_enquiry, enquiry, today, with_words=with_words)
        dated[WaitingFor.US].append((enquiry.created_at, row))
    need_enquiries = [
        enquiry for enquiry in enquiries if enquiry.answer_due_on and enquiry.answer_due_on <= today
    ]
    return Board(
        groups=[_group(key, dated[key]) for key in GROUPS if dated[key]],
        need_bookings=[booking for booking in bookings if booking.is_pressing],  # type: ignore[attr-defined]  # annotated
        need_enquiries=need_enquiries,
        count=len(need_enquiries) + (bookings[0].how_many_press if bookings else 0),  # type: ignore[attr-defined]
    )


def _group(key: WaitingFor, dated: list[tuple[dt.datetime, Callable[[], Row]]]) -> Group:
    has_more = len(dated) > MOST_ROWS
    count = f"the oldest {MOST_ROWS}" if has_more else str(len(dated))
    oldest = sorted(dated, key=lambda pair: pair[0])[:MOST_ROWS]
    return Group(
        title=f"{key.label} ({count})", key=key, rows=[row() for _, row in oldest], has_more=has_more
    )
