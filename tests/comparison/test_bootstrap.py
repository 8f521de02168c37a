"""Interquartile means and probabilities of improvement, as rliable defines them."""

import numpy as np
import pytest
from scipy import stats

from dashboard.comparison.statistics.bootstrap import (
    LEAST,
    iqm,
    iqm_difference,
    probability_of_improvement,
)

RNG = np.random.default_rng(1)
BEFORE, AFTER = RNG.normal(0, 1, 12), RNG.normal(1, 1, 14)


@pytest.mark.parametrize("count", [10, 11, 12, 13, 20])
def test_the_interquartile_mean_agrees_with_scipy(count):
    values = np.random.default_rng(count).standard_t(2, count)
    assert iqm(values) == pytest.approx(stats.trim_mean(values, 0.25))


def test_improvement_is_mann_whitneys_share():
    found = probability_of_improvement(BEFORE, AFTER, paired=False, higher=True)
    assert found
    share = stats.mannwhitneyu(AFTER, BEFORE).statistic / (len(BEFORE) * len(AFTER))
    assert found.value == pytest.approx(share)
    assert found.low < found.value < found.high


def test_where_lower_is_better_the_other_side_wins():
    up = probability_of_improvement(BEFORE, AFTER, paired=False, higher=True)
    down = probability_of_improvement(BEFORE, AFTER, paired=False, higher=False)
    assert up
    assert down
    assert up.value + down.value == pytest.approx(1)


def test_fewer_than_ten_runs_get_no_such_interval():
    few = np.arange(LEAST - 1.0)
    assert iqm_difference(few, AFTER, paired=False) is None
    assert probability_of_improvement(few, few + 100, paired=True, higher=True) is None


def test_the_same_runs_always_have_the_same_interval():
    assert iqm_difference(BEFORE, AFTER, paired=False) == iqm_difference(
        BEFORE, AFTER, paired=False
    )


def test_pairs_are_drawn_together():
    paired = iqm_difference(BEFORE, BEFORE + 1, paired=True)
    apart = iqm_difference(BEFORE, BEFORE + 1, paired=False)
    assert paired
    assert apart
    assert paired.high - paired.low < 1e-9 < apart.high - apart.low


def test_the_interval_agrees_with_scipys_bootstrap():
    told = stats.bootstrap(
        (AFTER, BEFORE),
        lambda one, other, axis: (
            stats.trim_mean(one, 0.25, axis) - stats.trim_mean(other, 0.25, axis)
        ),
        n_resamples=5000,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    found = iqm_difference(BEFORE, AFTER, paired=False)
    assert found
    assert (found.low, found.high) == pytest.approx(tuple(told), abs=0.1)
