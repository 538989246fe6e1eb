"""The options of one booking: 40 speakers with full diaries, 120 dates, teams of up to four, read and ranked."""

import datetime as dt
from itertools import cycle

from django.db import transaction
from django.utils import timezone

from bench.inside.paper import cpu_ms
from bookings.models import Booking
from bookings.options.gather import HORIZON, gather
from bookings.options.ranking import find_options
from courses.models import Topic
from places.clock import LONDON
from speakers.models import DiaryEntry, Expertise, Organisation, Speaker

SPEAKERS = 40
HOMES = ("CW7", "NE1", "YO1", "LE8", "CF10", "EH1", "PL1", "BT1")


def look(rounds: str) -> dict[str, float]:
    """The least CPU milliseconds of several rounds, and how many dates were looked at. Leaves no row behind."""
    with transaction.atomic():
        booking = _booking()
        speakers = _speakers()
        question = gather(booking, speakers)
        spent = [cpu_ms(lambda: find_options(gather(booking, speakers))) for _ in range(int(rounds))]
        transaction.set_rollback(True)
    if len(question.days) != HORIZON or len(question.people) != SPEAKERS:
        raise RuntimeError("The options were not asked for as many dates and people as the figure says.")
    return {"ms": min(spent)}


def _booking() -> Booking:
    """A demo booking that asks for any weekday and five topics beside those always given."""
    booking = Booking.objects.exclude(outcode="").order_by("pk").first()
    if booking is None:
        raise RuntimeError("The demo has no booking on site.")
    booking.months, booking.weekdays = [], []
    booking.musts.set(Topic.objects.active().filter(is_core=False, given_by_host=False)[:5])
    return booking


def _speakers() -> list[Speaker]:
    """Forty people, four topics each, with a session every week or so and days away between."""
    organisation = Organisation.objects.order_by("pk").first()
    assert organisation is not None
    topics = list(Topic.objects.active().filter(given_by_host=False))
    made = []
    for number, home in zip(range(SPEAKERS), cycle(HOMES), strict=False):
        speaker = Speaker.objects.create(
            slug=f"bench-{number}",
            name=f"Bench {number}",
            organisation=organisation,
            home_outcode=home,
            is_family=number % 5 == 0,
            invented=True,
            most_sessions_a_month=3,
            days_between_accounts=14,
            diary_seen_at=timezone.now() if number % 3 else None,
        )
        Expertise.objects.bulk_create(
            Expertise(speaker=speaker, topic=topics[(number * 3 + step * step) % len(topics)])
            for step in range(4)
            if (number * 3 + step * step) % len(topics)
            not in {(number * 3 + each * each) % len(topics) for each in range(step)}
        )
        DiaryEntry.objects.bulk_create(_diary(speaker, number))
        made.append(speaker)
    return list(
        Speaker.objects.filter(pk__in=[each.pk for each in made]).order_by("pk").prefetch_related("expertise")
    )


def _diary(speaker: Speaker, number: int) -> list[DiaryEntry]:
    today = timezone.localdate()
    entries = []
    for week in range(26):
        day = today + dt.timedelta(days=7 * week + number % 7)
        begin = dt.datetime.combine(day, dt.time(7), tzinfo=LONDON)
        kind = DiaryEntry.Kind.ENGAGEMENT if week % 2 else DiaryEntry.Kind.ABSENCE
        entries.append(DiaryEntry(speaker=speaker, kind=kind, busy=(begin, begin + dt.timedelta(hours=11))))
    return entries
