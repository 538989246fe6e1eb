"""Steps one after another: where something stands, or what somebody still has to do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One line. ``state`` is "done", "now", "next" or nothing; with an ``address`` its title leads there."""

    title: str
    note: str = ""
    state: str = ""
    address: str = ""
