"""``manage.py reseal``: bring sealed secrets under the present key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trainingportal import seals


class Command(BaseCommand):
    """Re-seal second factors and the addresses of speakers' own calendars, say how many, and end with 1 if any is lost."""

    help = (
        "Seals secrets under the present SECRET_KEY. Ends with 1 when a secret cannot be opened; when it ends with 0, "
        "SECRET_KEY_FALLBACKS may be emptied."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the nightly task does, now."""
        done = seals.reseal()
        self.stdout.write(
            f"{done.changed} {'secret was' if done.changed == 1 else 'secrets were'} sealed again with the new key."
        )
        if done.broken:
            raise CommandError(seals.say_broken(done.broken))
