"""Who is in the room where the agency ticked nobody: one answer, for the options and for the composer."""

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


def usual_slug(booking: Booking) -> str:
    """The audience, by slug, that we plan for where none was ticked."""
    return USUAL.get(Agency.Kind(booking.agency.kind), MIXED)


def default_audience(booking: Booking) -> Audience | None:
    """Whom we plan for where no audience was ticked: those whom such an agency usually sends. One query."""
    usual = usual_slug(booking)
    found = {each.slug: each for each in Audience.objects.filter(slug__in=[usual, MIXED])}
    return found.get(usual) or found.get(MIXED)


def audience_keys(booking: Booking) -> list[int]:
    """The audiences that a day is planned for, by key: those ticked, or the usual one."""
    ticked = list(booking.audience_shares.values_list("audience_id", flat=True))
    if ticked:
        return ticked
    usual = default_audience(booking)
    return [usual.pk] if usual is not None else []
