"""``manage.py reseal``: bring sealed secrets under the present key."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services import reseal_second_factors
from speakers.calendars import reseal_addresses


class Command(BaseCommand):
    """Re-seal second factors and the addresses of speakers' own calendars, and say how many."""

    help = "Seals secrets under the present SECRET_KEY. Afterwards SECRET_KEY_FALLBACKS may be emptied."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the nightly task does, now."""
        count = reseal_second_factors() + reseal_addresses()
        if options["verbosity"]:
            self.stdout.write(f"{count} {'secret was' if count == 1 else 'secrets were'} sealed afresh.")
