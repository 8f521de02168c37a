"""The row a curve has in the database, and the summary that tables read from it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from dashboard.metrics import codec
from dashboard.metrics.models import Chunk, Curve, Event
from dashboard.metrics.series import EMPTY, Series

SUMMARY_FIELDS = ["count", "nonfinite", "last", "last_step", "last_time", "low", "high"]


def named(run_id: str, names: set[str]) -> dict[str, Curve]:
    """The curves of these names, made where they are new."""
    found = {c.name: c for c in Curve.objects.filter(run_id=run_id, name__in=names)}
    missing = [Curve(run_id=run_id, name=name) for name in sorted(names - found.keys())]
    for curve in Curve.objects.bulk_create(missing):
        found[curve.name] = curve
    return found


def summarise(curve: Curve, new: Series) -> None:
    """Count `new` points, the newest of the curve, into its summary."""
    finite = new.finite.values
    curve.count += len(new)
    curve.nonfinite += len(new) - len(finite)
    curve.last = _no_nan(float(new.values[-1]))
    curve.last_step = int(new.steps[-1])
    curve.last_time = float(new.times[-1])
    if len(finite):
        low, high = float(finite.min()), float(finite.max())
        curve.low = low if curve.low is None else min(curve.low, low)
        curve.high = high if curve.high is None else max(curve.high, high)


def recount(run_id: str) -> None:
    """Summarise every curve anew, after an attempt made points of earlier ones count no longer."""
    starts = starts_of([run_id])[run_id]
    for curve in Curve.objects.filter(run_id=run_id):
        kept = assemble(curve.chunks.order_by("attempt", "pk"), starts)
        curve.count = curve.nonfinite = 0
        curve.last = curve.low = curve.high = None
        if len(kept):
            summarise(curve, kept)
        curve.save(update_fields=SUMMARY_FIELDS)


def starts_of(run_ids: list[str]) -> dict[str, list[tuple[int, int]]]:
    """By run: (attempt, step after which it went on) of every start; -1 for a fresh start."""
    found: dict[str, list[tuple[int, int]]] = {run_id: [] for run_id in run_ids}
    starts = Event.objects.filter(run_id__in=run_ids, kind="start")
    for run_id, attempt, step in starts.values_list("run_id", "attempt", "step"):
        found[run_id].append((attempt, step or -1))
    return found


def assemble(chunks: Iterable[Chunk], starts: list[tuple[int, int]]) -> Series:
    """One series from chunks in (attempt, id) order; where attempts overlap, the newest counts."""
    parts = []
    for chunk in chunks:
        series = codec.decode(bytes(chunk.data))
        ends = [step for attempt, step in starts if attempt > chunk.attempt]
        parts.append(series.where(series.steps <= min(ends)) if ends else series)
    if not parts:
        return EMPTY
    joined = Series(
        np.concatenate([p.steps for p in parts]),
        np.concatenate([p.times for p in parts]),
        np.concatenate([p.values for p in parts]),
    )
    order = np.argsort(joined.steps, kind="stable")
    return Series(joined.steps[order], joined.times[order], joined.values[order])


def _no_nan(value: float) -> float | None:
    return None if math.isnan(value) else value
