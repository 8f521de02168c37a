"""How large an effect is, with its interval: from few runs, one number a run.

The numbers are ends of runs. Points of one curve are no replicates: two runs of one configuration
differ "significantly" in half of all cases when their last steps are compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dashboard.comparison.statistics.distributions import t_probability, t_quantile
from dashboard.metrics.series import Floats

LOPSIDED = 2  # times as many runs in one arm as in another: see `contrast`
ROUNDING = 1e-9  # of the largest number: a spread below it is rounding, not chance


@dataclass(frozen=True)
class Interval:
    """An effect, later less earlier, and where the truth lies with the probability `level`."""

    effect: float
    low: float
    high: float
    level: float
    error: float  # standard error of the effect
    freedom: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0

    @property
    def probability(self) -> float:
        """Two-sided p of no effect at all."""
        return t_probability(self.effect / self.error, self.freedom)

    def within(self, margin: float) -> bool:
        """Whether the whole interval is nearer to zero than `margin`: the arms are equivalent."""
        return -margin < self.low and self.high < margin


def paired(differences: ArrayLike, level: float = 0.95) -> Interval:
    """Student's t on the differences of pairs. ValueError: fewer than two."""
    found = _floats(differences, 2)
    error = math.sqrt(_variance(found) / len(found))
    return _interval(float(found.mean()), error, len(found) - 1, level)


def welch(before: ArrayLike, after: ArrayLike, level: float = 0.95) -> Interval:
    """Welch's t: the arms may have different spreads. ValueError: fewer than two runs in an arm."""
    return contrast([before, after], [-1, 1], level)


def contrast(arms: Sequence[ArrayLike], weights: Sequence[float], level: float = 0.95) -> Interval:
    """A weighted sum of the arms' means, with Satterthwaite's degrees of freedom.

    Where an arm is more than LOPSIDED times as large as another, those of the smaller one alone:
    Satterthwaite's call equal arms of 2 and 10 runs different in 9 % of cases instead of 4 %.
    ValueError: fewer than two runs in an arm that counts.
    """
    counted = [(_floats(arm, 2), w) for arm, w in zip(arms, weights, strict=True) if w]
    effect = math.fsum(w * float(arm.mean()) for arm, w in counted)
    shares = [(w * w * _variance(arm) / len(arm), len(arm) - 1) for arm, w in counted]
    squared = math.fsum(share for share, _ in shares)
    return _interval(effect, math.sqrt(squared), _freedom(shares, squared), level)


def one_more(many: ArrayLike, one: float, level: float = 0.95) -> Interval:
    """A single run against many: the interval is of one run more of the many, seen from `one`.

    ValueError: fewer than two of the many.
    """
    found = _floats(many, 2)
    error = math.sqrt(_variance(found) * (1 + 1 / len(found)))
    return _interval(one - float(found.mean()), error, len(found) - 1, level)


def spread(values: ArrayLike) -> float:
    """The standard deviation between runs; 0 where only rounding sets them apart."""
    found = _floats(values, 2)
    size = float(np.abs(found).max())
    deviation = math.sqrt(_variance(found))
    return deviation if deviation > ROUNDING * size else 0.0


def _floats(values: ArrayLike, least: int) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if len(found) < least:
        raise ValueError(f"{len(found)} runs have no spread: at least {least} are needed")
    return found


def _variance(values: Floats) -> float:
    return float(values.var(ddof=1))


def _freedom(shares: Sequence[tuple[float, int]], squared: float) -> float:
    """shares: each arm's part of the squared error, and its own degrees of freedom."""
    own = [freedom for _, freedom in shares]
    if max(own) + 1 > LOPSIDED * (min(own) + 1):
        return float(min(own))
    parts = math.fsum((share / squared) ** 2 / n for share, n in shares if share)
    return 1 / parts if parts else float(min(own))


def _interval(effect: float, error: float, freedom: float, level: float) -> Interval:
    half = t_quantile((1 + level) / 2, freedom) * error
    return Interval(effect, effect - half, effect + half, level, error, freedom)
