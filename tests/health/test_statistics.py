"""The statistics agree with scipy, and hold what they promise on neighbouring values."""

import numpy as np
import pytest
from scipy import stats

from dashboard.health import statistics
from tests.health.given import noisy


@pytest.mark.parametrize(
    ("hits", "trials"),
    [
        (0, 1),
        (0, 5120),
        (1, 600),
        (34, 568),
        (250, 2000),
        (568, 568),
        (9, 10**7),
        (10**6, 4 * 10**6),
    ],
)
def test_clopper_pearson_is_exact(hits, trials):
    low, high = statistics.clopper_pearson(hits, trials)
    exact = stats.binomtest(hits, trials).proportion_ci(0.95, "exact")
    assert (low, high) == pytest.approx((exact.low, exact.high), abs=1e-10, rel=1e-5)


def test_an_interval_of_nothing_says_nothing():
    assert statistics.clopper_pearson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("freedom", [1, 3, 9, 40])
def test_student_quantiles(freedom):
    exact = stats.t.ppf(0.975, freedom)
    assert statistics.student_quantile(0.975, freedom) == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("tied", [False, True])
def test_mann_kendall_against_all_pairs_written_out(tied):
    values = np.random.default_rng(0).normal(size=10)
    values = np.round(values) if tied else values
    score = sum(np.sign(b - a) for i, a in enumerate(values) for b in values[i + 1 :])
    ties = np.unique(values, return_counts=True)[1]
    variance = (10 * 9 * 25 - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    expected = (score - np.sign(score)) / np.sqrt(variance)
    assert statistics.mann_kendall(values) == pytest.approx(expected)


def test_a_constant_has_no_trend():
    assert statistics.mann_kendall(np.ones(10)) == 0.0


def test_theil_sen_agrees_with_scipy_and_ignores_a_wild_value():
    values = 3 - 0.5 * np.arange(10.0)
    values[4] = 1e6
    assert statistics.theil_sen(values) == pytest.approx(stats.theilslopes(values).slope)
    assert statistics.theil_sen(values) == pytest.approx(-0.5)


def test_blocks_leave_out_the_oldest():
    assert statistics.block_means(np.arange(23.0))[0] == 3.5


@pytest.mark.parametrize("ar", [0.0, 0.5])
def test_block_means_keep_the_trend_tests_level(ar):
    """Nominal 5 %; on raw values it would be 25 % at AR(1) 0.5."""
    z = [
        statistics.mann_kendall(statistics.block_means(noisy(np.ones(100), 0.1, ar, seed)))
        for seed in range(400)
    ]
    assert np.mean(np.array(z) < -1.645) < 0.085


def test_the_means_interval_covers():
    covered = [
        low <= 1 <= high
        for seed in range(300)
        for _mean, low, high in [statistics.mean_interval(noisy(np.ones(40), 0.3, 0.3, seed))]
    ]
    assert np.mean(covered) > 0.9


def test_mann_whitney_agrees_with_scipy():
    rng = np.random.default_rng(0)
    earlier, later = rng.integers(0, 20, 40).astype(float), rng.integers(5, 25, 30).astype(float)
    z = statistics.mann_whitney(earlier, later)
    told = stats.mannwhitneyu(later, earlier, use_continuity=False, alternative="greater")
    assert stats.norm.sf(z) == pytest.approx(told.pvalue, rel=1e-6)
    assert z == pytest.approx(-statistics.mann_whitney(later, earlier))
    assert statistics.mann_whitney(np.ones(9), np.ones(9)) == 0
