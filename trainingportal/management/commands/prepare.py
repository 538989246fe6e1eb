"""``manage.py prepare``: what a new or an upgraded database needs, in order; idempotent."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from trainingportal import database_roles, seals
from trainingportal.example import making

OF_BEFORE = (
    "This database was made by a version from before the first release, whose tables are not carried over. "
    "Begin with an empty one. With bin/run: move the folder var/ away and start again; the demo is made anew."
)


class Command(BaseCommand):
    """Tables, the cache's table, the catalogue, the invented bookings where DEMO is set, and the common example days queued."""

    help = "Bring tables, catalogue and (with DEMO) the invented bookings up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether the invented bookings are made by a command of their own."""
        parser.add_argument("--without-demo", action="store_true", help="leave the invented bookings out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run each step; any that fails ends the command."""
        plain = connection.settings_dict["USER"], connection.settings_dict["PASSWORD"]
        with database_roles.as_owner():
            refuse_what_was_before()
            call_command("migrate", interactive=False)
            call_command("createcachetable")
            if settings.DATABASE_OWNER_URL:
                database_roles.let_in(*plain)
        call_command("load_catalogue")
        if settings.DEMO and not options["without_demo"]:
            call_command("demo")
        if broken := seals.count_broken():
            self.stderr.write(self.style.ERROR(seals.say_broken(broken)))
        making.tend()  # the landing page begins with an example day: a worker makes it first of all


def refuse_what_was_before() -> None:
    """Raise ``CommandError`` where a migration was applied that the code no longer has."""
    loader = MigrationLoader(connection)
    if loader.applied_migrations.keys() - loader.disk_migrations.keys():
        raise CommandError(OF_BEFORE)
