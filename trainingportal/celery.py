"""The Celery application: the bell that wakes the workers. The queue itself is the outbox table."""

import os

from celery import Celery
from django.conf import settings

from trainingportal import refusals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingportal.settings")

with refusals.said_in_words():
    settings.DEMO  # reads them  # noqa: B018

app = Celery("trainingportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
