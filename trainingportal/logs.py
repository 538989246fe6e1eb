"""What a line in the log says: where in the code something went wrong and what kind of trouble it was, never the values.

The words of an exception often quote what somebody typed, or a whole row of the database. They stay out; the file, the
line, the kind of error and, from the database, the name of the rule that refused are what a reader needs.

An address stays out as well: it holds references, invitations and codes. What is written is its pattern among the routes.
"""

import copy
import logging
import re
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.template import TemplateDoesNotExist
from django.urls import resolve

ABOUT_CODE = (AttributeError, NameError, ImportError, ImproperlyConfigured, TemplateDoesNotExist)
"""Exceptions whose words name parts of the code, not values."""

LINE = "{asctime} {levelname} {name}: {message}"
STATIC = "/static/"
NO_PAGE = "(no page)"
ADDRESS = re.compile(r"""(?:https?://[^\s/"'<>]+|(?<![\w:/.}]))(/[^\s"'<>]*)""")
"""An address in a line, with its path: of a site, or by itself."""
ASKED_FOR = "\0"
QUOTES_ITS_VISITOR = "django.security."
"""Loggers whose lines repeat what a visitor sent; the last part of their name says what was wrong with it."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class LineFormatter(logging.Formatter):
    """Writes lines without the words of exceptions."""

    def format(self, record: logging.LogRecord) -> str:
        """Celery puts a failed task's exception into the words of the line: there too only its kind is written."""
        args: Any = record.args
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and isinstance(args, Mapping) and "exc" in args:
            record = copy.copy(record)
            record.args = {**args, "exc": kind_of(error)}
        if record.exc_text:  # written by another formatter, words and all
            record = copy.copy(record)
            record.exc_text = None
        said = record.getMessage()
        if (plain := without_addresses(record, said)) != said:
            record = copy.copy(record)
            record.msg, record.args = plain, ()
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  the name is logging's
        """Where each exception of the chain came from, and its kind; the first cause first."""
        parts = []
        for error in reversed(chain_of(ei[1])):
            parts += [*traceback.format_tb(error.__traceback__), kind_of(error)]
        return "".join(part if part.endswith("\n") else f"{part}\n" for part in parts).rstrip()


def without_addresses(record: logging.LogRecord, said: str) -> str:
    """A line with the pattern of its route in place of every address of ours."""
    if record.name.startswith(QUOTES_ITS_VISITOR) and record.name != "django.security.csrf":
        return record.name.removeprefix(QUOTES_ITS_VISITOR)
    request = getattr(record, "request", None)
    if request is not None:  # an address with blanks or quotes in it too
        for address in (request.get_full_path(), request.path):
            said = said.replace(address, ASKED_FOR) if len(address) > 1 else said
    is_of_a_visitor = request is not None or record.name.startswith("gunicorn")
    said = ADDRESS.sub(lambda match: _in_place_of(match, is_of_a_visitor=is_of_a_visitor), said)
    return said.replace(ASKED_FOR, route_of(request.path)) if request is not None else said


def _in_place_of(match: "re.Match[str]", *, is_of_a_visitor: bool) -> str:
    """What a line says instead of an address; a folder of the machine stays, for it leads nowhere here."""
    whole, path = match[0], match[1]
    route = route_of(unquote(urlsplit(path).path))
    if route == NO_PAGE and not is_of_a_visitor and whole == path:
        return whole
    return whole.removesuffix(path) + route


def route_of(path: str) -> str:
    """The pattern of the route that a path takes, as in urls.py, with the names of its parts instead of them."""
    if path.startswith(STATIC):
        return STATIC
    try:
        return f"/{resolve(path).route}"
    except Exception:  # no such page; or the routes cannot be read: a line about that must still be written
        return NO_PAGE


def chain_of(error: BaseException | None) -> list[BaseException]:
    """An exception and what led to it, the last first; each once."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def kind_of(error: BaseException) -> str:
    """An exception's kind, with what can be said of it without quoting anybody."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, DatabaseError):
        diagnosis = getattr(error.__cause__, "diag", None)
        said = [getattr(diagnosis, name, None) for name in ("sqlstate", "table_name", "constraint_name")]
        return " ".join([kind, *(str(word) for word in said if word)])
    if isinstance(error, OSError) and error.strerror and isinstance(error.strerror, str):
        return f"{kind} {error.errno}"
    return f"{kind}: {error}" if isinstance(error, ABOUT_CODE) else kind
