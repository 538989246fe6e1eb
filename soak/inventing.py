"""Invented speakers with empty diaries in place of all others: run as a program, with their number."""

import sys

import django

django.setup()

from django.db import connection

from speakers.models import Organisation, Speaker


def invent(count: int) -> None:
    """Add ``count`` speakers."""
    organisation, _ = Organisation.objects.get_or_create(
        slug="soak", defaults={"name": "Soak", "short_name": "soak"}
    )
    Speaker.objects.bulk_create(
        Speaker(slug=f"soak-{number}", name=f"Soak {number}", organisation=organisation)
        for number in range(count)
    )


if __name__ == "__main__":
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE speakers_speaker CASCADE")
    invent(int(sys.argv[1]))
