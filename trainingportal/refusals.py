"""Settings with which the portal does not start: looked at where settings are read, so by web, worker and clock alike."""

import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

EXAMPLE_KEY = "only-for-trying-out"  # how the key of .env.example begins
LEAST_KEY = 50  # letters, as Django asks
LEAST_VARIETY = 40  # bytes that remain of a key when it is compressed; a random one of 50 letters leaves 55
CATCHER_PORT = 1025  # compose's mail service and bin/run's mail catcher; no mail server listens there
RETIRE_A_KEY = "To stop using it, run reseal once with PRODUCTION=0 and both keys set, then remove it from SECRET_KEY_FALLBACKS."
MAKE_A_KEY = "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"


def refuse(settings: Mapping[str, Any]) -> None:
    """Raise ImproperlyConfigured, naming all that is wrong, unless the portal may start with these settings."""
    found = list(troubles(settings))
    if found:
        raise ImproperlyConfigured("\n".join(["The portal does not start with these settings:", *found]))


@contextmanager
def said_in_words() -> Iterator[None]:
    """End the process with the sentences alone where settings are refused: nobody is helped by where in the code it was."""
    try:
        yield
    except ImproperlyConfigured as trouble:
        sys.exit(str(trouble))


def troubles(settings: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong, a sentence each: little when trying out, all of it when PRODUCTION is set."""
    if settings["DEMO"]:
        yield from _of_the_demo(settings)
    if settings["PRODUCTION"]:
        yield from _of_the_keys(settings)
        yield from _of_addresses(settings)
        yield from _of_mail(settings)
        yield from _of_the_proxy(settings)


def _of_the_demo(settings: Mapping[str, Any]) -> Iterator[str]:
    """The demo lets anybody in as a coordinator: it belongs on one machine, or on a network of colleagues."""
    if settings["PRODUCTION"]:
        yield "DEMO and PRODUCTION are both set: the demo lets anyone in as a coordinator. Remove DEMO."
    elif settings["SITE_URL"].startswith("https:"):
        yield (
            "DEMO is set and SITE_URL begins with https, so this is a real site: the demo lets anyone in as a coordinator, "
            "who reads what others typed. Remove DEMO, or try it out on http."
        )


def _of_the_keys(settings: Mapping[str, Any]) -> Iterator[str]:
    keys = {"SECRET_KEY": [settings["SECRET_KEY"]], "SECRET_KEY_FALLBACKS": settings["SECRET_KEY_FALLBACKS"]}
    for name, values in keys.items():
        for key in values:
            if wrong := weakness(key):
                yield f"{name} {wrong}. {MAKE_A_KEY if name == 'SECRET_KEY' else RETIRE_A_KEY}"


def weakness(key: str) -> str:
    """What is wrong with a key, in words that follow its name; nothing where it is long and random."""
    if key.startswith(EXAMPLE_KEY):
        return "is the key in .env.example, which everybody knows"
    if len(key) < LEAST_KEY:
        return f"is too short: {len(key)} letters, at least {LEAST_KEY} are needed"
    if len(zlib.compress(key.encode(), 9)) < LEAST_VARIETY:
        return "is easy to guess: it repeats itself"
    return ""


def _of_addresses(settings: Mapping[str, Any]) -> Iterator[str]:
    site = urlsplit(settings["SITE_URL"])
    if "*" in settings["ALLOWED_HOSTS"]:
        yield (
            "ALLOWED_HOSTS is *, so anyone could have the portal answer under a name of theirs. "
            "List the names people use, separated by commas."
        )
    if site.scheme != "https":
        yield (
            f"SITE_URL is {settings['SITE_URL']}: emails would send people to an address that is not secure. "
            "Begin it with https://"
        )
    if not validate_host(site.hostname or "", settings["ALLOWED_HOSTS"]):
        yield (
            f"SITE_URL names {site.hostname!r}, which is not in ALLOWED_HOSTS: every link in an email would answer 400. "
            "Add it to ALLOWED_HOSTS."
        )


def _of_mail(settings: Mapping[str, Any]) -> Iterator[str]:
    if not settings["EMAIL_BACKEND"].endswith(".smtp.EmailBackend"):
        yield "EMAIL_URL names no mail server, so no email would leave. Set it to your mail server."
    elif settings["EMAIL_PORT"] == CATCHER_PORT:
        yield (
            "EMAIL_URL is missing, or names the mail catcher for trying out, which keeps every email: nobody would get one. "
            "Set it to your mail server."
        )
    if "@example.org" in settings["DEFAULT_FROM_EMAIL"]:
        yield "DEFAULT_FROM_EMAIL is missing, or an address of example.org: set it to the address your emails come from."


def _of_the_proxy(settings: Mapping[str, Any]) -> Iterator[str]:
    if settings["HTTPS"] and settings["SECURE_PROXY_SSL_HEADER"] is None:
        yield (
            "BEHIND_PROXY is not set: the portal needs a proxy in front that ends https and takes requests in whole "
            "before it hands them on (docs/deployment.md, Https). Set BEHIND_PROXY=1 once it is there."
        )
