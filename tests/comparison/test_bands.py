"""A band agrees with scipy place by place, never hides a missing run, and has no p."""

import numpy as np
import pytest
from scipy import stats

from dashboard.comparison.bands import band, difference, leaves_out_zero, separation
from dashboard.comparison.curve_table import Placed, table
from dashboard.comparison.statistics.intervals import paired, welch

NAN, INF = float("nan"), float("inf")


def arm(*runs, steps=None):
    curves = [points(values, steps) for values in runs]
    return table(curves)


def points(values, steps=None):
    x = np.arange(1, len(values) + 1) if steps is None else np.asarray(steps)
    return Placed.points(x.astype(float), np.asarray(values, float))


def noise(runs, places, seed=0, shift=0.0):
    return np.random.default_rng(seed).normal(shift, 1, (runs, places))


@pytest.mark.parametrize("runs", [2, 3, 5, 20])
def test_a_band_is_scipys_t_interval_at_each_place(runs):
    values = noise(runs, 30)
    found = band(arm(*values))
    for place in range(30):
        own = stats.t(runs - 1, values[:, place].mean(), stats.sem(values[:, place]))
        assert (found.low[place], found.high[place]) == pytest.approx(own.interval(0.95))


def test_an_arm_of_one_run_has_a_mean_and_no_band():
    found = band(arm([3.0, 2.0, 1.0]))
    assert found.mean.tolist() == [3, 2, 1]
    assert np.isnan(found.low).all()
    assert np.isnan(found.high).all()


def test_where_a_run_has_ended_the_mean_is_of_fewer_and_has_no_band():
    found = band(arm([1, 1, 1, 1], [2, 2, 2, 2], [9, 9]))
    assert found.mean.tolist() == [4, 4, 1.5, 1.5]
    assert found.n.tolist() == [3, 3, 2, 2]
    assert found.full.tolist() == [True, True, False, False]
    assert np.isnan(found.low).tolist() == [False, False, True, True]
    assert found.changes == [(3.0, 2)]


def test_nan_and_infinities_are_left_out_and_counted_never_zero():
    found = band(arm([1, NAN, 1, -INF], [3, 3, INF, 3]))
    assert found.mean.tolist() == [2, 3, 1, 3]
    assert found.n.tolist() == [2, 1, 1, 1]
    assert np.isfinite(found.low).tolist() == [True, False, False, False]


def test_where_every_run_is_nan_there_is_no_mean():
    found = band(arm([1, NAN], [2, NAN]))
    assert found.mean[0] == 1.5
    assert np.isnan(found.mean[1])
    assert found.n[1] == 0


def test_a_run_that_logs_more_often_adds_no_mean_of_itself_in_between():
    often = points([1, 2, 3, 4], [10, 20, 30, 40])
    seldom = points([5, 6], [20, 40])
    found = band(table([often, seldom]))
    assert found.n[found.full].tolist() == [2, 2]
    assert found.mean[~np.isnan(found.mean)].tolist() == [1, 3.5, 5]  # before its first: one run
    assert found.changes == [(10.0, 1), (20.0, 2)]


def test_pairs_agree_with_the_studys_own_interval():
    one, other = noise(4, 20), noise(4, 20, seed=1, shift=1)
    found = difference(arm(*one), arm(*other), ([3, 1, 2, 0], [0, 1, 2, 3]))
    order = [3, 1, 2, 0]
    assert found.pairs == 4
    for place in range(20):
        told = paired(other[order, place] - one[:, place])
        assert (found.effect[place], found.low[place], found.high[place]) == pytest.approx(
            (told.effect, told.low, told.high)
        )


@pytest.mark.parametrize(("before", "after"), [(3, 3), (3, 4), (2, 2), (2, 9), (12, 5)])
def test_other_seeds_are_compared_by_welch_as_a_study_does(before, after):
    one, other = noise(before, 20), noise(after, 20, seed=1)
    seeds = list(range(before)), list(range(100, 100 + after))
    found = difference(arm(*one), arm(*other), seeds)
    assert found.pairs == 0
    for place in range(20):
        told = welch(one[:, place], other[:, place])
        assert (found.low[place], found.high[place]) == pytest.approx((told.low, told.high))


def test_welch_agrees_with_scipy():
    one, other = noise(3, 5), 2 * noise(4, 5, seed=1)
    found = difference(arm(*one), arm(*other), ([0, 1, 2], [5, 6, 7, 8]))
    told = stats.ttest_ind(other, one, equal_var=False).confidence_interval(0.95)
    assert found.low == pytest.approx(told.low)
    assert found.high == pytest.approx(told.high)


def test_a_seed_that_stands_twice_makes_no_pairs():
    one, other = noise(2, 5), noise(2, 5, seed=1)
    assert difference(arm(*one), arm(*other), ([0, 0], [0, 0])).pairs == 0


def test_one_run_each_has_a_difference_and_no_band():
    found = difference(arm([1, 2]), arm([2, 4]), ([0], [0]))
    assert found.effect.tolist() == [1, 2]
    assert not found.has_band
    assert separation(found) is None


def test_there_is_no_difference_where_a_run_of_either_arm_is_missing_or_nan():
    both = table([points(v) for v in ([1, 1, 1], [1, 1, 1], [2, NAN, 2], [2, 2])])
    found = difference(both.rows([0, 1]), both.rows([2, 3]), ([0, 1], [0, 1]))
    assert np.isfinite(found.effect).tolist() == [True, False, False]


def test_runs_of_the_same_numbers_do_not_separate():
    values = noise(3, 10)
    found = difference(arm(*values), arm(*values), ([0, 1, 2], [0, 1, 2]))
    assert found.effect.tolist() == [0] * 10
    assert separation(found) is None
    assert leaves_out_zero(found) == (0, 10)


def test_arms_separate_where_the_band_leaves_out_zero_to_its_end():
    before = np.zeros((3, 10))
    after = np.array([[0, 0, 5, 5, 0, 0, 5, 5, 5, 5]] * 3) + noise(3, 10) / 10
    found = difference(arm(*before), arm(*after), ([0, 1, 2], [0, 1, 2]))
    told = separation(found)
    assert told is not None
    assert (told.begin, told.end, told.places) == (7.0, 10.0, 4)
    assert leaves_out_zero(found)[0] >= 6


def test_arms_that_meet_again_at_the_end_do_not_separate():
    after = np.array([[0, 5, 5, 0]] * 3) + noise(3, 4) / 10
    found = difference(arm(*np.zeros((3, 4))), arm(*after), ([0, 1, 2], [0, 1, 2]))
    assert separation(found) is None
    assert leaves_out_zero(found) == (2, 4)


def test_numbers_near_the_end_of_the_floats_warn_of_nothing():
    found = band(arm([1e300, 1], [-1e300, 2]))
    assert np.isfinite(found.low[1])
