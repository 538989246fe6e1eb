"""System checks: what the settings refuse, said by ``check --deploy`` as well."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from trainingportal import refusals

READ = (
    "DEMO",
    "PRODUCTION",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "EMAIL_BACKEND",
    "EMAIL_PORT",
    "DEFAULT_FROM_EMAIL",
)


def settings_are_safe(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What ``trainingportal/refusals.py`` finds, for settings that came another way than from the environment."""
    values = {name: getattr(settings, name) for name in READ}
    return [Error(trouble, id="trainingportal.E001") for trouble in refusals.troubles(values)]
