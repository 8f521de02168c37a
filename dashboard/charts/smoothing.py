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
    young = _block(weight)  # beyond, weight ** n is nothing beside 1
    kept[:young] /= 1 - np.power(weight, np.arange(1, len(kept[:young]) + 1))
    return Series(finite.steps, finite.times, kept)


def _decayed_sum(values: Floats, weight: float) -> Floats:
    """s[i] = weight * s[i-1] + values[i], a block of cumulative sums at a time."""
    length = min(_block(weight), len(values))
    powers = np.power(weight, np.arange(length))
    rows = np.zeros(-(-len(values) // length) * length)
    rows[: len(values)] = values
    total = np.cumsum(rows.reshape(-1, length) / powers, axis=1) * powers
    ends, carried = total[:, -1].tolist(), [0.0]
    for end in ends[:-1]:
        carried.append(end + carried[-1] * weight**length)
    total += np.array(carried)[:, None] * (powers * weight)
    return total.ravel()[: len(values)]


def _block(weight: float) -> int:
    return max(1, int(-np.log(LARGEST_POWER) / np.log(weight)))
