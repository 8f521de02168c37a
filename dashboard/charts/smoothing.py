"""Exponential smoothing without its start-up bias, as people know it from TensorBoard."""

from __future__ import annotations

import numpy as np

from dashboard.metrics.series import Floats, Series

LARGEST_POWER = 1e100  # a block ends before weight ** -n leaves the floats


def smoothed(series: Series, weight: float) -> Series:
    """The finite points' running mean; `weight` (0 to below 1) is what the past keeps a step."""
    finite = series.finite
    if weight <= 0 or not len(finite):
        return finite
    kept = _decayed_sum(finite.values, weight) * (1 - weight)
    correction = 1 - np.power(weight, np.arange(1, len(finite) + 1))
    return Series(finite.steps, finite.times, kept / correction)


def _decayed_sum(values: Floats, weight: float) -> Floats:
    """s[i] = weight * s[i-1] + values[i], a block of cumulative sums at a time."""
    length = max(1, int(-np.log(LARGEST_POWER) / np.log(weight)))
    total = np.empty_like(values)
    carried = 0.0
    for start in range(0, len(values), length):
        block = values[start : start + length]
        powers = np.power(weight, np.arange(len(block)))
        total[start : start + length] = (np.cumsum(block / powers) + carried * weight) * powers
        carried = float(total[start + len(block) - 1])
    return total
