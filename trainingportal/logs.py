"""What a line in the log says: where in the code something went wrong and what kind of trouble it was, never the values.

The words of an exception often quote what somebody typed, or a whole row of the database. They stay out; the file, the
line, the kind of error and, from the database, the name of the rule that refused are what a reader needs.
"""

import copy
import logging
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.template import TemplateDoesNotExist

ABOUT_CODE = (AttributeError, NameError, ImportError, ImproperlyConfigured, TemplateDoesNotExist)
"""Exceptions whose words name parts of the code, not values."""

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
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  the name is logging's
        """Where each exception of the chain came from, and its kind; the first cause first."""
        parts = []
        for error in reversed(chain_of(ei[1])):
            parts += [*traceback.format_tb(error.__traceback__), kind_of(error)]
        return "".join(part if part.endswith("\n") else f"{part}\n" for part in parts).rstrip()


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
