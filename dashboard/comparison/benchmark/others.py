"""Ways in which runs are often compared, on the same studies of two equal arms."""

from __future__ import annotations

import numpy as np

from dashboard.comparison.benchmark import draws
from dashboard.comparison.benchmark.measures import Rate
from dashboard.comparison.statistics.intervals import welch
from dashboard.metrics.series import Floats

CLOSE = 0.03  # TraceML calls 3 % an improvement


def points_as_replicates(rng: np.random.Generator, count: int, steps: int) -> Rate:
    """Two runs of one configuration, Welch's t between the last `steps` values of their curves."""
    level = rng.normal(size=(count, 2, 1))
    both = level + draws.curves(rng, (count, 2), steps)
    return Rate(sum(welch(one, other).excludes_zero for one, other in both), count)


def percentile_bootstrap(rng: np.random.Generator, count: int, runs: int) -> Rate:
    """Whether the 95 % percentile bootstrap of the difference of means leaves zero out."""
    hits = 0
    for _ in range(count):
        one, other = rng.normal(size=(2, runs))
        drawn = _means(rng, other) - _means(rng, one)
        low, high = np.quantile(drawn, [0.025, 0.975])
        hits += low > 0 or high < 0
    return Rate(hits, count)


def three_percent(rng: np.random.Generator, count: int, runs: int, spread: float) -> Rate:
    """Whether the means differ by more than 3 %; spread: between runs, as a share of the mean."""
    one, other = 1 + spread * rng.normal(size=(2, count, runs)).mean(axis=-1)
    return Rate(int((np.abs(other / one - 1) > CLOSE).sum()), count)


def repeated(rng: np.random.Generator, count: int, looks: tuple[int, ...]) -> Rate:
    """Welch's t at 95 % after each of `looks` runs an arm, until it speaks."""
    hits = 0
    for one, other in rng.normal(size=(count, 2, max(looks))):
        hits += any(welch(one[:runs], other[:runs]).excludes_zero for runs in looks)
    return Rate(hits, count)


def _means(rng: np.random.Generator, values: Floats) -> Floats:
    drawn: Floats = values[rng.integers(len(values), size=(1000, len(values)))].mean(axis=1)
    return drawn
