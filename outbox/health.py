"""Whether mail leaves: for the red bar on the desk and for the health pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min, Q
from django.db.models.functions import Greatest
from django.utils import dateformat, timezone

from outbox.models import Heartbeat, Message
from outbox.states import State

SILENCE = timedelta(minutes=20)
PATIENCE_SECONDS = 0.3


@dataclass(frozen=True)
class Health:
    """How the mail stands now. ``words`` is empty unless ``is_silent``; ``said`` is by the name of a heartbeat."""

    broker_ok: bool
    beat_seen_at: datetime | None
    worker_seen_at: datetime | None
    last_sent_at: datetime | None
    waiting: int
    unsure: int
    failed: int
    is_silent: bool
    words: str
    said: Mapping[str, "Said"] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """What one part of the machinery had to say, and when."""

    at: datetime
    lines: list[str]


def look(*, ask_broker: bool = True) -> Health:
    """Look at heartbeats, queue and broker, in three short queries and one ping of at most 0.3 seconds.

    It is silent when beat has not been seen for 20 minutes, or when mail has waited for as long and none has left.
    ``unsure`` and ``failed`` count what a person can do something about, so no codes.
    """
    now = timezone.now()
    beats = list(Heartbeat.objects.all())
    seen = {beat.name: beat.seen_at for beat in beats}
    row = Message.objects.filter(
        state__in=[State.QUEUED, State.HANDING_OVER, State.UNSURE, State.FAILED]
    ).aggregate(
        waiting=Count("pk", filter=_waits(now)),
        waits_since=Min(Greatest("queued_at", "not_before"), filter=_waits(now)),
        unsure=Count("pk", filter=Q(state=State.UNSURE, is_code=False)),
        failed=Count("pk", filter=Q(state=State.FAILED, is_code=False)),
    )
    last_sent_at = (
        Message.objects.filter(state=State.SENT)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)
        .first()
    )
    beat_seen_at = seen.get("beat")
    beat_since = beat_seen_at or _installed_at() or now
    beat_is_silent = now - beat_since > SILENCE
    mail_since = max(filter(None, [row["waits_since"], last_sent_at]), default=now)
    mail_is_silent = row["waiting"] > 0 and now - mail_since > SILENCE
    return Health(
        broker_ok=broker_answers() if ask_broker else True,
        beat_seen_at=beat_seen_at,
        worker_seen_at=seen.get("worker"),
        last_sent_at=last_sent_at,
        waiting=row["waiting"],
        unsure=row["unsure"],
        failed=row["failed"],
        is_silent=beat_is_silent or mail_is_silent,
        words=_words(
            since=min(beat_since if beat_is_silent else now, mail_since if mail_is_silent else now),
            waiting=row["waiting"],
            beat_is_silent=beat_is_silent,
            worker_seen_at=seen.get("worker"),
        )
        if beat_is_silent or mail_is_silent
        else "",
        said={beat.name: Said(beat.seen_at, beat.words.splitlines()) for beat in beats},
    )


def broker_answers() -> bool:
    """Whether the broker answers a ping within 0.3 seconds."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=PATIENCE_SECONDS,
        socket_timeout=PATIENCE_SECONDS,
        retry=None,
    )
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def _waits(now: datetime) -> Q:
    """Mail that should have left by now, or would have without trouble."""
    not_held_back = Q(not_before=None) | Q(not_before__lte=now)
    return Q(state__in=[State.QUEUED, State.HANDING_OVER]) & not_held_back


def _installed_at() -> datetime | None:
    """When this portal's outbox was made: a beat that never ran is late from then on."""
    return (
        MigrationRecorder.Migration.objects.filter(app="outbox")
        .order_by("id")
        .values_list("applied", flat=True)
        .first()
    )


def _words(*, since: datetime, waiting: int, beat_is_silent: bool, worker_seen_at: datetime | None) -> str:
    """The red bar's words: since when, what waits, what to do."""
    if waiting == 0:
        waits = "No mail waits now, but reminders and expired offers are not looked at."
    elif waiting == 1:
        waits = "1 mail waits."
    else:
        waits = f"{waiting:,} mails wait."
    worker_is_silent = worker_seen_at is None or timezone.now() - worker_seen_at > SILENCE
    if worker_is_silent:
        do = "Nothing is lost. Ask whoever runs the portal to start the worker and the scheduler; mail then leaves by itself."
    elif beat_is_silent:
        do = "Nothing is lost. Ask whoever runs the portal to start the scheduler; what waits then leaves by itself."
    else:
        do = (
            "Nothing is lost. The worker runs, so look at the mail server: the reason stands beside each waiting mail. "
            "What is urgent, ring."
        )
    what = "The scheduler has been silent" if beat_is_silent and waiting == 0 else "No mail has left"
    return f"{what} since {_say(since)}. {waits} {do}"


def _say(moment: datetime) -> str:
    """Friday 27 November, 5.05pm."""
    return dateformat.format(timezone.localtime(moment), "l j F, g.ia").replace(".m.", "m")
