"""What needs somebody today, however many bookings stand open."""

import datetime as dt

import pytest
from django.db import connection

from bookings.models import Booking
from trainingportal.desk.queue import MOST_NEEDS, needs_somebody

TODAY = dt.date(2026, 11, 23)
INDEX_OF = {"due_at": "booking_due", "waiting_since": "booking_at_once", "answer_due_on": "booking_promised"}


@pytest.mark.django_db
@pytest.mark.parametrize("date", INDEX_OF)
def test_what_cannot_wait_is_read_from_an_index_in_its_order_and_no_further_than_it_is_shown(date):
    wanted = (
        Booking.objects.filter(needs_somebody(TODAY)[date])
        .order_by(date, "pk")
        .values("pk")[: MOST_NEEDS + 1]
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

    plan = wanted.explain()

    assert f"Index Scan using {INDEX_OF[date]}" in plan
    assert "Sort" not in plan
