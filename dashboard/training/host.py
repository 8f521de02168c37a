"""What this host is doing: processors, memory, disk, network and GPUs.

The names are those of the charts: cpu in processors that are busy, memory and disk in bytes,
reading, writing, receiving and sending in bytes a second.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from dashboard.training.gpus import Gpus


class Host:
    """Read again and again: rates are those since the last time, so the first lacks them."""

    def __init__(self, folder: Path, gpus: Sequence[int] | None = None) -> None:
        """folder: whose disk is looked at; gpus: only these numbers, all where None."""
        self.gpus = Gpus(gpus)
        self._folder = folder
        self._counted: dict[str, float] = {}
        self._at = 0.0

    def read(self) -> dict[str, float]:
        """What is to be had of it now, by name."""
        return {**self._amounts(), **self._rates(), **self.gpus.read()}

    def _amounts(self) -> dict[str, float]:
        memory = psutil.virtual_memory()
        disk = psutil.disk_usage(str(self._folder))
        return {
            "cpu/cores": float(psutil.cpu_count() or 1),
            "memory/host": float(memory.total - memory.available),
            "memory/total": float(memory.total),
            "disk/free": float(disk.free),
            "disk/total": float(disk.total),
        }

    def _rates(self) -> dict[str, float]:
        before, self._counted = self._counted, _counters()
        passed, self._at = time.monotonic() - self._at, time.monotonic()
        if passed <= 0:
            return {}
        grown = {name: self._counted[name] - before[name] for name in before.keys() & self._counted}
        return {name: max(more, 0.0) / passed for name, more in sorted(grown.items())}


def _counters() -> dict[str, float]:
    """What only grows: seconds of busy processors, bytes. A container may not see its disk's."""
    found = {"cpu/host": _busy()}
    if disk := psutil.disk_io_counters():
        found |= {"disk/read": float(disk.read_bytes), "disk/written": float(disk.write_bytes)}
    if network := psutil.net_io_counters():
        found["network/received"] = float(network.bytes_recv)
        found["network/sent"] = float(network.bytes_sent)
    return found


def _busy() -> float:
    """Seconds that processors worked. `guest` is within `user` already."""
    times = psutil.cpu_times()._asdict()
    idle = ("idle", "iowait", "guest", "guest_nice")
    return float(sum(seconds for name, seconds in times.items() if name not in idle))
