"""The currency of the house."""

import pytest

from dashboard.metrics.series import Series


def test_a_series_needs_as_many_steps_as_values():
    with pytest.raises(ValueError, match="2 steps, 2 times and 1 values"):
        Series.of([1, 2], [1.0])


def test_parts_of_a_series():
    series = Series.of([1, 2, 3, 4], [1.0, float("nan"), 3.0, float("inf")])
    assert series.finite.steps.tolist() == [1, 3]
    assert series.between(2, 3).steps.tolist() == [2, 3]
    assert series.last(2).steps.tolist() == [3, 4]
    assert series.last(9).steps.tolist() == [1, 2, 3, 4]
    assert series.tail(0.5).steps.tolist() == [3, 4]
    assert len(series.tail(0)) == 0
