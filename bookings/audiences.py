"""Who is in the room where the agency ticked nobody: one answer, for the options and for the composer."""

from collections.abc import Iterable

from bookings.models import Agency, Booking
from courses.models import Audience

USUAL = {
    Agency.Kind.POLICE: "front-line",
    Agency.Kind.NHS: "health",
    Agency.Kind.COUNCIL: "council-housing",
    Agency.Kind.UNIVERSITY: "university",
    Agency.Kind.CHARITY: "victim-services",
    Agency.Kind.JUSTICE: "prison-probation",
}
"""By slug, as the catalogue ships them; where a desk has none of that name, or for other agencies, a mixed audience."""

MIXED = "mixed"


def usual_among(audiences: Iterable[Audience], kind: str) -> Audience | None:
    """Whom an agency of this kind usually sends, of the audiences that there are."""
    found = {each.slug: each for each in audiences}
    return found.get(USUAL.get(Agency.Kind(kind), MIXED)) or found.get(MIXED)


def default_audience(booking: Booking) -> Audience | None:
    """Whom we plan for where no audience was ticked: those whom such an agency usually sends. One query."""
    return usual_among(Audience.objects.all(), booking.agency.kind)


def audience_keys(booking: Booking) -> list[int]:
    """The audiences that a day is planned for, by key: those ticked, or the usual one."""
    ticked = list(booking.audience_shares.values_list("audience_id", flat=True))
    if ticked:
        return ticked
    usual = default_audience(booking)
    return [usual.pk] if usual is not None else []
