"""What the workers run for the top floor: sweeps and the nightly look over the data, each safe to run twice."""

from celery import shared_task
from django.core.management import call_command

from trainingportal import invariants, sightings
from trainingportal.asking import drafts


@shared_task(name="trainingportal.forget_drafts")
def forget_drafts() -> None:
    """Delete requests that somebody began to write and left for a day."""
    while drafts.forget_old():
        pass


@shared_task(name="trainingportal.watch_the_doors")
def watch_the_doors() -> None:
    """Tell the desk's home of people who tried what is not theirs."""
    sightings.look_and_note()


@shared_task(name="trainingportal.clear_sessions")
def clear_sessions() -> None:
    """Delete sessions that are over, and what was seen at the doors three months ago."""
    call_command("clearsessions")
    sightings.forget_old()


@shared_task(name="trainingportal.check_invariants", soft_time_limit=1500, time_limit=1800)
def check_invariants() -> None:
    """Look the data over and note for the desk what does not fit."""
    invariants.look_over_and_note()
