"""The portal's worker and clock, with a place to be held at each step of a delivery."""

import datetime as dt
import os

import django

from trainingportal.celery import app

django.setup()

from outbox import sender
from soak.holding import hold

sender.checkpoint = hold
if os.environ.get("SOAK_QUICK"):
    # the tests cannot wait as long as a slow mail server may take; theirs answers at once
    sender.STUCK_AFTER = dt.timedelta(seconds=6)
    app.conf.beat_schedule["sweep-outbox"]["schedule"] = dt.timedelta(seconds=3)
    app.conf.beat_schedule["expire-offers"]["schedule"] = dt.timedelta(seconds=3)

__all__ = ["app"]
