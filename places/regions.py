"""The regions by name, read once a minute in each process."""

from django.core.cache import caches

from places.models import Region

KEPT_SECONDS = 60
KEY = "places:regions"


def named(name: str) -> Region | None:
    """The region of this name, to point at: its crossing allowance may be a minute old."""
    regions: dict[str, Region] | None = caches["local"].get(KEY)
    if regions is None:
        regions = {region.name: region for region in Region.objects.all()}
        caches["local"].set(KEY, regions, KEPT_SECONDS)
    return regions.get(name)
