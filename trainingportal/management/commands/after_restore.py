"""``manage.py after_restore``: the first thing to run once a backup was restored."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from trainingportal import restoring


class Command(BaseCommand):
    """End what the backup brought back, and list what a person has to look over."""

    help = (
        "Run once after restoring a backup, before the worker starts: signs everybody out, forgets devices and open "
        "invitations, holds back mail that may have left already, and lists the rights to look over."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--yes``: without it nothing is changed."""
        parser.add_argument("--yes", action="store_true", help="do it; without this nothing changes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, say how much it was, and list."""
        if options["yes"]:
            ended = restoring.end_what_came_back()
            self.stdout.write(
                f"Ended: {ended.sessions} sessions, {ended.devices} remembered devices, {ended.invitations} invitations. "
                f"Held back: {ended.mail} emails, on the desk under Emails."
            )
        else:
            self.stdout.write(
                "Nothing was changed. Run it again with --yes to sign everybody out and hold back mail."
            )
        self.stdout.write("Look over, since changes made after the backup are lost:")
        for line in restoring.to_look_over():
            self.stdout.write(f"  {line}")
