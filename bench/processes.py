"""What running processes have cost, as the kernel counts it."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Stat:
    """What ``/proc/<pid>/stat`` says of one process."""

    parent: int
    own_seconds: float
    with_ended_children_seconds: float


def read_stat(line: str) -> Stat:
    """Read such a line. The name in it may hold spaces and brackets, so the fields are counted after the last one."""
    fields = line.rpartition(")")[2].split()
    user, system, children_user, children_system = (int(field) for field in fields[11:15])
    own = (user + system) / TICKS
    return Stat(int(fields[1]), own, own + (children_user + children_system) / TICKS)


def every_process() -> dict[int, Stat]:
    """All processes that are alive now."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found[int(folder.name)] = read_stat((folder / "stat").read_text())
            except OSError:  # it has just ended
                continue
    return found


def tree(root: int, processes: dict[int, Stat]) -> list[int]:
    """A process and all that descend from it."""
    pids = [root]
    for pid in pids:
        pids += [child for child, stat in processes.items() if stat.parent == pid]
    return pids


def workers_of(master: int) -> list[int]:
    """The processes that a gunicorn master has started."""
    return [pid for pid, stat in every_process().items() if stat.parent == master]


def cpu_of_workers(master: int) -> float:
    """Seconds of CPU that gunicorn's workers have used so far."""
    return sum(stat.own_seconds for stat in every_process().values() if stat.parent == master)


def cpu_of_trees(roots: list[int]) -> float:
    """Seconds of CPU that these programs and all that they started have used so far, ended children included."""
    processes = every_process()
    pids = {pid for root in roots for pid in tree(root, processes)}
    return sum(processes[pid].with_ended_children_seconds for pid in pids if pid in processes)


def cpu_of_all() -> float:
    """Seconds of CPU that everything on this machine has used so far, or that were taken from it."""
    return read_busy(Path("/proc/stat").read_text())


def read_busy(text: str) -> float:
    """Seconds from the line ``cpu  user nice system idle iowait irq softirq steal …``: all but idle and iowait."""
    user, nice, system, _, _, *rest = (int(field) for field in text.split("\n", 1)[0].split()[1:9])
    return (user + nice + system + sum(rest)) / TICKS


def pss_megabytes(pid: int) -> float:
    """Memory of a process, with what it shares counted in parts."""
    return read_pss(Path(f"/proc/{pid}/smaps_rollup").read_text())


def read_pss(text: str) -> float:
    """Megabytes from the line ``Pss:  12345 kB``. Raises ``ValueError`` when there is none."""
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if name == "Pss":
            return int(rest.split()[0]) / 1024
    raise ValueError("no Pss in smaps_rollup")
