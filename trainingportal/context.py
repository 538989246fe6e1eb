"""What every page's frame needs: the same for all readers, and at most one question to the database a minute."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from bookings.models import DeskSettings

# Where "Exit this page" goes: dull, busy, and nothing to do with us.
EXIT_ADDRESS = "https://www.bbc.co.uk/weather"


def frame(request: HttpRequest) -> dict[str, object]:
    """Say whether this is the demonstration, where Exit leads, and how to reach the desk (``our_desk``)."""
    return {"demo": settings.DEMO, "exit_address": EXIT_ADDRESS, "our_desk": SimpleLazyObject(_our_desk)}


def _our_desk() -> DeskSettings:
    """The desk's name and contact details; none where the database is away, so that the page saying so can be drawn."""
    try:
        kept = DeskSettings.kept()
        # what is missing may have been added a moment ago, by another process
        return kept if kept.is_set_up else DeskSettings.current()
    except DatabaseError:
        return DeskSettings()
