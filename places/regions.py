"""The regions by name, as this process keeps them."""

from places.keeping import keep
from places.models import Region


def named(name: str) -> Region | None:
    """The region of this name, to point at."""
    return keep("places:regions", _read).get(name)


def _read() -> dict[str, Region]:
    return {region.name: region for region in Region.objects.all()}
