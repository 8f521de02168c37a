"""Fewer points, same picture."""

import numpy as np
import pytest

from dashboard.metrics.series import Series
from dashboard.metrics.thinning import thin


def test_a_short_series_is_drawn_as_it_is():
    thinned = thin(Series.of([1, 2, 3], [3.0, 1.0, 2.0]))
    assert thinned.values.tolist() == [3.0, 1.0, 2.0]
    assert thinned.buckets == 0


def test_no_spike_is_lost():
    values = np.ones(100_000)
    spikes = np.arange(137, 100_000, 4999)
    values[spikes] = np.where(np.arange(len(spikes)) % 2, 50.0, -50.0)
    thinned = thin(Series.of(np.arange(100_000), values), buckets=500)
    assert len(thinned.steps) <= 1000
    assert set(spikes) <= set(thinned.steps.tolist())
    assert (thinned.count, thinned.buckets) == (100_000, 500)


def test_steps_stay_in_order():
    values = np.random.default_rng(0).normal(size=10_000)
    thinned = thin(Series.of(np.arange(10_000), values), buckets=64)
    assert (np.diff(thinned.steps) > 0).all()


def test_points_that_are_not_finite_are_kept_apart_and_all():
    values = np.ones(5000)
    values[[7, 8, 4000]] = [np.nan, np.inf, -np.inf]
    thinned = thin(Series.of(np.arange(5000), values), buckets=10)
    assert thinned.nonfinite.steps.tolist() == [7, 8, 4000]
    assert np.isfinite(thinned.values).all()


def test_an_empty_series_stays_empty():
    assert len(thin(Series.of([], [])).steps) == 0


def test_no_buckets_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        thin(Series.of([1], [1.0]), buckets=0)
