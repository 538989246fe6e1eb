"""Up to three dates offered to one agency at once: all of them held, or none."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from bookings.models import Offer
from bookings.services.offers import lock_with_expired_holds, make_offer
from bookings.states import InvalidMove, OfferState
from courses.models import Topic
from speakers.models import Speaker
from speakers.services import lock_speakers

MOST_DATES = 3
"""An agency never holds more of the speakers' days than this."""


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
    """Offer dates, each with its own team held; accepting one frees the others in the same transaction.

    Bookings and speakers of all the dates are locked before the first is written, in the order of their keys. Raises
    ``InvalidMove`` when there would be more than three open dates, and what ``make_offer`` raises; nothing is then held.
    """
    everyone = {key for each in proposals for key in each.team}
    booking = lock_with_expired_holds(booking_id, list(everyone))
    open_dates = booking.offers.filter(state=OfferState.OPEN).count()
    if open_dates + len(proposals) > MOST_DATES:
        raise InvalidMove(
            f"An agency is offered up to {MOST_DATES} dates at a time, and {open_dates} are open."
            " Withdraw one first."
        )
    lock_speakers(everyone)
    return [
        make_offer(
            booking_id,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            team=each.team,
            lead=each.lead,
            expires_at=each.expires_at,
            set_aside_because=each.set_aside_because,
            actor=actor,
        )
        for each in proposals
    ]
