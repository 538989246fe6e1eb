"""Time zones as calendar programmes name them. A zone is taken by its name only, never by rules that a file brings."""

import re
import unicodedata
from functools import cache
from zoneinfo import available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

LONGEST_NAME = 100
OTHER_WORDS = {"z": "UTC", "coordinated universal time": "UTC", "tzone://microsoft/utc": "UTC"}


@cache
def _known() -> dict[str, str]:
    """Every name that we understand, in lower case, and the zone it stands for."""
    windows = {name.lower(): zone for name, zone in WINDOWS_TO_OLSON.items()}
    return windows | OTHER_WORDS | {name.lower(): name for name in available_timezones()}


def zone_named(words: str) -> str | None:
    """The zone that these words stand for, by its name in the time zone database; ``None`` where nobody can tell.

    Understood: "Europe/London", "/example.org/20210101_1/Europe/London", "GMT Standard Time", the same with a number or
    a bracket behind it as Exchange writes it ("GMT Standard Time 1"), and "(UTC+00:00) Dublin, Edinburgh, London".
    """
    name = unicodedata.normalize("NFKC", words[:LONGEST_NAME]).strip().strip('"').strip().lower()
    known = _known()
    if name in known:
        return known[name]
    parts = name.strip("/").split("/")
    for count in (3, 2):
        if zone := known.get("/".join(parts[-count:])):
            return zone
    if zone := known.get(re.sub(r"[ _-]*(?:\d+|\(.*\))$", "", name)):
        return zone
    if name.startswith("(utc") or name.startswith("(gmt"):
        places = re.split(r"[,)]", name)
        if "london" in (place.strip() for place in places):
            return "Europe/London"
    return None
