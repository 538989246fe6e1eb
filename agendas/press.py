"""Makes the papers that wait, one after the other. Runs in workers only."""

import logging
from types import ModuleType

from celery.exceptions import SoftTimeLimitExceeded

from agendas.models import Document
from agendas.services import papers

log = logging.getLogger(__name__)

NO_LIBRARY = "This machine cannot make PDFs: the libraries that WeasyPrint needs are missing."
NO_ROOM = "The paper was made and could not be stored: look whether the disk is full."


def make_waiting() -> int:
    """Make every paper that waits; gives how many were made. One that fails does not hold up the next."""
    made = 0
    while (document := papers.claim_next()) is not None:
        made += make(document)
    return made


def make(document: Document) -> bool:
    """Draw one claimed paper and store it; a failure is written on the row, for the page to say."""
    try:
        pdf = _paper().draw(document.kind, document.content)
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


def _paper() -> ModuleType:
    """WeasyPrint, loaded with the first paper: where its libraries are missing, mail and everything else still works."""
    from agendas import paper

    return paper
