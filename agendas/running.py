"""The running order: when each item starts, how much of the day is planned, and how long people sit. Nothing is kept."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from agendas.models import Agenda, AgendaItem


class Line(NamedTuple):
    """One item with its times on the London clock."""

    item: AgendaItem
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True)
class Sitting:
    """Items that follow one another without a pause."""

    lines: tuple[Line, ...]

    @property
    def minutes(self) -> int:
        return sum(line.item.minutes for line in self.lines)

    @property
    def starts_at(self) -> dt.datetime:
        return self.lines[0].starts_at

    @property
    def ends_at(self) -> dt.datetime:
        return self.lines[-1].ends_at


@dataclass(frozen=True)
class RunningOrder:
    """A whole agenda in time. All lengths are minutes."""

    lines: tuple[Line, ...]
    starts_at: dt.datetime
    length: int

    @property
    def ends_at(self) -> dt.datetime:
        """When the day should end; the lines may end before or after."""
        return self.starts_at + dt.timedelta(minutes=self.length)

    @cached_property
    def planned(self) -> int:
        """Everything that is in the day, pauses included."""
        return sum(line.item.minutes for line in self.lines)

    @cached_property
    def paused(self) -> int:
        return sum(line.item.minutes for line in self.lines if line.item.is_pause)

    @property
    def free(self) -> int:
        """What is left of the day; negative when it is too long."""
        return self.length - self.planned

    @property
    def training_planned(self) -> int:
        """Everything but the pauses."""
        return self.planned - self.paused

    @property
    def training_budget(self) -> int:
        """What there is to plan once the pauses that stand in the day are taken off."""
        return self.length - self.paused

    @cached_property
    def sittings(self) -> tuple[Sitting, ...]:
        """The stretches between pauses."""
        found: list[Sitting] = []
        together: list[Line] = []
        for line in self.lines:
            if line.item.is_pause:
                if together:
                    found.append(Sitting(tuple(together)))
                together = []
            elif line.item.minutes:
                together.append(line)
        if together:
            found.append(Sitting(tuple(together)))
        return tuple(found)


def running_order(agenda: Agenda, items: Sequence[AgendaItem]) -> RunningOrder:
    """Lay the items one after the other from the start of the day."""
    clock = agenda.starts_at
    lines = []
    for item in items:
        ends_at = clock + dt.timedelta(minutes=item.minutes)
        lines.append(Line(item, clock, ends_at))
        clock = ends_at
    return RunningOrder(tuple(lines), agenda.starts_at, agenda.length_minutes)
