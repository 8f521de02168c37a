"""Exact probabilities: counted, in agreement with scipy, and never smaller than they can be."""

import itertools

import numpy as np
import pytest
from scipy import stats

from dashboard.comparison.statistics.exact import least, mann_whitney, relabelled, sign_flips


def permuted(before, after):
    return stats.permutation_test(
        (np.array(after), np.array(before)),
        lambda one, other, axis: one.mean(axis=axis) - other.mean(axis=axis),
        n_resamples=np.inf,
        vectorized=True,
    ).pvalue


@pytest.mark.parametrize("seed", range(4))
def test_relabelling_agrees_with_scipy(seed):
    rng = np.random.default_rng(seed)
    before, after = rng.normal(0, 1, 4), rng.normal(1, 1, 4)
    assert relabelled(before, after) == pytest.approx(permuted(before, after))


@pytest.mark.parametrize("seed", range(4))
def test_sign_flips_agree_with_those_written_out(seed):
    differences = np.random.default_rng(seed).normal(0.5, 1, 6)
    ways = [abs(np.dot(s, differences)) for s in itertools.product((-1, 1), repeat=6)]
    share = np.mean(np.array(ways) >= abs(differences.sum()) - 1e-12)
    assert sign_flips(differences) == pytest.approx(share)


@pytest.mark.parametrize(("one", "other"), [(3, 3), (4, 4), (3, 6), (6, 6)])
def test_mann_whitney_agrees_with_scipy_without_ties(one, other):
    rng = np.random.default_rng(one + other)
    before, after = rng.normal(0, 1, one), rng.normal(1, 1, other)
    told = stats.mannwhitneyu(after, before, method="exact").pvalue
    assert mann_whitney(before, after) == pytest.approx(told)


def test_equal_values_share_their_ranks():
    assert mann_whitney([1, 1, 1], [1, 1, 1]) == 1.0
    assert mann_whitney([1, 1, 2], [2, 3, 3]) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("before", "after", "paired", "known"),
    [
        (3, 3, False, 0.1),
        (4, 4, False, 2 / 70),
        (19, 1, False, 0.05),
        (1, 1, False, 1.0),
        (5, 5, True, 0.0625),
        (6, 6, True, 0.03125),
    ],
)
def test_few_runs_cannot_have_a_small_p(before, after, paired, known):
    assert least(before, after, paired=paired) == pytest.approx(known)


@pytest.mark.parametrize(("before", "after"), [(3, 3), (4, 4), (4, 2), (5, 1)])
def test_runs_that_lie_apart_reach_the_smallest_p(before, after):
    earlier, later = np.arange(before), 100.0 + np.arange(after)
    assert relabelled(earlier, later) == pytest.approx(least(before, after, paired=False))
    assert sign_flips(np.full(before, 2.0)) == pytest.approx(least(before, before, paired=True))


def test_too_many_arrangements_are_not_counted():
    assert sign_flips(np.ones(15)) is None
    assert relabelled(np.ones(10), np.ones(10)) is None


def test_without_runs_there_is_no_p():
    assert sign_flips([]) is None
    assert relabelled([], [1.0]) is None


def test_rounding_does_not_set_equal_arrangements_apart():
    assert sign_flips([0.1 + 0.2, 0.3, 0.3]) == pytest.approx(0.25)
