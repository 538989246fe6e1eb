"""What a published calendar comes to: times in London, both clock changes right, and nothing that is free."""

import datetime as dt

import pytest

from places.clock import local
from speakers.busy_times import BusyTimes, TooLong, Unreadable, busy_times, without
from speakers.zones import zone_named
from tests.factories import at

START, END = at(0, day=1, month=3), at(0, day=1, month=12)

NEW_YORK = """BEGIN:VTIMEZONE
TZID:Eastern Standard Time
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def calendar(*events: str, before: str = "") -> bytes:
    inside = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//them//EN\n{before}{inside}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def event(*, uid: str = "1@them", start: str = "", end: str = "", **lines: str) -> str:
    said = [f"UID:{uid}", "DTSTAMP:20270101T000000Z", "SUMMARY:Counselling with Dr Secret"]
    said += [f"DTSTART{start}"] if start else []
    said += [f"DTEND{end}"] if end else []
    return "\n".join(said + [f"{name.replace('_', '-')}{value}" for name, value in lines.items()])


def every_day(series: int, *, since: str) -> bytes:
    return calendar(
        *[
            event(uid=f"{n}@them", start=f":{since}0301T100000Z", DURATION=":PT1H", RRULE=":FREQ=DAILY")
            for n in range(series)
        ]
    )


def read(content: bytes, *, start: dt.datetime = START, end: dt.datetime = END, **said: bool) -> BusyTimes:
    return busy_times(content, start=start, end=end, **said)


def clocks(content: bytes, *, start: dt.datetime = START, end: dt.datetime = END) -> list[str]:
    return [
        f"{local(begins):%d %b %H:%M} to {local(ends):%d %b %H:%M}"
        for begins, ends in read(content, start=start, end=end).stretches
    ]


def test_only_times_come_out():
    times = read(
        calendar(
            event(start=";TZID=Europe/London:20270309T100000", end=";TZID=Europe/London:20270309T113000")
        )
    )

    assert times == BusyTimes([(at(10), at(11, 30))], left_out=0, unknown_zones=())


@pytest.mark.parametrize(
    ("start", "until", "expected"),
    [
        (
            "20270321T100000",
            "20270404T235959Z",
            ["21 Mar 10:00 to 21 Mar 11:00", "28 Mar 10:00 to 28 Mar 11:00", "04 Apr 10:00 to 04 Apr 11:00"],
        ),
        (
            "20271024T100000",
            "20271107T235959Z",
            ["24 Oct 10:00 to 24 Oct 11:00", "31 Oct 10:00 to 31 Oct 11:00", "07 Nov 10:00 to 07 Nov 11:00"],
        ),
    ],
)
def test_every_week_keeps_its_time_through_both_clock_changes(start, until, expected):
    weekly = event(
        start=f";TZID=Europe/London:{start}",
        DURATION=":PT1H",
        RRULE=f":FREQ=WEEKLY;UNTIL={until}",
    )

    assert clocks(calendar(weekly)) == expected


def test_a_foreign_zone_by_its_windows_name_is_understood():
    meeting = event(
        start=";TZID=Eastern Standard Time:20270316T090000", end=";TZID=Eastern Standard Time:20270316T100000"
    )

    # New York went to summer time on 14 March, London goes on the 28th: four hours apart for two weeks
    assert clocks(calendar(meeting, before=NEW_YORK)) == ["16 Mar 13:00 to 16 Mar 14:00"]


@pytest.mark.parametrize(
    ("day", "after", "hours"), [("20270328", "20270329", 23), ("20271031", "20271101", 25)]
)
def test_a_whole_day_is_londons_day_also_when_the_clock_changes(day, after, hours):
    ((begins, ends),) = read(
        calendar(event(start=f";VALUE=DATE:{day}", end=f";VALUE=DATE:{after}"))
    ).stretches

    assert ends - begins == dt.timedelta(hours=hours)
    assert local(begins).time() == local(ends).time() == dt.time()


def test_a_day_without_an_end_is_one_day_and_a_clock_without_a_zone_is_londons():
    content = calendar(
        event(start=";VALUE=DATE:20270601"),
        event(uid="2@them", start=":20270603T090000", end=":20270603T100000"),
        event(uid="3@them", start=":20270604T090000Z", end=":20270604T100000Z"),
    )

    assert clocks(content) == [
        "01 Jun 00:00 to 02 Jun 00:00",
        "03 Jun 09:00 to 03 Jun 10:00",
        "04 Jun 10:00 to 04 Jun 11:00",
    ]


@pytest.mark.parametrize(
    "line",
    [
        {"TRANSP": ":TRANSPARENT"},
        {"STATUS": ":CANCELLED"},
        {"X_MICROSOFT_CDO_BUSYSTATUS": ":FREE"},
        {"X_MICROSOFT_CDO_BUSYSTATUS": ":WORKINGELSEWHERE"},
    ],
)
def test_what_is_marked_free_or_cancelled_is_not_busy(line):
    assert clocks(calendar(event(start=":20270309T100000Z", end=":20270309T110000Z", **line))) == []


def test_one_week_moved_and_one_left_out_of_a_series():
    content = calendar(
        event(
            start=";TZID=Europe/London:20270302T100000",
            DURATION=":PT1H",
            RRULE=":FREQ=WEEKLY;COUNT=4",
            EXDATE=";TZID=Europe/London:20270309T100000",
        ),
        event(
            start=";TZID=Europe/London:20270317T150000",
            DURATION=":PT1H",
            RECURRENCE_ID=";TZID=Europe/London:20270316T100000",
        ),
    )

    assert clocks(content) == [
        "02 Mar 10:00 to 02 Mar 11:00",
        "17 Mar 15:00 to 17 Mar 16:00",
        "23 Mar 10:00 to 23 Mar 11:00",
    ]


def test_a_session_that_we_sent_is_not_counted_twice():
    ours = event(uid="wt-abc234@workingtogether", start=":20270309T100000Z", end=":20270309T110000Z")

    assert clocks(calendar(ours)) == []


def test_an_endless_series_is_read_up_to_the_horizon_and_an_old_one_from_its_start_on():
    endless = calendar(event(start=":20200101T100000Z", DURATION=":PT1H", RRULE=":FREQ=DAILY"))

    assert len(read(endless, start=START, end=START + dt.timedelta(days=10)).stretches) == 10


def test_what_goes_past_both_ends_is_cut_and_what_touches_is_joined():
    content = calendar(
        event(start=":20270201T100000Z", end=":20270302T100000Z"),
        event(uid="2@them", start=":20270302T100000Z", end=":20270302T120000Z"),
    )

    assert read(content).stretches == [(START, at(12, day=2))]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Sign in</html>",
        b"\x00\xff\xfe",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n",
        every_day(1001, since="2020"),
        every_day(60, since="2027"),
    ],
)
def test_what_is_no_diary_is_said_to_be_unreadable(content):
    with pytest.raises(Unreadable):
        read(content)


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY", "FREQ=DAILY;BYMINUTE=1,2,3"]
)
def test_a_rule_that_repeats_within_a_day_is_left_out(rule):
    content = calendar(
        event(start=":20270301T100000Z", DURATION=":PT1S", RRULE=f":{rule}"),
        event(uid="2@them", start=":20270309T100000Z", end=":20270309T110000Z"),
    )

    assert clocks(content) == ["09 Mar 10:00 to 09 Mar 11:00"]


def test_what_is_left_around_a_session():
    day = [(at(8), at(18)), (at(19), at(20))]

    assert without(day, []) == day
    assert without(day, [(at(10), at(12)), (at(17), at(19, 30))]) == [
        (at(8), at(10)),
        (at(12), at(17)),
        (at(19, 30), at(20)),
    ]
    assert without(day, [(at(7), at(21))]) == []


# ---- odd entries: left out and counted, never the end of the calendar

GOOD = event(uid="good@them", start=":20270309T100000Z", end=":20270309T110000Z")
GOOD_TIME = ["09 Mar 10:00 to 09 Mar 11:00"]


@pytest.mark.parametrize(
    "odd",
    [
        event(start=";VALUE=DATE:20270310", end=":20270310T110000Z"),
        event(start=":20270310T100000Z", end=";VALUE=DATE:20270311"),
        event(start=":20270310T100000Z", end=":20270310T110000Z", DURATION=":PT1H"),
        event(end=":20270310T110000Z"),
        event(start=":soon", end=":20270310T110000Z"),
        event(start=":20270310T100000Z", end=":99999999T999999Z"),
        event(start=":20270310T100000Z", DURATION=":P9999999999W"),
        event(start=":20270310T100000Z", DURATION=":PT1H", RRULE=":FREQ=FORTNIGHTLY"),
        event(start=":20270310T100000Z", DURATION=":PT1H", RRULE=":BYDAY=MO"),
        event(start=":20270310T100000Z", DURATION=":PT1H", RRULE=":FREQ=DAILY;INTERVAL=0"),
        event(start=":soon", DURATION=":PT1H", RRULE=":FREQ=DAILY"),
    ],
)
def test_an_odd_entry_is_left_out_and_counted_and_the_others_are_read(odd):
    times = read(calendar(odd, GOOD))

    assert (clocks(calendar(odd, GOOD)), times.left_out) == (GOOD_TIME, 1)


def test_an_odd_entry_that_is_free_anyway_is_not_counted():
    odd = event(start=":soon", TRANSP=":TRANSPARENT")

    assert read(calendar(odd, GOOD)).left_out == 0


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Europe/London", "Europe/London"),
        ("europe/london", "Europe/London"),
        ("/freeassociation.sourceforge.net/Europe/London", "Europe/London"),
        ("/example.org/20210101_1/America/Argentina/Salta", "America/Argentina/Salta"),
        ("GMT Standard Time", "Europe/London"),
        ("GMT Standard Time 1", "Europe/London"),
        ("GMT Standard Time (1)", "Europe/London"),
        ("Eastern Standard Time 2", "America/New_York"),
        ("tzone://Microsoft/Utc", "UTC"),
        ('"(UTC+00:00) Dublin, Edinburgh, Lisbon, London"', "Europe/London"),
        ("(UTC+01:00) Amsterdam, Berlin", None),
        ("Customized Time Zone", None),
        ("", None),
        ("x" * 100_000, None),
    ],
)
def test_a_zone_is_known_by_its_name(words, zone):
    assert zone_named(words) == zone


def test_a_windows_zone_with_a_suffix_is_that_zone_and_not_londons():
    meeting = event(
        start=";TZID=Eastern Standard Time 1:20270316T090000",
        end=";TZID=Eastern Standard Time 1:20270316T100000",
    )

    assert clocks(calendar(meeting)) == ["16 Mar 13:00 to 16 Mar 14:00"]


@pytest.mark.parametrize("more", [{}, {"RRULE": ":FREQ=WEEKLY;COUNT=1"}])
def test_an_unknown_zone_is_asked_about_and_read_as_londons_only_where_its_owner_said_so(more):
    meeting = event(
        start=";TZID=Customized Time Zone:20270610T090000",
        end=";TZID=Customized Time Zone:20270610T100000",
        **more,
    )

    asks = read(calendar(meeting, GOOD))
    told = read(calendar(meeting, GOOD), unknown_is_london=True)

    assert asks == BusyTimes([(at(10), at(11))], left_out=1, unknown_zones=("Customized Time Zone",))
    assert told.stretches == [(at(10), at(11)), (at(9, day=10, month=6), at(10, day=10, month=6))]
    assert (told.left_out, told.unknown_zones) == (0, ())


def test_a_published_free_busy_list_is_read_and_its_free_times_are_not_busy():
    content = calendar(
        before="BEGIN:VFREEBUSY\nUID:fb@them\nDTSTART:20270301T000000Z\nDTEND:20270401T000000Z\n"
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20270309T100000Z/PT1H,20270310T100000Z/20270310T120000Z\n"
        "FREEBUSY;FBTYPE=FREE:20270311T100000Z/PT1H\n"
        "FREEBUSY:20270312T100000Z/PT30M\n"
        "END:VFREEBUSY\n"
    )

    assert clocks(content) == [
        "09 Mar 10:00 to 09 Mar 11:00",
        "10 Mar 10:00 to 10 Mar 12:00",
        "12 Mar 10:00 to 12 Mar 10:30",
    ]


# ---- files made to keep us counting

NEVER = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"


def bomb(count: int, **lines: str) -> list[str]:
    return [event(uid=f"bomb{n}@them", DURATION=":PT1H", **lines) for n in range(count)]


def test_a_rule_from_the_first_year_is_left_out_before_it_is_followed():
    times = read(calendar(*bomb(100, start=":00010101T100000Z", RRULE=":FREQ=DAILY"), GOOD))

    assert times == BusyTimes([(at(10), at(11))], left_out=100)


def test_a_rule_that_never_comes_to_a_day_is_given_up_and_the_others_are_read():
    times = read(calendar(event(start=":20270301T100000Z", RRULE=f":{NEVER}"), GOOD))

    assert times == BusyTimes([(at(10), at(11))], left_out=1)


def test_many_rules_that_never_come_to_a_day_end_the_reading(monkeypatch):
    monkeypatch.setattr("speakers.busy_times.MOST_SECONDS", 1.0)
    with pytest.raises(TooLong):
        read(calendar(*bomb(60, start=":20270301T100000Z", RRULE=f":{NEVER}"), GOOD))


def test_rules_of_a_time_zone_of_the_files_own_are_not_read():
    rules = "".join(
        f"BEGIN:STANDARD\nDTSTART:0001{n % 12 + 1:02}01T020000\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\n"
        f"RRULE:{NEVER}\nEND:STANDARD\n"
        for n in range(200)
    )
    zone = f"BEGIN:VTIMEZONE\nTZID:Eastern Standard Time\n{rules}END:VTIMEZONE\n"
    meeting = event(start=";TZID=Eastern Standard Time:20270316T090000", DURATION=":PT1H")

    assert clocks(calendar(meeting, before=zone)) == ["16 Mar 13:00 to 16 Mar 14:00"]


def test_a_birthday_from_long_ago_is_no_bomb():
    birthday = event(start=";VALUE=DATE:16040609", RRULE=":FREQ=YEARLY")

    assert clocks(calendar(birthday)) == ["09 Jun 00:00 to 10 Jun 00:00"]
