"""The row a curve has in the database, and the summary that tables read from it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from dashboard.metrics.attempts import Starts, end_of
from dashboard.metrics.buckets import Buckets
from dashboard.metrics.columns import Block
from dashboard.metrics.intake import out_of_order
from dashboard.metrics.limits import MAX_NAMES
from dashboard.metrics.models import Curve, Ledger
from dashboard.metrics.series import Floats, Ints

SUMMARY = ["count", "nonfinite", "last", "last_step", "last_time", "low", "high"]
WRITTEN = [*SUMMARY, "stored", "tail", "front", "front_attempt"]


def named(run_id: str, names: set[str]) -> dict[str, Curve]:
    """The curves of these names, made where they are new, as far as the run has room for more."""
    found = {c.name: c for c in Curve.objects.filter(run_id=run_id, name__in=names)}
    missing = sorted(names - found.keys())
    if missing:
        room = MAX_NAMES - Curve.objects.filter(run_id=run_id).count()
        fresh = [Curve(run_id=run_id, name=name) for name in missing[: max(room, 0)]]
        found |= {curve.name: curve for curve in Curve.objects.bulk_create(fresh)}
    return found


def keep(changed: Iterable[Curve]) -> None:
    """Write their rows in one statement."""
    Curve.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN
    )


def note(ledger: Ledger, curves: list[Curve], block: Block, starts: Starts) -> None:
    """Count a block's points into the rows of its curves, and into the run's ledger."""
    _note_order(ledger, curves, block)
    for curve in curves:
        curve.stored += len(block.steps)
        curve.tail += len(block.steps)
    counts = block.steps <= end_of(block.attempt, starts)
    if counts.any():
        _summarise(curves, block.steps[counts], block.times[counts], block.values[:, counts])


def _note_order(ledger: Ledger, curves: list[Curve], block: Block) -> None:
    known: dict[int, tuple[int, int]] = {}
    newest = int(block.steps.max())
    for curve in curves:
        front = curve.front if curve.front_attempt == block.attempt else -1
        if front not in known:
            known[front] = out_of_order(block.steps, front)
        late, repeated = known[front]
        ledger.late += late
        ledger.repeated += repeated
        if block.attempt >= curve.front_attempt:
            curve.front, curve.front_attempt = max(front, newest), block.attempt


def _summarise(curves: list[Curve], steps: Ints, times: Floats, values: Floats) -> None:
    finite = np.isfinite(values)
    odd = len(steps) - finite.sum(axis=1)
    tame = np.where(finite, values, np.nan)
    low, high = np.fmin.reduce(tame, axis=1), np.fmax.reduce(tame, axis=1)
    newest = len(steps) - 1 - int(np.argmax(steps[::-1]))
    for row, curve in enumerate(curves):
        if not curve.count or steps[newest] >= curve.last_step:
            curve.last = _no_nan(float(values[row, newest]))
            curve.last_step, curve.last_time = int(steps[newest]), float(times[newest])
        curve.count += len(steps)
        curve.nonfinite += int(odd[row])
        curve.low = _least(curve.low, float(low[row]))
        curve.high = _greatest(curve.high, float(high[row]))


def resummarise(curve: Curve, whole: Buckets) -> None:
    """From all of its points that count, as one bucket; none where there are no such points."""
    curve.count, curve.nonfinite = whole.points, whole.odd
    curve.last = curve.low = curve.high = None
    if len(whole):
        curve.last = _no_nan(float(whole.last[-1]))
        curve.last_step, curve.last_time = int(whole.last_step[-1]), float(whole.last_time[-1])
        curve.low, curve.high = _no_nan(float(whole.low[0])), _no_nan(float(whole.high[0]))


def _least(old: float | None, new: float) -> float | None:
    return _no_nan(new) if old is None else old if math.isnan(new) else min(old, new)


def _greatest(old: float | None, new: float) -> float | None:
    return _no_nan(new) if old is None else old if math.isnan(new) else max(old, new)


def _no_nan(value: float) -> float | None:
    return None if math.isnan(value) else value
