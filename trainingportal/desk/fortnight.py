"""Fourteen days ahead: agreed sessions, and offers that end."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from django.utils import timezone

from bookings.models import Booking, Offer
from bookings.states import AGREED_BOOKINGS, LIVE_OFFERS, BookingStatus
from places.clock import local, say_time
from places.nations import Nation
from places.working_days import is_working_day
from trainingportal.desk.case import say_length
from trainingportal.desk.queue import MOST_ROWS

FORTNIGHT = 14


@dataclass(frozen=True)
class Day:
    """One of the fourteen."""

    title: str
    is_on: bool
    lines: list[str]
    nothing: str = "nothing planned"


def fortnight(today: dt.date) -> list[Day]:
    """What stands in the next fourteen days: agreed sessions and offers that end. Two queries."""
    start = timezone.make_aware(dt.datetime.combine(today, dt.time.min))
    end = timezone.make_aware(dt.datetime.combine(today + dt.timedelta(days=FORTNIGHT), dt.time.min))
    sessions = (
        Booking.objects.filter(starts_at__gte=start, starts_at__lt=end, status__in=AGREED_BOOKINGS)
        .select_related("format", "region")
        .order_by("starts_at")[:MOST_ROWS]
    )
    endings = (
        Offer.objects.filter(
            expires_at__gte=start,
            expires_at__lt=end,
            state__in=LIVE_OFFERS,
            booking__status=BookingStatus.OFFERED,
        )
        .select_related("booking")
        .order_by("expires_at")[:MOST_ROWS]
    )
    on: dict[dt.date, list[Booking]] = {
        day: list(rows)
        for day, rows in groupby(sessions, key=lambda each: local(each.starts_at).date())  # type: ignore[arg-type]
    }
    ends: dict[dt.date, list[Offer]] = {
        day: list(rows) for day, rows in groupby(endings, key=lambda each: local(each.expires_at).date())
    }
    return [_day(today + dt.timedelta(days=ahead), today, on, ends) for ahead in range(FORTNIGHT)]


def _day(
    day: dt.date, today: dt.date, on: dict[dt.date, list[Booking]], ends: dict[dt.date, list[Offer]]
) -> Day:
    lines: list[str] = []
    for booking in on.get(day, []):
        where = "online" if booking.place == "online" else booking.region.name if booking.region else ""
        lines += [
            booking.reference,
            ", ".join(part for part in (say_length(booking), where) if part),
            booking.get_status_display().lower(),
        ]
    endings = [
        f"Offer to {offer.booking.reference} ends {say_time(offer.expires_at)}" for offer in ends.get(day, [])
    ]
    lines += dict.fromkeys(endings)
    title = f"{day:%a} {day.day}" + (f" {day:%b}" if day == today or day.day == 1 else "")
    weekend = day.weekday() > 4
    return Day(
        title=f"{title} · today" if day == today else title,
        is_on=day in on,
        lines=lines,
        nothing="weekend"
        if weekend
        else "nothing planned"
        if is_working_day(day, Nation.ENGLAND_WALES)
        else "bank holiday",
    )
