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
    ],
)
def test_the_smallest_type_that_holds_them(values, dtype):
    wire = packed(np.array(values, dtype=float))
    assert wire["dtype"] == dtype
    np.testing.assert_allclose(unpacked(wire), values, rtol=1e-6)
