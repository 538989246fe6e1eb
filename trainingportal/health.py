"""What load balancers and supervisors ask: is this process up, and does everything behind it answer?"""

from datetime import datetime, timedelta

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from outbox import health
from trainingportal import seals

LATELY = timedelta(minutes=3)  # beat rings every ten seconds
PARTS = ("database", "broker", "worker", "beat")
ILL = {"keys": "some secrets cannot be opened"}


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 whenever this process can answer at all; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, broker, worker and beat are there and our keys open every seal, else 503; says which.

    Names no address, version or error, so that anyone may ask.
    """
    parts = look_at_parts()
    is_ready = all(parts.values())
    words = {name: ("well" if is_well else ILL.get(name, "not seen")) for name, is_well in parts.items()}
    return JsonResponse({"ready": is_ready, **words}, status=200 if is_ready else 503)


def look_at_parts() -> dict[str, bool]:
    """Return for each part behind the web whether it answers, or was seen lately."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        seen = health.look()
        broken_seals = seals.count_broken()
    except Error:
        return dict.fromkeys(PARTS, False)  # and nobody can say whether the keys fit
    return {
        "database": True,
        "broker": seen.broker_ok,
        "worker": was_seen_lately(seen.worker_seen_at),
        "beat": was_seen_lately(seen.beat_seen_at),
        "keys": broken_seals == 0,
    }


def was_seen_lately(moment: datetime | None) -> bool:
    """Whether a heartbeat is fresh enough."""
    return moment is not None and timezone.now() - moment < LATELY
