"""Packed numbers are what Plotly reads, and no digit that shows is lost."""

import numpy as np
import pytest

from dashboard.charts.packing import packed, unpacked


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([], "f4"),
        ([1, 2, 300], "i4"),
        ([0.5, 1e-4], "f4"),
        ([2**40, 1], "f8"),
        ([1e-40, 0.5], "f8"),
        ([0.5, 1e38], "f8"),
        ([1.76e12 + 0.5, 1.76e12 + 1000.5], "f8"),
        ([1000.001, 1000.002], "f8"),
        ([1000.5, 1000.5], "f4"),
    ],
)
def test_the_smallest_type_that_holds_them(values, dtype):
    wire = packed(np.array(values, dtype=float))
    assert wire["dtype"] == dtype
    np.testing.assert_allclose(unpacked(wire), values, rtol=1e-6)


def test_moments_half_a_second_apart_stay_apart():
    moments = 1.76e12 + np.array([0.25, 500.25, 1000.25])
    assert np.diff(unpacked(packed(moments))).tolist() == [500, 500]
