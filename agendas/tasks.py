"""What workers do for agendas. Tasks carry nothing: the rows do."""

from celery import shared_task

from agendas import press
from agendas.services import composing, papers


@shared_task(name=papers.PREPARE, soft_time_limit=30, time_limit=60)
def prepare_documents() -> None:
    """Make the paper that has waited longest. The limit of 30 seconds is its own: the next has a task to itself."""
    press.make_next()


@shared_task(name=composing.COMPOSE, soft_time_limit=30, time_limit=60)
def compose() -> None:
    """Compose the days that wait."""
    composing.compose_waiting()


@shared_task(name="agendas.sweep_documents", soft_time_limit=30, time_limit=60)
def sweep_documents() -> None:
    """Find what killed workers and lost bells left behind."""
    papers.take_back_lost()
    composing.take_back_lost()
    composing.compose_waiting()
    papers.ring_if_waiting()
