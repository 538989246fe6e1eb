"""Many offers whose time has run out, each with a speaker held: run as a program, with their number."""

import datetime as dt
import sys

import django

django.setup()

from django.utils import timezone

from accounts.services import ensure_user
from bookings import services
from bookings.models import DeskSettings, Offer
from bookings.services import Asked
from speakers.models import DiaryEntry, Organisation, Speaker


def lay(count: int) -> None:
    """Make ``count`` offers, one for each of as many bookings, and let all their holds end a moment ago."""
    desk = ensure_user("desk@example.org", name="Soak")
    DeskSettings.current()
    organisation, _ = Organisation.objects.get_or_create(
        slug="soak", defaults={"name": "Soak", "short_name": "soak"}
    )
    begins = timezone.now() + dt.timedelta(days=60)
    for number in range(count):
        speaker = Speaker.objects.create(
            slug=f"soak-{number}",
            name=f"Soak {number}",
            organisation=organisation,
            user=ensure_user(f"speaker{number}@example.org"),
        )
        booking = services.make_request(
            Asked(
                name="Soak",
                email=f"asks{number}@example.org",
                agency_kind="other",
                agency_name=f"Soak {number}",
            )
        )
        services.record_call_back(
            booking.contacts.get().pk, number="1", found_where="soak", outcome="is_who_they_say", actor=desk
        )
        services.make_offer(
            booking.pk,
            starts_at=begins,
            ends_at=begins + dt.timedelta(hours=6),
            team={speaker.pk: []},
            lead=speaker,
            actor=desk,
        )
    ended = timezone.now() - dt.timedelta(seconds=1)
    DiaryEntry.objects.filter(held_until__isnull=False).update(held_until=ended)
    Offer.objects.filter(state="open").update(expires_at=ended)


if __name__ == "__main__":
    lay(int(sys.argv[1]))
