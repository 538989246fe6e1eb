"""An act run to see what it does: for a look ahead in a savepoint that is taken back, or for good."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from psycopg2.errors import LockNotAvailable

from bookings.effects.comparing import compare
from bookings.effects.effect import Effects
from bookings.effects.reading import read
from bookings.models import Booking
from outbox.queue import watching

Result = TypeVar("Result")

PATIENCE = "100ms"
"""How long a look ahead stands at a lock: as long as an act takes that is just ending, and no longer."""


class Busy(Exception):
    """Somebody else is changing the same thing just now, so nobody can say what this act would do."""

    def __init__(self) -> None:
        super().__init__("Somebody else is changing this booking. Try again in a moment.")


@contextmanager
def taken_back() -> Iterator[None]:
    """Run the block in a savepoint and take back all it wrote; what it wanted after the commit never happens.

    The setting of the lock goes with the savepoint.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        yield
        transaction.set_rollback(True)


def preview(act: Callable[[], object], *bookings: Booking) -> Effects:
    """What this act would do to these bookings: the real service runs, is read, and is taken back.

    Nothing of it stays: no row, no mail, no line in the audit trail, no bell. Raises ``Busy`` instead of waiting for a
    lock, and whatever the act itself raises.
    """
    try:
        with taken_back():
            return _run(act, bookings)[1]
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy from None
        raise


def recording(act: Callable[[], Result], *bookings: Booking) -> tuple[Result, Effects]:
    """Do it, and tell what was done, by the same reader as the look ahead.

    The mails are exactly those of this act. What somebody else changed in the same instant, before the act's own lock,
    could be told along with it.
    """
    with transaction.atomic():
        return _run(act, bookings)


def _run(act: Callable[[], Result], bookings: Sequence[Booking]) -> tuple[Result, Effects]:
    before = [read(booking.pk) for booking in bookings]
    with watching() as queued:
        result = act()
    after = [read(booking.pk) for booking in bookings]
    return result, compare(before, after, queued)
