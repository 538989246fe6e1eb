"""What the workers run for the top floor: only a sweep, safe to run twice."""

from celery import shared_task

from trainingportal.asking import drafts


@shared_task(name="trainingportal.forget_drafts")
def forget_drafts() -> None:
    """Delete requests that somebody began to write and left for a day."""
    while drafts.forget_old():
        pass
