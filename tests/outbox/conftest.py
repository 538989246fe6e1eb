"""Two invented kinds of mail, and a short way to queue one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outbox import bell, kinds, rendering
from outbox.models import Message
from outbox.queue import queue_message

TEMPLATES = Path(__file__).parent / "templates"
CONTEXT = {
    "name": "Mair Evans",
    "link": "https://portal.example.org/your/WT-ABCD/",
    "words": "As you asked.",
    "code": "BCD-FGH",
}

Queue = Callable[..., Message]


@pytest.fixture(autouse=True)
def invented_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """``trial`` is an ordinary mail, ``trial-code`` a code; both use one template, and nothing overtakes them."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    monkeypatch.setattr(rendering.engine(), "dirs", [TEMPLATES, *rendering.engine().dirs])
    kinds.register("trial", label="Trial", still_wanted=kinds.always_wanted)
    kinds.register("trial-code", label="Trial code", still_wanted=kinds.always_wanted, is_code=True)


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No test wakes a worker of somebody else's; each ring is noted here instead."""
    rung: list[str] = []
    monkeypatch.setattr(bell, "publish", rung.append)
    bell.forget_trouble()
    return rung


@pytest.fixture
def queue() -> Queue:
    """Queue one trial mail; each call is an occasion of its own unless told otherwise."""
    count = 0

    def queue_trial(kind: str = "trial", *, context: dict[str, Any] | None = None, **fields: Any) -> Message:
        nonlocal count
        count += 1
        asked = {
            "to": "officer@force.example.org",
            "about": "outbox.heartbeat:beat",
            "occasion": f"occasion-{count}",
            "reference": "WT-ABCD",
            **fields,
        }
        return queue_message(kind, context={**CONTEXT, **(context or {})}, **asked)

    return queue_trial
