"""The mean of an arm's curves with its band, and the difference of two arms, place by place.

A band is Student's t over the runs at one place, as statistics/intervals.py has it for the runs'
ends. It is pointwise: of all places of a band some leave out the truth. Points of a curve are no
replicates, so no p comes from here, and where arms separate is a description; a study is what
decides.

A mean of fewer runs is another mean. So a band stands only where every run of the arm has a value,
and where some have none `Band.n` says how many the mean is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.comparison.curve_table import At, Table
from dashboard.comparison.statistics.distributions import t_quantiles
from dashboard.comparison.statistics.intervals import LOPSIDED
from dashboard.metrics.series import Floats, Ints

LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Band:
    """An arm at (k,) places. mean: NaN where nothing is drawn; low, high: NaN where no band is.

    n: runs that have a value; of: runs of the arm; apart: places that are left out, since a run
    logged nothing there in the midst of its curve
    """

    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    n: Ints
    of: int
    apart: NDArray[np.bool_]

    @property
    def full(self) -> NDArray[np.bool_]:
        """Where the mean is of all runs of the arm."""
        found: NDArray[np.bool_] = (self.n == self.of) & ~self.apart
        return found

    @property
    def changes(self) -> list[tuple[float, int]]:
        """From which place on the mean is of how many runs, where these are not all of them."""
        x, n = self.x[~self.apart], self.n[~self.apart]
        before = np.concatenate([[self.of], n[:-1]])
        return [(float(x[i]), int(n[i])) for i in np.flatnonzero(n != before)]


@dataclass(frozen=True, eq=False)
class Difference:
    """An arm less another at (k,) places, NaN where not every run of both has a value.

    pairs: runs of each arm, paired by seed; 0 where the arms have other seeds, and Welch's is used;
    apart: as of a band
    """

    x: Floats
    effect: Floats
    low: Floats
    high: Floats
    pairs: int
    apart: NDArray[np.bool_]

    @property
    def has_band(self) -> bool:
        return bool(np.isfinite(self.low).any())


@dataclass(frozen=True)
class Separation:
    """From `begin` on the band leaves out zero, at all of `places`, until `end`, its last one."""

    begin: float
    end: float
    places: int


def band(arm: Table, level: float = LEVEL) -> Band:
    """Of the runs of one arm, a row each."""
    there = arm.states == At.VALUE
    n = there.sum(axis=0)
    apart = _apart(arm)
    mean = _mean(arm.values, there)
    mean[apart] = np.nan
    full = (n == len(arm.values)) & ~apart
    half = np.full(len(arm.x), np.nan)
    if len(arm.values) > 1:
        half[full] = _half(_squared_error(arm.values[:, full]), len(arm.values) - 1, level)
    return Band(arm.x, mean, mean - half, mean + half, n, len(arm.values), apart)


def difference(
    before: Table,
    after: Table,
    seeds: tuple[Sequence[int], Sequence[int]],
    level: float = LEVEL,
) -> Difference:
    """after - before, by pairs where the arms have the same seeds, each once; else Welch's.

    seeds: of the rows of both. Without two runs in each arm there is no band.
    """
    full = _full(before) & _full(after)
    one, other = before.values[:, full], after.values[:, full]
    order = _pairing(*seeds)
    effect, half = np.full((2, len(before.x)), np.nan)
    effect[full] = other.mean(axis=0) - one.mean(axis=0)
    if order is not None and len(one) > 1:
        half[full] = _half(_squared_error(other[order] - one), len(one) - 1, level)
    elif min(len(one), len(other)) > 1:
        half[full] = _half(*_welch(one, other), level)
    pairs = len(one) if order is not None else 0
    apart = _apart(before) | _apart(after)
    return Difference(before.x, effect, effect - half, effect + half, pairs, apart)


def separation(found: Difference) -> Separation | None:
    """The first place from which on the band leaves out zero to its end; None where it does not."""
    drawn = np.isfinite(found.low) & np.isfinite(found.high)
    x, low, high = found.x[drawn], found.low[drawn], found.high[drawn]
    holding = np.flatnonzero((low <= 0) & (high >= 0))
    begin = int(holding[-1]) + 1 if len(holding) else 0
    if begin >= len(x):
        return None
    return Separation(float(x[begin]), float(x[-1]), len(x) - begin)


def leaves_out_zero(found: Difference) -> tuple[int, int]:
    """At how many places of how many, in whatever order they lie."""
    drawn = np.isfinite(found.low) & np.isfinite(found.high)
    return int(((found.low > 0) | (found.high < 0))[drawn].sum()), int(drawn.sum())


def _full(arm: Table) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (arm.states == At.VALUE).all(axis=0)
    return found


def _apart(arm: Table) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (arm.states == At.UNLOGGED).any(axis=0)
    return found


def _pairing(before: Sequence[int], after: Sequence[int]) -> list[int] | None:
    """Which rows of the later arm belong to those of the earlier one; None where no pairs are."""
    if len(set(before)) < len(before) or sorted(before) != sorted(after):
        return None
    places = {seed: place for place, seed in enumerate(after)}
    return [places[seed] for seed in before]


def _mean(values: Floats, there: NDArray[np.bool_]) -> Floats:
    n = there.sum(axis=0)
    total = np.where(there, values, 0.0).sum(axis=0)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def _squared_error(values: Floats) -> Floats:
    """Of the mean of the rows; NaN where a square leaves the floats."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = values.var(axis=0, ddof=1) / len(values)
    return np.where(np.isfinite(found), found, np.nan)


def _welch(before: Floats, after: Floats) -> tuple[Floats, Floats]:
    """Squared error of the difference, and its degrees of freedom, as intervals.contrast has it."""
    one, other = _squared_error(before), _squared_error(after)
    squared = one + other
    own = len(before) - 1, len(after) - 1
    least = np.full(len(squared), float(min(own)))
    if max(own) + 1 > LOPSIDED * (min(own) + 1):
        return squared, least
    whole = np.where(squared > 0, squared, 1.0)
    parts = (one / whole) ** 2 / own[0] + (other / whole) ** 2 / own[1]
    return squared, np.where(squared > 0, 1 / np.where(parts > 0, parts, 1.0), least)


def _half(squared: Floats, freedom: Floats | float, level: float) -> Floats:
    return t_quantiles((1 + level) / 2, freedom) * np.sqrt(squared)
