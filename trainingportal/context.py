"""What every page's frame needs. Asks the database nothing, so that public pages stay quick and the same for all."""

from django.conf import settings
from django.http import HttpRequest

# Where "Exit this page" goes: dull, busy, and nothing to do with us.
EXIT_ADDRESS = "https://www.bbc.co.uk/weather"


def frame(request: HttpRequest) -> dict[str, object]:
    """Say whether this is the demonstration, and where Exit leads."""
    return {"demo": settings.DEMO, "exit_address": EXIT_ADDRESS}
