"""How many samples a run has seen at a step: another x axis, where the trainer lets it be known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dashboard.metrics import store
from dashboard.metrics.series import Floats, Ints, Series
from dashboard.runs.models import Run
from trainers.catalog import BUILT_IN

SEEN = "train/samples_seen"  # a metric by which any trainer may report them, at the steps it logs
A_STEP = "train/effective_batch"  # a fact by which it may state how many each step takes
FACTORS = ("batch_size", "accumulation", "processes")  # settings of the built-in trainers


def samples_a_step(run: Run) -> float | None:
    """As the trainer stated it, else by a built-in trainer's configuration; None: nobody knows."""
    stated = run.facts.get(A_STEP)
    if isinstance(stated, int | float) and not isinstance(stated, bool) and stated > 0:
        return float(stated)
    if run.trainer not in BUILT_IN or "batch_size" not in run.config:
        return None
    count = 1.0
    for name in FACTORS:
        count *= float(run.config.get(name, 1))
    return count if count > 0 else None


def by_samples(series: Series, each: float) -> Series:
    """With the samples that were seen in the place of the times. each: of one step"""
    return Series(series.steps, _seen(series.steps, each), series.values)


def window_by_samples(window: store.Window, each: float) -> store.Window:
    found = window.buckets
    first, last = _seen(found.first_step, each), _seen(found.last_step, each)
    return replace(window, buckets=replace(found, first_time=first, last_time=last))


def _seen(steps: Ints, each: float) -> Floats:
    return steps.astype(np.float64) * each
