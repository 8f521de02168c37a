"""What is packed is what is unpacked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.metrics import codec
from dashboard.metrics.buckets import NAMES, of_points, of_width
from dashboard.metrics.series import Series


@given(st.lists(st.floats(), max_size=200))
def test_every_float_survives(values):
    column = np.array(values, dtype=float)
    assert codec.floats(codec.pack(column)).tobytes() == column.tobytes()


@given(st.lists(st.tuples(st.integers(0, 2**53), st.floats(0, 1e11)), min_size=1, max_size=200))
def test_every_clock_survives(rows):
    steps, times = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    read_steps, read_times = codec.clock(codec.pack_clock(steps, times))
    assert read_steps.tolist() == steps.tolist()
    assert read_times.tobytes() == times.tobytes()


def test_signs_of_zero_nan_and_denormals_survive():
    odd = np.array([-0.0, 0.0, np.nan, np.inf, -np.inf, 5e-324, -5e-324, 1.7e308] * 9)
    assert codec.floats(codec.pack(odd)).tobytes() == odd.tobytes()


def test_steps_that_rise_by_one_cost_next_to_nothing():
    assert len(codec.pack(np.arange(8192))) < 100


def test_values_that_were_float32_cost_half():
    values = np.random.default_rng(0).normal(size=8192).astype(np.float32).astype(float)
    assert len(codec.pack(values)) < 4 * 8192


def test_buckets_survive_laid_end_to_end():
    series = Series.of(range(100), [1.0, np.nan, np.inf, -np.inf, 5.0] * 20)
    found = of_width(of_points(series), 7)
    records = codec.pack_buckets(found)
    twice = codec.buckets(records + records)
    for name in NAMES:
        one = getattr(found, name)
        np.testing.assert_array_equal(getattr(twice, name), np.concatenate([one, one]))


@pytest.mark.parametrize("data", [b"", b"\x07abc", b"\x00abc", b"\x02abc"])
def test_what_is_no_column_is_refused(data):
    with pytest.raises(ValueError, match="column"):
        codec.floats(data)


def test_a_column_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="float64"):
        codec.floats(codec.pack(np.arange(100)))


def test_a_clock_that_is_cut_off_is_refused():
    with pytest.raises(ValueError, match="cut off"):
        codec.clock(b"ab")
