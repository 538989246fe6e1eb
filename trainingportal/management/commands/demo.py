"""``manage.py demo``: invented bookings in each stage of life."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from trainingportal.demo import cases


class Command(BaseCommand):
    """Make the invented cases that are not there yet; safe to run again."""

    help = "Build believable bookings, invented people and places only. Refused unless DEMO is set."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one stage, or none for all."""
        parser.add_argument("--stage", choices=cases.STAGES, help="only the cases of this stage")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, and say what was made."""
        if not settings.DEMO:
            raise CommandError("Set DEMO=1 to build the demo. It never belongs in a portal that people use.")
        made = cases.build(options["stage"], self.stdout.write)
        self.stdout.write(f"Demo: {made} new, the rest was there." if made else "Demo: all there.")
