"""What workers do for the outbox. Tasks carry no names, addresses or references: the rows do."""

from celery import shared_task

from outbox import sender
from outbox.models import mark_seen


@shared_task(name="outbox.deliver")
def deliver() -> None:
    """Deliver what is due."""
    mark_seen(["worker"])
    sender.deliver_due()


@shared_task(name="outbox.sweep")
def sweep() -> None:
    """Find what killed workers and lost bells left behind."""
    mark_seen(["worker"])
    sender.sweep()


@shared_task(name="outbox.beat_seen")
def beat_seen() -> None:
    """Write that beat asked and that a worker answered, just now. Beat lets this task lapse within seconds."""
    mark_seen(["beat", "worker"])
