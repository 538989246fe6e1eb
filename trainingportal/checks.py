"""System checks: what the settings refuse, said by ``check --deploy`` as well."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import DatabaseError

from bookings.models import DeskSettings
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
    "HTTPS",
    "SECURE_PROXY_SSL_HEADER",
)


def settings_are_safe(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What ``trainingportal/refusals.py`` finds, for settings that came another way than from the environment."""
    values = {name: getattr(settings, name) for name in READ}
    return [Error(trouble, id="trainingportal.E001") for trouble in refusals.troubles(values)]


def the_desk_says_who_answers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn, with ``check --deploy``, while agencies and speakers cannot find out who answers.

    A database that does not answer is another check's matter.
    """
    try:
        is_set_up = DeskSettings.current().is_set_up
    except DatabaseError:
        return []
    if is_set_up:
        return []
    return [
        Warning(
            "The desk has no name, email address or phone number: nobody can reach it, and each new request is "
            "announced to the coordinators’ own addresses.",
            hint="Sign in as a coordinator and follow the red bar, or open /desk/set-up/.",
            id="trainingportal.W002",
        )
    ]
