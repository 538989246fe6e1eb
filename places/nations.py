"""The three jurisdictions of the United Kingdom: each has its own stalking law and its own bank holidays."""

from django.db.models import TextChoices


class Nation(TextChoices):
    """Where a session's law and holidays come from. England and Wales share both, so they are one."""

    ENGLAND_WALES = "ew", "England and Wales"
    SCOTLAND = "sc", "Scotland"
    NORTHERN_IRELAND = "ni", "Northern Ireland"
