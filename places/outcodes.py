"""Where an outcode is: the first half of a postcode, such as CW7, found in a table we ship and nowhere else.

Looking a place up on the network would tell somebody else where the speakers will be.
"""

import functools
import re
from dataclasses import dataclass

from places.nations import Nation
from places.tables import read

_WHOLE_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)[0-9][A-Z]{2}")
_PART_OF_POSTCODE = re.compile(r"(\S+)\s+[0-9][A-Z]?")
LONGEST = 40
# real, and nowhere that we can plan a journey to: forces overseas, Gibraltar, banks, the overseas territories
_ELSEWHERE = re.compile(
    r"(BFPO)[0-9]{0,4}|(BF1|GX11|BX[1-9]|ASCN|BBND|BIQQ|FIQQ|PCRN|SIQQ|STHL|TDCU|TKCA)(?:[0-9][A-Z]{2})?"
)
_BY_PREFIX = re.compile(r"([A-Z]{2})[1-9][0-9]?")


@dataclass(frozen=True)
class Outcode:
    """One postcode district: the mean place of its postcodes, in WGS84 degrees.

    ``spread_km`` is 0 where the district's own place is known. Where we know only the middle of its region
    (Northern Ireland, the Isle of Man, Jersey, Guernsey) it says how far from there a place may well be.
    ``local_authority`` and ``force_slug`` are empty where we do not know one.
    """

    outcode: str
    lat: float
    lon: float
    nation: Nation
    region: str
    local_authority: str
    force_slug: str
    spread_km: int = 0


def find(text: str) -> Outcode | None:
    """Find the district that an outcode or a whole postcode names, however it is spaced, or None.

    "CW7", "cw7 2ua", "CW72UA" and "CW7 2" all give CW7.
    """
    if len(text) > LONGEST:
        return None
    text = text.upper()
    compact = re.sub(r"[^A-Z0-9]", "", text)
    if whole := _WHOLE_POSTCODE.fullmatch(compact):
        return _look_up(whole[1])
    part = _PART_OF_POSTCODE.fullmatch(text.strip())
    return (_look_up(part[1]) if part else None) or _look_up(compact)


def is_outcode(text: str) -> bool:
    """Say whether this is an outcode that exists, alone: the first half of a postcode and no more."""
    compact = re.sub(r"\s", "", text.upper())
    return bool(compact) and district_in(compact) == compact


def district_in(text: str) -> str:
    """Give the outcode to keep for what somebody typed; nothing where none is real.

    Some are real and ``find`` knows no place for them, such as BFPO: journeys there are unknown, and a person has to ask.
    """
    if found := find(text):
        return found.outcode
    if len(text) > LONGEST:
        return ""
    elsewhere = _ELSEWHERE.fullmatch(re.sub(r"[^A-Z0-9]", "", text.upper()))
    return (elsewhere[1] or elsewhere[2]) if elsewhere else ""


def _look_up(outcode: str) -> Outcode | None:
    if found := _table().get(outcode):
        return found
    match = _BY_PREFIX.fullmatch(outcode)
    row = _prefixes().get(match[1]) if match else None
    if row is None:
        return None
    return Outcode(
        outcode=outcode,
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        nation=_nations()[row["region"]],
        region=row["region"],
        local_authority="",
        force_slug=row["force"],
        spread_km=int(row["spread_km"]),
    )


@functools.cache
def _table() -> dict[str, Outcode]:
    authorities = {row["code"]: row for row in read("local_authorities.csv")}
    nations = _nations()
    return {
        row["outcode"]: Outcode(
            outcode=row["outcode"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            nation=nations[row["region"]],
            region=row["region"],
            local_authority=authorities[row["local_authority"]]["name"],
            force_slug=authorities[row["local_authority"]]["force"],
        )
        for row in read("outcodes.csv")
    }


@functools.cache
def _prefixes() -> dict[str, dict[str, str]]:
    return {row["prefix"]: row for row in read("prefixes.csv")}


@functools.cache
def _nations() -> dict[str, Nation]:
    return {row["name"]: Nation(row["nation"]) for row in read("regions.csv")}
