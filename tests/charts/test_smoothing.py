"""The running mean is TensorBoard's: without the pull of its start, whatever the length."""

import numpy as np
import pytest

from dashboard.charts.smoothing import smoothed
from dashboard.metrics.series import Series


def written_out(values, weight):
    total, found = 0.0, []
    for place, value in enumerate(values, start=1):
        total = weight * total + (1 - weight) * value
        found.append(total / (1 - weight**place))
    return found


@pytest.mark.parametrize("weight", [0.01, 0.3, 0.6, 0.9, 0.99, 0.999])
def test_agrees_with_the_recurrence_written_out(weight):
    values = np.random.default_rng(0).normal(3, 1, 5000)
    found = smoothed(Series.of(np.arange(5000), values), weight).values
    np.testing.assert_allclose(found, written_out(values, weight), rtol=1e-9)


def test_a_constant_stays_what_it_is():
    assert smoothed(Series.of([1, 2, 3], [2, 2, 2]), 0.9).values == pytest.approx([2, 2, 2])


def test_a_nan_does_not_spread():
    found = smoothed(Series.of([1, 2, 3], [1, np.nan, 1]), 0.5)
    assert found.steps.tolist() == [1, 3]
    assert found.values == pytest.approx([1, 1])


def test_weight_zero_leaves_the_curve_alone():
    assert smoothed(Series.of([1, 2], [5, 7]), 0.0).values.tolist() == [5, 7]
