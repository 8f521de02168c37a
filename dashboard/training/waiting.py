"""Why a queued run may wait for ever: no host has as many slots as it needs."""

from __future__ import annotations

from collections import Counter

from dashboard.runs.models import Run, Status
from dashboard.training.models import Heartbeat


def widest_host(run: Run) -> int | None:
    """The most slots of one kind that a host at work has, where that is too few for the run.

    None where one is wide enough, the run does not wait, or no host is at work at all.
    """
    if run.status != Status.QUEUED or run.processes == 1:
        return None
    beats = Heartbeat.objects.filter(kind=Heartbeat.Kind.WORKER)
    widths = [_width(beat.detail.get("slots", [])) for beat in beats if beat.is_alive]
    widest = max(widths, default=run.processes)
    return widest if widest < run.processes else None


def _width(names: list[str]) -> int:
    return max(Counter(name.partition(":")[0] for name in names).values(), default=0)
