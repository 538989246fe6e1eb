"""The Celery application: the bell that wakes the workers. The queue itself is the outbox table."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingportal.settings")

app = Celery("trainingportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
