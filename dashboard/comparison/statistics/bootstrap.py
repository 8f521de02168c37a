"""What ten runs an arm and more also tell: interquartile mean and probability of improvement.

After Agarwal et al. 2021 (rliable), with a bootstrap that draws within each arm, or whole pairs.
Below ten runs such intervals are too narrow (a nominal 95 % covers 66 % at two runs, 87 % at five),
and with 3 against 3 fully apart the interval is a point: none is given. The answer itself is never
taken from here, for at ten runs these still cover 92 %.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dashboard.metrics.series import Floats

LEAST = 10  # runs an arm
DRAWS = 2000
SEED = 20260  # the same runs always give the same interval


@dataclass(frozen=True)
class Estimate:
    value: float
    low: float
    high: float


Measure = Callable[[Floats, Floats], Floats]  # two (draws, runs) in, (draws,) out


def iqm_difference(
    before: ArrayLike, after: ArrayLike, *, paired: bool, level: float = 0.95
) -> Estimate | None:
    """How far the mean of the middle half of the runs moved. None below LEAST runs an arm."""
    return _estimate(before, after, level, lambda one, other: iqm(other) - iqm(one), paired=paired)


def probability_of_improvement(
    before: ArrayLike, after: ArrayLike, *, paired: bool, higher: bool, level: float = 0.95
) -> Estimate | None:
    """How often a run of the later arm beats one of the earlier; ties count half.

    None below LEAST runs an arm.
    """
    measure = _improvement if higher else lambda one, other: _improvement(other, one)
    return _estimate(before, after, level, measure, paired=paired)


def iqm(values: Floats) -> Floats:
    """Along the last axis: the mean without the lowest and the highest quarter."""
    cut = values.shape[-1] // 4
    ordered = np.sort(values, axis=-1)[..., cut : values.shape[-1] - cut]
    means: Floats = ordered.mean(axis=-1)
    return means


def _improvement(one: Floats, other: Floats) -> Floats:
    later, earlier = other[..., :, None], one[..., None, :]
    wins: Floats = ((later > earlier) + 0.5 * (later == earlier)).mean(axis=(-2, -1))
    return wins


def _estimate(
    before: ArrayLike, after: ArrayLike, level: float, measure: Measure, *, paired: bool
) -> Estimate | None:
    one, other = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if min(len(one), len(other)) < LEAST:
        return None
    value = float(measure(one[None], other[None])[0])
    drawn = measure(*_drawn(one, other, paired=paired))
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value, float(low), float(high))


def _drawn(one: Floats, other: Floats, *, paired: bool) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(SEED)
    first = rng.integers(len(one), size=(DRAWS, len(one)))
    second = first if paired else rng.integers(len(other), size=(DRAWS, len(other)))
    return one[first], other[second]
