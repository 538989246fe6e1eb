"""``python -m bench.bare.fill``: the table and its two hundred rows."""

import datetime as dt
import os

import django
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.bare.settings"
django.setup()

from bench.bare.models import Session  # noqa: E402  once Django stands

call_command("migrate", run_syncdb=True, verbosity=0)
Session.objects.bulk_create(
    Session(title=f"Session {n}", town="Vexford", day=dt.date(2027, 1, 1) + dt.timedelta(days=n), seats=n)
    for n in range(200)
)
