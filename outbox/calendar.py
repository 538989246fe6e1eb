"""Calendars as we write them, for a mail (one event, one attendee) and for a feed (events, nobody invited): one builder.

Times are in London, with the rules that say what London is.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vDuration, vText

LONDON = ZoneInfo("Europe/London")
READ_AGAIN = timedelta(hours=1)

# Written as rules, the only form that every calendar programme reads.
LONDON_RULES = """\
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19810329T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
"""


def session_event(
    *,
    uid: str,
    sequence: int,
    stamp: datetime,
    starts_at: datetime,
    ends_at: datetime,
    summary: str,
    description: str = "",
    location: str = "",
    status: Literal["CONFIRMED", "TENTATIVE", "CANCELLED"] = "CONFIRMED",
) -> Event:
    """One session as an event. ``sequence`` has to grow with everything of it that a calendar shows.

    Empty ``description`` and ``location`` are left out. Raises ValueError for a moment without a zone, and for an end
    that is not after its start.
    """
    if any(moment.tzinfo is None for moment in (stamp, starts_at, ends_at)):
        raise ValueError("every moment needs a time zone")
    if ends_at <= starts_at:
        raise ValueError("a session ends after it starts")
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", starts_at.astimezone(LONDON))
    event.add("dtend", ends_at.astimezone(LONDON))
    event.add("summary", summary)
    if description:
        event.add("description", description)
    if location:
        event.add("location", location)
    event.add("status", status)
    event.add("transp", "TRANSPARENT" if status == "CANCELLED" else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def calendar_of(
    events: Iterable[Event], *, method: Literal["REQUEST", "CANCEL", "PUBLISH"], name: str = ""
) -> bytes:
    """A whole calendar. One that is published has a ``name``, and says that it is worth reading again every hour."""
    calendar = Calendar()
    calendar.add("prodid", "-//Working Together Against Stalking//Training portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if method == "PUBLISH":
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", READ_AGAIN, parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", vDuration(READ_AGAIN).to_ical().decode())
    calendar.add_component(Timezone.from_ical(LONDON_RULES))
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical()


def session_ics(
    *,
    uid: str,
    sequence: int,
    method: Literal["REQUEST", "CANCEL"],
    stamp: datetime,
    starts_at: datetime,
    ends_at: datetime,
    summary: str,
    description: str,
    location: str,
    organizer: str,
    attendee: str,
    cancelled: bool = False,
    tentative: bool = False,
) -> bytes:
    """One event as an iTIP file; the same ``uid`` with a higher ``sequence`` replaces an earlier one.

    ``organizer`` may be "Name <address>"; ``attendee`` is an address. Nobody is asked to answer it.
    ``tentative`` marks a time that is not agreed yet. Empty ``description`` and ``location`` are left out.
    Send it as ``text/calendar; method=<method>``.
    The same arguments give the same bytes. ``summary`` shows on lock screens: give the reference, nothing else.

    Raises ValueError for a moment without a zone, an end that is not after its start, and a method that does
    not fit ``cancelled``: each would put a wrong event, or a second one, into somebody's calendar.
    """
    if cancelled != (method == "CANCEL"):
        raise ValueError("a cancelled session goes out as CANCEL, and nothing else does")
    event = session_event(
        uid=uid,
        sequence=sequence,
        stamp=stamp,
        starts_at=starts_at,
        ends_at=ends_at,
        summary=summary,
        description=description,
        location=location,
        status="CANCELLED" if cancelled else "TENTATIVE" if tentative else "CONFIRMED",
    )
    name, address = parseaddr(organizer)
    by = vCalAddress(f"mailto:{address}")
    if name:
        by.params["CN"] = vText(name)
    to = vCalAddress(f"mailto:{attendee}")
    to.params["ROLE"] = vText("REQ-PARTICIPANT")
    to.params["RSVP"] = vText("FALSE")
    event.add("organizer", by, encode=False)
    event.add("attendee", to, encode=False)
    return calendar_of([event], method=method)
