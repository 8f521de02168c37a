"""What housekeeping does about the disk, a little in every round."""

from __future__ import annotations

import time

from dashboard.storage import database, purging, retention, usage

BUDGET = 1.0  # seconds of a round: leases and wake-ups must not wait
OFTEN = 20.0  # seconds between two looks for runs to measure
SELDOM = 600.0  # seconds between two rounds of what reads every run


class Chores:
    """Remembers what is due when."""

    def __init__(self) -> None:
        self.measure_at = 0.0
        self.sweep_at = 0.0
        self.reclaiming = True  # what an earlier process deleted

    def do(self) -> None:
        now = time.monotonic()
        if now >= self.sweep_at:
            self.sweep_at = now + SELDOM
            retention.carry_out()
            usage.measure(usage.changed())
        if now >= self.measure_at:
            self._measure(now)
        if purging.work(now + BUDGET):
            self.reclaiming = True
        if self.reclaiming:
            self.reclaiming = not database.reclaim(now + BUDGET)

    def _measure(self, now: float) -> None:
        """At once again while there is more than fits into one look."""
        found = usage.unmeasured()
        usage.measure(found)
        self.measure_at = now if len(found) >= usage.AT_ONCE else now + OFTEN
