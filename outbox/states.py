"""What may follow what in the life of a message: one table, read by the code and by the triggers."""

from django.db.models import TextChoices


class State(TextChoices):
    """Where a message stands."""

    DRAFT = "draft", "Draft"
    QUEUED = "queued", "Waiting to leave"
    HANDING_OVER = "handing_over", "Being handed over"
    SENT = "sent", "Sent"
    FAILED = "failed", "Refused"
    UNSURE = "unsure", "Unsure"
    WITHHELD = "withheld", "Not sent, on purpose"
    MISSED = "missed", "Too late to send"


MOVES: list[tuple[State, State]] = [
    # from               to                     when
    (State.DRAFT,        State.QUEUED),         # a person presses "send"
    (State.DRAFT,        State.WITHHELD),       # a person decides against it
    (State.QUEUED,       State.HANDING_OVER),   # a worker claims it
    (State.QUEUED,       State.WITHHELD),       # a person stops it
    (State.QUEUED,       State.MISSED),         # its time has passed
    (State.HANDING_OVER, State.SENT),           # the mail server took it
    (State.HANDING_OVER, State.QUEUED),         # not handed over for certain: again later
    (State.HANDING_OVER, State.WITHHELD),       # no longer wanted
    (State.HANDING_OVER, State.MISSED),         # its time has passed
    (State.HANDING_OVER, State.FAILED),         # refused for good, or refused too often
    (State.HANDING_OVER, State.UNSURE),         # handed over, and no answer came
    (State.UNSURE,       State.SENT),           # the answer came after all
    (State.UNSURE,       State.QUEUED),         # a person presses "send again"
    (State.UNSURE,       State.WITHHELD),       # a person leaves it
    (State.UNSURE,       State.MISSED),         # a code whose time has passed
    (State.FAILED,       State.QUEUED),         # a person presses "send again"
    (State.FAILED,       State.WITHHELD),       # a person leaves it
    (State.WITHHELD,     State.QUEUED),         # a person presses "send again"
]  # fmt: skip

# Only a person moves a message out of these.
RESTING = [State.DRAFT, State.FAILED, State.UNSURE, State.WITHHELD]

# A code is never sent again: whoever needs one asks for another.
CODE_MOVES = [(old, new) for old, new in MOVES if not (new == State.QUEUED and old in RESTING)]

# The body is still needed in these.
LIVE = [State.DRAFT, State.QUEUED, State.HANDING_OVER]


def sources(new: State) -> list[State]:
    """The states from which a message may move to ``new``."""
    return [old for old, then in MOVES if then == new]
