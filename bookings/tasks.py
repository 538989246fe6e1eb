"""What the workers run for bookings: only the sweeps; each is safe to run twice."""

from celery import shared_task

from bookings import services


@shared_task(name="bookings.expire_offers")
def expire_offers() -> None:
    services.expire_due_offers()


@shared_task(name="bookings.apply_due_releases")
def apply_due_releases() -> None:
    services.apply_due_releases()


@shared_task(name="bookings.note_days_passed")
def note_days_passed() -> None:
    services.note_days_passed()


@shared_task(name="bookings.send_reminders")
def send_reminders() -> None:
    services.send_due_reminders()
    services.send_due_host_reminders()
