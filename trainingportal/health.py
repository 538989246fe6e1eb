"""What load balancers and supervisors ask: is this process up, and does everything behind it answer?"""

from datetime import datetime, timedelta

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from outbox import health

LATELY = timedelta(minutes=3)  # beat rings every ten seconds


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 whenever this process can answer at all; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, broker, worker and beat are all there, else 503; says which in words.

    Names no address, version or error, so that anyone may ask.
    """
    parts = look_at_parts()
    is_ready = all(parts.values())
    words = {name: ("well" if is_well else "not seen") for name, is_well in parts.items()}
    return JsonResponse({"ready": is_ready, **words}, status=200 if is_ready else 503)


def look_at_parts() -> dict[str, bool]:
    """Return for each part behind the web whether it answers, or was seen lately."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        seen = health.look()
    except Error:
        return {"database": False, "broker": False, "worker": False, "beat": False}
    return {
        "database": True,
        "broker": seen.broker_ok,
        "worker": was_seen_lately(seen.worker_seen_at),
        "beat": was_seen_lately(seen.beat_seen_at),
    }


def was_seen_lately(moment: datetime | None) -> bool:
    """Whether a heartbeat is fresh enough."""
    return moment is not None and timezone.now() - moment < LATELY
