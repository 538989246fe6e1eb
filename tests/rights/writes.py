"""What was written to the database, table by table, since this transaction began."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from bookings.effects import running


def _all() -> Counter[str]:
    """How many rows of each table were inserted, updated or deleted so far, also where it was taken back since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, n from (select relname, pg_stat_get_xact_tuples_inserted(oid)"
            " + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid) as n"
            " from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace) as counted where n > 0"
        )
        return Counter(dict(cursor.fetchall()))


def _counts() -> Counter[str]:
    return _all() - _TRIED


_TRIED: Counter[str] = Counter()
"""What looks ahead wrote and took back. That nothing of it stays is a test of its own: tests/bookings/test_effects.py."""


@contextmanager
def looks_ahead_aside() -> Iterator[None]:
    """Leave out of every ledger what a look ahead writes inside its savepoint."""
    taken_back = running.taken_back

    @contextmanager
    def counted() -> Iterator[None]:
        before = _all()
        try:
            with taken_back():
                yield
        finally:
            _TRIED.update(_all() - before)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "taken_back", counted)
        yield


class Ledger:
    """Tells which tables were written to since it was last asked.

    PostgreSQL counts the rows itself, so nothing hides: not the same value written again, nor a row made and deleted.
    """

    def __init__(self) -> None:
        self._seen = _counts()

    def news(self) -> set[str]:
        """The tables that something was written to since this ledger was opened, or last asked."""
        before, self._seen = self._seen, _counts()
        return set(self._seen - before)
