"""Fewer points, same picture: the least and the greatest value of each bucket are kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dashboard.metrics.buckets import Buckets, of_points
from dashboard.metrics.gaps import gaps
from dashboard.metrics.series import Floats, Ints, Series, joined
from dashboard.metrics.window import Window

NONE = np.empty((0, 2), np.int64)


@dataclass(frozen=True, eq=False)
class Thinned:
    """What is drawn of a curve. steps, times, values: (m,) finite points, m <= 2 * buckets."""

    steps: Ints
    times: Floats
    values: Floats
    nonfinite: Series  # NaN and Inf: every one, or of buckets the first of each kind
    count: int  # points before thinning, non-finite ones too
    buckets: int  # 0 where nothing was thinned
    odd: Ints  # (k,) how many points each of `nonfinite` stands for
    gaps: Ints = field(default_factory=lambda: NONE)  # (g, 2) steps before and after a gap

    @property
    def series(self) -> Series:
        """The points that are drawn."""
        return Series(self.steps, self.times, self.values)


def thin(series: Series, buckets: int = 1000) -> Thinned:
    """At most `buckets` buckets of equally many points, each as its extremes in step order.

    ValueError where buckets < 1.
    """
    if buckets < 1:
        raise ValueError(f"buckets must be at least 1, got {buckets}")
    nonfinite = series.where(~np.isfinite(series.values))
    finite = series.finite
    drawn = 0
    if len(finite) > 2 * buckets:
        kept, drawn = _extremes(finite.values, buckets), buckets
        finite = Series(finite.steps[kept], finite.times[kept], finite.values[kept])
    each = np.ones(len(nonfinite), np.int64)
    return Thinned(
        finite.steps,
        finite.times,
        finite.values,
        nonfinite,
        len(series),
        drawn,
        each,
        gaps(of_points(series)),
    )


def drawn(window: Window) -> Thinned:
    """The same of a window: each bucket as its extremes, in the order in which they lie."""
    found = window.buckets
    some = np.flatnonzero(found.finite > 0)
    ends = np.stack([found.low_step[some], found.high_step[some]], axis=1)
    heights = np.stack([found.low[some], found.high[some]], axis=1)
    places = np.repeat(some, 2)
    falls = ends[:, 0] > ends[:, 1]  # its greatest value comes first
    ends[falls], heights[falls] = ends[falls, ::-1], heights[falls, ::-1]
    steps, values = ends.ravel(), heights.ravel()
    alike = np.zeros(len(steps), bool)
    alike[1::2] = (steps[::2] == steps[1::2]) & (values[::2] == values[1::2])
    steps, values, places = steps[~alike], values[~alike], places[~alike]
    nonfinite, odd = _odd(found)
    times = _times(found, places, steps)
    return Thinned(steps, times, values, nonfinite, found.points, window.drawn_as, odd, gaps(found))


def _odd(found: Buckets) -> tuple[Series, Ints]:
    """One mark for each kind in each bucket, where its first such point is."""
    marks, counts = [], []
    for value, count in ((np.nan, found.nan), (np.inf, found.above), (-np.inf, found.below)):
        at = np.flatnonzero(count)
        steps = found.odd_step[at]
        marks.append(Series(steps, _times(found, at, steps), np.full(len(at), value)))
        counts.append(count[at])
    series, odd = joined(marks), np.concatenate(counts)
    order = np.argsort(series.steps, kind="stable")
    return Series(series.steps[order], series.times[order], series.values[order]), odd[order]


def _times(found: Buckets, places: Ints, steps: Ints) -> Floats:
    """When these steps of these buckets were logged, as if the time passed evenly within one."""
    first, last = found.first_step[places], found.last_step[places]
    share = (steps - first) / np.maximum(last - first, 1)
    began, ended = found.first_time[places], found.last_time[places]
    times: Floats = began + share * (ended - began)
    return times


def _extremes(values: Floats, buckets: int) -> Ints:
    """Indices of each bucket's least and greatest value, ascending, without repeats."""
    edges = np.linspace(0, len(values), buckets + 1).astype(np.int64)
    begins, widths = edges[:-1], np.diff(edges)
    low = np.flatnonzero(values == np.repeat(np.minimum.reduceat(values, begins), widths))
    high = np.flatnonzero(values == np.repeat(np.maximum.reduceat(values, begins), widths))
    first = low[np.searchsorted(low, begins)]
    last = high[np.searchsorted(high, edges[1:]) - 1]
    return np.unique(np.concatenate([first, last]))
