"""``manage.py demo``: invented bookings in each stage of life."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from trainingportal.demo import cases


class Command(BaseCommand):
    """Make the invented cases that are not there yet; safe to run again, and to end with SIGTERM."""

    help = "Build believable bookings, invented people and places only. Refused unless DEMO is set."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one stage, or none for all."""
        parser.add_argument("--stage", choices=cases.STAGES, help="only the cases of this stage")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, and say what was made."""
        if not settings.DEMO:
            raise CommandError("Set DEMO=1 to build the demo. It never belongs in a portal that people use.")
        told_to_stop: list[int] = []
        before = signal.signal(signal.SIGTERM, lambda number, frame: told_to_stop.append(number))
        try:
            made = cases.build(options["stage"], self.stdout.write, lambda: not told_to_stop)
        finally:
            signal.signal(signal.SIGTERM, before)
        if told_to_stop:
            raise CommandError("Stopped between two cases; the next run makes the rest.")
        self.stdout.write(f"Demo: {made} new, the rest was there." if made else "Demo: all there.")
