"""The top floor: settings, the pages that show more than one part, and what starts the house."""

from trainingportal.celery import app as celery_app

__all__ = ["celery_app"]
