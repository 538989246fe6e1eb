"""What every test stands on."""

import os

from django.conf import settings

from tests.browser import chromium, page_at
from tests.mail import caught_mail

__all__ = ["caught_mail", "chromium", "page_at"]


def pytest_configure() -> None:
    """Serve static files straight from static/, so that no test needs collectstatic; hash passwords fast."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT = None
    settings.WHITENOISE_USE_FINDERS = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Playwright keeps an event loop in this thread; Django would take our ordinary queries for async ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
