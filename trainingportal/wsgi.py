"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from trainingportal import refusals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingportal.settings")

with refusals.said_in_words():
    application = get_wsgi_application()

from outbox import bell  # once Django stands

bell.warm_up()  # so that no visitor waits while the broker's client is loaded
