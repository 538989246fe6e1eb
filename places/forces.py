"""Which force polices a district: the one whose area it lies in, or whichever took that area over by the day."""

import datetime as dt

from places import outcodes
from places.models import Force


def force_of(text: str, day: dt.date) -> Force | None:
    """Give the force of the district that an outcode or postcode names, as it stands on a day; None where we know none.

    A force that has ended leads to its successor, and that one to its own. One query, and one more for each merger.
    """
    district = outcodes.find(text)
    if district is None or not district.force_slug:
        return None
    force = Force.objects.filter(slug=district.force_slug).first()
    seen: set[int] = set()
    while force is not None and not force.stands_on(day) and force.pk not in seen:
        seen.add(force.pk)
        force = force.successor
    return force if force is not None and force.stands_on(day) else None
