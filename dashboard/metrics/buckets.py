"""Neighbouring points as buckets: what is drawn of a curve with more points than pixels.

A bucket keeps its extremes and counts what is not finite, so no spike is hidden however many
points it holds; buckets of buckets are buckets again, which is how summaries of several widths
are made and read.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.series import Floats, Ints, Series


@dataclass(frozen=True, eq=False)
class Buckets:
    """(m,) buckets in the order of their steps; every field is an array with one entry each.

    first, last: the values at its ends, NaN and Inf as they are; low, high, mean: of its finite
    values, NaN where it has none; low_step, high_step: where the extremes are; odd_step: its first
    point that is not finite, -1 for none; count: all points; nan, above (+Inf), below (-Inf): of it
    """

    first_step: Ints
    last_step: Ints
    low_step: Ints
    high_step: Ints
    odd_step: Ints
    first_time: Floats
    last_time: Floats
    first: Floats
    last: Floats
    low: Floats
    high: Floats
    mean: Floats
    count: Ints
    nan: Ints
    above: Ints
    below: Ints

    def __len__(self) -> int:
        return len(self.count)

    @property
    def finite(self) -> Ints:
        """How many of each bucket's points are finite."""
        return self.count - self.nan - self.above - self.below

    @property
    def points(self) -> int:
        """All points of all buckets."""
        return int(self.count.sum())

    @property
    def odd(self) -> int:
        """All points that are not finite."""
        return int((self.nan + self.above + self.below).sum())


NAMES = tuple(field.name for field in fields(Buckets))


def of_points(series: Series) -> Buckets:
    """Every point as a bucket of its own."""
    values = series.values
    finite = np.isfinite(values)
    low = np.where(finite, values, np.nan)
    steps, times = series.steps, series.times
    odd = np.where(finite, -1, steps)
    ones = np.ones(len(values), np.int64)
    nan, above, below = (
        mask.astype(np.int64) for mask in (np.isnan(values), values == np.inf, values == -np.inf)
    )
    heights = (values, values, low, low, low)
    return Buckets(steps, steps, steps, steps, odd, times, times, *heights, ones, nan, above, below)


def means(buckets: Buckets) -> Series:
    """Each bucket's mean in its middle; none where it has no finite value."""
    some = buckets.finite > 0
    steps = (buckets.first_step + buckets.last_step)[some] // 2
    times = (buckets.first_time + buckets.last_time)[some] / 2
    return Series(steps, times, buckets.mean[some])


def joined(parts: list[Buckets]) -> Buckets:
    """One after the other; no parts are no buckets."""
    if len(parts) == 1:
        return parts[0]
    parts = parts or [of_points(Series.of([], []))]
    return Buckets(*(np.concatenate([getattr(part, name) for part in parts]) for name in NAMES))


def thinned(buckets: Buckets, most: int) -> Buckets:
    """At most `most` buckets of about equally many points. ValueError where most < 1."""
    return thinned_each([buckets], most)[0]


def thinned_each(several: list[Buckets], most: int) -> list[Buckets]:
    """The same of several curves at once."""
    if most < 1:
        raise ValueError(f"buckets must be at least 1, got {most}")
    if not several:
        return []
    edges = [_edges(one, most) for one in several]
    begins = np.cumsum([0, *map(len, several)])
    whole = merged(
        joined(several), np.concatenate([e + b for e, b in zip(edges, begins, strict=False)])
    )
    ends = np.cumsum([0, *map(len, edges)])
    return [_cut(whole, slice(*ends[place : place + 2])) for place in range(len(several))]


def _edges(buckets: Buckets, most: int) -> Ints:
    """Where each of the new buckets begins."""
    if len(buckets) <= most:
        return np.arange(len(buckets))
    begins = np.cumsum(buckets.count) - buckets.count
    wanted = np.arange(most) * buckets.points // most
    edges = np.searchsorted(begins, wanted)
    return edges[np.append(True, edges[1:] > edges[:-1]) & (edges < len(buckets))]


def _cut(buckets: Buckets, part: slice) -> Buckets:
    return Buckets(*(getattr(buckets, name)[part] for name in NAMES))


def of_width(buckets: Buckets, width: int) -> Buckets:
    """`width` neighbours at a time as one, the last perhaps of fewer."""
    return merged(buckets, np.arange(0, len(buckets), width))


def merged(one: Buckets, edges: Ints) -> Buckets:
    """Neighbours as one; edges: (m,), ascending from 0, where each new bucket begins."""
    if not len(edges):
        return one
    ends = np.append(edges[1:], len(one)) - 1
    own = np.repeat(np.arange(len(edges)), ends - edges + 1)  # which new bucket each goes to
    low, high = np.fmin.reduceat(one.low, edges), np.fmax.reduceat(one.high, edges)
    return Buckets(
        first_step=one.first_step[edges],
        last_step=one.last_step[ends],
        low_step=one.low_step[_first(one.low == low[own], edges)],
        high_step=one.high_step[_first(one.high == high[own], edges)],
        odd_step=one.odd_step[_first(one.odd_step >= 0, edges)],
        first_time=one.first_time[edges],
        last_time=one.last_time[ends],
        first=one.first[edges],
        last=one.last[ends],
        low=low,
        high=high,
        mean=np.fmin(np.fmax(_mean(one, edges, own), low), high),
        count=np.add.reduceat(one.count, edges),
        nan=np.add.reduceat(one.nan, edges),
        above=np.add.reduceat(one.above, edges),
        below=np.add.reduceat(one.below, edges),
    )


def _first(hit: NDArray[np.bool_], edges: Ints) -> Ints:
    """Index of each new bucket's first hit; of its beginning where there is none."""
    places = np.where(hit, np.arange(len(hit)), len(hit))
    found = np.minimum.reduceat(places, edges)
    return np.where(found == len(hit), edges, found)


def _mean(one: Buckets, edges: Ints, own: Ints) -> Floats:
    """Weighted by finite points; a sum of the values themselves could leave the floats."""
    finite = one.finite
    total = np.add.reduceat(finite, edges)
    share = finite / np.maximum(total, 1)[own]
    parts = np.where(finite > 0, one.mean, 0.0) * share
    return np.where(total > 0, np.add.reduceat(parts, edges), np.nan)
