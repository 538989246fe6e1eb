"""Makes the papers that wait, within a bound of time and of memory. Runs in workers only."""

import logging
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from celery.exceptions import SoftTimeLimitExceeded

from agendas.models import Document
from agendas.services import papers

log = logging.getLogger(__name__)

NO_LIBRARY = "This machine cannot make PDFs: the libraries that WeasyPrint needs are missing."
NO_MEMORY = "It needs more memory than a paper may take."
MOST_MEMORY = 768 * 1024 * 1024
"""Bytes that drawing one paper may add to what its worker holds already; a day of 25 items takes some 60 million."""
NO_ROOM = "The paper was made and could not be stored: look whether the disk is full."


def make_next() -> None:
    """Make the paper that has waited longest; another worker is woken for the next, so each has its time to itself."""
    document = papers.claim_next()
    if document is not None:
        papers.ring_if_waiting()
        make(document)


def make_waiting() -> int:
    """Make every paper that waits; gives how many were made. One that fails does not hold up the next."""
    made = 0
    while (document := papers.claim_next()) is not None:
        made += make(document)
    return made


def make(document: Document) -> bool:
    """Draw one claimed paper and store it; a failure is written on the row, for the page to say."""
    try:
        draw = _paper().draw  # loaded outside the bound: the library comes once, a paper again and again
        with _bounded_memory():
            pdf = draw(document.kind, document.content)
    except MemoryError:
        log.warning("A paper needed too much memory.")
        papers.give_up(document, NO_MEMORY)
    except SoftTimeLimitExceeded:
        papers.give_up(document, "It took longer than 30 seconds.")
        raise
    except OSError:
        log.exception("A paper could not be made.")
        papers.give_up(document, NO_LIBRARY)
    except (
        Exception
    ) as error:  # whatever a text can do to a layout engine: the row says it, the queue goes on
        log.exception("A paper could not be made.")
        papers.give_up(document, f"It could not be laid out ({type(error).__name__}).")
    else:
        try:
            return papers.finish(document, pdf)
        except OSError:
            log.exception("A paper could not be stored.")
            papers.give_up(document, NO_ROOM)
    return False


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """Let this process grow by so much and no more; beyond it Python raises ``MemoryError``."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MOST_MEMORY
    resource.setrlimit(
        resource.RLIMIT_AS, (most if soft == resource.RLIM_INFINITY else min(soft, most), hard)
    )
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _paper() -> ModuleType:
    """WeasyPrint, loaded with the first paper: where its libraries are missing, mail and everything else still works."""
    from agendas import paper

    return paper
