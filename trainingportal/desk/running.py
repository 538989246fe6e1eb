"""Whether the machinery runs, in the words of the desk's home."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from outbox.health import SILENCE, Health
from places.clock import say_minutes, say_moment


@dataclass(frozen=True)
class Part:
    """One part of the machinery: whether it is well, what to say, and the list that says more."""

    icon: str
    words: str
    state: str = ""
    link_words: str = ""

    @property
    def is_well(self) -> bool:
        return self.icon == "tick"


def parts(health: Health) -> list[Part]:
    """What the card “Is everything running?” says, in order."""
    now = timezone.now()
    left = f", last left {_ago(health.last_sent_at, now)}" if health.last_sent_at else ", none has left yet"
    mail = f"{health.waiting} waiting" if health.waiting else "nothing waits"
    said = [
        Part("clock" if health.waiting else "tick", f"Mail: {mail}{left}"),
        _heard("Worker", health.worker_seen_at, now),
        _heard("Clock", health.beat_seen_at, now),
    ]
    if not health.broker_ok:
        said.append(Part("warning", "The bell does not answer: mail leaves a little later."))
    if health.unsure:
        said.append(Part("warning", f"{health.unsure} unsure:", "unsure", "look whether it was sent"))
    if health.failed:
        said.append(Part("warning", f"{health.failed} refused:", "failed", "see why"))
    return said


def _heard(name: str, seen_at: dt.datetime | None, now: dt.datetime) -> Part:
    if seen_at is None:
        return Part("warning", f"{name}: not seen yet")
    if now - seen_at > SILENCE:
        return Part("warning", f"{name}: silent since {say_moment(seen_at)}")
    return Part("tick", f"{name}: seen {_ago(seen_at, now)}")


def _ago(moment: dt.datetime, now: dt.datetime) -> str:
    minutes = int((now - moment).total_seconds()) // 60
    if minutes < 2:
        return "just now"
    return f"{say_minutes(minutes)} ago" if minutes < 24 * 60 else f"on {say_moment(moment)}"
