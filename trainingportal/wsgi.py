"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingportal.settings")

application = get_wsgi_application()

from outbox import bell  # noqa: E402  once Django stands

bell.warm_up()  # so that no visitor waits while the broker's client is loaded
