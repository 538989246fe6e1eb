"""What workers do for people and sign-in. Tasks carry nothing: the rows do."""

from celery import shared_task

from accounts import services


@shared_task(name="accounts.reseal", soft_time_limit=1500, time_limit=1800)
def reseal() -> None:
    """Bring every sealed secret under the present key, so that an older one can be laid down."""
    services.reseal_second_factors()
