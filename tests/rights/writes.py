"""What was written to the database, table by table, since this transaction began."""

from collections import Counter

from django.db import connection


def writes() -> Counter[str]:
    """How many rows of each table were inserted, updated or deleted so far, also where it was taken back since.

    PostgreSQL counts them itself, so nothing hides: not the same value written again, nor a row made and deleted.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_xact_user_tables"
            " where n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return Counter(dict(cursor.fetchall()))


def written_since(before: Counter[str]) -> set[str]:
    """The tables that something was written to since."""
    return set(writes() - before)
