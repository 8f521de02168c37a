"""What a process and all its descendants take."""

from __future__ import annotations

import contextlib
import time

import psutil


class ProcessTree:
    """Read again and again: the processors are those used since the last time."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._spent: dict[tuple[int, float], float] = {}  # (pid, started): seconds of a processor
        self._at = time.monotonic()

    def read(self) -> dict[str, float]:
        """Processors in use, and resident bytes (shared pages count in each process).

        Empty where the process has ended.
        """
        spent: dict[tuple[int, float], float] = {}
        resident = 0
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):  # it just ended
                times = process.cpu_times()
                spent[process.pid, process.create_time()] = times.user + times.system
                resident += process.memory_info().rss
        passed, self._at = time.monotonic() - self._at, time.monotonic()
        used = sum(now - self._spent.get(key, 0.0) for key, now in spent.items())
        self._spent = spent
        if not spent or passed <= 0:
            return {}
        return {"cpu/run": used / passed, "memory/run": float(resident)}

    def _processes(self) -> list[psutil.Process]:
        try:
            first = psutil.Process(self._pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []
