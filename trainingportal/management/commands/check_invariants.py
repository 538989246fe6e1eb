"""``manage.py check_invariants``: look the data over now; changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trainingportal import invariants


class Command(BaseCommand):
    """Print what does not fit, one line each, and end with 1 when there is any."""

    help = "Look for data that break a rule of the portal. Reads only; names bookings by reference, nobody by name."

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, and say what was found."""
        found = invariants.look_over()
        for finding in found:
            self.stdout.write(str(finding))
        if found:
            raise CommandError(f"{len(found)} {'thing does' if len(found) == 1 else 'things do'} not fit.")
        self.stdout.write(f"All {len(invariants.RULES)} rules hold.")
