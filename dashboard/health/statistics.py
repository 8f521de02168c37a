"""The statistics of the rules. Steps are no replicates: everything goes by blocks."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from dashboard.metrics.series import Floats

BLOCKS = (
    10  # means of 10 blocks keep Mann-Kendall's 5 % at 4-6 % up to AR(1) 0.5 (raw: 51 % at 0.8)
)
PRECISION = 1e-12
TERMS = 5000  # the fraction needs about the square root of the larger parameter


def block_means(values: Floats, blocks: int = BLOCKS) -> Floats:
    """Means of equal blocks, newest last; what does not fill a block is left out in front."""
    size = len(values) // blocks
    kept = values[len(values) - size * blocks :]
    means: Floats = kept.reshape(blocks, size).mean(axis=1)
    return means


def mann_kendall(values: Floats) -> float:
    """z of Mann-Kendall's trend test with ties: negative while falling. 0 where nothing differs."""
    count = len(values)
    upper = np.triu_indices(count, 1)
    score = float(np.sign(values[upper[1]] - values[upper[0]]).sum())
    _, ties = np.unique(values, return_counts=True)
    variance = (_pairs(count) - float(sum(_pairs(int(tie)) for tie in ties))) / 18
    if variance <= 0:
        return 0.0
    return (score - math.copysign(1, score) if score else 0.0) / math.sqrt(variance)


def _pairs(count: int) -> float:
    return count * (count - 1) * (2 * count + 5)


def theil_sen(values: Floats) -> float:
    """The median slope per value over all pairs: one wild value does not move it."""
    earlier, later = np.triu_indices(len(values), 1)
    return float(np.median((values[later] - values[earlier]) / (later - earlier)))


def mean_interval(values: Floats, level: float = 0.95) -> tuple[float, float, float]:
    """(mean, low, high) by Student's t on block means, which neighbouring values do not narrow."""
    means = block_means(values)
    middle = float(means.mean())
    error = float(means.std(ddof=1)) / math.sqrt(BLOCKS)
    half = student_quantile((1 + level) / 2, BLOCKS - 1) * error
    return middle, middle - half, middle + half


@lru_cache(maxsize=1024)
def clopper_pearson(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of a rate; (0, 1) before the first trial."""
    if trials <= 0:
        return 0.0, 1.0
    hits = min(max(hits, 0), trials)
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else _beta_quantile(tail, hits, trials - hits + 1)
    high = 1.0 if hits == trials else _beta_quantile(1 - tail, hits + 1, trials - hits)
    return low, high


@lru_cache(maxsize=64)
def student_quantile(p: float, freedom: int) -> float:
    """The p-quantile (p > 0.5) of Student's t."""
    x = _beta_quantile(2 * (1 - p), freedom / 2, 0.5)
    return math.sqrt(freedom * (1 - x) / x)


def _beta_quantile(p: float, a: float, b: float) -> float:
    return _bisect(lambda x: incomplete_beta(a, b, x) - p)


def _bisect(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    while high - low > PRECISION:
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side only
        return 1 - incomplete_beta(b, a, 1 - x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    log_front += a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    """Lentz's evaluation of the continued fraction."""
    tiny = 1e-300
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1), tiny)
    value = d
    for m in range(1, TERMS):
        for term in _terms(a, b, x, m):
            d = 1 / _away(1 + term * d, tiny)
            c = _away(1 + term / c, tiny)
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return value


def _terms(a: float, b: float, x: float, m: int) -> tuple[float, float]:
    even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    return even, odd


def _away(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny


def mann_whitney(earlier: Floats, later: Floats) -> float:
    """z of Mann-Whitney's test by its normal approximation: positive where the later are larger.

    Ties count half; 0 where nothing differs. Costs a sort of `earlier`.
    """
    ordered = np.sort(earlier)
    below = np.searchsorted(ordered, later, "left") + np.searchsorted(ordered, later, "right")
    score = float(below.sum()) / 2
    one, other = len(earlier), len(later)
    together = one + other
    _, ties = np.unique(np.concatenate((earlier, later)), return_counts=True)
    tied = float((ties.astype(float) ** 3 - ties).sum()) / max(1, together * (together - 1))
    variance = one * other / 12 * (together + 1 - tied)
    return (score - one * other / 2) / math.sqrt(variance) if variance > 0 else 0.0
