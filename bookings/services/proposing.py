"""Dates are offered: up to three to one agency at once, each with the right speakers held, or none of them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings import mail
from bookings.models import Booking, Contact, DeskSettings, Engagement, Offer
from bookings.release import call_back_covers_offer
from bookings.services.limits import mind_limits
from bookings.services.moves import doing, move, settle
from bookings.services.offers import check_team, lock_with_expired_holds
from bookings.services.places import check_may_be_asked, default_expiry, hold_for
from bookings.states import BookingStatus, InvalidMove, OfferState
from courses.models import Topic
from speakers.models import Speaker
from speakers.services import lock_speakers

MOST_DATES = 3
"""An agency never holds more of the speakers' days than this."""


class NotVerified(InvalidMove):
    """No offer is sent before the call-back."""


@dataclass(frozen=True)
class Proposal:
    """One date with its team: speaker key → topics asked of them.

    ``expires_at`` is the desk's usual time when None; ``set_aside_because`` says why a speaker's limit is gone past.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime
    team: Mapping[int, Sequence[Topic]]
    lead: Speaker
    expires_at: dt.datetime | None = None
    set_aside_because: str = ""


@transaction.atomic
def make_offers(booking_id: int, *, proposals: Sequence[Proposal], actor: User) -> list[Offer]:
    """Offer dates, hold the team of each, and write one mail to the agency; accepting one frees the others.

    Bookings and speakers of all the dates are locked before the first is written, in the order of their keys. Raises
    ``NotVerified`` before the call-back, ``BadTeam`` when a team cannot give its date, ``LimitTouched`` when that goes
    past a speaker's limit without a reason, ``SpeakerBusy`` when the database refuses a hold, ``InvalidMove`` when the
    booking is past offering, there would be more than three open dates, or one has passed. Nothing is then held.
    """
    everyone = {key for each in proposals for key in each.team}
    booking = lock_with_expired_holds(booking_id, list(everyone))
    _check_may_offer(booking, len(proposals))
    with doing("make offer", actor):
        speakers = lock_speakers(everyone)
        held = [_hold(booking, each, speakers, actor=actor) for each in proposals]
        booking.owner = booking.owner or actor
        if booking.status != BookingStatus.OFFERED:
            move(booking, BookingStatus.OFFERED, "owner")
        settle(booking)
        mail.offers([offer for offer, _ in held])
        mail.invitations(place for _, places in held for place in places)
    return [offer for offer, _ in held]


def make_offer(
    booking_id: int,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    team: Mapping[int, Sequence[Topic]],
    lead: Speaker,
    expires_at: dt.datetime | None = None,
    set_aside_because: str = "",
    actor: User,
) -> Offer:
    """Offer one date; everything else as in ``make_offers``."""
    proposal = Proposal(starts_at, ends_at, team, lead, expires_at, set_aside_because)
    [offer] = make_offers(booking_id, proposals=[proposal], actor=actor)
    return offer


def _check_may_offer(booking: Booking, more: int) -> None:
    if booking.status not in (BookingStatus.REQUESTED, BookingStatus.WAITING_LIST, BookingStatus.OFFERED):
        raise InvalidMove(
            f"{booking.reference} is “{booking.get_status_display().lower()}”: no offer can be made."
        )
    if booking.offers.filter(state=OfferState.ACCEPTED).exists():
        raise InvalidMove("The agency has accepted an offer already. Withdraw it first.")
    open_dates = booking.offers.filter(state=OfferState.OPEN).count()
    if open_dates + more > MOST_DATES:
        raise InvalidMove(
            f"An agency is offered up to {MOST_DATES} dates at a time, and {open_dates} are open."
            " Withdraw one first."
        )
    if not any(call_back_covers_offer(contact) for contact in Contact.objects.filter(booking=booking)):
        raise NotVerified("No offer is sent before the call-back. Record it first.")


def _hold(
    booking: Booking, proposal: Proposal, speakers: Mapping[int, Speaker], *, actor: User
) -> tuple[Offer, list[Engagement]]:
    """Write one date down and hold its team, the speakers being locked. Tells nobody."""
    now = timezone.now()
    if proposal.starts_at <= now:
        raise InvalidMove("The session has to be in the future.")
    expires_at = proposal.expires_at or min(default_expiry(booking), proposal.starts_at)
    if not now < expires_at <= proposal.starts_at:
        raise InvalidMove("The hold has to end after now and before the session.")
    team = {speakers[key]: proposal.team[key] for key in sorted(proposal.team)}
    check_team(list(team), proposal.lead)
    check_may_be_asked(booking, team)
    offer = Offer.objects.create(
        booking=booking,
        number=booking.offers.count() + 1,
        starts_at=proposal.starts_at,
        ends_at=proposal.ends_at,
        lead=proposal.lead,
        expires_at=expires_at,
        made_by=actor,
    )
    mind_limits(offer, team, together=len(team), set_aside_because=proposal.set_aside_because, actor=actor)
    settings = DeskSettings.current()
    return offer, [hold_for(offer, speaker, topics, settings) for speaker, topics in team.items()]
