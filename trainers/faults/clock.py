"""The clock of a measured training: the processor time it took, and what faults add to it.

The benchmark trains several at once on whatever else the machine does. By a wall clock, every
neighbour would look like a slowdown.
"""

from __future__ import annotations

import time

_added = [0.0]


def add(seconds: float) -> None:
    _added[0] += seconds


def perf_counter() -> float:
    """Seconds of this process's processor time since it began, and those that were added."""
    return time.process_time() + _added[0]
