"""What the workers run for speakers; safe to run twice."""

from celery import shared_task

from speakers import calendars, services


@shared_task(name="speakers.read_own_calendars", soft_time_limit=90, time_limit=110)
def read_own_calendars() -> None:
    """Read the speakers' own calendars whose hour has come."""
    calendars.read_due_calendars()


@shared_task(name="speakers.forget_past_absences")
def forget_past_absences() -> None:
    """Delete times away that have long passed."""
    services.forget_past_absences()
