"""A speaker's own calendar read in, and a feed of their sessions given out: everything that changes either."""

import datetime as dt
import hashlib
import logging
import secrets
import time
from collections.abc import Sequence
from typing import Any

import pghistory
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from accounts.models import User
from accounts.resealing import Resealed
from accounts.sealing import SealBrokenError, is_fresh, opens, seal, unseal
from places.clock import LONDON
from speakers.busy_times import BusyTimes, Stretch, TooLong, Unreadable, busy_times, without
from speakers.fetch import Away, NotFound, Outside, Refused, TooLarge, checked, fetch
from speakers.models import CalendarFeed, DiaryEntry, OwnCalendar, Speaker
from speakers.services import lock_speakers

log = logging.getLogger(__name__)

EVERY = dt.timedelta(hours=1)
ROUND_SECONDS = 45
AHEAD = dt.timedelta(days=366)
TOKEN_BYTES = 32
MOST_ZONES = 5
PROBLEMS: dict[type[Exception], OwnCalendar.Problem] = {
    Refused: OwnCalendar.Problem.REFUSED,
    NotFound: OwnCalendar.Problem.NOT_FOUND,
    Away: OwnCalendar.Problem.AWAY,
    TooLarge: OwnCalendar.Problem.TOO_LARGE,
    TooLong: OwnCalendar.Problem.TOO_LARGE,
    Unreadable: OwnCalendar.Problem.UNREADABLE,
    SealBrokenError: OwnCalendar.Problem.NOT_FOUND,
    SoftTimeLimitExceeded: OwnCalendar.Problem.TOO_LARGE,
}


# ---- busy times of their own calendar


def tidy_address(typed: str) -> str:
    """An address as calendar programmes give it, made one that we fetch. Raises ``Refused`` for any other."""
    address = typed.strip()
    if address.lower().startswith(("webcal://", "webcals://")):
        address = f"https://{address.partition('://')[2]}"
    checked(address, Outside(hosts=settings.CALENDAR_HOSTS))
    return address


@transaction.atomic
def read_from(speaker: Speaker, *, address: str, actor: User) -> OwnCalendar:
    """Read busy times from this address from now on, in place of any other. Raises ``Refused``.

    The address opens the calendar to whoever has it, so it is kept sealed and never shown again in full.
    """
    address = tidy_address(address)
    stop_reading(speaker, actor=actor)
    host = checked(address, Outside(hosts=settings.CALENDAR_HOSTS)).hostname or ""
    with pghistory.context(actor=actor.pk, verb="read own calendar"):
        return OwnCalendar.objects.create(speaker=speaker, sealed_address=seal(address), host=host)


@transaction.atomic
def stop_reading(speaker: Speaker, *, actor: User | None) -> None:
    """Forget the address and every time that was read from it."""
    lock_speakers([speaker.pk])
    with pghistory.context(actor=actor.pk if actor else None, verb="stop reading own calendar"):
        OwnCalendar.objects.filter(speaker=speaker).delete()
        speaker.diary.filter(kind=DiaryEntry.Kind.OWN).delete()


@transaction.atomic
def read_unknown_zones_as_london(speaker: Speaker, *, actor: User) -> None:
    """Take entries whose time zone we do not know for London's from now on, as their owner said; read anew at once."""
    lock_speakers([speaker.pk])
    with pghistory.context(actor=actor.pk, verb="read unknown time zones as London"):
        OwnCalendar.objects.filter(speaker=speaker).update(
            unknown_is_london=True, unknown_zones=[], next_read_at=timezone.now(), read_on=None
        )


def reseal_addresses() -> Resealed:
    """Seal under the present key the addresses that an older key sealed. Safe to stop and run again."""
    changed = broken = 0
    for pk in OwnCalendar.objects.values_list("pk", flat=True):
        with transaction.atomic():
            calendar = OwnCalendar.objects.select_for_update().filter(pk=pk).first()
            if calendar is None or is_fresh(calendar.sealed_address):
                continue
            try:
                calendar.sealed_address = seal(unseal(calendar.sealed_address))
            except SealBrokenError:
                log.error(
                    "The address of a speaker's calendar cannot be opened with any of our keys: row %s", pk
                )
                broken += 1
                continue  # its page says that it cannot be read any more
            calendar.save(update_fields=["sealed_address"])
            changed += 1
    return Resealed(changed, broken)


def count_broken_addresses() -> int:
    """How many addresses no key of ours opens. One query; reads only."""
    return sum(not opens(sealed) for sealed in OwnCalendar.objects.values_list("sealed_address", flat=True))


def read_due_calendars(*, outside: Outside | None = None) -> int:
    """Read every calendar whose hour has come, one at a time; gives back how many. Those who left are forgotten.

    Each is put off by an hour before it is read: one that kills its worker is not met again at once. What is not
    begun within 45 seconds waits for the next round.
    """
    ends_at = time.monotonic() + ROUND_SECONDS
    for speaker in Speaker.objects.filter(left_on__isnull=False, own_calendar__isnull=False):
        stop_reading(speaker, actor=None)
    count = 0
    while time.monotonic() < ends_at and (calendar := _take_next()):
        read_calendar(calendar, outside=outside)
        count += 1
    return count


@transaction.atomic
def _take_next() -> OwnCalendar | None:
    now = timezone.now()
    calendar = (
        OwnCalendar.objects.select_for_update(skip_locked=True)
        .filter(next_read_at__lte=now)
        .order_by("next_read_at")
        .first()
    )
    if calendar is not None:
        calendar.next_read_at = now + EVERY
        calendar.save(update_fields=["next_read_at"])
    return calendar


def read_calendar(calendar: OwnCalendar, *, outside: Outside | None = None) -> None:
    """Fetch one calendar and keep when its owner is busy in the year ahead, or which trouble there was.

    What stood before a trouble stays: yesterday's times are better than none. Fetching holds no lock.
    """
    start = timezone.now()
    today = timezone.localdate()
    # a new day moves the year ahead by one, so an unchanged calendar is then read all the same
    is_same_day = calendar.read_on == today
    try:
        answer = fetch(
            unseal(calendar.sealed_address),
            etag=calendar.etag if is_same_day else "",
            last_modified=calendar.last_modified if is_same_day else "",
            outside=outside,
        )
        busy = None
        if answer.body is not None:
            busy = busy_times(
                answer.body,
                start=_midnight(today),
                end=_midnight(today) + AHEAD,
                unknown_is_london=calendar.unknown_is_london,
            )
    except tuple(PROBLEMS) as trouble:
        problem = next(word for kind, word in PROBLEMS.items() if isinstance(trouble, kind))
        log.info("an own calendar could not be read: %s", problem)
        OwnCalendar.objects.filter(pk=calendar.pk).update(problem=problem)
        return
    _keep(calendar, busy, etag=answer.etag, last_modified=answer.last_modified, at=start)


@transaction.atomic
def _keep(
    calendar: OwnCalendar, busy: BusyTimes | None, *, etag: str, last_modified: str, at: dt.datetime
) -> None:
    """Write what was read, unless the address was changed or taken away meanwhile."""
    speaker = lock_speakers([calendar.speaker_id])[calendar.speaker_id]
    values: dict[str, Any] = {"read_at": at, "problem": ""}
    if busy is not None:
        values |= {"etag": etag, "last_modified": last_modified, "read_on": timezone.localdate(at)}
        values |= {"left_out": busy.left_out, "unknown_zones": list(busy.unknown_zones[:MOST_ZONES])}
    if OwnCalendar.objects.filter(pk=calendar.pk).update(**values) and busy is not None:
        _set_own_times(speaker, busy.stretches)


def _set_own_times(speaker: Speaker, stretches: Sequence[Stretch]) -> None:
    """Make the diary's times of their own calendar these, touching only what changed; the speaker is locked.

    A session of ours goes first: their calendar holds it too, and the database would refuse both.
    """
    sessions = speaker.diary.filter(
        kind=DiaryEntry.Kind.ENGAGEMENT, busy__endswith__gt=timezone.now() - EVERY
    ).values_list("busy", flat=True)
    wanted = set(without(stretches, [_both_ends(busy) for busy in sessions]))
    stands = {_both_ends(entry.busy): entry.pk for entry in speaker.diary.filter(kind=DiaryEntry.Kind.OWN)}
    speaker.diary.filter(pk__in=[key for stretch, key in stands.items() if stretch not in wanted]).delete()
    DiaryEntry.objects.bulk_create(
        DiaryEntry(speaker=speaker, kind=DiaryEntry.Kind.OWN, busy=DateTimeTZRange(*stretch, "[)"))
        for stretch in sorted(wanted - set(stands))
    )


def _both_ends(busy: DateTimeTZRange) -> Stretch:
    assert busy.lower is not None and busy.upper is not None  # noqa: PT018 - the table keeps both ends
    return busy.lower, busy.upper


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=LONDON)


# ---- the feed


def hash_of(token: str) -> str:
    """What is kept of a feed's token. It is 32 random bytes, so one round of SHA-256 hides it for good."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_feed(speaker: Speaker, *, with_detail: bool, actor: User) -> str:
    """Make a new private address, in place of any before it; gives back its token, which nobody can read again."""
    lock_speakers([speaker.pk])
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with pghistory.context(actor=actor.pk, verb="make calendar feed"):
        CalendarFeed.objects.filter(speaker=speaker).delete()
        CalendarFeed.objects.create(speaker=speaker, token_hash=hash_of(token), with_detail=with_detail)
    return token


@transaction.atomic
def end_feed(speaker: Speaker, *, actor: User) -> None:
    """Close the private address at once; programmes that still ask find nothing."""
    with pghistory.context(actor=actor.pk, verb="end calendar feed"):
        CalendarFeed.objects.filter(speaker=speaker).delete()


def feed_of(token: str) -> CalendarFeed | None:
    """The feed behind a token; none once its owner left the programme or may no longer sign in."""
    return (
        CalendarFeed.objects.filter(
            token_hash=hash_of(token), speaker__left_on__isnull=True, speaker__user__is_active=True
        )
        .select_related("speaker__user")
        .first()
    )


def may_show_detail(feed: CalendarFeed) -> bool:
    """Whether a feed that was made for place and people still may show them.

    It was made with a second factor; after that factor's reset the choice has to be made anew, with the new one.
    """
    user = feed.speaker.user
    reset_at = user.factor_reset_at if user is not None else None
    return feed.with_detail and (reset_at is None or reset_at < feed.made_at)
