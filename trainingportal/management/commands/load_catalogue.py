"""``manage.py load_catalogue``: bring what we ship up to date without touching anybody's edits; one row of desk settings."""

from typing import Any

from django.core.management.base import BaseCommand

import courses.catalogue
import places.catalogue
import speakers.catalogue
from bookings.models import DeskSettings


class Command(BaseCommand):
    help = "Load places, topics and public bios. Safe to run again: what somebody edited or deleted stays so."

    def handle(self, *args: Any, **options: Any) -> None:
        for label, load in (
            ("Places", places.catalogue.load),
            ("Courses", courses.catalogue.load),
            ("Speakers", speakers.catalogue.load),
        ):
            told = load()
            self.stdout.write(f"{label}: {told if told is not None else 'loaded'}")
        DeskSettings.objects.get_or_create(pk=1)
