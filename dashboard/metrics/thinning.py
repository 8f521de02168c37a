"""Fewer points, same picture: the least and the greatest value of each bucket are kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.series import Floats, Ints, Series


@dataclass(frozen=True, eq=False)
class Thinned:
    """What is drawn of a curve. steps, times, values: (m,) finite points, m <= 2 * buckets."""

    steps: Ints
    times: Floats
    values: Floats
    nonfinite: Series  # every NaN and Inf: never thinned away
    count: int  # points before thinning, non-finite ones too
    buckets: int  # 0 where nothing was thinned


def thin(series: Series, buckets: int = 1000) -> Thinned:
    """At most `buckets` buckets of equally many points, each as its extremes in step order.

    ValueError where buckets < 1.
    """
    if buckets < 1:
        raise ValueError(f"buckets must be at least 1, got {buckets}")
    nonfinite = series.where(~np.isfinite(series.values))
    finite = series.finite
    if len(finite) <= 2 * buckets:
        return Thinned(finite.steps, finite.times, finite.values, nonfinite, len(series), 0)
    kept = _extremes(finite.values, buckets)
    return Thinned(
        finite.steps[kept],
        finite.times[kept],
        finite.values[kept],
        nonfinite,
        len(series),
        buckets,
    )


def _extremes(values: Floats, buckets: int) -> Ints:
    """Indices of each bucket's least and greatest value, ascending, without repeats."""
    edges = np.linspace(0, len(values), buckets + 1).astype(np.int64)
    bucket = np.searchsorted(edges, np.arange(len(values)), side="right") - 1
    order = np.lexsort((values, bucket))  # within each bucket from the least to the greatest
    ends = edges[1:] - 1
    return np.unique(np.concatenate([order[edges[:-1]], order[ends]]))
