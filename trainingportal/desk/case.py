"""One booking with all that the desk knows of it, each part read once and only when it is asked for."""

import datetime as dt
from functools import cached_property

from django.db.models import Prefetch
from django.utils import timezone

from bookings.models import Booking, CallBack, Contact, Engagement, Offer, Release
from bookings.states import (
    LIVE_ENGAGEMENTS,
    LIVE_OFFERS,
    BookingStatus,
    EngagementState,
    OfferState,
    ReleaseState,
)
from courses.models import Topic
from places.clock import say_short_date
from speakers.models import Expertise

MONTHS_SAID = 4
LENGTH_OPEN = "Length not decided"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Case:
    """A booking and what hangs on it. ``now`` is one moment for the whole page."""

    def __init__(self, booking: Booking) -> None:
        self.booking = booking
        self.now = timezone.now()

    @cached_property
    def contacts(self) -> list[Contact]:
        """Everyone at the agency, the requester first, with their call-backs and releases."""
        return list(
            self.booking.contacts.prefetch_related(
                Prefetch("call_backs", queryset=CallBack.objects.select_related("by")),
                Prefetch("releases", queryset=Release.objects.select_related("asked_by", "decided_by")),
            )
        )

    @property
    def live_contacts(self) -> list[Contact]:
        """Contacts who were not taken off."""
        return [contact for contact in self.contacts if contact.revoked_at is None]

    @property
    def may_know_dates(self) -> list[Contact]:
        """Contacts who get mail with a date in it: rung back, mailbox confirmed, not taken off."""
        return [
            contact for contact in self.live_contacts if contact.verified_at and contact.mailbox_confirmed_at
        ]

    @cached_property
    def offers(self) -> list[Offer]:
        """All offers, the newest first, with their speakers."""
        places = Engagement.objects.select_related(
            "speaker__organisation", "speaker__user", "diary_entry"
        ).prefetch_related("topics")
        offers = list(
            self.booking.offers.select_related("lead", "made_by", "answered_by")
            .prefetch_related(Prefetch("engagements", queryset=places))
            .order_by("-number")
        )
        for offer in offers:
            offer.booking = self.booking
            for engagement in offer.engagements.all():
                engagement.offer = offer
        return offers

    @property
    def live_offers(self) -> list[Offer]:
        return [offer for offer in self.offers if offer.state in LIVE_OFFERS]

    @property
    def accepted_offer(self) -> Offer | None:
        return next((offer for offer in self.offers if offer.state == OfferState.ACCEPTED), None)

    @property
    def engagements(self) -> list[Engagement]:
        return [engagement for offer in self.offers for engagement in offer.engagements.all()]

    @property
    def releases(self) -> list[Release]:
        return [release for contact in self.contacts for release in contact.releases.all()]

    @property
    def asked_release(self) -> Release | None:
        """The release that waits for a second look, if one does."""
        return next((release for release in self.releases if release.state == ReleaseState.ASKED), None)

    @property
    def nobody_gives(self) -> list[tuple[Topic, Offer]]:
        """Core topics and musts that nobody who is held was asked for or knows, with the date that lacks them."""
        offer = self.accepted_offer
        places = still_asked(offer) if offer is not None and not self.has_run else []
        if offer is None or not places or not all(place.topics.all() for place in places):
            return []  # whoever is asked for nothing in particular may give anything
        known = Expertise.objects.filter(speaker__in=[place.speaker_id for place in places])
        given = {topic.pk for place in places for topic in place.topics.all()}
        given |= set(known.values_list("topic", flat=True))
        musts = {topic.pk for topic in self.booking.musts.all()}
        wanted = [topic for topic in Topic.objects.active() if topic.is_core or topic.pk in musts]
        return [(topic, offer) for topic in wanted if topic.pk not in given]

    @property
    def has_run(self) -> bool:
        """Whether the agreed day is over."""
        return self.booking.ends_at is not None and self.booking.ends_at <= self.now


# ---- what the parts say of themselves, in the desk's words


def still_asked(offer: Offer) -> list[Engagement]:
    """The places of an offer that hold a speaker's time."""
    return [engagement for engagement in offer.engagements.all() if engagement.state in LIVE_ENGAGEMENTS]


def last_call(contact: Contact) -> CallBack | None:
    """The newest call-back; call-backs come newest first."""
    return next(iter(contact.call_backs.all()), None)


def call_stands(case: Case, contact: Contact) -> bool:
    """Whether a call-back covers a release now, told from rows already read; the service asks the database itself."""
    venue = getattr(case.booking, "venue", None)
    since = venue.needs_call_since if venue else None
    return contact.verified_at is not None and any(
        call.outcome == CallBack.Outcome.IS_WHO_THEY_SAY
        and call.email_then == contact.email
        and (since is None or call.at >= since)
        for call in contact.call_backs.all()
    )


def say_wishes(booking: Booking) -> str:
    """When they would like it, shortly: "January, February, Tuesdays"."""
    months = [f"{month:%B}" for month in booking.months[:MONTHS_SAID]]
    days = [f"{WEEKDAYS[number]}s" for number in booking.weekdays if number < len(WEEKDAYS)]
    return ", ".join(months + (days if len(days) < len(WEEKDAYS) - 2 else []))


def say_next_day(booking: Booking, first_offered: dt.datetime | None) -> str:
    """The agreed day, else the first day that is offered, else what they asked for; nothing once it is over."""
    if booking.starts_at:
        return say_short_date(booking.starts_at)
    if not booking.is_open:
        return "—"
    return say_short_date(first_offered) if first_offered else say_wishes(booking) or "—"


def say_length(booking: Booking) -> str:
    return booking.format.name if booking.format else LENGTH_OPEN


def team_words(offer: Offer) -> str:
    """What the speakers of an offer have said so far: "2 have said yes, 1 is silent"."""
    states = [engagement.state for engagement in offer.engagements.all()]
    return say_answers(
        said_yes=states.count(EngagementState.ACCEPTED),
        silent=states.count(EngagementState.ASKED),
        said_no=states.count(EngagementState.DECLINED),
    )


def say_answers(*, said_yes: int, silent: int, said_no: int) -> str:
    """The same from three numbers."""
    counts = [
        (said_yes, "has said yes", "have said yes"),
        (silent, "is silent", "are silent"),
        (said_no, "has said no", "have said no"),
    ]
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)


def steps(case: Case) -> list[tuple[str, str, str]]:
    """Where the booking stands: (class, words, date or condition), in order."""
    booking = case.booking
    confirmed = min((c.mailbox_confirmed_at for c in case.contacts if c.mailbox_confirmed_at), default=None)
    rung = min((c.verified_at for c in case.live_contacts if c.verified_at), default=None)
    offered = min((offer.made_at for offer in case.offers), default=None)
    reached = _rank(booking.status)
    day = say_short_date(booking.starts_at) if booking.starts_at else ""
    rows: list[tuple[bool, str, str, str]] = [
        (True, "They asked", _done(booking.created_at), ""),
        (
            confirmed is not None or rung is not None,
            "Mailbox confirmed",
            _done(confirmed or rung),
            "By an e-mailed code, or by telephone",
        ),
        (rung is not None or reached > 0, "We rang them back", _done(rung), "Before any date is offered"),
        (reached >= 1 and bool(offered), "Dates offered", _done(offered), "With speakers held"),
        (
            reached >= 2,
            "Confirmed",
            f"For {day}" if day else "",
            "When the agency and all speakers have said yes",
        ),
        (reached >= 3, "Agenda issued", "Done", "Three weeks before the day"),
        (
            reached >= 4,
            "The day",
            f"Was on {day}" if day else "",
            f"On {day}" if day else "",
        ),
    ]
    if booking.status in (BookingStatus.DECLINED, BookingStatus.CANCELLED):
        done = [("is-done", words, when) for is_done, words, when, _ in rows if is_done and when]
        return [*done, ("is-now", booking.get_status_display(), "Nothing more happens")]
    found_now = False
    out = []
    for is_done, words, when, condition in rows:
        if is_done:
            out.append(("is-done", words, when))
        elif not found_now:
            found_now = True
            out.append(("is-now", words, f"Now. {condition}" if condition else "Now"))
        else:
            out.append(("is-next", words, condition))
    return out


def _done(moment: dt.datetime | None) -> str:
    return f"Done, {say_short_date(moment)}" if moment else "Done"


def _rank(status: str) -> int:
    order = [
        {BookingStatus.REQUESTED, BookingStatus.WAITING_LIST},
        {BookingStatus.OFFERED},
        {BookingStatus.CONFIRMED},
        {BookingStatus.READY},
        {BookingStatus.DELIVERED, BookingStatus.CLOSED},
    ]
    return next((rank for rank, group in enumerate(order) if status in group), 0)
