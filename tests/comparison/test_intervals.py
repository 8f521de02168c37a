"""Intervals agree with scipy, and a spread of rounding errors is none."""

import math

import numpy as np
import pytest
from scipy import stats

from dashboard.comparison.statistics.intervals import contrast, one_more, paired, spread, welch

SIZES = [(2, 2), (3, 3), (3, 6), (10, 5), (20, 20)]


@pytest.mark.parametrize(("one", "other"), SIZES)
def test_welch_agrees_with_scipy(one, other):
    rng = np.random.default_rng(one * other)
    before, after = rng.normal(0, 1, one), rng.normal(0.5, 3, other)
    found, told = welch(before, after), stats.ttest_ind(after, before, equal_var=False)
    assert (found.low, found.high) == pytest.approx(tuple(told.confidence_interval(0.95)))
    assert found.probability == pytest.approx(told.pvalue)
    assert found.freedom == pytest.approx(told.df)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_pairs_agree_with_scipy(level):
    rng = np.random.default_rng(3)
    before = rng.normal(0, 1, 5)
    after = before + rng.normal(0.2, 0.1, 5)
    found, told = paired(after - before, level), stats.ttest_rel(after, before)
    assert (found.low, found.high) == pytest.approx(tuple(told.confidence_interval(level)))
    assert found.probability == pytest.approx(told.pvalue)


def test_an_arm_of_two_runs_is_not_made_sure_by_ten_others():
    small, large = [1.0, 1.01], [float(n) for n in range(10)]
    assert welch(small, large).freedom == welch(large, small).freedom == 1


def test_a_contrast_of_two_arms_is_welchs():
    one, other = [1.0, 2.0, 4.0], [3.0, 5.0]
    assert contrast([one, [9.0], other], [-1, 0, 1]) == welch(one, other)


def test_a_contrast_of_four_arms_is_the_mean_of_two_differences():
    arms = [[0.0, 1.0], [2.0, 3.0], [1.0, 2.0], [5.0, 6.0]]
    assert contrast(arms, [-0.5, 0.5, -0.5, 0.5]).effect == pytest.approx(3.0)


@pytest.mark.parametrize(("many", "half"), [(3, 4.97), (5, 3.04), (10, 2.37)])
def test_one_run_against_many_is_as_wide_as_is_known(many, half):
    values = np.arange(many, dtype=float)
    found = one_more(values, 100.0)
    assert (found.high - found.low) / 2 / values.std(ddof=1) == pytest.approx(half, abs=0.005)
    assert found.effect == pytest.approx(100 - values.mean())


def test_one_run_has_no_interval():
    with pytest.raises(ValueError, match="at least 2 are needed"):
        welch([1.0], [2.0, 3.0])
    with pytest.raises(ValueError, match="1 runs have no spread"):
        paired([0.1])


def test_equivalence_needs_the_whole_interval():
    found = paired([0.01, -0.01, 0.0, 0.005])
    assert found.within(0.05)
    assert not found.within(found.high)


def test_what_rounding_sets_apart_has_no_spread():
    assert spread([0.9 - 0.8, 0.8 - 0.7, 0.7 - 0.6]) == 0.0
    assert spread([0.1, 0.1001]) > 0


def test_an_arm_without_spread_leaves_the_other_ones():
    found = welch([1.0, 1.0, 1.0], [2.0, 3.0, 4.0])
    assert found.freedom == pytest.approx(2)
    assert math.isfinite(found.low)
