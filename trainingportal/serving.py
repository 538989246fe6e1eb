"""How gunicorn serves the portal, from the environment: ``gunicorn --config trainingportal/serving.py``."""

import gc
import os
from pathlib import Path
from typing import Any

wsgi_app = "trainingportal.wsgi"
bind = (os.environ.get("BIND") or "127.0.0.1:8000").split(",")
worker_class = "trainingportal.patient_worker.PatientWorker"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
# Django is loaded once and shared by the workers: less memory, and the first page comes sooner
preload_app = True
timeout = 60
graceful_timeout = 10
max_requests = 5_000
max_requests_jitter = 500
# a heartbeat file on a busy disk makes the master think that a worker hangs
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  private files, made by gunicorn
control_socket_disable = True
accesslog = os.environ.get("ACCESS_LOG") or None
logger_class = "trainingportal.gunicorn_log.PortalLogger"
# %(U)s is the route's pattern: no reference, no query string and no address of the visitor
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(L)s s"


def when_ready(server: Any) -> None:
    """Put what was loaded out of the collector's sight before the workers fork.

    It stays for good: looking it through cost a worker a tenth of a second now and then, and memory it shares.
    """
    gc.collect()
    gc.freeze()
