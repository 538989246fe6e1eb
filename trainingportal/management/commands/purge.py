"""``manage.py purge``: forget personal data whose time is over, now; with ``--dry-run`` only say what that would be."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from trainingportal import retention


class Command(BaseCommand):
    """Print one line for each kind of data."""

    help = (
        "Forget personal data whose time is over, as the privacy page says. The nightly task does the same."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--dry-run``."""
        parser.add_argument("--dry-run", action="store_true", help="only say how many rows are due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, or forget and count."""
        is_dry = options["dry_run"]
        counts = retention.count_due() if is_dry else retention.purge()
        words = {kind.key: kind.what for kind in retention.KINDS} | {"trail": retention.TRAIL_WORDS[0]}
        for key, count in counts.items():
            self.stdout.write(f"{count:8,} {'due' if is_dry else 'gone'}  {words[key]}")
