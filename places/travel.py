"""How long the journey takes: an estimate from two outcodes, made without asking anybody outside."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from places import outcodes
from places.clock import say_minutes
from places.models import Region
from places.outcodes import Outcode

# A road in Britain is about this much longer than the straight line (published detour factors are 1.2 to 1.4).
ROAD_FACTOR = 1.3

# What a careful driver averages door to door, in traffic: (kilometres driven like this, kilometres an hour).
SPEEDS = ((10, 30), (40, 60), (100, 85), (math.inf, 95))

# The Highway Code, rule 91: at least 15 minutes' break for every two hours of driving.
DRIVE_MINUTES = 120
REST_MINUTES = 15

# Even next door one has to set out and park.
LEAST_MINUTES = 15

EARTH_KM = 6371.0


@dataclass(frozen=True)
class Travel:
    """One way, without set-up: minutes and kilometres by road in steps of 5, and what the figures rest on.

    Finer steps would say more about where somebody lives than anybody has to know.
    """

    minutes: int
    kilometres: int
    basis: str


def estimate(home: str, to: str, *, allowances: Mapping[str, int] | None = None) -> Travel | None:
    """Estimate the journey between two outcodes or postcodes; None where we do not know one of them.

    A journey between two regions adds the crossing allowance of both. ``allowances`` are those of
    ``crossing_allowances()``: give them when estimating for several people, so that they are read once.
    """
    start, end = outcodes.find(home), outcodes.find(to)
    if start is None or end is None:
        return None
    kilometres = ROAD_FACTOR * max(straight_line_km(start, end), start.spread_km, end.spread_km)
    crossing = 0
    if start.region != end.region:
        allowances = crossing_allowances() if allowances is None else allowances
        crossing = allowances.get(start.region, 0) + allowances.get(end.region, 0)
    minutes = max(LEAST_MINUTES, _drive_minutes(kilometres)) + crossing
    return Travel(
        minutes=5 * math.ceil(minutes / 5),
        kilometres=5 * max(1, round(kilometres / 5)),
        basis=_basis(start, end, crossing),
    )


def crossing_allowances() -> dict[str, int]:
    """Read every region's crossing allowance, in minutes by the region's name."""
    return dict(Region.objects.values_list("name", "allowance_minutes"))


def straight_line_km(start: Outcode, end: Outcode) -> float:
    """Give the great-circle distance between two districts in kilometres."""
    lat_a, lat_b = math.radians(start.lat), math.radians(end.lat)
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(end.lon - start.lon) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def _drive_minutes(kilometres: float) -> float:
    minutes, left = 0.0, kilometres
    for length, speed in SPEEDS:
        driven = min(left, length)
        minutes += driven / speed * 60
        left -= driven
    return minutes + REST_MINUTES * (minutes // DRIVE_MINUTES)


def _basis(start: Outcode, end: Outcode, crossing: int) -> str:
    words = "estimated from postcode districts"
    middles = sorted({place.region for place in (start, end) if place.spread_km})
    if middles:
        words += f", from the middle of {' and '.join(middles)}"
    if crossing:
        words += f", with {say_minutes(crossing)} for the crossing"
    return words
