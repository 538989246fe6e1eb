"""What the workers run for the top floor: sweeps and the nightly look over the data, each safe to run twice."""

import logging

from celery import shared_task
from django.core.management import call_command

from trainingportal import guard, invariants, retention, seals, sightings
from trainingportal.asking import drafts
from trainingportal.example import making, shelf

log = logging.getLogger(__name__)


@shared_task(name="trainingportal.forget_drafts")
def forget_drafts() -> None:
    """Delete requests that somebody began to write and left for a day."""
    while drafts.forget_old():
        pass


@shared_task(name="trainingportal.forget_attempts")
def forget_attempts() -> None:
    """Delete counts of attempts whose window is over. They count for nothing in the meantime."""
    while guard.forget_old():
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


@shared_task(name="trainingportal.purge", soft_time_limit=1700, time_limit=1800)
def purge() -> None:
    """Forget personal data whose time is over. What there is no time for waits for the next night."""
    gone = {kind: count for kind, count in retention.purge().items() if count}
    if gone:
        log.info("Forgotten: %s", ", ".join(f"{count} of {kind}" for kind, count in gone.items()))


@shared_task(name="trainingportal.reseal", soft_time_limit=1500, time_limit=1800)
def reseal() -> None:
    """Bring every sealed secret under the present key, so that an older one can be laid down."""
    done = seals.reseal()
    if done.broken:
        log.error("%s", seals.say_broken(done.broken))


@shared_task(name="trainingportal.check_invariants", soft_time_limit=1500, time_limit=1800)
def check_invariants() -> None:
    """Look the data over and note for the desk what does not fit."""
    invariants.look_over_and_note()


@shared_task(name=shelf.MAKE, soft_time_limit=30, time_limit=60)
def make_example_days() -> None:
    """Make one example day that waits; the next is another task, so that the desk's work goes between."""
    making.make_next()


@shared_task(name="trainingportal.tend_example_days", soft_time_limit=30, time_limit=60)
def tend_example_days() -> None:
    """Keep the shelf of example days in order, and the common ones on it."""
    making.tend()
