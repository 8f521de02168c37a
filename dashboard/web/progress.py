"""How far a run is, and how long the rest will take, as its trainer last told."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.metrics.reading import Summary
from dashboard.runs.models import Run, Status

LEFT = "time/left"


@dataclass(frozen=True)
class Progress:
    """left: None where nobody said, or where the run does not go on."""

    step: int
    steps: int
    left: dt.timedelta | None


def progress(run: Run, summaries: Mapping[str, Summary]) -> Progress | None:
    """None where the run has told no loss yet, or not how many steps it takes."""
    steps = run.facts.get("train/steps")
    told = [one.last_step for one in summaries.values() if one.name.startswith("train/loss")]
    if not told or not isinstance(steps, int):
        return None
    return Progress(max(told), steps, _left(run, summaries.get(LEFT)))


def _left(run: Run, told: Summary | None) -> dt.timedelta | None:
    if told is None or run.status != Status.RUNNING or not math.isfinite(told.last):
        return None
    return dt.timedelta(seconds=told.last)
