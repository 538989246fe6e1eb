"""The files are read back by hand, line by line, so that a fault of the library that wrote them would show."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from outbox.calendar import session_ics

UTC = dt.UTC
LONDON = ZoneInfo("Europe/London")
SESSION: dict[str, Any] = {
    "uid": "wt-7k3q@portal.example",
    "sequence": 2,
    "method": "REQUEST",
    "stamp": dt.datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    "starts_at": dt.datetime(2027, 1, 19, 9, 15, tzinfo=UTC),
    "ends_at": dt.datetime(2027, 1, 19, 16, 15, tzinfo=UTC),
    "summary": "Training WT-7K3Q",
    "description": "Your page has the details.",
    "location": "",
    "organizer": "The training desk <desk@portal.example>",
    "attendee": "officer@agency.example",
}
CANCELLED = {"method": "CANCEL", "cancelled": True, "sequence": 3}


def ics(**changes: Any) -> bytes:
    return session_ics(**{**SESSION, **changes})


def event_lines(content: bytes) -> dict[str, str]:
    """Unfold the one VEVENT into {name and parameters: value}."""
    text = content.decode("utf-8").replace("\r\n ", "")
    (event,) = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT\r\n", text, flags=re.DOTALL)
    pairs = [re.match(r'((?:[^":]|"[^"]*")*):(.*)', line) for line in event.split("\r\n") if line]
    return {pair[1]: pair[2] for pair in pairs if pair}


def test_the_event_holds_these_lines_and_no_others():
    assert event_lines(ics()) == {
        "UID": "wt-7k3q@portal.example",
        "SEQUENCE": "2",
        "DTSTAMP": "20261122T120000Z",
        "DTSTART;TZID=Europe/London": "20270119T091500",
        "DTEND;TZID=Europe/London": "20270119T161500",
        "SUMMARY": "Training WT-7K3Q",
        "DESCRIPTION": "Your page has the details.",
        'ORGANIZER;CN="The training desk"': "mailto:desk@portal.example",
        "ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=FALSE": "mailto:officer@agency.example",
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "CLASS": "PRIVATE",
    }


def test_the_file_is_a_request_with_london_as_its_only_zone():
    content = ics()

    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert content.count(b"METHOD:REQUEST\r\n") == 1
    assert re.findall(rb"TZID:(.*)\r\n", content) == [b"Europe/London"]
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_the_same_arguments_give_the_same_bytes():
    assert ics() == ics()


def test_a_cancellation_keeps_the_uid_and_frees_the_time():
    content = ics(**CANCELLED)
    lines = event_lines(content)

    assert content.count(b"METHOD:CANCEL\r\n") == 1
    assert lines["UID"] == event_lines(ics())["UID"]
    assert (lines["SEQUENCE"], lines["STATUS"], lines["TRANSP"]) == ("3", "CANCELLED", "TRANSPARENT")


def test_a_venue_is_in_the_file_only_when_it_is_given():
    assert "LOCATION" not in event_lines(ics(location=""))
    assert event_lines(ics(location="Moor House, 1 Fen Lane"))["LOCATION"] == r"Moor House\, 1 Fen Lane"


def test_an_organizer_may_be_an_address_alone():
    assert event_lines(ics(organizer="desk@portal.example"))["ORGANIZER"] == "mailto:desk@portal.example"


def test_words_cannot_smuggle_a_line_into_the_event():
    lines = event_lines(
        ics(summary="WT-7K3Q\r\nLOCATION:Moor House", description="a\nATTENDEE:mailto:x@y.example")
    )

    assert "LOCATION" not in lines
    assert [name for name in lines if name.startswith("ATTENDEE")] == [
        "ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=FALSE"
    ]


# The clock goes forward on 28 March 2027 and back on 31 October 2027, both at 1am UTC.
@pytest.mark.parametrize(
    ("utc", "london"),
    [
        ("2027-03-26 09:15", "20270326T091500"),  # the Friday before: winter time
        ("2027-03-28 00:59", "20270328T005900"),
        ("2027-03-28 01:00", "20270328T020000"),
        ("2027-03-29 08:15", "20270329T091500"),  # the Monday after: summer time
        ("2027-10-29 08:15", "20271029T091500"),
        ("2027-10-31 00:59", "20271031T015900"),
        ("2027-11-01 09:15", "20271101T091500"),
    ],
)
def test_times_are_london_times_in_both_clock_change_weeks(utc: str, london: str):
    starts_at = dt.datetime.fromisoformat(utc).replace(tzinfo=UTC)

    content = ics(starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=7))

    assert event_lines(content)["DTSTART;TZID=Europe/London"] == london


@pytest.mark.parametrize(
    ("wall_clock", "offset_hours"),
    [
        (dt.datetime(2027, 3, 28, 0, 30), 0),
        (dt.datetime(2027, 3, 28, 9, 15), 1),
        (dt.datetime(2027, 10, 31, 0, 30), 1),
        (dt.datetime(2027, 10, 31, 9, 15), 0),
        (dt.datetime(2027, 7, 1, 9, 15), 1),
        (dt.datetime(2027, 12, 1, 9, 15), 0),
    ],
)
def test_the_zone_in_the_file_says_when_summer_is(wall_clock: dt.datetime, offset_hours: int):
    """A calendar programme that trusts the file's own rules reads the same time as one that knows London."""
    calendar = icalendar.Calendar.from_ical(ics())
    (zone,) = calendar.walk("VTIMEZONE")
    assert isinstance(zone, icalendar.Timezone)

    offset = zone.to_tz(lookup_tzid=False).utcoffset(wall_clock)

    assert offset == dt.timedelta(hours=offset_hours)


@given(
    start=st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2037, 12, 31), timezones=st.just(UTC)),
    minutes=st.integers(1, 600),
)
def test_reading_the_file_gives_the_moments_that_were_written(start: dt.datetime, minutes: int):
    start = start.replace(second=0, microsecond=0)
    end = start + dt.timedelta(minutes=minutes)
    # an iCalendar time cannot tell the two hours of an autumn night apart
    assume(not start.astimezone(LONDON).fold and not end.astimezone(LONDON).fold)

    (event,) = icalendar.Calendar.from_ical(ics(starts_at=start, ends_at=end)).walk("VEVENT")

    assert event.decoded("dtstart").astimezone(UTC) == start
    assert event.decoded("dtend").astimezone(UTC) == end


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_at": dt.datetime(2027, 1, 19, 9, 15)},
        {"ends_at": dt.datetime(2027, 1, 19, 16, 15)},
        {"stamp": dt.datetime(2026, 11, 22)},
        {"ends_at": SESSION["starts_at"]},
        {"method": "CANCEL"},
        {"cancelled": True},
    ],
)
def test_a_wrong_event_is_refused(changes: dict[str, Any]):
    with pytest.raises(ValueError, match=r"zone|ends after|CANCEL"):
        ics(**changes)
