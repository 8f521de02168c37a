"""Curves are compared at the steps they share, else by cells; nothing is filled in."""

import numpy as np
import pytest

from dashboard.comparison.curve_table import At, Placed, table


def points(x, values):
    return Placed.points(np.asarray(x, float), np.asarray(values, float))


def buckets(first, last, mean, count, odd=False):
    width = len(mean)
    return Placed(
        np.asarray(first, float),
        np.asarray(last, float),
        np.asarray(mean, float),
        np.full(width, float(count)),
        np.full(width, odd),
    )


def test_runs_of_the_same_steps_are_compared_at_these_steps():
    found = table([points([10, 20, 30], [1, 2, 3]), points([10, 20], [4, 5])])
    assert found.width == 0
    assert found.x.tolist() == [10, 20, 30]
    assert found.states.tolist() == [[0, 0, 0], [0, 0, At.BEYOND]]
    assert found.values[0].tolist() == [1, 2, 3]
    assert np.isnan(found.values[1, 2])


def test_of_two_points_at_one_step_the_later_counts():
    assert table([points([1, 1], [5, 7])]).values.tolist() == [[7]]


def test_a_curve_without_points_keeps_its_row():
    found = table([points([1, 2], [1, 2]), points([], [])])
    assert found.states[1].tolist() == [At.BEYOND, At.BEYOND]
    assert table([points([], [])]).values.shape == (1, 0)


def test_runs_of_other_steps_are_compared_by_cells_of_their_means():
    one, other = np.arange(0, 1000, 10), np.arange(3, 1000, 10)
    found = table([points(one, one), points(other, other)])
    assert found.width >= 15
    assert (found.states == At.VALUE).all()
    assert found.values[0] == pytest.approx(found.x, abs=found.width)


def test_a_cell_with_a_nan_in_it_has_no_value():
    x = np.arange(0, 1000, 10)
    sick = np.where(x == 500, np.nan, 1.0)
    found = table([points(x, sick), points(x + 3, np.ones(len(x)))])
    odd = found.states[0] == At.ODD
    assert odd.sum() == 1
    assert np.isnan(found.values[0, odd]).all()
    assert abs(found.x[odd][0] - 500) <= found.width


def test_a_bucket_in_two_cells_gives_each_its_share():
    found = table([buckets(np.arange(0, 6), np.arange(1, 7), [0, 1, 2, 3, 4, 5], 4)])
    assert found.width == 1.5
    shares = [0 + 0.5 * 1, 0.5 * 1 + 2, 3 + 0.5 * 4, 0.5 * 4 + 5]
    assert found.values[0] == pytest.approx([share / 1.5 for share in shares])


def test_a_long_straight_curve_is_the_same_however_its_buckets_lie():
    def line(edges):
        first, last = edges[:-1], edges[1:]
        return buckets(first, last, (first + last) / 2, 10)

    rng = np.random.default_rng(0)
    inside = np.sort(rng.uniform(0, 1e6, 999))
    uneven = line(np.concatenate([[0], inside, [1e6]]))
    found = table([line(np.linspace(0, 1e6, 1001)), uneven])
    assert len(found.x) == 250
    assert found.values[0] == pytest.approx(found.x)
    assert np.abs(found.values[0] - found.values[1]).max() < found.width


def test_a_run_that_ends_early_is_beyond_its_end_not_unlogged():
    x = np.arange(0, 1000, 10)
    found = table([points(x, x), points(x[:50] + 3, x[:50])])
    ended = found.x > 500
    assert (found.states[1, ended] == At.BEYOND).all()
    assert (found.states[1, ~ended] == At.VALUE).all()


def test_a_run_that_skips_a_while_is_unlogged_there():
    x = np.arange(0, 1000, 10)
    there = (x < 300) | (x > 600)
    found = table([points(x, x), points(x[there], x[there])])
    assert (found.states[1, (found.x >= 300) & (found.x <= 600)] == At.UNLOGGED).all()


def test_runs_at_one_and_the_same_place_make_one_cell():
    found = table([buckets([5], [5], [1], 3), buckets([5], [5], [2], 3, odd=True)])
    assert found.states[:, 0].tolist() == [At.VALUE, At.ODD]


def test_no_cells_at_all_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        table([points([1], [1])], cells=0)
