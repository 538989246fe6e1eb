"""System checks: combinations of settings with which the portal must not start."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

EXAMPLE_KEY = "only-for-trying-out"  # how the key of .env.example begins


def production_is_real(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse, in production, the demo with its open doors, the example's key and an address not served."""
    if not settings.PRODUCTION:
        return []
    found: list[CheckMessage] = []
    if settings.DEMO:
        found.append(
            Error(
                "DEMO and PRODUCTION are both set: the demo lets anyone in as a coordinator.",
                hint="Take DEMO out of the environment.",
                id="trainingportal.E001",
            )
        )
    if settings.SECRET_KEY.startswith(EXAMPLE_KEY):
        found.append(
            Error(
                "SECRET_KEY is the one of .env.example, which everybody knows.",
                hint="docs/deployment.md shows how to make one.",
                id="trainingportal.E002",
            )
        )
    host = urlsplit(settings.SITE_URL).hostname or ""
    if host not in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                f"SITE_URL names {host!r}, which ALLOWED_HOSTS does not.",
                hint="Mails would lead to pages that answer 400.",
                id="trainingportal.E003",
            )
        )
    return found
