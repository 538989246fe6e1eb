"""Prints the link that makes the first coordinator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services import first_run_link


class Command(BaseCommand):
    help = "Prints a link that makes the first coordinator. It works once, within 24 hours, while nobody runs the desk."

    def handle(self, *args: Any, **options: Any) -> None:
        link = first_run_link()
        if link is None:
            raise CommandError("Somebody runs the desk already. Coordinators invite each other there.")
        self.stdout.write(link)
