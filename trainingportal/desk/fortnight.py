"""Fourteen days ahead: agreed sessions, and offers that end."""

import datetime as dt
from dataclasses import dataclass, field

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from bookings.states import AGREED_BOOKINGS, LIVE_OFFERS, BookingStatus
from places.clock import say_time
from places.nations import Nation
from places.working_days import is_working_day
from trainingportal.desk.case import LENGTH_OPEN

FORTNIGHT = 14
A_DAY = 3
"""So many sessions of a day are named, and so many offers that end."""


@dataclass(frozen=True)
class Day:
    """One of the fourteen. ``more`` leads to its week in the diary where more sessions are agreed than are named."""

    title: str
    is_on: bool
    lines: list[str]
    nothing: str = "nothing planned"
    more: str = ""


@dataclass
class _Found:
    """What was read of one day."""

    sessions: list[list[str]] = field(default_factory=list)
    endings: list[str] = field(default_factory=list)


# Each day reads no further than it shows, along an index in the order of time.
_SESSIONS_AND_ENDINGS = """
SELECT day.number, true, session.starts_at, session.reference, session.status, session.place, format.name, region.name
FROM unnest(%(begins)s, %(ends)s) WITH ORDINALITY AS day (begins, ends, number)
CROSS JOIN LATERAL (
    SELECT * FROM bookings_booking WHERE starts_at >= day.begins AND starts_at < day.ends AND status = ANY(%(agreed)s)
    ORDER BY starts_at LIMIT %(most)s) AS session
LEFT JOIN courses_format AS format ON format.id = session.format_id
LEFT JOIN places_region AS region ON region.id = session.region_id
UNION ALL
SELECT day.number, false, ending.expires_at, ending.reference, '', '', '', ''
FROM unnest(%(begins)s, %(ends)s) WITH ORDINALITY AS day (begins, ends, number)
CROSS JOIN LATERAL (
    SELECT DISTINCT offer.expires_at, booking.reference FROM bookings_offer AS offer
    JOIN bookings_booking AS booking ON booking.id = offer.booking_id
    WHERE offer.expires_at >= day.begins AND offer.expires_at < day.ends AND offer.state = ANY(%(live)s)
        AND booking.status = %(offered)s
    ORDER BY offer.expires_at, booking.reference LIMIT %(most)s) AS ending
ORDER BY 1, 2 DESC, 3, 4
"""


def fortnight(today: dt.date, *, with_diary: bool) -> list[Day]:
    """What stands in the next fourteen days: agreed sessions and offers that end, the first of each day. One query.

    ``with_diary`` leads on to the diary, for those who may read it.
    """
    days = [today + dt.timedelta(days=ahead) for ahead in range(FORTNIGHT)]
    found = _read(days)
    return [_day(day, today, found[day], with_diary=with_diary) for day in days]


def _read(days: list[dt.date]) -> dict[dt.date, _Found]:
    """What is planned on each day, one more than is named where there is more."""
    begins = [
        timezone.make_aware(dt.datetime.combine(day, dt.time.min))
        for day in (*days, days[-1] + dt.timedelta(days=1))
    ]
    found = {day: _Found() for day in days}
    with connection.cursor() as cursor:
        cursor.execute(
            _SESSIONS_AND_ENDINGS,
            {
                "begins": begins[:-1],
                "ends": begins[1:],
                "agreed": [status.value for status in AGREED_BOOKINGS],
                "live": [state.value for state in LIVE_OFFERS],
                "offered": BookingStatus.OFFERED.value,
                "most": A_DAY + 1,
            },
        )
        for number, is_session, moment, reference, status, place, length, region in cursor.fetchall():
            here = found[days[number - 1]]
            if is_session:
                where = "online" if place == "online" else region
                what = ", ".join(part for part in (length or LENGTH_OPEN, where) if part)
                here.sessions.append([reference, what, BookingStatus(status).label.lower()])
            else:
                here.endings.append(f"Offer to {reference} ends {say_time(moment)}")
    return found


def _day(day: dt.date, today: dt.date, found: _Found, *, with_diary: bool) -> Day:
    title = f"{day:%a} {day.day}" + (f" {day:%b}" if day == today or day.day == 1 else "")
    weekend = day.weekday() > 4
    lines = [line for session in found.sessions[:A_DAY] for line in session]
    lines += dict.fromkeys(found.endings[:A_DAY])
    if len(found.endings) > A_DAY:
        lines.append("More offers end")
    has_more = len(found.sessions) > A_DAY
    if has_more and not with_diary:
        lines.append("More sessions")
    return Day(
        title=f"{title} · today" if day == today else title,
        is_on=bool(found.sessions),
        lines=lines,
        nothing="weekend"
        if weekend
        else "nothing planned"
        if is_working_day(day, Nation.ENGLAND_WALES)
        else "bank holiday",
        more=f"{reverse('desk:diary')}?week={day.isoformat()}" if has_more and with_diary else "",
    )
