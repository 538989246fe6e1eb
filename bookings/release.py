"""Who may see when, where and who: the only door to a session's date, venue and names.

Every page, mail, PDF, calendar file, export and search result asks here, and gets a view that holds nothing above the
tier of the one who asks. The tiers are those of the domain: T0 anyone, T1 a confirmed mailbox, T2 a contact whom we have
rung back, T3 a contact released for this booking and a speaker who has accepted, T4 a coordinator.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from bookings.models import (
    Booking,
    CallBack,
    Contact,
    DeskSettings,
    DetailRead,
    Engagement,
    Offer,
    Place,
    Venue,
)
from bookings.states import LIVE_ENGAGEMENTS, NOT_YET_AGREED, BookingStatus, EngagementState, OfferState
from bookings.words import say_names
from places import outcodes

TEAM_WORDS = "A team of our trainers"
SOMEBODY_OF_OURS = "A colleague"
ASKED_NOT_ANSWERED = "Another speaker"


class Tier(IntEnum):
    """How much of a session somebody may know."""

    T0 = 0
    T1 = 1
    T2 = 2
    T3 = 3
    T4 = 4


@dataclass(frozen=True)
class VenueSeen:
    """The venue, for those who may know it; ``is_unchecked`` when nobody has rung the agency about it yet."""

    name: str
    address: str
    postcode: str
    room: str
    parking: str
    arrival: str
    access: str
    vetting: str
    contact_name: str
    contact_telephone: str
    quiet_room: str = ""
    support_name: str = ""
    support_telephone: str = ""
    online_link: str = ""
    is_unchecked: bool = False


@dataclass(frozen=True)
class SpeakerSeen:
    """A speaker of the session, for those who may know who comes."""

    name: str
    organisation: str
    role: str
    topics: tuple[str, ...]
    is_lead: bool
    has_accepted: bool
    speaker_id: int


@dataclass(frozen=True)
class OfferSeen:
    """A dated proposal as a verified contact sees it: the same whichever team is held."""

    number: int
    state: OfferState
    starts_at: dt.datetime
    ends_at: dt.datetime
    expires_at: dt.datetime
    has_run_out: bool
    answered_at: dt.datetime | None = None
    team: str = TEAM_WORDS


@dataclass(frozen=True)
class SessionSeen:
    """What one viewer may know of one booking's session. Fields above the tier are empty."""

    tier: Tier
    reference: str
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    team: str = ""
    offers: tuple[OfferSeen, ...] = ()
    speakers: tuple[SpeakerSeen, ...] = ()
    venue: VenueSeen | None = None
    detail_closed_at: dt.datetime | None = field(default=None)

    @property
    def shows_detail(self) -> bool:
        """Whether names and place are open to whoever this was read for."""
        return self.tier >= Tier.T3


# ---- which tier


def detail_closes_at(booking: Booking, settings: DeskSettings) -> dt.datetime | None:
    """When names and venue close again after the day; ``None`` while no day is agreed."""
    if booking.ends_at is None:
        return None
    return booking.ends_at + dt.timedelta(days=settings.detail_closes_after_days)


def detail_is_open(booking: Booking, settings: DeskSettings, now: dt.datetime | None = None) -> bool:
    """Whether T3 detail may be shown to anybody below the desk: a day is agreed, not cancelled, not long past."""
    closes_at = detail_closes_at(booking, settings)
    agreed = booking.status in (
        BookingStatus.CONFIRMED,
        BookingStatus.READY,
        BookingStatus.DELIVERED,
        BookingStatus.CLOSED,
    )
    return agreed and closes_at is not None and (now or timezone.now()) < closes_at


def tier_of_contact(contact: Contact, booking: Booking, settings: DeskSettings) -> Tier:
    """The tier of one contact for their own booking."""
    if contact.revoked_at is not None or contact.mailbox_confirmed_at is None:
        return Tier.T0
    if contact.verified_at is None:
        return Tier.T1
    if contact.released_at is None or not detail_is_open(booking, settings):
        return Tier.T2
    return Tier.T3


def tier_of_speaker(engagement: Engagement, *, second_factor: bool, settings: DeskSettings) -> Tier:
    """The tier of one speaker for one place in a session.

    Accepting opens the detail once the session is agreed, and only in a session with a second factor. An invited or
    stood-down speaker stays at T1 of what was asked of them (date, region, format, topics, travel; see
    ``seen_by_speaker``). Whoever left the programme sees nothing.
    """
    if engagement.speaker.left_on is not None:
        return Tier.T0
    if engagement.state != EngagementState.ACCEPTED:
        return Tier.T1
    booking = engagement.offer.booking
    if engagement.offer.state != OfferState.ACCEPTED or not detail_is_open(booking, settings):
        return Tier.T2
    return Tier.T3 if second_factor else Tier.T2


def name_of_actor(name: str, tier: Tier) -> str:
    """Who did something to a session (issued, saved, wrote, set aside), for a reader at ``tier``.

    Whoever works on a session mostly gives it, so their name is who comes: it opens and closes with the detail.
    """
    return name if tier >= Tier.T3 else SOMEBODY_OF_OURS


def team_words_are_open(booking: Booking, tier: Tier, *, second_factor: bool) -> bool:
    """Whether what the team writes to one another (comments, notes for the run sheet, reasons) may be read.

    Such words may name anybody and any place, so they open and close with the detail. Until a day is agreed, those of
    the team who have shown a second factor read what they write.
    """
    return tier >= Tier.T3 or (second_factor and booking.status in NOT_YET_AGREED)


# ---- what is seen at it


def seen_by_contact(contact: Contact, *, page: str | None = None) -> SessionSeen:
    """What a contact may know: of the speakers only those who said yes. With ``page``, a read of T3 detail is logged."""
    booking = contact.booking
    settings = DeskSettings.kept()
    tier = tier_of_contact(contact, booking, settings)
    if tier < Tier.T2:
        return SessionSeen(tier=tier, reference=booking.reference)
    log = (contact.user, page) if tier == Tier.T3 and page else None
    return _session(booking, tier, settings, only_accepted=True, log=log)


def seen_by_speaker(engagement: Engagement, *, second_factor: bool, page: str | None = None) -> SessionSeen:
    """What a speaker may know of a session they are asked for: always its date; names and venue at T3.

    Whoever is asked as well and has not answered is "another speaker" of their partner, without a name or a part.
    """
    booking = engagement.offer.booking
    settings = DeskSettings.kept()
    tier = tier_of_speaker(engagement, second_factor=second_factor, settings=settings)
    if tier == Tier.T0:
        return SessionSeen(tier=tier, reference=booking.reference)
    if tier < Tier.T3:
        return SessionSeen(
            tier=tier,
            reference=booking.reference,
            starts_at=engagement.offer.starts_at,
            ends_at=engagement.offer.ends_at,
        )
    reader = engagement.speaker.user
    seen = _session(booking, tier, settings, log=(reader, page) if page and reader is not None else None)
    return replace(seen, speakers=tuple(map(_unnamed_until_yes, seen.speakers)))


def _unnamed_until_yes(speaker: SpeakerSeen) -> SpeakerSeen:
    """Whoever is asked and has not answered is nobody in particular to the other speakers: they may yet say no."""
    return speaker if speaker.has_accepted else replace(speaker, name=ASKED_NOT_ANSWERED, role="", topics=())


def others_asked(engagement: Engagement) -> str:
    """Who else is asked for the same session, as an invited speaker may know it: how many from which partner, no name."""
    partners = list(
        Engagement.objects.filter(offer=engagement.offer_id, state__in=LIVE_ENGAGEMENTS)
        .exclude(speaker=engagement.speaker_id)
        .order_by("speaker__organisation__rank", "speaker__organisation__name")
        .values_list("speaker__organisation__short_name", flat=True)
    )
    return say_names([f"{partners.count(name)} from {name}" for name in dict.fromkeys(partners)])


def stand_ins(booking: Booking) -> dict[str, str]:
    """For readers at T3: whoever stood on an earlier paper and no longer comes, and who comes instead ("" for nobody yet)."""
    engagements = Engagement.objects.filter(offer__booking=booking).select_related("speaker")
    places = {
        place.pk: place for place in engagements.only("state", "instead_of", "speaker__name").order_by("pk")
    }
    coming = {place.speaker.name for place in places.values() if place.state == EngagementState.ACCEPTED}
    found: dict[str, str] = {}
    for place in places.values():
        name = place.speaker.name
        if name not in coming:
            found.setdefault(name, "")
        if place.state == EngagementState.ACCEPTED:
            before = place.instead_of_id
            while before is not None:
                earlier = places[before]
                if earlier.speaker.name not in coming:
                    found[earlier.speaker.name] = name
                before = earlier.instead_of_id
    return found


def seen_by_desk(booking: Booking, reader: User, *, page: str | None = None) -> SessionSeen:
    """What a coordinator may know: everything. The caller has checked the right; with ``page`` the read is logged."""
    return _session(booking, Tier.T4, DeskSettings.kept(), log=(reader, page) if page else None)


def seen_for_papers(booking: Booking, tier: Tier) -> SessionSeen:
    """What a document or a mail for readers of ``tier`` may hold: of the speakers only those who said yes.

    Nothing is logged, nobody is looking yet.
    """
    return _session(booking, tier, DeskSettings.kept(), only_accepted=True)


def _session(
    booking: Booking,
    tier: Tier,
    settings: DeskSettings,
    *,
    only_accepted: bool = False,
    log: tuple[User, str] | None = None,
) -> SessionSeen:
    """Read what a tier holds, and nothing above it: below T3 the database is not even asked for names and place.

    ``log`` names who reads on which page; the read is noted first, once an hour.
    """
    if tier < Tier.T2:
        return SessionSeen(tier=tier, reference=booking.reference)
    shows_detail = tier >= Tier.T3
    if log is not None:
        log_read(booking, log[0], page=log[1])
    now = timezone.now()
    states = [EngagementState.ACCEPTED] if only_accepted else LIVE_ENGAGEMENTS
    return SessionSeen(
        tier=tier,
        reference=booking.reference,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        team=TEAM_WORDS,
        offers=tuple(
            OfferSeen(
                number=offer.number,
                state=OfferState(offer.state),
                starts_at=offer.starts_at,
                ends_at=offer.ends_at,
                expires_at=offer.expires_at,
                has_run_out=offer.expires_at <= now,
                answered_at=offer.answered_at,
            )
            for offer in Offer.objects.filter(booking=booking.pk).order_by("number")
        ),
        speakers=_speakers(booking, states) if shows_detail else (),
        venue=_venue(booking) if shows_detail else None,
        detail_closed_at=detail_closes_at(booking, settings) if shows_detail else None,
    )


def _speakers(booking: Booking, states: Iterable[EngagementState]) -> tuple[SpeakerSeen, ...]:
    titles = Engagement.topics.through.objects.filter(engagement=OuterRef("pk")).order_by(
        "-topic__is_core", "topic__rank", "topic__title"
    )
    engagements = (
        Engagement.objects.filter(
            offer__booking=booking.pk, offer__state=OfferState.ACCEPTED, state__in=list(states)
        )
        .annotate(topic_titles=ArraySubquery(titles.values("topic__title")))
        .select_related("speaker__organisation")
        .order_by("speaker__organisation__rank", "speaker__rank", "speaker__name")
    )
    return tuple(
        SpeakerSeen(
            name=engagement.speaker.name,
            organisation=engagement.speaker.organisation.short_name,
            role=engagement.speaker.role,
            topics=tuple(engagement.topic_titles),
            is_lead=engagement.speaker_id == booking.lead_id,
            has_accepted=engagement.state == EngagementState.ACCEPTED,
            speaker_id=engagement.speaker_id,
        )
        for engagement in engagements
    )


def _venue(booking: Booking) -> VenueSeen | None:
    is_unchecked = ExpressionWrapper(_nobody_has_rung(), BooleanField())
    row = (
        Venue.objects.filter(booking=booking.pk)
        .annotate(is_unchecked=is_unchecked)
        .values(*HOST_TELLS, "is_unchecked")
        .first()
    )
    return VenueSeen(**row) if row is not None else None


def place_is_unchecked(booking: Booking) -> bool:
    """Whether the place changed, or came from the agency itself, and nobody rang them about it since."""
    return Venue.objects.filter(_nobody_has_rung(), booking=booking).exists()


def _nobody_has_rung() -> Q:
    rung_since = CallBack.objects.filter(
        contact__booking=OuterRef("booking"),
        outcome=CallBack.Outcome.IS_WHO_THEY_SAY,
        at__gte=OuterRef("needs_call_since"),
    )
    return Q(needs_call_since__isnull=False) & Q(~Exists(rung_since))


HOST_TELLS = (
    "name", "address", "postcode", "room", "parking", "arrival", "access", "vetting", "contact_name",
    "contact_telephone", "quiet_room", "support_name", "support_telephone", "online_link",
)  # fmt: skip
"""What the host tells us of where and how: the fields of ``Venue`` that people write."""


@dataclass(frozen=True)
class HostTold:
    """Which of our questions the host has answered, and when last; nothing of what the answers say."""

    at: dt.datetime
    given: frozenset[str]


def host_told(booking: Booking) -> HostTold | None:
    """What the host has answered, or ``None``: says that it is known, and nothing of where it is."""
    has = {f"has_{name}": ExpressionWrapper(~Q(**{name: ""}), BooleanField()) for name in HOST_TELLS}
    row = Venue.objects.filter(booking=booking.pk).annotate(**has).values("updated_at", *has).first()
    if row is None:
        return None
    return HostTold(row["updated_at"], frozenset(name for name in HOST_TELLS if row[f"has_{name}"]))


def venue_as_told(contact: Contact, *, page: str) -> dict[str, str]:
    """What this contact wrote of the venue themselves, to fill their form again; nothing once somebody else changed it.

    The caller has checked the tier (T2). The read is logged like any of names and venue.
    """
    row = (
        Venue.objects.filter(booking=contact.booking_id, told_by=contact.user_id).values(*HOST_TELLS).first()
    )
    if row is None:
        return {}
    log_read(contact.booking, contact.user, page=page)
    return {name: str(row[name]) for name in HOST_TELLS}


def district_named_since(booking: Booking) -> str:
    """The district of a venue that is not where the session was asked for, as an invited speaker may know it by region and
    journey; empty where there is none. The rest of the address is T3.
    """
    postcode = Venue.objects.filter(booking=booking.pk).values_list("postcode", flat=True).first()
    found = outcodes.find(postcode) if postcode and booking.place != Place.ONLINE else None
    return found.outcode if found is not None and found.outcode != booking.outcode else ""


def log_read(booking: Booking, user: User, *, page: str) -> None:
    """Note that ``user`` looked at names and venue; once an hour per page is enough."""
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    reads = DetailRead.objects.filter(booking=booking.pk, user=user, page=page)
    if not reads.filter(at__gt=hour_ago).exists():
        DetailRead.objects.create(booking=booking, user=user, page=page)


def log_reads(bookings: Iterable[Booking], user: User, *, page: str) -> None:
    """The same for a page that shows several sessions at once, in two queries."""
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    keys = {booking.pk for booking in bookings}
    lately = DetailRead.objects.filter(booking__in=keys, user=user, page=page, at__gt=hour_ago)
    unread = keys - set(lately.values_list("booking_id", flat=True))
    DetailRead.objects.bulk_create(DetailRead(booking_id=key, user=user, page=page) for key in sorted(unread))


# ---- may an offer or a release be made


def call_back_covers_offer(contact: Contact) -> bool:
    """Whether a call-back stands for this contact, their present mailbox and the place that is asked for."""
    if contact.verified_at is None or contact.revoked_at is not None:
        return False
    calls = contact.call_backs.filter(outcome="is_who_they_say", email_then=contact.email)
    since = contact.booking.asks_for_call_since
    return (calls.filter(at__gte=since) if since is not None else calls).exists()


def call_back_covers_release(contact: Contact) -> bool:
    """The same, and newer than the last change of the venue."""
    if not call_back_covers_offer(contact):
        return False
    venue = Venue.objects.filter(booking_id=contact.booking_id).first()
    if venue is None or venue.needs_call_since is None:
        return True
    return contact.call_backs.filter(
        outcome="is_who_they_say", email_then=contact.email, at__gte=venue.needs_call_since
    ).exists()
