import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from places.models import Region, ShippedRow
from places.shipped import ship

PATIENCE = 10  # seconds


def ship_moor() -> int | None:
    region = ship(Region, {"name": "Moor"}, {"nation": "ew", "allowance_minutes": 10})
    return region.pk if region else None


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_wait_for_each_other_and_ship_one_row():
    first_has_written = threading.Event()

    def first() -> int | None:
        try:
            with transaction.atomic():
                shipped = ship_moor()
                first_has_written.set()
                until = time.monotonic() + PATIENCE
                while not somebody_waits_for_a_lock():
                    assert time.monotonic() < until, "the second load never waited"
                    time.sleep(0.01)
            return shipped
        finally:
            connection.close()

    def second() -> int | None:
        try:
            assert first_has_written.wait(PATIENCE)
            return ship_moor()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = [future.result(PATIENCE * 2) for future in [pool.submit(first), pool.submit(second)]]

    assert results == [Region.objects.get().pk] * 2
    assert ShippedRow.objects.count() == 1
