"""Holm's adjustment."""

import pytest

from dashboard.comparison.statistics.holm import adjusted


def test_the_smallest_pays_for_all_and_the_largest_for_itself():
    assert adjusted([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_an_adjusted_p_is_never_below_a_smaller_ones_nor_above_one():
    assert adjusted([0.9, 0.5, 0.6]) == [1.0, 1.0, 1.0]


def test_one_question_alone_is_not_adjusted():
    assert adjusted([0.02]) == [0.02]
    assert adjusted([]) == []
