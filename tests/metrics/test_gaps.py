"""Gaps are told where both sides show how far apart points usually are, and nowhere else."""

import numpy as np

from dashboard.metrics.buckets import of_points, thinned
from dashboard.metrics.gaps import gaps
from dashboard.metrics.series import Series


def found(steps, most=10**6):
    series = Series.of(steps, np.ones(len(steps)))
    return gaps(thinned(of_points(series), most)).tolist()


def test_a_leap_among_even_steps_is_a_gap():
    assert found([*range(10), *range(100, 110)]) == [[9, 100]]


def test_a_curve_that_is_logged_ever_more_seldom_has_none():
    assert found([10**n for n in range(12)]) == []


def test_evaluations_every_thousand_steps_have_none():
    assert found([1, *range(1000, 20_000, 1000), 19_500]) == []


def test_one_evaluation_left_out_is_none():
    assert found([*range(0, 500, 100), *range(600, 1000, 100)]) == []


def test_repeated_steps_make_none():
    assert found([1, 1, 1, 2, 2, 2, 3, 3]) == []


def test_gaps_are_seen_through_buckets():
    steps = [*range(10_000), *range(50_000, 60_000)]
    assert found(steps, most=100) == [[9_999, 50_000]]


def test_too_few_points_have_none():
    assert found([]) == found([5]) == found([1, 10**6]) == []
